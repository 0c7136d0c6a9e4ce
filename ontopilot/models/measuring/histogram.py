"""A histogram of fixed size whose quantiles have a known relative error."""

import math
from array import array
from dataclasses import dataclass, field

RELATIVE_ERROR = 0.02
"""How far a quantile may be from the value it stands for, as a share of that value."""

LEAST, GREATEST = 1e-5, 3600.0
"""Seconds that are told apart; what lies outside counts as the nearer of the two."""

_GROWTH = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_LOG_GROWTH = math.log(_GROWTH)
_BUCKETS = math.ceil(math.log(GREATEST / LEAST) / _LOG_GROWTH) + 1
_NOTHING = bytes(_BUCKETS * array("Q").itemsize)


def _at(value: float) -> int:
    """The bucket of a value: bucket `i` holds what lies in (LEAST·growth^(i-1), LEAST·growth^i]."""
    held = min(max(value, LEAST), GREATEST)
    return min(_BUCKETS - 1, math.ceil(math.log(held / LEAST) / _LOG_GROWTH))


@dataclass(slots=True)
class Histogram:
    """Counts of durations in seconds, in buckets that grow by a constant factor.

    DDSketch (Masson, Rim and Lee 2019) with a range that is fixed: histograms can be added up, and
    one takes 4 kB however many values it has seen.
    """

    count: int = 0
    total: float = 0.0
    _counts: "array[int]" = field(default_factory=lambda: array("Q", _NOTHING))

    def add(self, value: float, times: int = 1) -> None:
        """Note that a value was seen."""
        self._counts[_at(value)] += times
        self.count += times
        self.total += value * times

    def merge(self, other: "Histogram") -> None:
        """Add what another histogram has seen."""
        if not other.count:
            return
        self.count += other.count
        self.total += other.total
        for at, number in enumerate(other._counts):
            if number:
                self._counts[at] += number

    def quantile(self, share: float) -> float:
        """The value below which a share of the values lies; 0 when none was seen."""
        rank = max(1, math.ceil(share * self.count))
        for at, number in enumerate(self._counts):
            rank -= number
            if number and rank <= 0:
                return float(LEAST * _GROWTH**at * 2 / (1 + _GROWTH))
        return 0.0

    def below(self, bound: float) -> int:
        """How many of the values are at most `bound`, but for the relative error of a value."""
        return sum(self._counts[: _at(bound) + 1]) if bound >= LEAST else 0
