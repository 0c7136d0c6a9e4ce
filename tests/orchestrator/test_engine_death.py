"""Turns of an agent whose generator is a real engine that is killed while it writes."""

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ontopilot.models import EngineOptions, Model

TINY = Path(__file__).resolve().parents[1] / "fixtures/tiny_llama"
TURNS, KILLS = 8, 2

pytestmark = pytest.mark.slow


def engines():
    """The processes of OpenVINO that this one has started."""
    return [
        child
        for child in psutil.Process().children()
        if any("openvino" in word for word in child.cmdline())
    ]


def test_every_turn_ends_with_an_answer(make_agent, tmp_path):
    options = EngineOptions(cache=tmp_path / "cache", kv_cache_mb=32)
    agent = make_agent(generator=Model(f"openvino:{TINY}", options=options))
    assert agent.ask("How long is the warranty of the Boiler?").text
    done = threading.Event()
    killed = []

    def kill() -> None:
        while len(killed) < KILLS and not done.wait(1):
            for child in engines():
                child.kill()
                killed.append(child.pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with ThreadPoolExecutor(4) as threads:
            asked = [f"Can I return the kettle after {day} days?" for day in range(TURNS)]
            answers = list(threads.map(agent.ask, asked))
    finally:
        done.set()
        killer.join()
    assert killed
    assert all(answer.text for answer in answers)
    assert len({answer.turn for answer in answers}) == TURNS
    assert all(verdict.status == "supported" for a in answers for verdict in a.verdicts if a.claims)
    assert any(answer.degraded for answer in answers), "a killed engine was not told"
