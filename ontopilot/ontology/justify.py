"""Minimal justifications: axioms by which something is as it is found to be, none too many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ontopilot.errors import MissingExtra
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.justifying.axioms import Axiom, axioms_of
from ontopilot.ontology.justifying.cases import Cases, Unanswered
from ontopilot.ontology.justifying.minimal import enough, minimal
from ontopilot.ontology.owl.manchester import quoted
from ontopilot.ontology.rdf.triples import Triple, Triples
from ontopilot.ontology.reason import RuleReasoner
from ontopilot.ontology.reasoning.tableau import Tableau
from ontopilot.ontology.terms import Fact, FactCheck, FactStatus, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

SECONDS = 20.0
"""How long all questions together may take."""
_WITHOUT_CASES = RuleReasoner("auto", Tableau("saturation", 10.0))
_DENIED = Iri("_:denied")


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be justified: that a claim has a status, or without one that axioms contradict.

    That nothing can be a member of a class is the claim that it is below `owl:Nothing`.
    """

    fact: Fact | None = None
    status: FactStatus = "supported"
    closed_world: bool = True

    @classmethod
    def empty(cls, iri: Iri) -> "Question":
        """Why nothing can be a member of a class."""
        return cls(Fact(iri, v.RDFS_SUBCLASS, v.OWL_NOTHING))

    @classmethod
    def contradiction(cls) -> "Question":
        """Why not all axioms can be true."""
        return cls()


@dataclass(frozen=True, slots=True)
class Justification:
    """The axioms behind something, in Manchester syntax; `note` says why there are none."""

    axioms: tuple[str, ...] = ()
    note: str = ""


def justify(
    ontology: "Ontology", questions: Sequence[Question], *, seconds: float = SECONDS
) -> tuple[Justification, ...]:
    """For each question a set of axioms that suffice, of which none can be left out.

    Axioms are tried from near the claim outwards, and what suffices is then thinned by halves. A
    few axioms suffice where they are found to as a load finds it, without cases; else where they
    contradict the denial of the claim by cases.
    """
    axioms, background = axioms_of(ontology.asserted)
    with Cases(seconds) as cases:
        return tuple(
            _Search(ontology, question, axioms, background, cases).run() for question in questions
        )


def as_checked(
    ontology: "Ontology", checked: FactCheck, *, closed_world: bool = True
) -> Justification:
    """Why a claim is what it was found to be; an unknown one has no justification."""
    if checked.status == "unknown":
        return Justification()
    (found,) = justify(ontology, [Question(checked.fact, checked.status, closed_world)])
    return found


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for one justification."""

    ontology: "Ontology"
    question: Question
    axioms: Sequence[Axiom]
    background: Sequence[Triple]
    cases: Cases

    def run(self) -> Justification:
        """The first minimal set that is found, or why there is none."""
        try:
            for holds in (self._found, self._denied):
                near = enough(self.axioms, _terms(self.question.fact), holds)
                if near is not None:
                    least = minimal(near, holds)
                    return Justification(tuple(one.text(self._name) for one in least))
        except Unanswered as error:
            return Justification(note=str(error))
        except ModuleNotFoundError as error:
            missing = MissingExtra(str(error.name), extra="reasoning", purpose="a justification")
            return Justification(note=str(missing))
        return Justification(note="no justification is found")

    def _name(self, iri: Iri) -> str:
        return quoted(self.ontology.label(iri))

    def _triples(self, chosen: Iterable[Axiom]) -> list[Triple]:
        return [*self.background, *(triple for one in chosen for triple in one.triples)]

    def _found(self, chosen: Sequence[Axiom]) -> bool:
        """Whether some of the axioms, loaded alone, give the claim its status."""
        self.cases.left()
        loaded = replace(self.ontology.loaded, triples=Triples.of(self._triples(chosen)))
        inference = _WITHOUT_CASES.infer(loaded.triples)
        fact = self.question.fact
        if fact is None or inference.contradiction is not None:
            return fact is None and inference.contradiction is not None
        part = type(self.ontology)(loaded, inference.triples, inference.report, ("en", ""))
        (checked,) = part.check([fact], closed_world=self.question.closed_world)
        return checked.status == self.question.status

    def _denied(self, chosen: Sequence[Axiom]) -> bool:
        """Whether some of the axioms contradict, by cases, the denial of the claim."""
        denial = _denial(self.question)
        return denial is not None and self.cases.contradict((*self._triples(chosen), *denial))


def _terms(fact: Fact | None) -> set[Iri]:
    """The terms from which the axioms for a claim are looked for; none for a contradiction."""
    if fact is None:
        return set()
    named = {node for node in fact.triple if not isinstance(node, Literal)}
    return {one for one in named if not one.startswith(v.BUILT_IN)}


def _denial(question: Question) -> tuple[Triple, ...] | None:
    """Triples that contradict the axioms exactly where what is asked follows from them."""
    fact = question.fact
    if fact is None:
        return ()
    if question.status != "supported" or fact.predicate == v.RDFS_SUBPROPERTY:
        return None
    if fact.predicate in (v.RDF_TYPE, v.RDFS_SUBCLASS) and not isinstance(fact.object, Literal):
        one = fact.subject if fact.predicate == v.RDF_TYPE else Iri("urn:ontopilot:one")
        member = (one, v.RDF_TYPE, fact.subject)
        return (
            *((member,) if one != fact.subject else ()),
            (one, v.RDF_TYPE, v.OWL_NAMED_INDIVIDUAL),
            (one, v.RDF_TYPE, _DENIED),
            (_DENIED, v.RDF_TYPE, v.OWL_CLASS),
            (_DENIED, v.OWL_COMPLEMENT, fact.object),
        )
    target = v.OWL_TARGET_VALUE if isinstance(fact.object, Literal) else v.OWL_TARGET
    return (
        (_DENIED, v.RDF_TYPE, v.OWL_NEGATIVE),
        (_DENIED, v.OWL_SOURCE, fact.subject),
        (_DENIED, v.OWL_ASSERTION_PROPERTY, fact.predicate),
        (_DENIED, target, fact.object),
    )
