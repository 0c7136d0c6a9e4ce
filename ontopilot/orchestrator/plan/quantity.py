"""Quantities that are not known exactly: seconds, tokens, prices."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import NormalDist

_NORMAL = NormalDist()
_MOST_SPREAD = 2.0
"""The largest variance as a share of the squared mean; beyond it a quantile of a lognormal falls
while its mean grows, which no waiting time does."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity above 0 by its mean and variance, taken as lognormal.

    Sums of independent ones are lognormal again, by their first two moments (Fenton 1960).

    >>> round(Quantity.between(1.0, 3.0).quantile(0.95), 9)
    3.0
    """

    mean: float = 0.0
    variance: float = 0.0

    @classmethod
    def between(cls, p50: float, p95: float) -> "Quantity":
        """One with this median and this 95 % quantile."""
        if not p50 > 0:
            return cls(max(p95, 0.0))
        sigma = max(0.0, math.log(max(p95, p50) / p50)) / _NORMAL.inv_cdf(0.95)
        square = sigma * sigma
        mean = p50 * math.exp(square / 2)
        return cls(mean, mean * mean * (math.exp(square) - 1))

    def __add__(self, other: "Quantity") -> "Quantity":
        """The sum with one that is independent of it."""
        return Quantity(self.mean + other.mean, self.variance + other.variance)

    def times(self, factor: float) -> "Quantity":
        """So many times as much."""
        return Quantity(self.mean * factor, self.variance * factor * factor)

    def by(self, other: "Quantity") -> "Quantity":
        """The product with one that is independent of it."""
        mean = self.mean * other.mean
        second = (self.variance + self.mean**2) * (other.variance + other.mean**2)
        return Quantity(mean, max(0.0, second - mean * mean))

    def quantile(self, share: float) -> float:
        """The value below which it lies with a probability of `share`."""
        if self.mean <= 0:
            return 0.0
        square = self._square()
        spread = math.sqrt(square) * _NORMAL.inv_cdf(share) - square / 2
        return self.mean * math.exp(spread)

    def below(self, bound: float) -> float:
        """The probability that it is at most `bound`."""
        if self.mean <= 0:
            return 1.0 if bound >= 0 else 0.0
        if bound <= 0:
            return 0.0
        square = self._square()
        if square == 0:
            return 1.0 if self.mean <= bound else 0.0
        return _NORMAL.cdf((math.log(bound / self.mean) + square / 2) / math.sqrt(square))

    def _square(self) -> float:
        """The variance of the logarithm."""
        return math.log1p(min(self.variance / (self.mean * self.mean), _MOST_SPREAD))


NOTHING = Quantity()


def total(parts: Iterable[Quantity]) -> Quantity:
    """The sum of independent quantities."""
    mean = variance = 0.0
    for part in parts:
        mean += part.mean
        variance += part.variance
    return Quantity(mean, variance)


@dataclass(frozen=True, slots=True)
class Either:
    """What takes `usual`, and with a probability of `chance` also `extra`: a plan that may go on.

    `total` is the whole by its moments; probabilities and quantiles are those of the mixture.
    """

    usual: Quantity
    extra: Quantity = NOTHING
    chance: float = 0.0

    @property
    def mean(self) -> float:
        """What it takes on average."""
        return self.usual.mean + self.chance * self.extra.mean

    def below(self, bound: float) -> float:
        """The probability that the whole is at most `bound`."""
        usual = self.usual.below(bound)
        if not self.chance:
            return usual
        return (1 - self.chance) * usual + self.chance * (self.usual + self.extra).below(bound)

    def quantile(self, share: float) -> float:
        """The value below which the whole lies with a probability of `share`."""
        low, high = self.usual.quantile(share), (self.usual + self.extra).quantile(share)
        if not self.chance or high <= low:
            return low
        for _ in range(20):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < share else (low, middle)
        return high
