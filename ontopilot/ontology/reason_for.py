"""Why a statement holds: a sentence for people, and a minimal set of axioms for editors."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.values import alike
from ontopilot.ontology.explain import sentence
from ontopilot.ontology.justify import as_checked
from ontopilot.ontology.terms import Fact, FactStatus, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


@dataclass(frozen=True, slots=True)
class Reason:
    """Whether a statement holds, why in words, and the axioms that make it so.

    Without one of the axioms it would be unknown. `note` says why there are none.
    """

    fact: Fact
    status: FactStatus
    statement: str
    text: str
    axioms: tuple[str, ...]
    note: str


def reason_for(ontology: "Ontology", fact: Fact) -> Reason:
    """Why a statement about terms holds, or what is against it."""
    (checked,) = ontology.check([_marked(ontology, fact)])
    found = as_checked(ontology, checked)
    said, text = sentence(ontology, checked.fact), checked.explanation.text
    return Reason(checked.fact, checked.status, said, text, found.axioms, found.note)


def _marked(ontology: "Ontology", fact: Fact) -> Fact:
    """A statement with whether it is inferred."""
    written = _as_written(ontology, fact)
    asserted = written.object in ontology.asserted.values(written.subject, written.predicate)
    return replace(written, inferred=not asserted)


def _as_written(ontology: "Ontology", fact: Fact) -> Fact:
    """A statement with the literal as the ontology writes it, where it has that value."""
    if not isinstance(fact.object, Literal):
        return fact
    for one in ontology.facts(fact.subject, fact.predicate):
        if alike(one.object, fact.object):
            return one
    return fact


def statement(
    ontology: "Ontology", subject: Iri, predicate: Iri | None, value: Iri | Literal
) -> Fact:
    """The statement that names mean; without a predicate, that one term is below the other.

    That is a type for an individual, a superproperty for a property, a superclass else.
    """
    if predicate is None:
        kind = ontology.term(subject).kind
        predicate = v.RDF_TYPE if kind == "individual" else v.RDFS_SUBCLASS
        predicate = v.RDFS_SUBPROPERTY if kind.endswith("_property") else predicate
    return Fact(subject, predicate, value)
