"""The stats of deployments as Prometheus metrics, named as vLLM names its own.

`vllm:num_requests_running` is `ontopilot:num_requests_running` here, and so on, so that a panel
made for vLLM fits when its prefix is replaced. Nothing is registered anywhere: whoever exposes a
collector does so with a registry of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ontopilot.models.measuring.histogram import Histogram
from ontopilot.models.measuring.stats import SERVED, DeploymentStats

if TYPE_CHECKING:
    from prometheus_client import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

LABELS = ("agent", "role", "model_name", "engine", "device")
"""A model name is one of the configuration: nothing that a customer wrote becomes a label."""

_REQUEST_S = (0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0)
_FIRST_S = (
    *(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75),
    *(1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0),
)
_BETWEEN_S = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0)

Read = Callable[[DeploymentStats], float]


@dataclass(frozen=True, slots=True)
class Measured:
    """A deployment's stats with what tells it from others; several roles are joined by commas.

    `precision` is that of the weights that are served, or else the one that was asked for, and
    `adapter` the name of the folder of its LoRA adapter; "" where it is not known or there is none.
    `standing` says whether it runs.
    """

    role: str
    model_name: str
    engine: str
    device: str
    stats: DeploymentStats
    agent: str = ""
    precision: str = ""
    adapter: str = ""
    standing: str = ""

    @property
    def labels(self) -> tuple[str, str, str, str, str]:
        """The values of `LABELS`."""
        return (self.agent, self.role, self.model_name, self.engine, self.device)


_GAUGES: Sequence[tuple[str, str, Read]] = (
    ("num_requests_running", "Requests that are being served.", lambda s: s.running),
    ("num_requests_waiting", "Requests that wait to be served.", lambda s: s.queued),
    ("process_resident_memory_bytes", "Memory of the engine's processes.", lambda s: s.memory),
)
_COUNTERS: Sequence[tuple[str, str, Read]] = (
    ("requests_arrived", "Requests that came.", lambda s: s.totals.arrived),
    ("prompt_tokens", "Tokens of prompts.", lambda s: s.totals.prompt_tokens),
    ("prompt_tokens_cached", "Those from the prefix cache.", lambda s: s.totals.cached_tokens),
    ("generation_tokens", "Tokens that were generated.", lambda s: s.totals.completion_tokens),
    (
        "spec_decode_num_draft_tokens",
        "Tokens that speculation drafted.",
        lambda s: s.totals.drafted_tokens,
    ),
    (
        "spec_decode_num_accepted_tokens",
        "Those that the model accepted.",
        lambda s: s.totals.accepted_tokens,
    ),
)
_HISTOGRAMS: Sequence[tuple[str, str, Sequence[float], Callable[[DeploymentStats], Histogram]]] = (
    (
        "request_queue_time_seconds",
        "Seconds from the arrival until a request is served.",
        _REQUEST_S,
        lambda s: s.totals.waiting,
    ),
    (
        "time_to_first_token_seconds",
        "Seconds from the arrival to the first token.",
        _FIRST_S,
        lambda s: s.totals.first_token,
    ),
    (
        "inter_token_latency_seconds",
        "Seconds from one token to the next.",
        _BETWEEN_S,
        lambda s: s.totals.between_tokens,
    ),
    (
        "e2e_request_latency_seconds",
        "Seconds from the arrival of a request to its end.",
        _REQUEST_S,
        lambda s: s.totals.whole,
    ),
)


class StatsCollector:
    """A custom collector: what `read` gives when Prometheus comes, and nothing in between."""

    def __init__(self, read: Callable[[], Iterable[Measured]]) -> None:
        self._read = read

    def collect(self) -> "Iterator[Metric]":
        """Every metric with a sample for each deployment."""
        from prometheus_client.core import (
            CounterMetricFamily,
            GaugeMetricFamily,
            HistogramMetricFamily,
        )

        measured = tuple(self._read())
        for name, about, read in _GAUGES:
            gauge = GaugeMetricFamily(f"ontopilot:{name}", about, labels=LABELS)
            for one in measured:
                gauge.add_metric(one.labels, read(one.stats))
            yield gauge
        for name, about, read in _COUNTERS:
            counter = CounterMetricFamily(f"ontopilot:{name}", about, labels=LABELS)
            for one in measured:
                counter.add_metric(one.labels, read(one.stats))
            yield counter
        for name, about, bounds, histogram_of in _HISTOGRAMS:
            family = HistogramMetricFamily(f"ontopilot:{name}", about, labels=LABELS)
            for one in measured:
                histogram = histogram_of(one.stats)
                family.add_metric(one.labels, _buckets(histogram, bounds), histogram.total)
            yield family
        yield from _ends(measured)


def exposition(read: Callable[[], Iterable[Measured]]) -> bytes:
    """What a scrape answers: the text format of Prometheus (`CONTENT_TYPE`)."""
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(StatsCollector(read))
    return generate_latest(registry)


def _buckets(histogram: Histogram, bounds: Sequence[float]) -> list[tuple[str, float]]:
    counts = [(str(bound), float(histogram.below(bound))) for bound in bounds]
    return [*counts, ("+Inf", float(histogram.count))]


def _ends(measured: Iterable[Measured]) -> "Iterator[Metric]":
    """Requests that ended well, by how, and those that failed, by the kind of error."""
    from prometheus_client.core import CounterMetricFamily

    well = CounterMetricFamily(
        "ontopilot:request_success",
        "Requests that ended well, here or at another deployment.",
        labels=(*LABELS, "finished_reason"),
    )
    badly = CounterMetricFamily(
        "ontopilot:request_failure", "Requests that failed.", labels=(*LABELS, "error")
    )
    for one in measured:
        for reason, count in one.stats.totals.ended.items():
            family = well if reason in SERVED else badly
            family.add_metric((*one.labels, reason), count)
    yield well
    yield badly
