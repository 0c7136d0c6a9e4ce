"""The axioms of an ontology as OWL 2 RL rules look them up, by class and by property."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import (
    Step,
    at_least_one,
    chains_of,
    enumerated,
    members_of,
    of_type,
    united,
)
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.snapshot.hierarchy import closure
from ontopilot.ontology.terms import Iri, Literal

Index = Mapping[Iri, list[tuple[Iri, Iri]]]
Link = tuple[Iri, tuple[Step, ...], int]
"""A chain at one of its steps: the property that it implies, its steps, the number of the step."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What classes and properties imply; blank nodes are class expressions among the classes.

    The names of the rules are those of the OWL 2 RL profile (W3C OWL 2 Profiles, section 4.3).
    """

    direct: Mapping[Iri, set[Iri]]
    """Classes directly above a class (cax-sco, cax-eqc, cls-int2, cls-uni)."""
    above: Mapping[Iri, frozenset[Iri]]
    above_property: Mapping[Iri, frozenset[Iri]]
    domains: Mapping[Iri, list[Iri]]
    ranges: Mapping[Iri, list[Iri]]
    inverse: Mapping[Iri, set[Iri]]
    transitive: frozenset[Iri]
    functional: frozenset[Iri]
    inverse_functional: frozenset[Iri]
    chains: Mapping[tuple[Iri, bool], list[Link]]
    wholes: Mapping[Iri, list[tuple[Iri, frozenset[Iri]]]]
    """Intersections that a class is a part of, with all their parts (cls-int1)."""
    some_of: Index
    """Restrictions on a property with the class of which one value must be (cls-svf)."""
    some_in: Index
    """The same by that class: property and restriction."""
    only_of: Index
    """Restrictions on a property with the class of all its values (cls-avf)."""
    only_in: Index
    """The same by restriction: property and class."""
    value_of: Mapping[tuple[Iri, Node], list[Iri]]
    """Restrictions that a value of a property meets (cls-hv2)."""
    value_in: Mapping[Iri, list[tuple[Iri, Node]]]
    """The same by restriction: property and value (cls-hv1)."""

    @classmethod
    def of(cls, triples: Triples) -> "Rulebook":
        """Compile the axioms among triples."""
        direct = _edges(_subclasses(triples))
        narrower = _edges(_both(triples, v.RDFS_SUBPROPERTY, v.OWL_EQUIVALENT_PROPERTY))
        data = set(of_type(triples, v.OWL_DATA_PROPERTY))
        whole = list(_intersections(triples))
        some = _restrictions(triples, (*_named(triples, v.OWL_SOME), *at_least_one(triples)))
        only = _restrictions(triples, _named(triples, v.OWL_ALL))
        fixed = [
            (node, on, value)
            for node, value in triples.pairs(v.OWL_HAS_VALUE)
            if (on := _property(triples, node)) is not None
        ]
        return cls(
            direct=direct,
            above={one: closure(one, direct) for one in direct},
            above_property={one: closure(one, narrower) for one in narrower},
            domains=_grouped(_named(triples, v.RDFS_DOMAIN)),
            ranges=_grouped(_named(triples, v.RDFS_RANGE)),
            inverse=_edges(_inverses(triples)),
            transitive=frozenset(of_type(triples, v.OWL_TRANSITIVE)),
            functional=frozenset(of_type(triples, v.OWL_FUNCTIONAL)) - data,
            inverse_functional=frozenset(of_type(triples, v.OWL_INVERSE_FUNCTIONAL)) - data,
            chains=_grouped(_links(triples)),
            wholes=_grouped((part, (node, parts)) for node, parts in whole for part in parts),
            some_of=_grouped((on, (node, filler)) for node, on, filler in some),
            some_in=_grouped((filler, (on, node)) for node, on, filler in some),
            only_of=_grouped((on, (node, filler)) for node, on, filler in only),
            only_in=_grouped((node, (on, filler)) for node, on, filler in only),
            value_of=_grouped(((on, value), node) for node, on, value in fixed),
            value_in=_grouped((node, (on, value)) for node, on, value in fixed),
        )

    @property
    def speaks_of_everything(self) -> bool:
        """Whether something follows from a thing being a thing."""
        keys: tuple[Mapping[Iri, object], ...] = (self.direct, self.wholes)
        return any(v.OWL_THING in index for index in keys)


def _named(triples: Triples, predicate: Iri) -> Iterator[tuple[Iri, Iri]]:
    for subject, value in triples.pairs(predicate):
        if isinstance(value, str):
            yield subject, Iri(value)


def _both(triples: Triples, below: Iri, equal: Iri) -> Iterator[tuple[Iri, Iri]]:
    yield from _named(triples, below)
    for one, other in _named(triples, equal):
        yield one, other
        yield other, one


def _subclasses(triples: Triples) -> Iterator[tuple[Iri, Iri]]:
    yield from _both(triples, v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS)
    for whole, parts in _intersections(triples):
        for part in parts:
            yield whole, part
    yield from united(triples)


def _intersections(triples: Triples) -> Iterator[tuple[Iri, frozenset[Iri]]]:
    for whole, head in triples.pairs(v.OWL_INTERSECTION):
        parts = frozenset(Iri(part) for part in members_of(triples, head) if isinstance(part, str))
        if parts:
            yield whole, parts


def _property(triples: Triples, node: Iri) -> Iri | None:
    on = triples.one(node, v.OWL_ON_PROPERTY)
    return Iri(on) if isinstance(on, str) else None


def _restrictions(
    triples: Triples, fillers: Iterable[tuple[Iri, Iri]]
) -> list[tuple[Iri, Iri, Iri]]:
    """Restrictions, their properties and the classes of the values."""
    on = ((node, _property(triples, node), filler) for node, filler in fillers)
    return [(node, predicate, filler) for node, predicate, filler in on if predicate is not None]


def _inverses(triples: Triples) -> Iterator[tuple[Iri, Iri]]:
    for one, other in _named(triples, v.OWL_INVERSE):
        yield one, other
        yield other, one
    for one in of_type(triples, v.OWL_SYMMETRIC):
        yield one, one


def _links(triples: Triples) -> Iterator[tuple[tuple[Iri, bool], Link]]:
    for implied, steps in chains_of(triples):
        for number, step in enumerate(steps):
            yield step, (implied, steps, number)


def _edges(pairs: Iterable[tuple[Iri, Iri]]) -> dict[Iri, set[Iri]]:
    found: dict[Iri, set[Iri]] = {}
    for one, other in pairs:
        found.setdefault(one, set()).add(other)
    return found


K = TypeVar("K")
V = TypeVar("V")


def _grouped(pairs: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    found: dict[K, list[V]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def named_above(rulebook: Rulebook, cls: Iri) -> set[Iri]:
    """The named classes that a class reaches without another named class between."""
    found: set[Iri] = set()
    seen = {cls}
    waiting = [cls]
    while waiting:
        for above in rulebook.direct.get(waiting.pop(), ()):
            if above in seen:
                continue
            seen.add(above)
            if is_blank(above):
                waiting.append(above)
            else:
                found.add(above)
    return found


def facts_in(triples: Triples) -> Iterator[Triple]:
    """What triples say of things, not of classes and properties."""
    for thing, enumeration in enumerated(triples):
        yield thing, v.RDF_TYPE, enumeration
    for predicate, pairs in triples.by_predicate.items():
        if predicate == v.RDF_TYPE:
            yield from ((s, v.RDF_TYPE, o) for s, o in pairs if _is_class(o))
        elif predicate == v.OWL_SAME_AS or not predicate.startswith(v.BUILT_IN):
            yield from ((s, predicate, o) for s, o in pairs)


def _is_class(node: Node) -> bool:
    if isinstance(node, Literal):
        return False
    return node in (v.OWL_THING, v.OWL_NOTHING) or not node.startswith(v.BUILT_IN)
