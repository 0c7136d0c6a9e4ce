"""Which plans would answer which questions: measured outcomes, joined to arrivals by a seed.

The questions are those of the demonstration shop, each asked with plans of four efforts
(`benchmarks/plan_outcomes.py`). What the ontology alone answers is taken as it was measured. How
likely a model answers the others is an assumption, since no model of a real size was at hand: a
question is the harder the fewer efforts got it right, and a model of an ability answers it as in
Rasch's model (1960). `Join` draws which question comes when, and what comes of it.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from ontopilot.errors import ConfigError

FILE = Path(__file__).with_name("outcomes.jsonl")

EFFORTS = ("bare", "draft", "reason")
"""From the least effort to the greatest."""

_BANDS = ("low", "middle", "high")


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question: what a planner sees of it, whether facts answer it, and how hard it is."""

    turn_class: str
    band: str
    facts_offer: bool
    """Whether facts alone seem to answer it."""
    facts_passed: bool
    """Whether they pass verification."""
    facts_right: bool
    difficulty: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that arrived, with the luck of its turn: normal deviates."""

    outcome: Outcome
    luck: float
    of_grade: tuple[float, ...]
    verified: tuple[float, ...]
    rated: float

    def right(self, ability: float, grade: int) -> bool:
        """Whether a model of an ability answers rightly.

        A model shares half of its luck with the other models: what one knows, others often know.
        """
        luck = (
            math.sqrt(0.5) * self.luck + math.sqrt(0.5) * self.of_grade[grade % len(self.of_grade)]
        )
        chance = 1 / (1 + math.exp(self.outcome.difficulty - ability))
        return 0.5 * math.erfc(-luck / math.sqrt(2)) < chance


@dataclass(frozen=True, slots=True)
class Verification:
    """How often verification catches what is wrong, and turns down what is right.

    From `benchmarks/verification.py`: .87 of the wrong claims about the shop, .29 of the right
    ones in words of their own, of which an answer with evidence has about a third.
    """

    caught: float = 0.87
    flagged: float = 0.10


@cache
def measured(split: str = "") -> tuple[Outcome, ...]:
    """The outcomes that come with ontopilot; of the questions `dev`, `test` or all."""
    rows = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
    return outcomes([row for row in rows if not split or row["split"] == split])


def outcomes(rows: Sequence[Mapping[str, object]]) -> tuple[Outcome, ...]:
    """Outcomes of rows as `benchmarks/plan_outcomes.py` writes them.

    Raises:
        ConfigError: there are none, or one lacks something.
    """
    if not rows:
        raise ConfigError("there are no outcomes to join; see benchmarks/plan_outcomes.py")
    try:
        scores = sorted(float(str(row["score"])) for row in rows)
        edges = [scores[len(scores) // 3], scores[2 * len(scores) // 3]]
        return tuple(_outcome(row, edges) for row in rows)
    except (KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"an outcome has no usable {error}; write it anew") from None


def _outcome(row: Mapping[str, object], edges: Sequence[float]) -> Outcome:
    right, passed, turn_class = row["right"], row["passed"], str(row["class"])
    if not isinstance(right, Mapping) or not isinstance(passed, Mapping):
        raise TypeError("'right' and 'passed'")
    failed = sum(not right[effort] for effort in EFFORTS)
    score = float(str(row["score"]))
    return Outcome(
        turn_class,
        _BANDS[sum(score >= edge for edge in edges)],
        turn_class == "facts",
        bool(passed["facts"]),
        bool(right["facts"]) and bool(passed["facts"]),
        2.0 * (failed / len(EFFORTS)) - 1.0,
    )


class Join:
    """Draws questions for arrivals.

    `noise` spreads the difficulty beyond what was measured, `runs` lets one question follow
    itself that often on average: a test of how much the order of questions matters.
    """

    def __init__(
        self, known: Sequence[Outcome], seed: int, *, noise: float = 1.0, runs: float = 1.0
    ) -> None:
        self._known = known
        self._random = np.random.default_rng(seed)
        self._noise = noise
        self._stay = 1 - 1 / max(1.0, runs)

    def draw(self, count: int) -> list[Asked]:
        """The questions of so many arrivals."""
        random = self._random
        fresh = random.integers(len(self._known), size=count)
        stays = random.random(count) < self._stay
        normal = random.standard_normal((count, 6))
        uniform = random.random((count, 3))
        found, last = [], 0
        for i in range(count):
            last = last if stays[i] and i else int(fresh[i])
            base = self._known[last]
            harder = Outcome(
                base.turn_class,
                base.band,
                base.facts_offer,
                base.facts_passed,
                base.facts_right,
                base.difficulty + self._noise * float(normal[i, 5]),
            )
            luck = tuple(float(x) for x in normal[i, 1:5])
            found.append(
                Asked(
                    harder,
                    float(normal[i, 0]),
                    luck,
                    (float(uniform[i, 0]), float(uniform[i, 1])),
                    float(uniform[i, 2]),
                )
            )
        return found
