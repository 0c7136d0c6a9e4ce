"""The quality model: how likely a plan is to answer rightly, with a lower bound.

Two counts are kept. Whether verification *passes* what a plan drafted is seen at every turn; it
depends on the class of the turn, on how near the evidence was, and on the plan. Whether what
passed was *right* is told by people who rate or correct; it depends on what drafted. A plan is
right when something passes that is right.

Counts of a class borrow from the counts of all classes while there are few (empirical Bayes): a
level is worth `BORROWED` turns to the next one.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

from ontopilot.orchestrator.plan.learning import Tally
from ontopilot.orchestrator.plan.space import Candidate

BORROWED = 6.0
_TRUSTED = 2.0
"""Turns that a prior of its own is worth."""

LOWER_SHARE = 0.9
"""The probability that a lower bound holds."""

_Z = NormalDist().inv_cdf(LOWER_SHARE)

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
class Quality:
    """Counts of what passed and of what was right; `priors` gives what is expected of a grade."""

    priors: Mapping[str, float] = field(default_factory=dict)
    tallies: dict[Key, Tally] = field(default_factory=dict)
    half_life: float = 500.0

    def passes(self, seen: Evidenced, arm: Key) -> Odds:
        """How likely verification passes what an arm drafts."""
        return self._odds(_levels("pass", arm, (seen.turn_class, seen.band)), self._prior(arm))

    def right(self, seen: Evidenced, grade: str) -> Odds:
        """How likely what passed is right."""
        return self._odds(_levels("right", (grade,), (seen.turn_class,)), 0.92)

    def note_pass(self, seen: Evidenced, arm: Key, *, passed: bool) -> None:
        """Take in whether verification passed what an arm drafted."""
        self._note(_levels("pass", arm, (seen.turn_class, seen.band)), float(passed), 1.0)

    def note_right(self, seen: Evidenced, grade: str, *, right: float, weight: float = 1.0) -> None:
        """Take in whether what passed was right, by a rating or a correction."""
        self._note(_levels("right", (grade,), (seen.turn_class,)), right, weight)

    def forget(self, grade: str) -> None:
        """Drop what was counted of a grade: another model answers under its name."""
        for key in [key for key in self.tallies if grade in key]:
            del self.tallies[key]

    def _prior(self, arm: Key) -> float:
        grades = [self.priors[name] for name in arm if name in self.priors]
        return grades[-1] if grades else 0.6

    def _odds(self, levels: Sequence[Key], prior: float) -> Odds:
        mean, strength, seen = prior, _TRUSTED, 0.0
        for key in levels:
            tally = self.tallies.get(key)
            if tally is None:
                break
            seen = tally.seen
            mean = (strength * mean + tally.right) / (strength + seen)
            strength = min(BORROWED, strength + seen)
        return Odds(mean, _lower(mean, strength + seen), seen)

    def _note(self, levels: Sequence[Key], right: float, weight: float) -> None:
        for key in levels:
            tally = self.tallies.get(key)
            if tally is None:
                tally = self.tallies[key] = Tally(half_life=self.half_life)
            tally.add(right=right, weight=weight)


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


def _levels(kind: str, base: Key, further: Sequence[str]) -> list[Key]:
    """Keys from the general to the particular; an empty part ends them."""
    levels: list[Key] = [(kind, *base)]
    for part in further:
        if not part:
            break
        levels.append((*levels[-1], part))
    return levels


def _lower(mean: float, count: float) -> float:
    """The lower bound of Wilson's interval (1927) for a share of `count` turns."""
    square = _Z * _Z / count
    middle = mean + square / 2
    spread = _Z * math.sqrt(max(0.0, mean * (1 - mean)) / count + square / (4 * count))
    return max(0.0, (middle - spread) / (1 + square))
