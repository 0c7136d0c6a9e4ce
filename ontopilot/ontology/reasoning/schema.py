"""The part of an ontology that says how classes are related, without its individuals."""

import re
from collections.abc import Iterable, Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.kinds import kinds_of
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Triple, Triples, is_blank
from ontopilot.ontology.terms import Iri

_STAND_IN = "urn:ontopilot:stand-in:"
ANYTHING = Iri(_STAND_IN)
"""A class for everything, or one of which nothing is said: what it is below, everything is in."""
_DEFINED = re.compile(rf"(<{_STAND_IN}_:[^>]*>) EquivalentTo (.*)")
_NAME = re.compile(rf"<{_STAND_IN}[^>]*>")
_ABOUT_INDIVIDUALS = {v.OWL_ALL_DIFFERENT, v.OWL_NEGATIVE}


def schema_of(triples: Triples) -> Triples:
    """The axioms about classes and properties, with a class in the place of each individual.

    A tableau is many times faster without individuals. Every model of the ontology is one of this
    schema, the class of an individual having it as its only member, so that what follows between
    named classes follows from the ontology too. That the class has but one member is not said,
    and facts are left out: what follows by them alone is missed.
    """
    kinds = kinds_of(triples)
    individuals = {iri for iri, kind in kinds.items() if kind == "individual"}
    left_out = individuals | {
        node
        for node, kind in triples.pairs(v.RDF_TYPE)
        if kind in _ABOUT_INDIVIDUALS or (is_blank(node) and kind in kinds)
    }
    kept = [triple for triple in triples if triple[0] not in left_out]
    return Triples.of(_without_nominals(Triples.of(kept)))


def _without_nominals(triples: Triples) -> Iterator[Triple]:
    """Values and enumerations of individuals, as classes."""
    enumerations = {
        node: [Iri(one) for one in members_of(triples, head) if isinstance(one, str)]
        for node, head in triples.pairs(v.OWL_ONE_OF)
    }
    alone: set[Iri] = set()
    for subject, predicate, value in triples:
        if predicate == v.OWL_HAS_VALUE and isinstance(value, str):
            alone.add(Iri(value))
            yield subject, v.OWL_SOME, _alone(Iri(value))
        elif predicate == v.OWL_ONE_OF and enumerations[subject]:
            alone.update(enumerations[subject])
            yield from _union(subject, enumerations[subject], list(enumerations).index(subject))
        else:
            yield subject, predicate, value
    for individual in sorted(alone):
        yield _alone(individual), v.RDF_TYPE, v.OWL_CLASS


def _union(node: Iri, members: list[Iri], number: int) -> Iterator[Triple]:
    cells = [Iri(f"_:alone.{number}.{at}") for at in range(len(members))]
    yield node, v.OWL_UNION, cells[0]
    for cell, member, after in zip(cells, members, [*cells[1:], v.RDF_NIL], strict=True):
        yield cell, v.RDF_FIRST, _alone(member)
        yield cell, v.RDF_REST, after


def _alone(individual: Iri) -> Iri:
    return stand_in(f"alone:{individual}")


def stand_in(name: str) -> Iri:
    """A class that the ontology does not have, in the place of something that it has."""
    return Iri(_STAND_IN + name)


def without_stand_ins(axioms: Iterable[str]) -> Iterator[str]:
    """Axioms in Manchester syntax, with what the ontology has in the places of stand-ins."""
    meanings, told = {f"<{ANYTHING}>": f"<{v.OWL_THING}>"}, list[str]()
    for axiom in axioms:
        defined = _DEFINED.fullmatch(axiom)
        if defined:
            meanings[defined[1]] = f"({defined[2]})"
        elif axiom != f"<{v.OWL_THING}> SubClassOf <{ANYTHING}>":
            told.append(axiom)
    while any(name in axiom for axiom in told for name in meanings):
        told = [_NAME.sub(lambda name: meanings.get(name[0], name[0]), axiom) for axiom in told]
    yield from told


def is_stand_in(name: str) -> bool:
    """Whether a class stands for something else, and is not to be told of."""
    return name.startswith(_STAND_IN)
