"""All about one term: its axioms as Protégé shows them, its neighbours, and where it is used."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.compare.aspects import ORDER
from ontopilot.ontology.look.axioms import Axiom, Axioms
from ontopilot.ontology.terms import Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

_WORDS = ("declaration", "label", "synonym", "definition")
"""What a page about a term tells by itself."""


@dataclass(frozen=True, slots=True)
class Said:
    """What an axiom says of the term: the heading in Protégé, the value, and its annotations."""

    aspect: str
    heading: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A term that a property joins to this one: `to` it, or `from` it."""

    property: str
    iri: Iri
    label: str
    direction: OneOf["to", "from"]
    inferred: bool


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is asserted of a term, what joins it to others, and the axioms that use it."""

    axioms: tuple[Said, ...]
    neighbours: tuple[Neighbour, ...]
    usage: tuple[str, ...]


def portrait(ontology: "Ontology", iri: Iri, axioms: Axioms | None = None) -> Portrait:
    """The portrait of a term; `axioms` are those of the ontology, where they were read before."""
    read = axioms or Axioms(ontology)
    told = [one for one in read.of(iri) if one.aspect not in _WORDS]
    told.sort(key=lambda one: ORDER[one.aspect])
    return Portrait(
        tuple(_said(read, one, iri) for one in told),
        tuple(_neighbours(ontology, iri)),
        tuple(sorted((read.say(one) for one in read.using(iri)), key=str.casefold)),
    )


def _said(axioms: Axioms, axiom: Axiom, iri: Iri) -> Said:
    heading, text = axioms.said_of(axiom, iri)
    return Said(axiom.aspect, heading, text, axioms.noted(axiom))


def _neighbours(ontology: "Ontology", iri: Iri) -> Iterator[Neighbour]:
    label = ontology.label
    if ontology.term(iri).kind in ("object_property", "data_property"):
        for name, ends in (("domain", ontology.domains(iri)), ("range", ontology.ranges(iri))):
            for end in sorted(ends, key=label):
                yield Neighbour(name, end, label(end), "to", inferred=False)
        return
    for fact in ontology.facts(iri):
        value = fact.object
        if fact.predicate not in (v.RDF_TYPE, v.RDFS_SUBCLASS) and not isinstance(value, Literal):
            yield Neighbour(label(fact.predicate), value, label(value), "to", fact.inferred)
    for fact in ontology.facts(object=iri):
        if fact.predicate not in (v.RDF_TYPE, v.RDFS_SUBCLASS):
            subject = fact.subject
            yield Neighbour(label(fact.predicate), subject, label(subject), "from", fact.inferred)
