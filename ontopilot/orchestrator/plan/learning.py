"""Statistics that live turns correct: ratios of actual to estimate, and sizes."""

import math
from collections import deque
from dataclasses import dataclass, field

from ontopilot.orchestrator.plan.quantity import Quantity

_LEAST_WEIGHT = 0.05
"""The weight of the latest value once many were seen: about the last forty count."""

_LEAST_SPREAD = 0.08
"""The smallest standard deviation of a log ratio: no engine repeats itself more exactly."""

_SLACK, _ALARM = 0.75, 10.0
"""Of the cumulative sums, in standard deviations: what is allowed each time, and what is drift."""

_MOST_LOG = math.log(1000.0)
"""A ratio beyond a thousand is a fault of the clock or of the counters."""

_RECENT = 5


@dataclass(slots=True)
class Ratio:
    """How actual values compare with what was estimated, as a log ratio that is smoothed.

    Two cumulative sums (Page 1954) tell when it no longer holds; then only the last few values
    count. Values that cannot be are counted in `refused` and change nothing.
    """

    count: int = 0
    mean: float = 0.0
    variance: float = 0.25
    resets: int = 0
    refused: int = 0
    _up: float = field(default=0.0, repr=False)
    _down: float = field(default=0.0, repr=False)
    _recent: "deque[float]" = field(
        default_factory=lambda: deque(maxlen=_RECENT), repr=False, compare=False
    )

    def add(self, actual: float, estimated: float) -> bool:
        """Take in a pair; True when what was known is dropped, since it no longer holds."""
        if not (math.isfinite(actual) and math.isfinite(estimated) and min(actual, estimated) > 0):
            self.refused += 1
            return False
        value = math.log(actual / estimated)
        if abs(value) > _MOST_LOG:
            self.refused += 1
            return False
        self._recent.append(value)
        if self.count >= _RECENT and self._drifts(value):
            self._restart()
            return True
        self._smooth(value)
        return False

    @property
    def factor(self) -> Quantity:
        """What an estimate is to be multiplied with."""
        square = min(self.variance, 0.7)
        mean = math.exp(self.mean + square / 2)
        return Quantity(mean, mean * mean * (math.exp(square) - 1))

    def _smooth(self, value: float) -> None:
        self.count += 1
        weight = max(_LEAST_WEIGHT, 1 / (self.count + 1))
        off = value - self.mean
        self.mean += weight * off
        self.variance = max(_LEAST_SPREAD**2, (1 - weight) * (self.variance + weight * off * off))

    def _drifts(self, value: float) -> bool:
        off = (value - self.mean) / max(math.sqrt(self.variance), _LEAST_SPREAD)
        off = min(4.0, max(-4.0, off))
        self._up = max(0.0, self._up + off - _SLACK)
        self._down = max(0.0, self._down - off - _SLACK)
        return max(self._up, self._down) > _ALARM

    def _restart(self) -> None:
        ordered = sorted(self._recent)
        self.mean = ordered[len(ordered) // 2]
        self.variance, self.count = 0.25, 1
        self._up = self._down = 0.0
        self.resets += 1
        self._recent.clear()


_LEAST_SHARE = 0.02
"""The weight of the latest size once many were seen: about the last hundred count."""


@dataclass(slots=True)
class Measure:
    """The size of something, such as the tokens of an answer: mean and variance, smoothed.

    What it starts from counts as one value.
    """

    mean: float
    variance: float
    count: int = 1
    refused: int = 0

    def add(self, actual: float) -> None:
        """Take in a value; what cannot be is refused."""
        if not (math.isfinite(actual) and actual > 0):
            self.refused += 1
            return
        self.count += 1
        weight = max(_LEAST_SHARE, 1 / self.count)
        off = actual - self.mean
        self.mean += weight * off
        self.variance = (1 - weight) * (self.variance + weight * off * off)

    @property
    def quantity(self) -> Quantity:
        """What the next one will be."""
        return Quantity(self.mean, self.variance)
