"""Axioms that triples write around a list or a number or in several ways, read back as pairs."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal

Step = tuple[Iri, bool]
"""A property of a chain, and whether it is walked backwards."""
Chain = tuple[Iri, tuple[Step, ...]]


def members_of(triples: Triples, head: Node | None) -> Iterator[Node]:
    """The members of an RDF list; one that runs in a circle ends where it repeats."""
    seen: set[Node] = set()
    at = head
    while at is not None and at != v.RDF_NIL and at not in seen:
        seen.add(at)
        first = triples.one(at, v.RDF_FIRST)
        if first is not None:
            yield first
        at = triples.one(at, v.RDF_REST)


def disjoint_pairs(triples: Triples) -> dict[Iri, set[Iri]]:
    """Every class with the classes that are declared disjoint from it."""
    unions = (members_of(triples, head) for _, head in triples.pairs(v.OWL_DISJOINT_UNION))
    pairs = _pairs(triples, v.OWL_DISJOINT_WITH, v.OWL_ALL_DISJOINT_CLASSES)
    for one, other in _combined(unions):
        _pair(pairs, one, other)
    return pairs


def different_pairs(triples: Triples) -> dict[Iri, set[Iri]]:
    """Every individual with those that are declared different from it."""
    return _pairs(triples, v.OWL_DIFFERENT_FROM, v.OWL_ALL_DIFFERENT)


def disjoint_properties(triples: Triples) -> dict[Iri, set[Iri]]:
    """Every property with those that are declared disjoint from it."""
    return _pairs(triples, v.OWL_PROPERTY_DISJOINT, v.OWL_ALL_DISJOINT_PROPERTIES)


def of_type(triples: Triples, kind: Iri) -> list[Iri]:
    """The subjects that are of a type."""
    return [subject for subject, cls in triples.pairs(v.RDF_TYPE) if cls == kind]


def enumerated(triples: Triples) -> Iterator[tuple[Iri, Iri]]:
    """Things and the enumerations that list them (cls-oo)."""
    for node, head in triples.pairs(v.OWL_ONE_OF):
        for member in members_of(triples, head):
            if isinstance(member, str):
                yield Iri(member), node


def united(triples: Triples) -> Iterator[tuple[Iri, Iri]]:
    """Classes and the unions, disjoint or not, that they are a part of (scm-uni)."""
    for predicate in (v.OWL_UNION, v.OWL_DISJOINT_UNION):
        for cls, head in triples.pairs(predicate):
            for part in members_of(triples, head):
                if isinstance(part, str):
                    yield Iri(part), cls


def at_least_one(triples: Triples) -> Iterator[tuple[Iri, Iri]]:
    """Restrictions to at least one value, and the class that the value must be of."""
    for least in v.MIN_CARDINALITIES:
        for node, number in triples.pairs(least):
            if isinstance(number, Literal) and number.value.strip() == "1":
                yield node, Iri(str(triples.one(node, v.OWL_ON_CLASS) or v.OWL_THING))


def chains_of(triples: Triples) -> tuple[Chain, ...]:
    """The property chains: the property that is implied, and the steps."""
    found: list[Chain] = []
    for implied, head in triples.pairs(v.OWL_CHAIN):
        steps = [_step(triples, node) for node in members_of(triples, head)]
        if steps and None not in steps and not is_blank(implied):
            found.append((implied, tuple(step for step in steps if step is not None)))
    return tuple(found)


def _pairs(triples: Triples, predicate: Iri, group: Iri) -> dict[Iri, set[Iri]]:
    pairs: dict[Iri, set[Iri]] = {}
    for one, other in triples.pairs(predicate):
        if isinstance(other, str):
            _pair(pairs, one, Iri(other))
    lists = (
        members_of(triples, head)
        for node in of_type(triples, group)
        for predicate in (v.OWL_MEMBERS, v.OWL_DISTINCT_MEMBERS)
        for head in triples.values(node, predicate)
    )
    for one, other in _combined(lists):
        _pair(pairs, one, other)
    return pairs


def _combined(lists: Iterable[Iterable[Node]]) -> Iterator[tuple[Iri, Iri]]:
    for listed in lists:
        names = [Iri(node) for node in listed if not isinstance(node, Literal)]
        yield from combinations(names, 2)


def _pair(pairs: dict[Iri, set[Iri]], one: Iri, other: Iri) -> None:
    pairs.setdefault(one, set()).add(other)
    pairs.setdefault(other, set()).add(one)


def _step(triples: Triples, node: Iri | Literal) -> Step | None:
    if isinstance(node, Literal):
        return None
    if not is_blank(node):
        return node, False
    inner = triples.one(node, v.OWL_INVERSE)
    return (Iri(inner), True) if isinstance(inner, str) else None
