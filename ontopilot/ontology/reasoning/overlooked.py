"""What rustdl overlooks, or refuses to read, said in forms that it reads."""

from collections.abc import Iterator, Mapping, Sequence, Set

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import at_least_one, of_type
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank, is_named
from ontopilot.ontology.reasoning.data_properties import (
    copied,
    named_anew,
    without_data_hierarchy,
)
from ontopilot.ontology.reasoning.inverses import read_backwards
from ontopilot.ontology.reasoning.schema import ANYTHING, stand_in
from ontopilot.ontology.terms import Iri

_MIN, _MAX, _EXACT = v.MIN_CARDINALITIES[0], v.MAX_CARDINALITIES[0], v.MAX_CARDINALITIES[2]
_QUALIFIED = {
    _MIN: v.MIN_CARDINALITIES[1],
    _MAX: v.MAX_CARDINALITIES[1],
    _EXACT: v.MAX_CARDINALITIES[3],
}
_KINDS = (v.OWL_OBJECT_PROPERTY, v.OWL_DATA_PROPERTY, v.OWL_ANNOTATION_PROPERTY)
_BETWEEN_PROPERTIES = (v.RDFS_SUBPROPERTY, v.OWL_EQUIVALENT_PROPERTY, v.OWL_INVERSE)
_ENDS = (v.RDFS_DOMAIN, v.RDFS_RANGE)
_AROUND_CLASSES = (v.OWL_SOME, v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS, v.RDF_FIRST)


def spelled_out(triples: Triples) -> Triples:
    """The same axioms, seven forms of them as rustdl understands them.

    A limit of values of a class under the name of one of any values (OWL 1.1) gets the name of
    OWL 2, and at least one value is some value. What is joined to itself by a property that joins
    everything to itself is everything. Of such a property, what is in a class has a value in it. A
    property of which no declaration tells is declared. What is said of a property is said of its
    inverse. What one data property below another implies is said of each expression.
    """
    itself = _reflexive(triples)
    everything = {
        node for node, _ in triples.pairs(v.OWL_HAS_SELF) if _property(triples, node) in itself
    }
    qualified = {
        node
        for predicate in _QUALIFIED
        for node, _ in triples.pairs(predicate)
        if triples.one(node, v.OWL_ON_CLASS) is not None
    }
    data = set(of_type(triples, v.OWL_DATA_PROPERTY))
    some = {
        node: cls for node, cls in at_least_one(triples) if _property(triples, node) not in data
    }
    more = [*_undeclared(triples), *_around(triples, itself), *read_backwards(triples)]
    if everything or qualified or some or more:
        triples = Triples.of((*_renamed(triples, everything, qualified, some), *more))
    return without_data_hierarchy(triples)


def named_through(triples: Triples) -> Triples:
    """The same axioms with names where rustdl follows a class only by its name.

    Where a property starts or leads may be a class expression, and owl:Thing has no name of its
    own: stand-ins take their places. Where owl:Thing is spoken of, what a value is in gets a name
    too, since only what has a name is found to be in the stand-in for owl:Thing.
    """
    things = any(v.OWL_THING in pair for one in _AROUND_CLASSES for pair in triples.pairs(one))
    within = (*_ENDS, v.OWL_SOME) if things else _ENDS
    data = set(of_type(triples, v.OWL_DATA_PROPERTY))
    names: dict[Node, Iri] = {
        node: stand_in(node)
        for predicate in within
        for subject, node in triples.pairs(predicate)
        if isinstance(node, str) and is_blank(node)
        if predicate == v.RDFS_DOMAIN or not {subject, _property(triples, subject)} & data
    }
    if not (names or things):
        return triples
    return Triples.of((*_with_names(triples, names, within), *_told_of(names, things=things)))


def _with_names(
    triples: Triples, names: Mapping[Node, Iri], within: Sequence[Iri]
) -> Iterator[Triple]:
    for subject, predicate, value in triples:
        meant = names.get(value, value) if predicate in within else value
        if predicate in _AROUND_CLASSES:
            whole = ANYTHING if subject == v.OWL_THING else subject
            yield whole, predicate, ANYTHING if meant == v.OWL_THING else meant
        else:
            yield subject, predicate, meant


def _told_of(names: Mapping[Node, Iri], *, things: bool) -> Iterator[Triple]:
    for node, name in names.items():
        yield name, v.RDF_TYPE, v.OWL_CLASS
        yield name, v.OWL_EQUIVALENT_CLASS, node
    if things:
        yield v.OWL_THING, v.RDFS_SUBCLASS, ANYTHING


def _renamed(
    triples: Triples, everything: Set[Node], qualified: Set[Iri], some: Mapping[Iri, Iri]
) -> Iterator[Triple]:
    for subject, predicate, value in triples:
        meant = v.OWL_THING if value in everything else value
        if subject in everything:
            if predicate in (v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS):
                yield v.OWL_THING, predicate, meant
        elif subject in some and predicate in v.MIN_CARDINALITIES:
            yield subject, v.OWL_SOME, some[subject]
        elif subject in some and predicate == v.OWL_ON_CLASS:
            continue
        elif subject in qualified:
            yield subject, _QUALIFIED.get(predicate, predicate), meant
        else:
            yield subject, predicate, meant


def _property(triples: Triples, node: Iri) -> Node | None:
    return triples.one(node, v.OWL_ON_PROPERTY)


def _reflexive(triples: Triples) -> set[Node]:
    """The properties that join everything to itself: those that are said to, and those above."""
    found: set[Node] = set()
    waiting: list[Node] = list(of_type(triples, v.OWL_REFLEXIVE))
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += triples.values(one, v.RDFS_SUBPROPERTY)
    return found


def _around(triples: Triples, itself: Set[Node]) -> Iterator[Triple]:
    """What is in a class has a value in it, and what has only values in a class is in it."""
    for kind in (v.OWL_SOME, v.OWL_ALL) if itself else ():
        for node, cls in triples.pairs(kind):
            if _property(triples, node) not in itself:
                continue
            yield from copied(triples, node, "around")
            yield from copied(triples, cls, "within")
            whole, part = named_anew(node, "around"), named_anew(cls, "within")
            first, second = (part, whole) if kind == v.OWL_SOME else (whole, part)
            yield Iri(str(first)), v.RDFS_SUBCLASS, second


def _undeclared(triples: Triples) -> Iterator[Triple]:
    """What properties are that no declaration tells of: as the ones that they are related to.

    Where none of those is declared either, all of them count as object properties.
    """
    kinds = {one: kind for kind in _KINDS for one in of_type(triples, kind)}
    related: dict[Iri, list[Iri]] = {}
    for predicate in _BETWEEN_PROPERTIES:
        for one, other in triples.pairs(predicate):
            if isinstance(other, str):
                related.setdefault(one, []).append(Iri(other))
                related.setdefault(Iri(other), []).append(one)
    for start in (*(one for one in related if one in kinds), *related):
        for other in _reached(start, related, kinds):
            kinds[other] = kinds.get(start, v.OWL_OBJECT_PROPERTY)
            if is_named(other) and not other.startswith(v.BUILT_IN):
                yield other, v.RDF_TYPE, kinds[other]


def _reached(start: Iri, related: Mapping[Iri, list[Iri]], kinds: Mapping[Iri, Iri]) -> list[Iri]:
    """The properties without a kind that relations lead to from one, through others without."""
    found: list[Iri] = [] if start in kinds else [start]
    waiting, seen = [start], {start}
    while waiting:
        for other in related[waiting.pop()]:
            if other not in seen and other not in kinds:
                seen.add(other)
                found.append(other)
                waiting.append(other)
    return found
