"""vLLM as a library: run by `test_vllm_in_process.py` with the Python that vLLM is installed in."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ontopilot.errors import ConfigError, EngineFailed, RequestRefused
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.vllm.in_process import InProcessVllmEngine
from tests.conformance.engine import (
    WARRANTY,
    EngineConformance,
    ask,
    chunks_of,
    text_of,
    threads_and_children,
)
from tests.models.adapter import save_adapter

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = EngineOptions(
    precision="fp32",
    kv_cache_mb=64,
    adapters=2,
    most_requests=4,
    compiled=False,
    in_process=True,
)


@pytest.fixture(scope="module")
def owner(tiny) -> Iterator[InProcessVllmEngine]:
    """An engine whose library all tests of this module may use."""
    engine = make_engine(Model(f"vllm:{tiny}", options=OPTIONS), threads=2)
    asyncio.run(engine.warm())
    yield engine
    asyncio.run(engine.aclose())


class TestInProcess(EngineConformance):
    @pytest.fixture
    def make(self, tiny, owner):
        model = Model(f"vllm:{tiny}", options=OPTIONS)
        return lambda: InProcessVllmEngine(model, library=owner.library)


async def test_adapters_come_and_go_while_a_request_runs(owner, tmp_path):
    counting = ask("Count.", max_tokens=900)
    plain, long = await text_of(owner, ask()), await text_of(owner, counting)
    running = asyncio.create_task(text_of(owner, counting))
    await owner.load_adapter("polite", save_adapter(tmp_path))
    assert await text_of(owner, ask(adapter="polite")) != plain
    assert await text_of(owner, ask()) == plain
    await owner.unload_adapter("polite")
    assert await running == long
    with pytest.raises(RequestRefused, match="has no adapter 'polite' loaded"):
        await text_of(owner, ask(adapter="polite"))


async def test_sleep_needs_a_gpu(owner):
    with pytest.raises(ConfigError, match=r"EngineOptions\(sleeps=True\)"):
        await owner.sleep()


async def test_a_death_is_told_and_the_engine_comes_back(tiny):
    before = threads_and_children()
    options = replace(OPTIONS, adapters=0, draft="ngram", draft_tokens=3)
    engine = make_engine(Model(f"vllm:{tiny}", options=options), threads=2)
    expected = await text_of(engine, ask("Count.", max_tokens=60))
    assert 0 < engine.stats().accepted_tokens <= engine.stats().drafted_tokens
    core = next(p for p in psutil.Process().children() if p not in before and p.children())
    stream = engine.generate(ask("Count.", max_tokens=900))
    await anext(stream)
    core.kill()
    with pytest.raises(EngineFailed, match="vLLM"):
        _ = [chunk async for chunk in stream]
    while engine.standing != "ended":
        await asyncio.sleep(0.05)
    with pytest.raises(EngineFailed, match="has been starting for 0 s again; ask again"):
        await text_of(engine, ask(WARRANTY))
    await engine.warm()
    assert await text_of(engine, ask("Count.", max_tokens=60)) == expected
    assert (await chunks_of(engine, ask()))[-1].usage.prompt_tokens > 0
    await engine.aclose()
    left = threads_and_children() - before
    assert not [one for one in left if not is_pythons_own(one)]


def is_pythons_own(one: object) -> bool:
    """Whether it is the tracker of `multiprocessing`, which stays as long as the process."""
    return isinstance(one, psutil.Process) and "resource_tracker" in " ".join(one.cmdline())


async def test_a_worker_that_hangs_is_noticed_when_an_answer_stalls(tiny):
    before = set(psutil.Process().children(recursive=True))
    options = replace(OPTIONS, adapters=0, stall_s=6.0)
    engine = make_engine(Model(f"vllm:{tiny}", options=options), threads=2)
    assert "30 days" in await text_of(engine, ask())
    running = set(psutil.Process().children(recursive=True)) - before
    worker = next(process for process in running if "Worker" in process.name())
    worker.suspend()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(6.0):
            await text_of(engine, ask())
    while engine.standing != "ended":
        await asyncio.sleep(0.05)
    assert not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE
    await engine.aclose()


PARENT = """
import asyncio, sys
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine

async def main():
    options = EngineOptions(compiled=False, in_process=True)
    engine = make_engine(Model("vllm:" + sys.argv[1], options=options), threads=1)
    await engine.warm()
    print("serves", flush=True)
    await asyncio.Event().wait()

if __name__ == "__main__":
    asyncio.run(main())
"""


def test_no_orphan_is_left_when_the_parent_is_killed(tiny):
    command = [sys.executable, "-c", PARENT, str(tiny)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        while parent.stdout.readline() != "serves\n":
            assert parent.poll() is None
        running = psutil.Process(parent.pid).children(recursive=True)
        parent.kill()
    assert len(running) > 3
    assert psutil.wait_procs(running, timeout=30)[1] == []
