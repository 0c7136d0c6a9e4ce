"""95 % intervals by resampling questions, with a fixed seed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 0


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; `value` is `None` where there was nothing to count.

    `count` of `of` for a share; for a quantile of times `of` is the number of times.
    """

    value: float | None
    low: float | None
    high: float | None
    count: float
    of: float


def share(parts: Sequence[tuple[float, float]]) -> Estimate:
    """Estimate a ratio of sums over questions, each of which gives (counted, out of)."""
    counted = [pair for pair in parts if pair[1]]
    if not counted:
        return Estimate(None, None, None, 0, 0)
    pairs = np.array(counted, dtype=np.float64)
    top, bottom = pairs.sum(axis=0)
    sums = pairs[_draws(len(counted))].sum(axis=1)
    low, high = np.quantile(sums[:, 0] / sums[:, 1], [0.025, 0.975])
    return Estimate(float(top / bottom), float(low), float(high), float(top), float(bottom))


def quantile(values: Sequence[float], q: float) -> Estimate:
    """Estimate a quantile of times."""
    if not values:
        return Estimate(None, None, None, 0, 0)
    array = np.array(values, dtype=np.float64)
    spread = np.quantile(array[_draws(len(values))], q, axis=1)
    low, high = np.quantile(spread, [0.025, 0.975])
    number = len(values)
    return Estimate(float(np.quantile(array, q)), float(low), float(high), number, number)


def mean(values: Sequence[float]) -> Estimate:
    """Estimate a mean."""
    if not values:
        return Estimate(None, None, None, 0, 0)
    array = np.array(values, dtype=np.float64)
    low, high = np.quantile(array[_draws(len(values))].mean(axis=1), [0.025, 0.975])
    number = len(values)
    return Estimate(float(array.mean()), float(low), float(high), float(array.sum()), number)


def _draws(size: int) -> NDArray[np.int64]:
    return np.random.default_rng(SEED).integers(0, size, size=(RESAMPLES, size))
