"""A circuit breaker: an engine that keeps failing is left alone for a while."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Breaker:
    """Opens after `limit` failures in a row; after a rest one request may try again.

    The rest is `rest_s` seconds, and twice as long after each failed trial up to `longest_s`.
    """

    limit: int = 3
    rest_s: float = 5.0
    longest_s: float = 120.0
    clock: Callable[[], float] = time.monotonic
    reason: str = field(default="", init=False)
    _failures: int = field(default=0, init=False)
    _failed_at: float = field(default=-math.inf, init=False)
    _opened: int = field(default=0, init=False)
    _until: float | None = field(default=None, init=False)
    _gone: bool = field(default=False, init=False)
    _trying: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def admit(self) -> bool:
        """Whether a request may try; after the rest only the first one that asks."""
        with self._lock:
            if self._until is None:
                return True
            if self.clock() < self._until:
                return False
            self._trying = True
            self._until = self.clock() + self._rest()
            return True

    @property
    def closed(self) -> bool:
        """Whether requests pass freely."""
        return self._until is None

    @property
    def resting(self) -> bool:
        """Whether a request would be refused now."""
        until = self._until
        return until is not None and self.clock() < until

    def succeeded(self) -> None:
        """Close: the engine works."""
        with self._lock:
            self._failures = self._opened = 0
            self._trying = False
            self._until, self.reason = None, ""

    def failed(self, reason: str, *, at_once: bool = False, began: float | None = None) -> None:
        """Count a failure; `at_once` opens without waiting for the limit.

        Requests that had `began` when one failed share its fault: many that fail together count
        once, and the rest is not lengthened by others.
        """
        with self._lock:
            self.reason = reason
            if not at_once and began is not None and began <= self._failed_at:
                return
            self._failures += 1
            self._failed_at = self.clock()
            if self._until is not None and not self._trying:
                return
            if at_once or self._trying or self._failures >= self.limit:
                self._gone, self._trying = at_once, False
                self._until = self.clock() + self._rest()
                self._opened += 1

    def revive(self) -> None:
        """End the rest of an engine that was gone and is back; the next request tries it."""
        with self._lock:
            if self._until is not None and self._gone:
                self._until = self.clock()

    def _rest(self) -> float:
        return min(self.longest_s, self.rest_s * 2.0 ** min(self._opened, 16))
