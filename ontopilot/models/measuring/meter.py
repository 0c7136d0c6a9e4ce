"""The meter of a deployment: follows each request from its arrival to its end."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ontopilot.errors import ConfigError
from ontopilot.models.engine import EngineStats
from ontopilot.models.measuring.stats import (
    ELSEWHERE,
    SERVED,
    DeploymentStats,
    Quantiles,
    Totals,
    share,
)
from ontopilot.models.measuring.window import Slot, Window
from ontopilot.models.messages import Usage

WINDOW_S = 60.0

_MOST_REASONS = 32
_OTHER = "other"


@dataclass(slots=True)
class Visit:
    """One request at one deployment; its methods may be called from any thread, in this order."""

    _meter: "Meter"
    _arrived: float
    _began: float | None = field(default=None, init=False)
    _first: float | None = field(default=None, init=False)
    _last: float = field(default=0.0, init=False)
    _tokens: int = field(default=0, init=False)
    _over: bool = field(default=False, init=False)

    def began(self) -> None:
        """The request left the line and is being served."""
        meter = self._meter
        with meter.lock:
            if self._over or self._began is not None:
                return
            self._began = now = meter.clock()
            meter.queued -= 1
            meter.running += 1
            for slot in meter.slots(now):
                slot.waiting.add(now - self._arrived)

    def tokens(self, count: int = 1) -> None:
        """Tokens came; the first call tells the time to the first token."""
        meter = self._meter
        with meter.lock:
            if self._over or self._began is None or count < 1:
                return
            now = meter.clock()
            first, gap = self._first is None, (now - self._last) / count
            if first:
                self._first = now
            for slot in meter.slots(now):
                if first:
                    slot.first_token.add(now - self._arrived)
                else:
                    slot.between_tokens.add(gap, count)
                slot.completion_tokens += count
            self._last = now
            self._tokens += count

    def ended(self, usage: Usage = Usage(), reason: str = "stop") -> None:  # noqa: B008
        """The request is over, also one that never began.

        `reason` is a `FinishReason`, `ELSEWHERE`, or the kind of an error: the name of its class.
        `usage` corrects the number of tokens that came, where the engine has counted them.
        """
        meter = self._meter
        with meter.lock:
            if self._over:
                return
            self._over = True
            now = meter.clock()
            if self._began is None:
                meter.queued -= 1
            else:
                meter.running -= 1
            for slot in meter.slots(now):
                slot.ended[meter.kind(reason)] += 1
                self._account(slot, usage, now)

    def _account(self, slot: Slot, usage: Usage, now: float) -> None:
        slot.prompt_tokens += usage.prompt_tokens
        slot.cached_tokens += usage.cached_tokens
        slot.completion_tokens += max(0, usage.completion_tokens - self._tokens)
        if self._began is None:
            return
        slot.whole.add(now - self._arrived)
        if self._first is None:
            return
        if usage.prompt_tokens:
            slot.prefilled += usage.prompt_tokens - usage.cached_tokens
            slot.prefill_s += self._first - self._began
        slot.decoded += max(usage.completion_tokens, self._tokens) - 1
        slot.decode_s += self._last - self._first


class Meter:
    """Counts what happens at a deployment; takes the same memory however much that is.

    Every request that arrived is queued, running or ended. Safe to call from any thread.

    >>> meter = Meter()
    >>> visit = meter.arrived()
    >>> visit.began()
    >>> visit.tokens()
    >>> visit.ended(Usage(prompt_tokens=12, completion_tokens=1), "stop")
    >>> meter.read().totals.ended
    {'stop': 1}
    """

    def __init__(
        self, *, window_s: float = WINDOW_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if not window_s > 0:
            raise ConfigError(f"Meter(window_s={window_s!r}): use more than 0")
        self.clock = clock
        self.lock = threading.Lock()
        self.queued = 0
        self.running = 0
        self._window = Window(window_s, since=clock())
        self._always = Slot()

    def arrived(self) -> Visit:
        """A request came, and waits until it `began`."""
        with self.lock:
            now = self.clock()
            self.queued += 1
            for slot in self.slots(now):
                slot.arrived += 1
            return Visit(self, now)

    def read(self, engine: EngineStats = EngineStats(), memory: int = 0) -> DeploymentStats:  # noqa: B008
        """What happened so far; speculation is told by the counters of the engine."""
        with self.lock:
            now = self.clock()
            recent, seconds = self._window.sum(now), self._window.covered(now)
            totals = self._totals(engine)
            queued, running = self.queued, self.running
        return DeploymentStats(
            window_s=seconds,
            queued=queued,
            running=running,
            arrivals_per_s=share(recent.arrived, seconds),
            waiting=Quantiles.of(recent.waiting),
            first_token=Quantiles.of(recent.first_token),
            between_tokens=Quantiles.of(recent.between_tokens),
            prompt_throughput=share(recent.prompt_tokens, seconds),
            generation_throughput=share(recent.completion_tokens, seconds),
            prefill_tokens_per_s=share(recent.prefilled, recent.prefill_s),
            decode_tokens_per_s=share(recent.decoded, recent.decode_s),
            prefix_hit_rate=share(recent.cached_tokens, recent.prompt_tokens),
            acceptance=share(engine.accepted_tokens, engine.drafted_tokens),
            failures={
                kind: n for kind, n in recent.ended.items() if kind not in SERVED | {ELSEWHERE}
            },
            memory=memory,
            totals=totals,
        )

    def slots(self, now: float) -> tuple[Slot, Slot]:
        """Where an event of this moment is noted; the caller holds `lock`."""
        return self._window.slot(now), self._always

    def kind(self, reason: str) -> str:
        """A reason as it is counted: further ones than a few dozen are counted as one."""
        known = self._always.ended
        return reason if reason in known or len(known) < _MOST_REASONS else _OTHER

    def _totals(self, engine: EngineStats) -> Totals:
        whole = Slot()
        whole.merge(self._always)
        return Totals(
            arrived=whole.arrived,
            ended=dict(whole.ended),
            prompt_tokens=whole.prompt_tokens,
            completion_tokens=whole.completion_tokens,
            cached_tokens=whole.cached_tokens,
            drafted_tokens=engine.drafted_tokens,
            accepted_tokens=engine.accepted_tokens,
            waiting=whole.waiting,
            first_token=whole.first_token,
            between_tokens=whole.between_tokens,
            whole=whole.whole,
        )
