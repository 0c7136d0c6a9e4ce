"""Processes of real vLLM, its CPU build, that are killed or stopped, and what is left of them."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ontopilot.errors import EngineFailed
from ontopilot.models import EngineOptions, HashEncoder, Model, Pool
from ontopilot.models.engines import make_engine
from tests.conformance.engine import ask, text_of, threads_and_children
from tests.models.test_vllm_server import PARENT

pytestmark = [pytest.mark.slow, pytest.mark.vllm, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-vllm/bin/python"
NUMBERS = "one two three four five six seven eight nine ten".split()


def under(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


async def started(tiny, **options: object):
    """An engine that answers, and the processes of its server."""
    before = set(under(psutil.Process()))
    told = EngineOptions(kv_cache_mb=64, compiled=False, **options)
    engine = make_engine(Model(f"vllm:{tiny}", options=told), threads=2, vllm=PYTHON)
    await engine.warm()
    return engine, list(set(under(psutil.Process())) - before)


async def test_the_death_of_the_engine_core_ends_the_server_and_it_comes_back(tiny):
    engine, running = await started(tiny)
    core = next(process for process in running if "EngineCore" in process.name())
    stream = engine.generate(ask("Count.", max_tokens=900))
    await anext(stream)
    core.kill()
    with pytest.raises(EngineFailed):
        _ = [chunk async for chunk in stream]
    assert psutil.wait_procs(running, timeout=30)[1] == []
    while engine.standing != "ended":
        await asyncio.sleep(0.01)
    await engine.probe()
    assert "30 days" in await text_of(engine, ask())
    await engine.aclose()


async def test_a_worker_that_hangs_is_noticed_when_an_answer_stalls(tiny):
    engine, running = await started(tiny, stall_s=6.0)
    assert "30 days" in await text_of(engine, ask())
    worker = next(process for process in running if "Worker" in process.name())
    worker.suspend()
    with pytest.raises(EngineFailed, match=r"owed an answer and was silent for \d s and was ended"):
        await text_of(engine, ask())
    assert psutil.wait_procs(running, timeout=20)[1] == []
    await engine.aclose()


async def test_streams_survive_the_death_of_vllm_that_stands_in_for_a_gpu(tiny, tmp_path):
    """Rehearsal: real vLLM's CPU build stands in as the GPU deployment, OpenVINO is the CPU's."""
    before = threads_and_children()
    options = EngineOptions(kv_cache_mb=64, compiled=False, cache=tmp_path)
    pool = Pool(
        generator=Model(f"vllm:{tiny}", options=options),
        encoder=HashEncoder(),
        threads=2,
        vllm=PYTHON,
    )
    await pool.warm("generator")
    running = list(set(under(psutil.Process())) - before)
    server = next(process for process in running if "serve" in process.cmdline())
    speaking = asyncio.Semaphore(0)

    async def turn() -> list:
        chunks = []
        async for chunk in pool.generate("generator", ask("Count.", max_tokens=160)):
            chunks.append(chunk)
            if len(chunks) == 2:
                speaking.release()
        return chunks

    turns = [asyncio.create_task(turn()) for _ in range(8)]
    for _ in turns:
        await speaking.acquire()
    server.send_signal(signal.SIGKILL)
    for chunks in await asyncio.gather(*turns):
        assert not any(chunk.restart for chunk in chunks)
        at = next(i for i, chunk in enumerate(chunks) if chunk.engine != f"vllm:{tiny}")
        assert at >= 2
        assert {chunk.engine for chunk in chunks[at:]} == {f"openvino:{tiny}"}
        assert "vLLM process ended by signal 9" in chunks[-1].degraded
        assert chunks[-1].finish
        said = "".join(chunk.text for chunk in chunks).split()
        assert said == [NUMBERS[i % 10] for i in range(len(said))]
    await pool.aclose()
    assert threads_and_children() <= before
    assert not any(process.is_running() for process in running)


def test_no_orphan_is_left_when_the_parent_is_killed(tiny):
    command = [sys.executable, "-c", PARENT, str(tiny), str(PYTHON)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout.readline() == "serves\n"
        running = under(psutil.Process(parent.pid))
        parent.kill()
    assert len(running) > 2
    assert psutil.wait_procs(running, timeout=20)[1] == []
