"""Why a statement holds: a sentence for people, and a minimal set of axioms for editors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ontopilot.errors import MissingExtra
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.check import check
from ontopilot.ontology.claims.values import alike
from ontopilot.ontology.compare.consequences import sentence
from ontopilot.ontology.reasoning.reasons import Justification, Question, justify
from ontopilot.ontology.terms import Fact, FactStatus, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


@dataclass(frozen=True, slots=True)
class Reason:
    """Whether a statement holds, why in words, and the axioms from which it follows.

    Without one of the axioms it would not follow from the others. `note` says why there are none.
    """

    fact: Fact
    status: FactStatus
    statement: str
    text: str
    axioms: tuple[str, ...]
    note: str


def reason_for(ontology: "Ontology", fact: Fact) -> Reason:
    """Why a statement about terms holds, or what is against it."""
    return reasons_for(ontology, [fact])[0]


def reasons_for(ontology: "Ontology", facts: Sequence[Fact]) -> tuple[Reason, ...]:
    """The reasons of several statements; their justifications are looked for together."""
    known = [_known(ontology, _marked(ontology, fact)) for fact in facts]
    held = [fact for fact, status, _ in known if status == "supported"]
    found = iter(_justified(ontology, held))
    return tuple(
        _reason(ontology, fact, status, text, next(found) if status == "supported" else None)
        for fact, status, text in known
    )


def _reason(
    ontology: "Ontology", fact: Fact, status: FactStatus, text: str, found: Justification | None
) -> Reason:
    axioms, note = (found.axioms, found.note) if found is not None else ((), "")
    return Reason(fact, status, sentence(ontology, fact), text, axioms, note)


def _known(ontology: "Ontology", fact: Fact) -> tuple[Fact, FactStatus, str]:
    """A statement as the ontology has it, whether it holds, and why in words."""
    if fact.object == v.OWL_NOTHING:
        empty = fact.subject in ontology.reasoning.empty
        text = sentence(ontology, fact) if empty else "It may have members."
        return fact, "supported" if empty else "unknown", text
    if fact.predicate == v.RDFS_SUBPROPERTY and not isinstance(fact.object, Literal):
        held = ontology.is_a(fact.subject, fact.object)
        text = sentence(ontology, fact) if held else "The ontology says nothing about it."
        return fact, "supported" if held else "unknown", text
    checked = check(ontology, fact)
    return fact, checked.status, checked.explanation.text


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


def _justified(ontology: "Ontology", facts: list[Fact]) -> tuple[Justification, ...]:
    questions = [Question.fact(fact) for fact in facts]
    try:
        return justify(ontology.asserted, questions, ontology.label) if questions else ()
    except MissingExtra as error:
        return (Justification(note=str(error)),) * len(questions)


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
