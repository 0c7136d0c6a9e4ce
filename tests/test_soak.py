"""Many requests leave nothing behind: memory, threads, files and processes stay as they are."""

import pytest

from ontopilot.models import EngineOptions, Model, ScriptedEngine

pytestmark = pytest.mark.slow
BENCHMARK = "soak"


def settled(figure):
    assert figure["growth"] <= 0.02, figure
    for kind in ("threads", "files", "processes"):
        assert max(figure[kind].values()) <= 0, (kind, figure[kind])


def test_of_twenty_thousand_scripted_requests(benchmark):
    settled(benchmark.soaked(ScriptedEngine(), 20_000))


def test_of_four_thousand_requests_to_openvino(benchmark):
    model = Model(f"openvino:{benchmark.TINY}", options=EngineOptions(kv_cache_mb=4))
    settled(benchmark.soaked(model, 4_000))
