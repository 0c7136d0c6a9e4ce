"""Reasoning: what follows from an ontology, and whether it contradicts itself."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ontopilot.errors import ConfigError, MissingExtra
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.contradiction import Contradiction, find_contradiction
from ontopilot.ontology.rdf.kinds import kinds_of
from ontopilot.ontology.rdf.normal import logical
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Triple, Triples, is_blank
from ontopilot.ontology.reasoning.classified import Classified, Classifier
from ontopilot.ontology.reasoning.hermit import Hermit
from ontopilot.ontology.reasoning.rules import materialise
from ontopilot.ontology.reasoning.tableau import Tableau
from ontopilot.ontology.terms import Iri

_SILENT = (v.OWL_THING, v.RDFS_LITERAL, v.OWL_TOP_OBJECT, v.OWL_TOP_DATA)
_LONGEST = 86_400
_BY_RULES = "facts that need case distinction or unnamed things are not found"


@dataclass(frozen=True, slots=True)
class ReasoningReport:
    """Which engine ran, whether it finds every consequence, and how long it took.

    `empty` names the classes that no individual can be a member of. `stopped` says that the limit
    of seconds was passed, so that another run may find more.
    """

    engine: str
    complete: bool
    seconds: float
    note: str
    empty: tuple[Iri, ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Inference:
    """What a reasoner found: consequences, and why the ontology is inconsistent if it is."""

    triples: tuple[Triple, ...]
    contradiction: Contradiction | None
    report: ReasoningReport


class Reasoner(Protocol):
    """Finds the consequences of an ontology."""

    def infer(self, triples: Triples) -> Inference:
        """Memberships, subclasses and property values that follow; none that does not follow."""
        ...


@dataclass(frozen=True, slots=True)
class Asserted:
    """Reasons not at all: the hierarchies and facts as the files state them."""

    def infer(self, triples: Triples) -> Inference:
        """Nothing beyond the triples."""
        return Inference((), None, ReasoningReport("none", False, 0.0, "only what is asserted"))


@dataclass(frozen=True, slots=True)
class RuleReasoner:
    """OWL 2 RL rules over the axioms and over what a classifier adds to them."""

    name: str
    classifier: Classifier | None = None

    def infer(self, triples: Triples) -> Inference:
        """Classify, apply the rules until nothing new follows, and look for contradictions."""
        began = time.perf_counter()
        found = Classified(complete=False, note=_BY_RULES)
        if self.classifier is not None:
            found = self.classifier.classify(triples)
        told = (*found.triples, *_of_everything(triples, found.triples))
        axioms = closed = Triples.of((*logical(triples), *told))
        first = find_contradiction(triples, axioms)
        if first is None and found.contradiction is None:
            closed = Triples.of((*axioms, *materialise(axioms)))
            first = find_contradiction(triples, closed)
        seconds = time.perf_counter() - began
        note = "; ".join(filter(None, (found.note, self._ignored(triples))))
        empty, stopped = _empty(closed), found.stopped
        return Inference(
            tuple(_new(triples, closed)),
            first or found.contradiction,
            ReasoningReport(self.name, found.complete, seconds, note, empty, stopped),
        )

    def _ignored(self, triples: Triples) -> str:
        """What is said of SWRL rules where the classifier does not apply them."""
        count = 0 if isinstance(self.classifier, Hermit) else len(of_type(triples, v.SWRL_IMP))
        return f"SWRL rules are kept and not applied ({count})" if count else ""


ENGINES: Mapping[str, Callable[[float | None], Reasoner]] = {
    "auto": lambda seconds: RuleReasoner("auto", Tableau("fitting", seconds or 10.0)),
    "hermit": lambda seconds: RuleReasoner("hermit", Hermit(seconds or 600.0)),
    "none": lambda _: Asserted(),
    "rules": lambda _: RuleReasoner("rules"),
    "rustdl": lambda seconds: RuleReasoner("rustdl", Tableau("tableau", seconds or 60.0)),
}
"""The reasoners by the name that `Ontology.load(reasoner=…)` takes, with their time limits."""


def infer(triples: Triples, *, reasoner: str, seconds: float | None = None) -> Inference:
    """What follows from triples, by the reasoner of a name, which classifies for so many seconds.

    Raises:
        ConfigError: there is no reasoner of that name, it lacks something on this machine, or the
            limit is not above zero.
    """
    if reasoner not in ENGINES:
        raise ConfigError(f"reasoner={reasoner!r}: use one of {', '.join(ENGINES)}")
    if seconds is not None and not 0 < seconds <= _LONGEST:
        raise ConfigError(
            f"reasoning_seconds={seconds!r}: give a number above 0 and up to {_LONGEST}"
        )
    try:
        return ENGINES[reasoner](seconds).infer(triples)
    except ModuleNotFoundError as error:
        purpose = f"reasoner={reasoner!r}"
        raise MissingExtra(str(error.name), extra="reasoning", purpose=purpose) from error


def _of_everything(triples: Triples, found: Sequence[Triple]) -> Iterator[Triple]:
    """The members and subclasses of classes that everything is in, which rules do not fill."""
    everything = [cls for one, _, cls in found if one == v.OWL_THING]
    for iri, kind in kinds_of(triples).items() if everything else ():
        for cls in everything:
            if kind == "individual":
                yield iri, v.RDF_TYPE, cls
            elif kind == "class" and iri != cls:
                yield iri, v.RDFS_SUBCLASS, cls


def _new(triples: Triples, closed: Triples) -> list[Triple]:
    """The consequences worth keeping, in order: about named things, not true of everything."""
    found = [
        (subject, predicate, value)
        for subject, predicate, value in closed
        if subject != value
        and value not in _SILENT
        and not (is_blank(subject) or is_blank(value) or subject.startswith(v.BUILT_IN))
        and predicate not in (v.OWL_SAME_AS, v.OWL_DIFFERENT_FROM)
        and value not in triples.values(subject, predicate)
    ]
    return sorted(found, key=lambda one: (one[0], one[1], str(one[2])))


def _empty(closed: Triples) -> tuple[Iri, ...]:
    below = closed.pairs(v.RDFS_SUBCLASS)
    empty = {cls for cls, above in below if above == v.OWL_NOTHING and not is_blank(cls)}
    return tuple(sorted(empty - {v.OWL_NOTHING}))
