"""Forecasts of demand: several forecasters compete, and the one that erred least is believed."""

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

Forecaster = Callable[[Sequence[float], int], float]
"""From past values, oldest first and at least one, to the value so many steps ahead."""

_HISTORY = 64
_FADE = 0.8
"""What the error of a step counts a step later."""

_SHORT = 1.5
"""How much worse it is to foresee too little than too much: queues grow faster than idle cores
cost."""


def last(values: Sequence[float], ahead: int) -> float:
    """What was there a moment ago: the reactive forecast."""
    del ahead
    return values[-1]


def smoothed(values: Sequence[float], ahead: int) -> float:
    """An exponential mean."""
    del ahead
    level = values[0]
    for value in values:
        level += 0.35 * (value - level)
    return level


def trend(values: Sequence[float], ahead: int) -> float:
    """Level and damped trend (Holt 1957, Gardner and McKenzie 1985)."""
    level, slope, damp = values[0], 0.0, 0.85
    for value in values[1:]:
        before = level
        level += damp * slope + 0.5 * (value - level - damp * slope)
        slope = damp * slope + 0.3 * (level - before - damp * slope)
    return max(0.0, level + slope * damp * (1 - damp**ahead) / (1 - damp))


def peak(values: Sequence[float], ahead: int) -> float:
    """The highest of the last few steps."""
    del ahead
    return max(values[-5:])


FORECASTERS: dict[str, Forecaster] = {
    "last": last,
    "smoothed": smoothed,
    "trend": trend,
    "peak": peak,
}


@dataclass(slots=True)
class Demand:
    """A series of demand, one value a step, and what every forecaster made of it.

    >>> demand = Demand()
    >>> for value in (1.0, 2.0, 3.0, 4.0, 5.0, 6.0):
    ...     demand.add(value)
    >>> demand.best()
    'trend'
    """

    ahead: int = 1
    only: str = ""
    """The one forecaster that is asked, where there is to be no competition."""
    values: "deque[float]" = field(default_factory=lambda: deque(maxlen=_HISTORY))
    errors: dict[str, float] = field(default_factory=lambda: dict.fromkeys(FORECASTERS, 0.0))
    _told: "deque[dict[str, float]]" = field(default_factory=deque, repr=False)

    def add(self, value: float) -> None:
        """Take in the demand of a step; what cannot be is taken as the last one."""
        if not (math.isfinite(value) and value >= 0):
            value = self.values[-1] if self.values else 0.0
        if len(self._told) >= self.ahead:
            for name, told in self._told.popleft().items():
                off = value - told
                self.errors[name] = _FADE * self.errors[name] + (_SHORT * off if off > 0 else -off)
        self.values.append(value)
        past = list(self.values)
        self._told.append({n: make(past, self.ahead) for n, make in FORECASTERS.items()})

    def best(self) -> str:
        """The forecaster that is believed."""
        if self.only:
            return self.only
        return min(self.errors, key=lambda name: self.errors[name])

    def forecast(self) -> float:
        """The demand `ahead` steps from now; 0 where nothing was seen."""
        return self._told[-1][self.best()] if self._told else 0.0
