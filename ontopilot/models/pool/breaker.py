"""A circuit breaker: an engine that keeps failing is left alone for a while."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Breaker:
    """Opens after `limit` failures in a row; after `rest_s` seconds one request may try again."""

    limit: int = 3
    rest_s: float = 30.0
    clock: Callable[[], float] = time.monotonic
    reason: str = field(default="", init=False)
    _failures: int = field(default=0, init=False)
    _until: float | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def admit(self) -> bool:
        """Whether a request may try; after the rest only the first one that asks."""
        with self._lock:
            if self._until is None:
                return True
            if self.clock() < self._until:
                return False
            self._until = self.clock() + self.rest_s
            return True

    @property
    def closed(self) -> bool:
        """Whether requests pass freely."""
        with self._lock:
            return self._until is None

    def succeeded(self) -> None:
        """Close: the engine works."""
        with self._lock:
            self._failures, self._until, self.reason = 0, None, ""

    def failed(self, reason: str, *, at_once: bool = False) -> None:
        """Count a failure; `at_once` opens without waiting for the limit."""
        with self._lock:
            self._failures += 1
            self.reason = reason
            if at_once or self._failures >= self.limit:
                self._until = self.clock() + self.rest_s
