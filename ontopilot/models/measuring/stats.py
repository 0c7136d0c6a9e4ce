"""What is told of a deployment: rates and quantiles of the last minute, and totals."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ontopilot.models.measuring.histogram import Histogram

SERVED = frozenset({"stop", "length", "cancelled"})
"""Ends of a request that are no failure."""

ELSEWHERE = "elsewhere"
"""The end of a request that waited here and was served by another deployment."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """The median and the 95 % quantile in seconds, within 2 % (`RELATIVE_ERROR`); 0 for none."""

    p50: float = 0.0
    p95: float = 0.0

    @classmethod
    def of(cls, histogram: Histogram) -> "Quantiles":
        """Those of a histogram."""
        return cls(histogram.quantile(0.5), histogram.quantile(0.95))


@dataclass(frozen=True, slots=True)
class Totals:
    """What a deployment did since it was made; durations as histograms, in seconds."""

    arrived: int = 0
    ended: Mapping[str, int] = field(default_factory=dict)
    """How many requests ended, by reason: a `FinishReason`, `ELSEWHERE` or the kind of an error."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    waiting: Histogram = field(default_factory=Histogram)
    first_token: Histogram = field(default_factory=Histogram)
    between_tokens: Histogram = field(default_factory=Histogram)
    whole: Histogram = field(default_factory=Histogram)


@dataclass(frozen=True, slots=True)
class DeploymentStats:
    """A deployment now, over the last `window_s` seconds, and in all (`totals`).

    `queued` requests wait and `running` ones are being served. `waiting`, `first_token` (TTFT) and
    `between_tokens` are seconds: TTFT counts from the arrival. `prompt_throughput` and
    `generation_throughput` are tokens a second of the whole deployment, idle time included, as
    vLLM logs them. `prefill_tokens_per_s` and `decode_tokens_per_s` are those of a single request
    while it was served; prompt tokens that came from the prefix cache do not count there.
    `failures` are of the window, by kind. `memory` is that of the engine's processes in bytes, and
    0 where it has none of its own.
    """

    window_s: float
    queued: int
    running: int
    arrivals_per_s: float
    waiting: Quantiles
    first_token: Quantiles
    between_tokens: Quantiles
    prompt_throughput: float
    generation_throughput: float
    prefill_tokens_per_s: float
    decode_tokens_per_s: float
    prefix_hit_rate: float
    acceptance: float
    """Of the tokens that speculation drafted, the share that the model accepted, in all."""
    failures: Mapping[str, int]
    memory: int
    totals: Totals


def share(part: float, whole: float) -> float:
    """A part of a whole; 0 of nothing."""
    return part / whole if whole else 0.0
