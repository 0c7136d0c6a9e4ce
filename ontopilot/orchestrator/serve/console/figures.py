"""The figures of the models over the last minutes, sampled while the server runs."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ontopilot.models.measuring.prometheus import Measured
from ontopilot.models.measuring.stats import DeploymentStats
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.serve.metrics import measured
from ontopilot.orchestrator.store.ids import now

SAMPLE_EVERY_S = 5.0
KEPT = 120
"""Samples that are remembered: ten minutes."""

Key = tuple[str, str, str]
Sample = tuple[float | None, ...]

SERIES: Mapping[str, Callable[[DeploymentStats], float | None]] = {
    "running": lambda stats: stats.running,
    "queued": lambda stats: stats.queued,
    "first_token_p50_s": lambda stats: stats.first_token.p50 or None,
    "first_token_p95_s": lambda stats: stats.first_token.p95 or None,
    "between_tokens_p50_s": lambda stats: stats.between_tokens.p50 or None,
    "between_tokens_p95_s": lambda stats: stats.between_tokens.p95 or None,
    "tokens_per_s": lambda stats: stats.generation_throughput,
}
"""What a sample holds; rates and times are of the minute before, None where nothing came."""


@dataclass(slots=True)
class Figures:
    """Samples of every agent's deployments; `look` is called again and again, from a thread."""

    agents: Mapping[str, Agent]
    clock: Callable[[], float] = time.monotonic
    _looked: float | None = None
    _kept: dict[tuple[str, Key], deque[tuple[int, Sample]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> None:
        """Take a sample, unless the last one is younger than `SAMPLE_EVERY_S`."""
        with self._lock:
            moment = self.clock()
            if self._looked is not None and moment - self._looked < SAMPLE_EVERY_S:
                return
            self._looked = moment
            at, seen = now(), set()
            for name, agent in self.agents.items():
                for one in measured({name: agent}):
                    key = (name, _key(one))
                    seen.add(key)
                    sample = tuple(read(one.stats) for read in SERIES.values())
                    self._kept.setdefault(key, deque(maxlen=KEPT)).append((at, sample))
            for gone in self._kept.keys() - seen:
                del self._kept[gone]

    def models(self, name: str) -> list[dict[str, Any]]:
        """The deployments of an agent now, each with its samples, oldest first."""
        found = measured({name: self.agents[name]})
        with self._lock:
            return [model_row(one, tuple(self._kept.get((name, _key(one)), ()))) for one in found]


def _key(one: Measured) -> Key:
    return one.role, one.model_name, one.engine


def model_row(one: Measured, past: Sequence[tuple[int, Sample]]) -> dict[str, Any]:
    """A deployment with its load and its speed as plain values; times in seconds."""
    stats = one.stats
    return {
        "role": one.role,
        "model": one.model_name,
        "engine": one.engine,
        "precision": one.precision,
        "adapter": one.adapter,
        "device": one.device,
        "standing": one.standing,
        "window_s": stats.window_s,
        "arrivals_per_s": stats.arrivals_per_s,
        "waiting_p50_s": stats.waiting.p50 or None,
        "waiting_p95_s": stats.waiting.p95 or None,
        **{name: read(stats) for name, read in SERIES.items()},
        "memory": stats.memory,
        "failures": sum(stats.failures.values()),
        "served": stats.totals.arrived,
        "past": {
            "at": [at for at, _ in past],
            **{name: [sample[i] for _, sample in past] for i, name in enumerate(SERIES)},
        },
    }
