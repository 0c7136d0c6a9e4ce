"""The life of a vLLM server: started, watched and ended, with a stand-in for vLLM."""

import asyncio
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from ontopilot.config import load_settings
from ontopilot.errors import ConfigError, EngineFailed, MissingExtra, ModelError, ModelNotFound
from ontopilot.models import EngineOptions, Model, Pool
from ontopilot.models.engines import make_engine
from tests.conformance.engine import ask, chunks_of, text_of, threads_and_children
from tests.models.adapter import save_adapter

ROOT = Path(__file__).resolve().parents[2]
FAKE = Path(__file__).with_name("fake_vllm.py")


def program(folder: Path, mode: str = "good") -> Path:
    """A program called `vllm` that behaves as `mode` says."""
    file = folder / "vllm"
    file.write_text(f'#!/bin/sh\nexec {sys.executable} -S {FAKE} {mode} "$@"\n')
    file.chmod(0o700)
    return file


@pytest.fixture
async def make(tiny, tmp_path):
    """Makes engines on stand-ins for vLLM, and closes them."""
    engines = []

    def make(mode="good", *, threads=None, adapter=None, **options):
        model = Model(f"vllm:{tiny}", adapter=adapter, options=EngineOptions(**options))
        engines.append(make_engine(model, threads=threads, vllm=program(tmp_path, mode)))
        return engines[-1]

    yield make
    for engine in engines:
        await engine.aclose()


async def sent(engine, request=None) -> dict:
    """The body that the server got, which the stand-in says first."""
    return json.loads((await chunks_of(engine, request or ask(max_tokens=1)))[0].text)


async def server_of(engine) -> tuple[psutil.Process, list[psutil.Process]]:
    """The keeper of an engine, and what runs under it."""
    before = set(psutil.Process().children())
    await engine.warm()
    (keeper,) = set(psutil.Process().children()) - before
    return keeper, keeper.children(recursive=True)


async def ended(engine) -> None:
    while engine.standing != "ended":
        await asyncio.sleep(0.01)


async def test_closing_leaves_no_process_no_thread_no_port_and_no_file(make):
    before = threads_and_children()
    engine = make()
    _, running = await server_of(engine)
    assert len(running) == 2
    port = running[0].net_connections()[0].laddr.port
    log = next(Path(file.path) for file in running[0].open_files() if file.path.endswith("log"))
    assert (await chunks_of(engine, ask(max_tokens=5)))[-1].usage.completion_tokens == 1
    await engine.aclose()
    assert threads_and_children() <= before
    assert not any(process.is_running() for process in running)
    assert not log.parent.exists()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


async def test_one_that_does_not_leave_is_made_to(make):
    engine = make("stubborn")
    _, running = await server_of(engine)
    await engine.aclose()
    assert psutil.wait_procs(running, timeout=1)[1] == []


async def test_closing_while_it_starts(make):
    before = threads_and_children()
    engine = make("slow")
    waiting = asyncio.create_task(text_of(engine, ask()))
    while not engine.standing.startswith("has been starting for"):
        await asyncio.sleep(0.01)
    await engine.aclose()
    with pytest.raises(EngineFailed, match="closed"):
        await waiting
    assert threads_and_children() <= before


async def test_why_it_ended_is_told(make):
    engine = make("dying")
    with pytest.raises(EngineFailed) as error:
        await text_of(engine, ask())
    said = str(error.value)
    assert "ended with exit code 3: ValueError: the weights are made of cheese; the log is" in said
    log = Path(said.split("the log is ")[1].strip("'"))
    assert "RuntimeError: Engine core initialization failed" in log.read_text()
    assert engine.stats().failures == 1


async def test_errors_of_requests_are_not_taken_for_the_cause_of_an_end(make):
    engine = make("complaining")
    _, running = await server_of(engine)
    stream = engine.generate(ask(max_tokens=500))
    await anext(stream)
    running[0].kill()
    with pytest.raises(EngineFailed, match=r"ended by signal 9: it goes on; the log is"):
        _ = [chunk async for chunk in stream]


