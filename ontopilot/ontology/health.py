"""The whole check of an ontology: what was reasoned, its profiles, its size, what to look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ontopilot.ontology.claims.contradiction import Contradiction
from ontopilot.ontology.justify import Justification, Question, justify
from ontopilot.ontology.load import load
from ontopilot.ontology.look.axioms import Axioms
from ontopilot.ontology.look.metrics import Metrics, measure
from ontopilot.ontology.look.profile import Profile, profiles
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.pitfalls import ends, meaning, tree, use, words
from ontopilot.ontology.pitfalls.finding import Finding, Severity
from ontopilot.ontology.pitfalls.scope import Scope
from ontopilot.ontology.reason import ReasoningReport, infer

RULES: Final[tuple[Callable[[Scope], Iterator[Finding]], ...]] = (
    use.no_words,
    use.mixed,
    use.undeclared,
    tree.circles,
    ends.several,
    ends.inverses,
    ends.characteristics,
    ends.undeclared_inverses,
    ends.kind_of,
    meaning.and_for_or,
    meaning.own_part,
    meaning.self_defined,
    tree.synonyms,
    use.given_up,
    use.unconnected,
    use.untyped,
    words.called_alike,
    words.unlabelled,
    words.undefined,
    tree.undivided,
)
"""The checks, those about what is wrong before those about what is missing."""

FINDS: Final = {
    "auto": "classes by saturation, without case distinctions; facts by the rules of OWL 2 RL",
    "hermit": "consistency, classes, types and object values of OWL 2 DL",
    "none": "nothing beyond what is asserted",
    "rules": "facts by the rules of OWL 2 RL, and classes only as far as these go",
    "rustdl": "classes and consistency by a tableau; facts by the rules of OWL 2 RL",
}
"""What each engine looks for."""
_SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Health:
    """What the check of a file found, the errors first."""

    ontology: Ontology
    reasoning: ReasoningReport
    consistent: bool
    profiles: tuple[Profile, ...]
    metrics: Metrics
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether there is no error."""
        return self.count("error") == 0

    @property
    def language(self) -> str:
        """The smallest part of OWL 2 that holds the ontology: EL, QL or RL, else DL, else Full."""
        fitting = [one.name for one in self.profiles if one.fits]
        small = [name for name in fitting if name != "DL"]
        return " and ".join(small) or (fitting[0] if fitting else "Full")

    def count(self, severity: Severity) -> int:
        """How many findings there are of a severity."""
        return sum(one.severity == severity for one in self.findings)


def examine(path: Path | str, *, reasoner: str = "auto") -> Health:
    """Check a file and its imports; an import that is not there or a contradiction is a finding.

    Raises:
        OntologyNotFound: there is no such file.
        OntologySyntaxError: it is malformed, cut off, empty or binary.
        ConfigError: there is no such reasoner, or it lacks something on this machine.

    Example:
        >>> health = examine("shop.owl")  # doctest: +SKIP
        >>> [finding.message for finding in health.findings]  # doctest: +SKIP
    """
    loaded = load(Path(path), allow_missing_imports=True)
    inference = infer(loaded.triples, reasoner=reasoner)
    wrong = inference.contradiction
    inferred = inference.triples if wrong is None else ()
    ontology = Ontology(loaded, inferred, inference.report, ("en", ""))
    axioms = Axioms(ontology)
    findings = [*_missing(ontology), *_unreasonable(ontology, wrong)]
    scope = Scope(ontology, axioms)
    findings += [finding for rule in RULES for finding in rule(scope)]
    findings.sort(key=lambda one: _SEVERITIES.index(one.severity))
    return Health(
        ontology,
        inference.report,
        wrong is None,
        profiles(axioms),
        measure(ontology, axioms),
        tuple(findings),
    )


def _missing(ontology: Ontology) -> Iterator[Finding]:
    for iri in ontology.missing:
        yield Finding(
            "missing-import",
            "error",
            (iri,),
            f"the import {str(iri)!r} is not on this disk, so that the agents cannot load the file",
            "put the file beside this one, or name its place in catalog-v001.xml",
        )


def _unreasonable(ontology: Ontology, wrong: Contradiction | None) -> Iterator[Finding]:
    """A contradiction, or the classes that nothing can be a member of, the plainest first."""
    if wrong is not None:
        (found,) = justify(ontology, [Question.contradiction()])
        yield _contradiction(wrong, found)
        return
    empty = ontology.reasoning.empty
    reasons = justify(ontology, [Question.empty(iri) for iri in empty])
    for iri, found in sorted(
        zip(empty, reasons, strict=True), key=lambda one: (len(one[1].axioms) or 99, one[0])
    ):
        why = f" ({found.note})" if found.note else ""
        yield Finding(
            "unsatisfiable",
            "error",
            (iri,),
            f"nothing can be a member of {ontology.label(iri)!r}{why}",
            "correct one of the axioms below; the ? beside owl:Nothing tells them too",
            found.axioms,
        )


def _contradiction(wrong: Contradiction, found: Justification) -> Finding:
    return Finding(
        "inconsistent",
        "error",
        (),
        f"the ontology contradicts itself: {wrong.text}",
        "correct one of the axioms below"
        if found.axioms
        else f"correct one of the statements below ({found.note})",
        found.axioms or wrong.axioms,
    )
