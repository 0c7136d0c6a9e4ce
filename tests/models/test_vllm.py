"""Real vLLM, its CPU build: it starts slowly, so most tests share one server."""

import asyncio
import json
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from ontopilot.errors import EngineFailed, ModelError
from ontopilot.models import EngineOptions, HashEncoder, Model, Pool
from ontopilot.models.engines import make_engine
from ontopilot.models.vllm.engine import VllmEngine
from tests.conformance.engine import (
    EngineConformance,
    ask,
    chunks_of,
    text_of,
    threads_and_children,
)
from tests.models.adapter import save_adapter
from tests.models.greedy import requests
from tests.models.test_vllm_server import PARENT

pytestmark = [pytest.mark.slow, pytest.mark.vllm, pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-vllm/bin/python"
MOST = 4
SIGNS = {"one": 1, "other": -1}
OPTIONS = EngineOptions(
    precision="fp32", kv_cache_mb=64, adapters=2, most_requests=MOST, compiled=False
)


@pytest.fixture(scope="module")
def owner(tiny) -> Iterator[VllmEngine]:
    """An engine whose server all tests of this module may use."""
    engine = VllmEngine(Model(f"vllm:{tiny}", options=OPTIONS), program=PYTHON, threads=2)
    asyncio.run(engine.warm())
    yield engine
    asyncio.run(engine.aclose())


@pytest.fixture
def make(tiny, owner):
    model = Model(f"vllm:{tiny}", options=OPTIONS)
    return lambda: VllmEngine(model, program=PYTHON, server=owner.server)


@pytest.fixture
async def engine(make):
    made = make()
    yield made
    await made.aclose()


class TestVllm(EngineConformance):
    @pytest.fixture
    def make(self, tiny, owner):
        model = Model(f"vllm:{tiny}", options=OPTIONS)
        return lambda: VllmEngine(model, program=PYTHON, server=owner.server)


async def answers(engine, **more: object) -> list[tuple[str, int]]:
    """Texts and tokens of the prompts; of the answers vLLM counts the end as well.

    A character that the last token leaves unfinished is shown by some engines only.
    """
    asked = [replace(request, **more) for request in requests()]
    runs = await asyncio.gather(*(chunks_of(engine, request) for request in asked))
    return [
        ("".join(chunk.text for chunk in run).rstrip("\ufffd"), run[-1].usage.prompt_tokens)
        for run in runs
    ]


async def of_transformers(folder, **more: object) -> list[tuple[str, int]]:
    model = Model(f"transformers:{folder}", options=EngineOptions(precision="fp32"), **more)
    engine = make_engine(model, threads=2)
    try:
        return await answers(engine)
    finally:
        await engine.aclose()


async def test_greedy_output_equals_that_of_transformers(tiny, engine):
    expected = await of_transformers(tiny)
    assert await answers(engine) == expected
    assert len({text for text, _ in expected}) > 5


async def test_adapters_in_one_batch_do_not_mix(tiny, engine, tmp_path):
    """Each answer is that of transformers with the adapter merged; without one, that of none."""
    folders = {name: save_adapter(tmp_path / name, sign=sign) for name, sign in SIGNS.items()}
    expected = {"": await of_transformers(tiny)}
    for name, folder in folders.items():
        expected[name] = await of_transformers(tiny, adapter=folder)
        await engine.load_adapter(name, folder)
    assert expected[""] != expected["one"] != expected["other"] != expected[""]
    names = ("", "one", "other", "")
    together = await asyncio.gather(*(answers(engine, adapter=name) for name in names))
    assert together == [expected[name] for name in names]
    for name in folders:
        await engine.unload_adapter(name)
    with pytest.raises(ModelError, match=r"has no adapter 'one' loaded, but \[\]"):
        await text_of(engine, ask(adapter="one"))
    assert await answers(engine) == expected[""]


def metric(engine: VllmEngine, name: str) -> float:
    """A number of vLLM's own metrics."""
    address = f"http://127.0.0.1:{engine.server.port}/metrics"
    with urllib.request.urlopen(address) as answer:
        lines = answer.read().decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name + "{"))


async def waiting(engine: VllmEngine, count: int) -> None:
    while await asyncio.to_thread(metric, engine, "vllm:num_requests_waiting") != count:
        await asyncio.sleep(0.01)


async def test_of_waiting_requests_the_lowest_priority_number_goes_first(engine):
    began: list[str] = []

    async def run(name: str, **more: object) -> None:
        stream = engine.generate(ask("Count.", max_tokens=900, **more))
        async for chunk in stream:
            if name not in began:
                began.append(name)
            if chunk.finish or name == "urgent":
                break
        await stream.aclose()

    tasks = [asyncio.create_task(run(f"first {n}", priority=0)) for n in range(MOST)]
    while len(began) < MOST:
        await asyncio.sleep(0.01)
    tasks.append(asyncio.create_task(run("patient", priority=9)))
    await waiting(engine, 1)
    tasks.append(asyncio.create_task(run("urgent", priority=-9)))
    await asyncio.gather(*tasks)
    assert began.index("urgent") < began.index("patient")


async def test_what_prompts_share_is_computed_once(engine):
    request = ask("Count. " * 100, max_tokens=1)
    await text_of(engine, request)
    before = await asyncio.to_thread(metric, engine, "vllm:prefix_cache_hits_total")
    await text_of(engine, request)
    assert await asyncio.to_thread(metric, engine, "vllm:prefix_cache_hits_total") > before


async def test_a_mixture_of_experts_answers_as_with_transformers(tmp_path):
    recipe = ROOT / "tests/fixtures/tiny_mixtral.py"
    subprocess.run([PYTHON, recipe, tmp_path], check=True, capture_output=True)
    model = Model(f"vllm:{tmp_path}", options=replace(OPTIONS, adapters=0))
    expected = await of_transformers(tmp_path)
    engine = make_engine(model, threads=2, vllm=PYTHON)
    assert await answers(engine) == expected
    await engine.aclose()
    assert len({text for text, _ in expected}) > 5
    with_adapters = make_engine(Model(f"vllm:{tmp_path}", options=OPTIONS), vllm=PYTHON)
    with pytest.raises(ModelError, match=r"mixture of experts.*; leave the adapters out"):
        await with_adapters.warm()
    await with_adapters.aclose()


async def test_a_model_that_vllm_does_not_know_ends_in_one_sentence(tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "zebra", "architectures": ["Zebra"]}
    (folder / "config.json").write_text(json.dumps(config))
    engine = make_engine(Model(f"vllm:{folder}", options=OPTIONS), vllm=PYTHON)
    with pytest.raises(EngineFailed, match=r"vLLM process ended with exit code 1: .*zebra") as e:
        await engine.warm()
    assert "\n" not in str(e.value)
    await engine.aclose()


def under(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


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
        at = next(i for i, chunk in enumerate(chunks) if chunk.restart)
        assert {chunk.engine for chunk in chunks[:at]} == {f"vllm:{tiny}"}
        assert {chunk.engine for chunk in chunks[at:]} == {f"openvino:{tiny}"}
        assert "vLLM process ended by signal 9" in chunks[-1].degraded
        assert chunks[-1].finish
        assert "one two three" in "".join(chunk.text for chunk in chunks[at:])
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
