"""Axioms that triples write around a list or a number, as the rules read them."""

from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal

Step = tuple[Iri, bool]
"""A property of a chain, and whether it is walked backwards."""
Chain = tuple[Iri, tuple[Step, ...]]


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


def _step(triples: Triples, node: Iri | Literal) -> Step | None:
    if isinstance(node, Literal):
        return None
    if not is_blank(node):
        return node, False
    inner = triples.one(node, v.OWL_INVERSE)
    return (Iri(inner), True) if isinstance(inner, str) else None
