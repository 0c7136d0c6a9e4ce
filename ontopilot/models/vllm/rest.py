"""Rests between starts: what ends at once is not started again at once, again and again."""

import time
from dataclasses import dataclass, field

from ontopilot.errors import EngineFailed

_WELL_S = 60.0
"""Who served this long was well: its end is the first one again."""

_FIRST_S = 5.0
_LONGEST_S = 300.0


@dataclass(slots=True)
class Rest:
    """Counts ends in a row: after the first one may start at once, then after 5, 10, 20 … s."""

    _ends: int = field(default=0, init=False)
    _until: float = field(default=0.0, init=False)
    _noted: object = field(default=None, init=False)

    def note(self, ended: object, *, served_s: float) -> None:
        """Something ended after it had served so long; noted once for each."""
        if ended is self._noted:
            return
        self._noted = ended
        self._ends = 1 if served_s >= _WELL_S else self._ends + 1
        if self._ends > 1:
            rest_s = min(_LONGEST_S, _FIRST_S * 2 ** (self._ends - 2))
            self._until = time.monotonic() + rest_s

    def check(self, why: str) -> None:
        """Check that the rest is over; `why` says what ended last.

        Raises:
            EngineFailed: it is not.
        """
        left = self._until - time.monotonic()
        if left > 0:
            raise EngineFailed(f"{why}; it may start again in {left:.0f} s")