async def test_a_crash_fails_the_stream_and_the_next_request_does_not_wait(make):
    engine = make()
    keeper, running = await server_of(engine)
    stream = engine.generate(ask(max_tokens=500))
    await anext(stream)
    running[0].kill()
    with pytest.raises(EngineFailed, match=r"vLLM process ended by signal 9"):
        _ = [chunk async for chunk in stream]
    assert psutil.wait_procs([keeper, *running], timeout=5)[1] == []
    await ended(engine)
    with pytest.raises(EngineFailed, match=r"has been starting for 0 s again; ask again"):
        await text_of(engine, ask())
    await engine.warm()
    assert (await chunks_of(engine, ask(max_tokens=3)))[-1].finish == "length"
    stats = engine.stats()
    assert (stats.requests, stats.running, stats.failures) == (3, 0, 2)


async def test_without_its_keeper_a_server_ends_too(make):
    engine = make("stubborn")
    keeper, running = await server_of(engine)
    keeper.kill()
    assert psutil.wait_procs(running, timeout=5)[1] == []
    await ended(engine)


PARENT = """
import asyncio, sys
from pathlib import Path
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine

async def main():
    model = Model("vllm:" + sys.argv[1], options=EngineOptions(compiled=False))
    engine = make_engine(model, vllm=Path(sys.argv[2]))
    await engine.warm()
    print("serves", flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.mark.parametrize("mode", ["good", "stubborn"])
@pytest.mark.parametrize("end", ["kill", "leave"])
def test_no_orphan_is_left_when_the_parent_goes(tiny, tmp_path, end, mode):
    vllm = program(tmp_path, mode)
    command = [sys.executable, "-c", PARENT, str(tiny), str(vllm)]
    own = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=own) as parent:
        assert parent.stdout.readline() == "serves\n"
        running = psutil.Process(parent.pid).children(recursive=True)
        parent.send_signal(signal.SIGKILL if end == "kill" else signal.SIGINT)
    assert len(running) == 3
    assert psutil.wait_procs(running, timeout=10)[1] == []


async def test_progress_is_logged(make, caplog):
    caplog.set_level(logging.INFO, "ontopilot.vllm")
    engine = make()
    await engine.warm()
    assert "starts on port" in caplog.text
    assert "is ready after" in caplog.text
    assert engine.capabilities.context_tokens == 77


async def test_the_key_is_on_no_command_line(make):
    engine = make()
    keeper, running = await server_of(engine)
    key = running[0].environ()["VLLM_API_KEY"]
    assert len(key) > 20
    assert not any(key in " ".join(process.cmdline()) for process in (keeper, *running))


async def test_options_become_arguments(make):
    engine = make(
        threads=3, precision="bf16", context_tokens=64, kv_cache_mb=8, adapters=2, compiled=False
    )
    _, running = await server_of(engine)
    told = " ".join(running[0].cmdline())
    for part in (
        "--dtype bfloat16",
        "--max-model-len 64",
        f"--kv-cache-memory-bytes {8 << 20}",
        "--max-loras 3",
        "--enforce-eager",
        "--enable-prefix-caching",
        "--max-num-seqs 64",
    ):
        assert part in told
    environment = running[0].environ()
    assert environment["OMP_NUM_THREADS"] == "3"
    assert environment["HF_HUB_OFFLINE"] == "1"


async def test_the_context_is_not_more_than_the_model_has(make):
    _, running = await server_of(make(context_tokens=5000))
    assert "--max-model-len 1024" in " ".join(running[0].cmdline())


async def test_requests_say_what_vllm_understands(make, tmp_path):
    engine = make(adapters=1)
    body = await sent(engine, ask(max_tokens=1, grammar='root ::= "a"', priority=-2, seed=4))
    assert body["structured_outputs"] == {"grammar": 'root ::= "a"\n'}
    assert body["skip_special_tokens"] is False
    assert (body["priority"], body["seed"], body["model"]) == (-2, 4, "blank")
    await engine.load_adapter("polite", save_adapter(tmp_path))
    assert (await sent(engine, ask(max_tokens=1, adapter="polite")))["model"] == "polite"
    await engine.unload_adapter("polite")
    with pytest.raises(ModelError, match=r"has no adapter 'polite' loaded, but \[\]"):
        await text_of(engine, ask(adapter="polite"))


async def test_adapters_come_back_after_a_crash(make, tmp_path):
    engine = make(adapters=1)
    _, running = await server_of(engine)
    await engine.load_adapter("polite", save_adapter(tmp_path))
    running[0].kill()
    await ended(engine)
    _, running = await server_of(engine)
    assert '{"name": "polite", "path": "' in " ".join(running[0].cmdline())


async def test_the_adapter_of_the_model_is_used(make, tmp_path):
    engine = make(adapter=save_adapter(tmp_path))
    assert (await sent(engine))["model"] == "adapter"


@pytest.mark.parametrize(
    ("name", "room", "says"),
    [
        ("polite", 0, r"has no room for adapter 'polite'; make it with EngineOptions\(adapters="),
        ("two words", 1, "use a name of letters"),
        ("base", 1, "none of 'base', 'adapter' and 'blank'"),
    ],
)
async def test_adapters_that_cannot_be_loaded(make, tmp_path, name, room, says):
    with pytest.raises(ConfigError, match=says):
        await make(adapters=room).load_adapter(name, save_adapter(tmp_path))


async def test_a_bad_model_starts_nothing(tiny, tmp_path):
    before = threads_and_children()
    folder = shutil.copytree(tiny, tmp_path / "model")
    (folder / "chat_template.jinja").unlink()
    for name, says in ((folder, "has no chat template"), ("no/where", "nothing is downloaded")):
        engine = make_engine(Model(f"vllm:{name}"), vllm=program(tmp_path, "slow"))
        with pytest.raises(ModelError, match=says):
            await engine.warm()
    with pytest.raises(ModelNotFound, match=r"has no adapter_config\.json"):
        await make_engine(
            Model(f"vllm:{tiny}", adapter=tmp_path), vllm=program(tmp_path, "slow")
        ).warm()
    assert threads_and_children() <= before


def test_a_vllm_that_is_none(tiny, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", None)
    with pytest.raises(MissingExtra, match=r"ONTOPILOT_VLLM names no other vLLM, needs"):
        make_engine(Model(f"vllm:{tiny}"))
    for path in (tmp_path / "none", tmp_path, Path(__file__)):
        with pytest.raises(ConfigError, match=r"is no program; give the path of 'vllm'"):
            make_engine(Model(f"vllm:{tiny}"), vllm=path)


def test_a_program_that_cannot_run_says_so(tiny, tmp_path):
    broken = tmp_path / "python3"
    broken.write_text("neither a script nor a program")
    broken.chmod(0o700)
    engine = make_engine(Model(f"vllm:{tiny}"), vllm=broken)
    with pytest.raises(EngineFailed, match=r"ended with exit code 127: .*Exec format error"):
        asyncio.run(engine.warm())
    asyncio.run(engine.aclose())


async def test_the_settings_name_it_and_the_pool_says_how_it_stands(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("ONTOPILOT_VLLM", str(program(tmp_path)))
    pool = Pool(generator=f"vllm:{tiny}", vllm=load_settings().vllm)
    await pool.warm("generator")
    first, second, *_ = pool.describe()[0].deployments
    assert (first.name, first.serves, first.note) == (f"vllm:{tiny}", True, "running")
    assert second.note == "stands by"
    await pool.aclose()
    assert "ONTOPILOT_VLLM" in os.environ
