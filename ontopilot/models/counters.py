"""Counters that an engine keeps while it serves."""

import threading
from dataclasses import dataclass, field, replace

from ontopilot.models.engine import EngineStats
from ontopilot.models.messages import Usage


@dataclass(slots=True)
class Counters:
    """`EngineStats` that requests on any thread may advance."""

    _stats: EngineStats = field(default=EngineStats(), init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def began(self) -> None:
        """A request was taken."""
        with self._lock:
            now = self._stats
            self._stats = replace(now, requests=now.requests + 1, running=now.running + 1)

    def ended(
        self,
        usage: Usage = Usage(),  # noqa: B008
        *,
        failed: bool = False,
        accepted: int = 0,
    ) -> None:
        """A request left: served, cancelled or failed; `accepted` of its tokens were drafted."""
        with self._lock:
            now = self._stats
            self._stats = replace(
                now,
                running=now.running - 1,
                failures=now.failures + failed,
                prompt_tokens=now.prompt_tokens + usage.prompt_tokens,
                completion_tokens=now.completion_tokens + usage.completion_tokens,
                cached_tokens=now.cached_tokens + usage.cached_tokens,
                accepted_tokens=now.accepted_tokens + accepted,
            )

    def read(self) -> EngineStats:
        """The counters so far."""
        with self._lock:
            return self._stats
