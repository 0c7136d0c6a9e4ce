"""The OpenVINO engine: the same tokens as transformers, in a child that may die."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ontopilot.errors import ConfigError, EngineFailed, ModelError, PromptTooLong
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.files.checkpoint import open_checkpoint
from ontopilot.models.openvino.folder import save_folder
from tests.conformance.engine import ask, chunks_of, text_of
from tests.models.adapter import save_adapter
from tests.models.greedy import requests

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]


def options(cache: Path, **changes: object) -> EngineOptions:
    return EngineOptions(**{"cache": cache, "kv_cache_mb": 16, "precision": "fp32", **changes})


async def answers(name: str, settings: EngineOptions, **more: object) -> list[tuple[str, object]]:
    engine = make_engine(Model(name, options=settings, **more), threads=1)
    try:
        runs = await asyncio.gather(*(chunks_of(engine, r) for r in requests()))
        return [("".join(c.text for c in run), run[-1].usage) for run in runs]
    finally:
        await engine.aclose()


async def test_greedy_output_equals_that_of_transformers(tiny, cache):
    expected = await answers(f"transformers:{tiny}", options(cache))
    assert await answers(f"openvino:{tiny}", options(cache)) == expected
    assert len({text for text, _ in expected}) > 5


async def test_greedy_output_in_the_precision_of_the_machine(tiny, cache):
    expected = await answers(f"transformers:{tiny}", options(cache))
    fast = await answers(f"openvino:{tiny}", options(cache, precision="auto"))
    learnt = 2 * 4
    assert fast[:learnt] == expected[:learnt]


async def test_an_adapter_is_merged_and_both_engines_agree(tiny, cache, tmp_path):
    save_adapter(tmp_path)
    plain = await answers(f"transformers:{tiny}", options(cache))
    adapted = await answers(f"transformers:{tiny}", options(cache), adapter=tmp_path)
    assert adapted != plain
    assert await answers(f"openvino:{tiny}", options(cache), adapter=tmp_path) == adapted


async def test_a_gguf_and_an_openvino_folder_answer_alike(tiny, tmp_path):
    cache = tmp_path / "cache"
    expected = await answers(f"openvino:{tiny}", options(cache))
    (written,) = cache.iterdir()
    file = shutil.copy(written, tmp_path / "model.gguf")
    assert await answers(f"openvino:{file}", options(cache)) == expected

    folder = tmp_path / "openvino"
    save_folder(open_checkpoint(tiny), folder)
    assert await answers(f"openvino:{folder}", options(cache)) == expected


def test_an_adapter_needs_the_checkpoint(tmp_path):
    with pytest.raises(ConfigError, match=r"converted already; name the checkpoint"):
        make_engine(Model(f"openvino:{tmp_path / 'model.gguf'}", adapter=tmp_path))


async def test_a_crash_fails_the_request_and_the_next_one_is_served(tiny, cache):
    engine = make_engine(Model(f"openvino:{tiny}", options=options(cache)), threads=1)
    before = set(psutil.Process().children())
    whole = await text_of(engine, ask())
    (child,) = set(psutil.Process().children()) - before
    stream = engine.generate(ask("Count.", max_tokens=900))
    await anext(stream)
    child.send_signal(signal.SIGSTOP)
    waiting = asyncio.create_task(text_of(engine, ask()))
    child.kill()
    with pytest.raises(EngineFailed, match=r"ended by signal 9.*; ask again"):
        _ = [chunk async for chunk in stream]
    with pytest.raises(EngineFailed, match="ended by signal 9"):
        await waiting
    assert await text_of(engine, ask()) == whole
    stats = engine.stats()
    assert (stats.requests, stats.running, stats.failures) == (4, 0, 2)
    await engine.aclose()


async def test_memory_for_keys_and_values_bounds_the_context(tiny, cache):
    small = EngineOptions(cache=cache, kv_cache_mb=1, context_tokens=96)
    engine = make_engine(Model(f"openvino:{tiny}", options=small), threads=1)
    assert "30 days" in await text_of(engine, ask())
    assert engine.capabilities.context_tokens == 96
    with pytest.raises(PromptTooLong, match=r"need 97 tokens and the context holds 96;"):
        await text_of(engine, ask(max_tokens=97 - 11))
    await engine.aclose()


async def test_memory_that_the_machine_has_not_is_told(tiny, cache):
    huge = EngineOptions(cache=cache, kv_cache_mb=1 << 30)
    engine = make_engine(Model(f"openvino:{tiny}", options=huge), threads=1)
    with pytest.raises(ModelError, match=r"needs 1048576\.0 GiB of memory and .* are free; use a"):
        await text_of(engine, ask())
    await engine.aclose()


async def test_requests_beyond_the_memory_wait_their_turn(tiny, cache):
    engine = make_engine(Model(f"openvino:{tiny}", options=options(cache, kv_cache_mb=1)))
    long = ask("Count.", max_tokens=400, stop=("never",))
    alone = await text_of(engine, long)
    assert await asyncio.gather(*(text_of(engine, long) for _ in range(12))) == [alone] * 12
    await engine.aclose()


async def test_text_streams_while_it_is_made(tiny, cache):
    engine = make_engine(Model(f"openvino:{tiny}", options=options(cache)), threads=1)
    chunks = await chunks_of(engine, ask())
    assert len(chunks) > 5
    assert max(len(chunk.text) for chunk in chunks) < 20
    await engine.aclose()


PARENT = """
import asyncio, sys
from pathlib import Path
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.files.checkpoint import open_checkpoint
from ontopilot.models.openvino.folder import save_folder

async def main():
    engine = make_engine(Model("openvino:" + sys.argv[1], options=EngineOptions(
        cache=Path(sys.argv[2]), kv_cache_mb=8)), threads=1)
    request = GenerationRequest((Message("user", "Count."),), max_tokens=20)
    async for chunk in engine.generate(request):
        pass
    print("served", flush=True)
    if sys.argv[3] == "wait":
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("end", ["kill", "leave"])
def test_the_child_ends_with_its_parent(tiny, cache, tmp_path, end):
    mode = "wait" if end == "kill" else "go"
    home = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-W", "error", "-c", PARENT, str(tiny), str(cache), mode]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=home, text=True
    ) as parent:
        assert parent.stdout.readline() == "served\n"
        children = psutil.Process(parent.pid).children() if end == "kill" else []
        if end == "kill":
            assert len(children) == 1
            parent.kill()
        else:
            assert parent.wait(20) == 0, parent.stderr.read()
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert list(tmp_path.iterdir()) == []  # no usage report was prepared in the home
