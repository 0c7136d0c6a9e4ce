"""A killed engine loses no stream, and no word of one: the benchmark with one round."""

import asyncio
from pathlib import Path

import pytest

VLLM = Path(__file__).resolve().parents[1] / ".venv-vllm/bin/python"

pytestmark = pytest.mark.slow
BENCHMARK = "failover"


def kept(figures):
    assert figures["streams"] == 50
    assert figures["broken_off"] >= 40, figures
    assert (figures["not_ended"], figures["lost_or_doubled"]) == (0, 0), figures
    assert figures["added_s"]["p95"] <= 2.0, figures


def test_openvino_is_killed_and_goes_on_itself(benchmark):
    kept(asyncio.run(benchmark.measure("openvino", 50, 1)))


@pytest.mark.vllm
@pytest.mark.timeout(400)
def test_vllm_is_killed_and_openvino_goes_on(benchmark, monkeypatch):
    monkeypatch.setenv("ONTOPILOT_VLLM", str(VLLM))
    figures = asyncio.run(benchmark.measure("vllm", 50, 1))
    kept(figures)
    assert all(name.startswith("openvino:") for name in figures["went_on_with"])
