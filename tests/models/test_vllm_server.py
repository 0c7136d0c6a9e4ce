"""The life of a vLLM server: started, watched and ended, with a stand-in for vLLM."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from ontopilot.config import load_settings
from ontopilot.errors import EngineFailed
from ontopilot.models import Model, Pool
from ontopilot.models.engines import make_engine
from tests.conformance.engine import ask, chunks_of, text_of, threads_and_children
from tests.models.adapter import save_adapter
from tests.models.vllm_stand_in import ended, program, server_of

ROOT = Path(__file__).resolve().parents[2]


async def test_closing_leaves_no_process_no_thread_and_no_file(make_vllm):
    before = threads_and_children()
    engine = make_vllm()
    _, running = await server_of(engine)
    assert len(running) == 2
    folder = engine.server.socket.parent
    assert (await chunks_of(engine, ask(max_tokens=5)))[-1].usage.completion_tokens == 1
    await engine.aclose()
    assert threads_and_children() <= before
    assert not any(process.is_running() for process in running)
    assert not folder.exists()


async def test_one_that_does_not_leave_is_made_to(make_vllm):
    engine = make_vllm("stubborn")
    _, running = await server_of(engine)
    await engine.aclose()
    assert psutil.wait_procs(running, timeout=1)[1] == []


async def test_closing_while_it_starts(make_vllm):
    before = threads_and_children()
    engine = make_vllm("slow")
    waiting = asyncio.create_task(text_of(engine, ask()))
    while not engine.standing.startswith("has been starting for"):
        await asyncio.sleep(0.01)
    await engine.aclose()
    with pytest.raises(EngineFailed, match="closed"):
        await waiting
    assert threads_and_children() <= before


async def test_why_it_ended_is_told(make_vllm):
    engine = make_vllm("dying")
    with pytest.raises(EngineFailed) as error:
        await text_of(engine, ask())
    said = str(error.value)
    assert "ended with exit code 3: ValueError: the weights are made of cheese; the log is" in said
    log = Path(said.split("the log is ")[1].strip("'"))
    assert "RuntimeError: Engine core initialization failed" in log.read_text()
    assert engine.stats().failures == 1


async def test_errors_of_requests_are_not_taken_for_the_cause_of_an_end(make_vllm):
    engine = make_vllm("complaining")
    _, running = await server_of(engine)
    stream = engine.generate(ask(max_tokens=500))
    await anext(stream)
    running[0].kill()
    with pytest.raises(EngineFailed, match=r"ended by signal 9: it goes on; the log is"):
        _ = [chunk async for chunk in stream]


async def test_a_crash_fails_the_stream_and_the_next_request_does_not_wait(make_vllm):
    engine = make_vllm()
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


async def test_without_its_keeper_a_server_ends_too(make_vllm):
    engine = make_vllm("stubborn")
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
def test_no_orphan_is_left_when_the_parent_goes(tiny, tmp_path, short, end, mode):
    vllm = program(tmp_path, mode)
    command = [sys.executable, "-c", PARENT, str(tiny), str(vllm)]
    own = {**os.environ, "TMPDIR": str(short)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=own) as parent:
        assert parent.stdout.readline() == "serves\n"
        running = psutil.Process(parent.pid).children(recursive=True)
        parent.send_signal(signal.SIGKILL if end == "kill" else signal.SIGINT)
    assert len(running) == 3
    assert psutil.wait_procs(running, timeout=10)[1] == []


async def test_ends_in_a_row_are_followed_by_longer_and_longer_rests(make_vllm):
    engine = make_vllm("dying")
    for _ in range(2):  # the first end may be chance
        with pytest.raises(EngineFailed, match=r"made of cheese; the log is '[^']*'$"):
            await text_of(engine, ask())
    with pytest.raises(EngineFailed, match=r"made of cheese.*; it may start again in 5 s$"):
        await text_of(engine, ask())
    assert engine.server.log.file.read_text().count("made of cheese") == 2


async def test_a_server_that_is_stopped_is_noticed_ended_and_started_again(make_vllm):
    engine = make_vllm(stall_s=2.0)
    _, running = await server_of(engine)
    running[0].suspend()
    await ended(engine)
    with pytest.raises(EngineFailed, match=r"has been starting for 0 s again"):
        await text_of(engine, ask())
    await engine.probe()
    assert (await chunks_of(engine, ask(max_tokens=3)))[-1].finish == "length"
    assert psutil.wait_procs(running, timeout=5)[1] == []


async def test_a_server_that_owes_an_answer_and_says_nothing_is_ended(make_vllm):
    engine = make_vllm("silent", stall_s=1.0)
    _, running = await server_of(engine)
    with pytest.raises(EngineFailed, match=r"owed an answer and was silent for 1 s and was ended"):
        await text_of(engine, ask())
    assert psutil.wait_procs(running, timeout=5)[1] == []


async def test_a_reader_who_leaves_early_does_not_end_the_server(make_vllm):
    engine = make_vllm("silent", stall_s=30.0)
    _, running = await server_of(engine)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await text_of(engine, ask())
    stream = engine.generate(ask())
    await anext(stream)
    await stream.aclose()
    assert engine.standing == "running"
    assert all(process.is_running() for process in running)


async def test_a_full_disk_takes_no_log_and_stops_no_server(make_vllm):
    engine = make_vllm("talkative")
    engine_log = asyncio.create_task(engine.warm())
    while engine.server is None:
        await asyncio.sleep(0)
    log = engine.server.log.file
    log.unlink(missing_ok=True)
    log.symlink_to("/dev/full")
    await engine_log
    assert (await chunks_of(engine, ask(max_tokens=3)))[-1].finish == "length"
    log.unlink()


async def test_the_log_does_not_grow_without_end(make_vllm):
    engine = make_vllm("talkative")
    await engine.warm()
    folder = engine.server.log.file.parent
    sizes = [file.stat().st_size for file in folder.glob("log*")]
    assert 1 <= len(sizes) <= 2
    assert max(sizes) < 10 << 20


async def test_two_engines_at_once_do_not_meet(make_vllm):
    one, other = make_vllm(), make_vllm()
    await asyncio.gather(one.warm(), other.warm())
    assert one.server.socket != other.server.socket
    await one.aclose()
    assert (await chunks_of(other, ask(max_tokens=3)))[-1].finish == "length"


async def test_what_vllm_counts_is_told(make_vllm):
    engine = make_vllm(draft="ngram", draft_tokens=3)
    *_, last = await chunks_of(engine, ask(max_tokens=2))
    assert last.usage.cached_tokens == 4
    while not engine.stats().drafted_tokens:
        await asyncio.sleep(0.05)
    stats = engine.stats()
    assert (stats.cached_tokens, stats.drafted_tokens, stats.accepted_tokens) == (4, 42, 30)


async def test_progress_is_logged(make_vllm, caplog):
    caplog.set_level(logging.INFO, "ontopilot.vllm")
    engine = make_vllm()
    await engine.warm()
    assert "starts; its log is" in caplog.text
    assert "is ready after" in caplog.text
    assert engine.capabilities.context_tokens == 77


async def test_no_other_user_reaches_the_server(make_vllm):
    engine = make_vllm()
    _, running = await server_of(engine)
    assert not any(process.net_connections("inet") for process in running)
    assert engine.server.socket.is_socket()
    assert engine.server.socket.parent.stat().st_mode & 0o077 == 0


async def test_a_folder_too_deep_for_sockets_is_told(make_vllm, tmp_path, monkeypatch):
    deep = tmp_path / ("deep" * 12)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with pytest.raises(EngineFailed, match=r"too deep for sockets.*; set TMPDIR to a shorter one"):
        await make_vllm().warm()


async def test_adapters_come_back_after_a_crash(make_vllm, tmp_path):
    engine = make_vllm(adapters=1)
    _, running = await server_of(engine)
    await engine.load_adapter("polite", save_adapter(tmp_path))
    running[0].kill()
    await ended(engine)
    _, running = await server_of(engine)
    assert '{"name": "polite", "path": "' in " ".join(running[0].cmdline())


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
