"""Probes: an engine that ended is found and brought back before a request meets it."""

import asyncio
import os
import signal
import threading

import psutil
import pytest

from ontopilot.errors import EngineFailed, ModelNotFound
from ontopilot.models import EngineOptions, Model, Pool, ScriptedEngine
from tests.conformance.engine import ask, threads_and_children
from tests.models.test_pool import served, text_of


class Frail(ScriptedEngine):
    """An engine whose health a test sets; a probe of `None` means it is well."""

    def __init__(self, **more):
        super().__init__("Well. [1]", **more)
        self.illness = None
        self.probes = 0

    async def probe(self):
        self.probes += 1
        if self.illness is not None:
            raise self.illness

    async def generate(self, request):
        if self.illness is not None:
            raise self.illness
        async for chunk in super().generate(request):
            yield chunk


@pytest.fixture
async def pool():
    made = Pool(generator=Frail(name="main"), probe_s=0.01)
    yield made
    await made.aclose()


def engine_of(pool):
    return pool._chains["generator"][0][0].started  # the engine that was given


async def until(condition, seconds=20):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


async def test_an_engine_that_is_gone_is_met_by_no_request(pool):
    await served(pool)
    engine = engine_of(pool)
    engine.illness = ModelNotFound("engine 'main': it is gone")
    await until(lambda: not pool.generates("generator"))
    asked = engine.stats().requests
    assert "resting after: engine 'main': it is gone" in (await served(pool))[-1].degraded
    assert engine.stats().requests == asked


async def test_an_engine_that_is_back_serves_again_before_its_rest_is_over(pool):
    await served(pool)
    engine = engine_of(pool)
    engine.illness = EngineFailed("engine 'main': it is gone")
    await until(lambda: not pool.generates("generator"))
    engine.illness = None
    await until(lambda: pool.generates("generator"))
    chunks = await served(pool)
    assert (text_of(chunks), chunks[-1].degraded) == ("Well. [1]", "")


async def test_who_waits_for_an_engine_that_went_is_sent_on_at_once():
    entered = asyncio.Event()

    class Endless(Frail):
        async def generate(self, request):
            entered.set()
            await asyncio.Event().wait()
            yield

    engine = Endless(name="main")
    pool = Pool(generator=engine, probe_s=0.01)
    runs = [asyncio.create_task(served(pool)) for _ in range(70)]
    await entered.wait()
    engine.illness = EngineFailed("engine 'main': it is gone")
    async with asyncio.timeout(5):
        waited = await asyncio.gather(*runs[64:])
    assert all("it is gone" in run[-1].degraded for run in waited)
    for run in runs[:64]:
        run.cancel()
    await asyncio.gather(*runs, return_exceptions=True)
    await pool.aclose()


async def test_an_ill_engine_is_looked_at_less_and_less_often(pool):
    await served(pool)
    engine = engine_of(pool)
    engine.illness = EngineFailed("engine 'main': it is gone")
    await until(lambda: engine.probes >= 4)
    engine.probes = 0
    await asyncio.sleep(0.2)
    assert engine.probes <= 3


async def test_a_pool_that_was_closed_leaves_no_thread():
    before = threads_and_children()
    pool = Pool(generator=Frail(name="main"), probe_s=0.01)
    await served(pool)
    engine = engine_of(pool)
    await until(lambda: engine.probes)
    assert any(thread.name == "pool probes" for thread in threading.enumerate())
    await pool.aclose()
    assert threads_and_children() <= before
    with pytest.raises(EngineFailed, match="closed"):
        await served(pool)
    assert threads_and_children() <= before


@pytest.fixture
async def openvino(tiny, cache):
    model = Model(f"openvino:{tiny}", options=EngineOptions(cache=cache, kv_cache_mb=8))
    made = Pool(generator=model, threads=1, probe_s=0.05)
    yield made
    await made.aclose()


def children():
    return psutil.Process().children()


@pytest.mark.slow
async def test_a_killed_child_is_back_before_the_next_request(openvino):
    first = await served(openvino)
    (child,) = children()
    child.kill()
    await until(lambda: any(p.pid != child.pid for p in children()))
    again = await served(openvino)
    assert text_of(again) == text_of(first)
    assert again[-1].degraded == ""


@pytest.mark.slow
async def test_a_child_that_hangs_is_ended_and_started_again(openvino, monkeypatch):
    monkeypatch.setattr("ontopilot.models.openvino.engine._SIGN_S", 0.5)
    first = await served(openvino)
    (child,) = children()
    os.kill(child.pid, signal.SIGSTOP)
    run = asyncio.create_task(served(openvino, ask()))
    chunks = await run
    assert "openvino" in chunks[-1].degraded
    await until(lambda: any(p.pid != child.pid for p in children()))
    await until(lambda: openvino.generates("generator"))
    async with asyncio.timeout(30):
        while (again := await served(openvino))[-1].degraded:
            await asyncio.sleep(0.1)
    assert text_of(again) == text_of(first)


@pytest.mark.slow
async def test_a_child_that_serves_is_well(openvino):
    runs = await asyncio.gather(*(served(openvino) for _ in range(30)))
    await asyncio.sleep(0.2)
    assert {chunk.degraded for run in runs for chunk in run} == {""}
