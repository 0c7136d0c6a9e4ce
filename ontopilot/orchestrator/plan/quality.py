"""The quality model: how likely a plan is to answer rightly, with a lower bound.

Two things are learned. Whether verification *passes* what a plan drafted is seen at every turn; it
depends on the class of the turn, on how near the evidence was, and on the plan. Whether what
passed was *right* is told by people who rate or correct; it depends on what drafted. A plan is
right when something passes that is right.

Each is a logistic regression on a few indicators, so that a plan that is chosen for hard turns is
not taken for a bad one. It is learned turn by turn with a Gaussian posterior whose covariance is
diagonal (Chapelle and Li 2011), and forgets slowly.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from ontopilot.orchestrator.plan.space import Candidate

LOWER_SHARE = 0.9
"""The probability that a lower bound holds."""

_Z = NormalDist().inv_cdf(LOWER_SHARE)

_PRECISION = 4.0
"""That of the prior of a weight: what a turn may at most move it by is a quarter."""

_KEPT = 0.999
"""What a turn counts a turn later, of those that share an indicator."""

_USUALLY_RIGHT = 0.92
_USUALLY_PASSES = 0.6

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Odds:
    """A probability: its mean, a lower bound, and how many turns it rests on."""

    mean: float
    low: float
    seen: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidenced:
    """The class of a turn, and how near the evidence was that retrieval found: "" before it."""

    turn_class: str
    band: str = ""


@dataclass(slots=True)
class Weight:
    """The weight of an indicator, its precision, and how many turns had it."""

    mean: float = 0.0
    precision: float = _PRECISION
    seen: float = 0.0


_UNKNOWN = Weight()


@dataclass(slots=True)
class Quality:
    """What passed and what was right; `priors` gives what is expected of a grade."""

    priors: Mapping[str, float] = field(default_factory=dict)
    weights: dict[Key, Weight] = field(default_factory=dict)

    def passes(self, seen: Evidenced, arm: Key) -> Odds:
        """How likely verification passes what an arm drafts."""
        return self._odds(_passing(seen, arm), self._prior(arm))

    def right(self, seen: Evidenced, grade: str) -> Odds:
        """How likely what passed is right."""
        return self._odds(_being_right(seen, grade), _USUALLY_RIGHT)

    def note_pass(self, seen: Evidenced, arm: Key, *, passed: bool) -> None:
        """Take in whether verification passed what an arm drafted."""
        self._note(_passing(seen, arm), self._prior(arm), float(passed), 1.0)

    def note_right(self, seen: Evidenced, grade: str, *, right: float, weight: float = 1.0) -> None:
        """Take in whether what passed was right, by a rating or a correction."""
        self._note(_being_right(seen, grade), _USUALLY_RIGHT, right, weight)

    def forget(self, grade: str) -> None:
        """Drop what was learned of a grade: another model answers under its name."""
        for key in [key for key in self.weights if grade in key]:
            del self.weights[key]

    def _prior(self, arm: Key) -> float:
        grades = [self.priors[name] for name in arm if name in self.priors]
        return grades[-1] if grades else _USUALLY_PASSES

    def _odds(self, keys: Sequence[Key], prior: float) -> Odds:
        known = [self.weights.get(key, _UNKNOWN) for key in keys]
        score = _logit(prior) + sum(weight.mean for weight in known)
        variance = sum(1 / weight.precision for weight in known)
        mean = _logistic(score / math.sqrt(1 + math.pi * variance / 8))
        return Odds(mean, _logistic(score - _Z * math.sqrt(variance)), known[-1].seen)

    def _note(self, keys: Sequence[Key], prior: float, right: float, weight: float) -> None:
        known = [self.weights.setdefault(key, Weight()) for key in keys]
        chance = _logistic(_logit(prior) + sum(one.mean for one in known))
        off, sureness = weight * (right - chance), weight * chance * (1 - chance)
        for one in known:
            one.precision = _PRECISION + _KEPT * (one.precision - _PRECISION) + sureness
            one.mean += off / one.precision
            one.seen = _KEPT * one.seen + weight


def arm(candidate: Candidate, grades: Mapping[str, str], *, second: bool = False) -> Key:
    """What drafts in a candidate, as the counts name it; `second`: after the first attempt."""
    if candidate.strategy == "facts":
        return ("facts",)
    effort = f"{candidate.evidence}+{candidate.hops}"
    if candidate.strategy == "reason":
        grade = grades.get(candidate.reasoner, candidate.reasoner)
        return ("reason", str(candidate.thinking), effort, grade)
    generator = grades.get(candidate.generator, candidate.generator)
    if not second:
        return ("draft", effort, generator)
    reasoner = grades.get(candidate.reasoner, candidate.reasoner)
    return ("then", str(candidate.thinking), generator, reasoner)


def _passing(seen: Evidenced, arm: Key) -> list[Key]:
    """The indicators of a draft: what drafts, with which effort, for whom; the last is its own."""
    drafts, effort = (arm[0], *arm[2:]), arm[1] if len(arm) > 1 else ""
    keys: list[Key] = [("drafts", *drafts), ("class", arm[0], seen.turn_class)]
    if effort:
        keys.append(("effort", arm[0], effort))
    if seen.band:
        keys.append(("band", arm[0], seen.band))
    keys.append(("drafts for", seen.turn_class, *arm))
    return keys


def _being_right(seen: Evidenced, grade: str) -> list[Key]:
    """The indicators of what passed: who drafted it, and for whom."""
    return [("right", grade), ("right for", grade, seen.turn_class)]


def _logit(share: float) -> float:
    held = min(max(share, 0.01), 0.99)
    return math.log(held / (1 - held))


def _logistic(score: float) -> float:
    return 1 / (1 + math.exp(-min(max(score, -30.0), 30.0)))
