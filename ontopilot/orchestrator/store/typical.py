"""How long the steps of a turn usually take: running medians over the last turns."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median
from typing import Any

from ontopilot.orchestrator.plan.plan import Operator

WINDOW = 51
"""Turns that a median covers."""


class Typical:
    """Medians of the milliseconds of each step; may be used from any thread.

    `stored` gives the steps of the last turns, oldest first; it is asked once, when needed.
    """

    def __init__(self, stored: Callable[[], Iterable[tuple[str, float]]]) -> None:
        self._stored = stored
        self._known = False
        self._times: defaultdict[str, deque[float]] = defaultdict(lambda: deque(maxlen=WINDOW))
        self._medians: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, steps: Iterable[tuple[str, float]]) -> None:
        """Take in what the steps of a stored turn took, in milliseconds."""
        with self._lock:
            if self._known:
                self._take(steps)

    def medians(self) -> Mapping[str, float]:
        """The median of every step so far."""
        with self._lock:
            if not self._known:
                self._take(self._stored())
                self._known = True
            return dict(self._medians)

    def _take(self, steps: Iterable[tuple[str, float]]) -> None:
        touched = set()
        for name, milliseconds in steps:
            self._times[name].append(milliseconds)
            touched.add(name)
        for name in touched:
            self._medians[name] = median(self._times[name])


def step_rows(turn: str, operators: Sequence[Operator]) -> list[dict[str, Any]]:
    """The steps of a turn as rows of their table; the parts of a step are not kept."""
    return [
        {
            "turn": turn,
            "position": position,
            "name": step.name,
            "estimated_ms": step.estimated_ms,
            "actual_ms": step.actual_ms,
            "runs": step.runs,
        }
        for position, step in enumerate(step for step in operators if not step.of)
    ]
