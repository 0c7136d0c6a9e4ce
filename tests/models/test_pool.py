"""The pool: who serves, what happens when an engine fails, and that a turn never goes dark."""

import asyncio
import json
import shutil
from contextlib import aclosing
from dataclasses import replace

import pytest

from ontopilot.errors import ConfigError, EngineFailed, ModelNotFound, PromptTooLong
from ontopilot.models import (
    Breaks,
    Capabilities,
    EngineOptions,
    EngineStats,
    HashEncoder,
    Model,
    Pool,
    ScriptedEngine,
)
from ontopilot.models.encoding import sentence
from ontopilot.models.encoding.sentence import SentenceEncoder, nearness_encoder
from ontopilot.models.engines import BACKENDS
from tests.conformance.engine import ask

FAILURE = EngineFailed("engine 'main' fell over; ask again")


def broken(*, text="", error=FAILURE, times=99):
    lines = [Breaks(error, text)] * times
    return ScriptedEngine([*lines, "Mended. [1]"], name="main")


async def served(pool, request=None, role="generator"):
    return [chunk async for chunk in pool.generate(role, request or ask())]


def text_of(chunks):
    return "".join(chunk.text for chunk in chunks)


class Silent:
    """An engine that never says anything; `closed` when its stream was closed."""

    name = "silent"
    capabilities = Capabilities()

    def __init__(self):
        self.entered = asyncio.Event()
        self.closed = asyncio.Event()

    async def generate(self, request):
        try:
            self.entered.set()
            await asyncio.Event().wait()
            yield
        finally:
            self.closed.set()

    def stats(self):
        return EngineStats()

    async def aclose(self):
        pass


async def test_without_a_model_it_quotes():
    pool = Pool()
    chunks = await served(pool)
    assert "30 days. [1]" in text_of(chunks)
    assert {chunk.engine for chunk in chunks} == {"extractive"}
    assert not any(chunk.degraded for chunk in chunks)
    assert not pool.generates("generator")


async def test_an_engine_that_works_serves_and_is_named():
    pool = Pool(generator=ScriptedEngine("Well. [1]", name="main"))
    chunks = await served(pool)
    assert text_of(chunks) == "Well. [1]"
    assert {(chunk.engine, chunk.degraded) for chunk in chunks} == {("main", "")}
    assert chunks[-1].finish == "stop"
    assert pool.generates("generator")
    assert pool.stats()["main"].totals.arrived == 1


async def test_a_failure_before_the_first_word_passes_on_silently_but_says_so():
    chunks = await served(Pool(generator=broken()))
    assert "30 days. [1]" in text_of(chunks)
    assert not any(chunk.restart for chunk in chunks)
    assert all(chunk.engine == "extractive" for chunk in chunks)
    assert chunks[0].degraded == f"'extractive' answered because 'main' could not ({FAILURE})"


async def test_a_failure_in_the_middle_restarts():
    chunks = await served(Pool(generator=broken(text="Half a sen")))
    at = next(i for i, chunk in enumerate(chunks) if chunk.restart)
    before, after = chunks[:at], chunks[at:]
    assert text_of(before) == "Half a sen"
    assert {chunk.engine for chunk in before} == {"main"}
    assert {chunk.engine for chunk in after} == {"extractive"}
    assert sum(chunk.restart for chunk in chunks) == 1
    assert "30 days" in text_of(after)
    assert after[0].text == ""


async def test_a_stream_without_an_end_is_a_failure():
    class Endless(ScriptedEngine):
        async def generate(self, request):
            async for chunk in super().generate(request):
                if chunk.finish is None:
                    yield chunk

    chunks = await served(Pool(generator=Endless("Never ended", name="main")))
    assert "the stream ended before the answer did" in chunks[-1].degraded
    assert chunks[-1].finish == "stop"


async def test_silence_is_a_failure(monkeypatch):
    engine = Silent()
    monkeypatch.setattr("ontopilot.models.engines.BACKENDS", backends(lambda *_: engine))
    model = Model("scripted:x", options=EngineOptions(stall_s=0.05))
    chunks = await served(Pool(generator=model))
    assert engine.closed.is_set()
    assert "'scripted:x' was silent for 0.05 s" in chunks[-1].degraded
    assert "30 days" in text_of(chunks)


def backends(make):
    return {**BACKENDS, "scripted": replace(BACKENDS["scripted"], make=make)}


async def test_an_engine_that_keeps_failing_rests():
    engine = broken()
    pool = Pool(generator=engine)
    for _ in range(5):
        chunks = await served(pool)
    assert engine.stats().requests == 3
    assert f"resting after: {FAILURE}" in chunks[0].degraded
    assert not pool.generates("generator")
    main, quoting = pool.describe()[0].deployments
    assert (main.serves, main.note) == (False, f"resting after: {FAILURE}")
    assert quoting.serves


async def test_a_failure_now_and_then_does_not_rest():
    engine = ScriptedEngine([FAILURE, "a", FAILURE, "b", FAILURE, "c", FAILURE, "d"], name="main")
    pool = Pool(generator=engine)
    for _ in range(8):
        await served(pool)
    assert engine.stats().requests == 8


async def test_an_engine_that_is_not_there_rests_at_once():
    engine = broken(error=ModelNotFound("engine 'main': no server; start it"))
    pool = Pool(generator=engine)
    await served(pool)
    await served(pool)
    assert engine.stats().requests == 1


async def test_a_prompt_that_is_too_long_is_no_fault_of_the_engine():
    engine = broken(error=PromptTooLong("too long"), times=5)
    pool = Pool(generator=engine)
    for _ in range(5):
        assert "too long" in (await served(pool))[-1].degraded
    assert text_of(await served(pool)) == "Mended. [1]"


async def test_more_requests_than_an_engine_may_have_go_to_the_next_one(monkeypatch):
    engine = Silent()
    monkeypatch.setattr("ontopilot.models.engines.BACKENDS", backends(lambda *_: engine))
    pool = Pool(generator=Model("scripted:x", options=EngineOptions(most_requests=1, patience_s=0)))
    waiting = asyncio.create_task(served(pool))
    await engine.entered.wait()
    chunks = await served(pool)
    assert (
        "'scripted:x' could not ('scripted:x' has no room: no place for 0 s" in chunks[-1].degraded
    )
    assert "30 days" in text_of(chunks)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert engine.closed.is_set()
    engine.entered.clear()
    again = asyncio.create_task(served(pool))
    await engine.entered.wait()
    again.cancel()
    await asyncio.gather(again, return_exceptions=True)


async def test_a_crowd_is_always_answered():
    pool = Pool(generator=broken())
    runs = await asyncio.gather(*(served(pool) for _ in range(200)))
    assert all("30 days" in text_of(run) for run in runs)


async def test_closing_the_stream_closes_the_engines():
    engine = ScriptedEngine("One two three four. [1]", name="main")
    pool = Pool(generator=engine)
    async with aclosing(pool.generate("generator", ask())) as stream:
        await anext(stream)
    stats = engine.stats()
    assert (stats.requests, stats.running, stats.failures) == (1, 0, 0)


async def test_the_reasoner_is_the_generator_unless_named():
    one = Pool(generator=ScriptedEngine("Same. [1]", name="main"))
    assert text_of(await served(one, role="reasoner")) == "Same. [1]"
    two = Pool(
        generator=ScriptedEngine("Draft. [1]", name="main"),
        reasoner=ScriptedEngine("Thought. [1]", name="deep"),
    )
    assert text_of(await served(two)) == "Draft. [1]"
    assert text_of(await served(two, role="reasoner")) == "Thought. [1]"
    assert set(two.stats()) == {"main", "deep", "extractive"}


def test_a_bare_name_gets_the_chain_of_this_machine(tmp_path):
    generator, reasoner, encoder, nearness, *_ = Pool(
        generator=str(tmp_path), reasoner="extractive", encoder=HashEncoder()
    ).describe()
    kinds = [deployment.name.partition(":")[0] for deployment in generator.deployments]
    assert kinds == ["vllm", "openvino", "transformers", "extractive"]
    assert [d.name for d in reasoner.deployments] == ["extractive"]
    assert encoder.serves == nearness.serves == "hash-384"


def test_statements_have_an_encoder_of_their_own():
    pool = Pool()
    assert pool.small.nearness.name == nearness_encoder().name
    assert pool.small.encoder.name == SentenceEncoder().name


def test_the_plain_encoder_stands_in_for_a_damaged_one(tmp_path, monkeypatch):
    monkeypatch.setattr(sentence, "_NEARNESS", tmp_path)
    pool = Pool()
    assert pool.small.nearness is pool.small.encoder
    assert pool.describe()[3].deployments[0].note.startswith("the retrieval encoder stands in")


@pytest.mark.parametrize(
    ("name", "chain"),
    [
        ("m.gguf", ["openvino:m.gguf", "extractive"]),
        ("openvino:m.gguf", ["openvino:m.gguf", "extractive"]),
        ("openvino:org/m", ["openvino:org/m", "transformers:org/m", "extractive"]),
        ("transformers:org/m", ["transformers:org/m", "extractive"]),
        ("scripted:x", ["scripted:x", "extractive"]),
        ("http://127.0.0.1:1/v1#m", ["http://127.0.0.1:1/v1#m", "extractive"]),
    ],
)
def test_what_stands_behind_a_model(name, chain):
    report = Pool(generator=name, encoder=HashEncoder()).describe()[0]
    assert [deployment.name for deployment in report.deployments] == chain
    assert report.serves == name or report.serves.endswith(name)
    assert report.deployments[-1].note == "stands by"


@pytest.mark.parametrize("given", [7, object(), b"extractive"])
def test_what_is_no_model_is_refused(given):
    with pytest.raises(ConfigError, match=r"Pool\(generator=.*give a Model, a name"):
        Pool(generator=given)


@pytest.mark.slow
async def test_warming_finds_out_before_the_first_question():
    pool = Pool(generator="openvino:nowhere/at/all", encoder=HashEncoder())
    await pool.warm()
    first, second, last = pool.describe()[0].deployments
    assert "nothing is downloaded here" in first.note
    assert "nothing is downloaded here" in second.note
    assert last.serves
    await pool.aclose()


async def test_a_closed_pool_refuses():
    engine = ScriptedEngine("x", name="main")
    pool = Pool(generator=engine)
    await served(pool)
    await pool.aclose()
    await pool.aclose()
    with pytest.raises(EngineFailed, match="closed"):
        await served(pool)
    with pytest.raises(EngineFailed, match="closed"):
        await anext(engine.generate(ask()))


async def test_the_default_encoder_is_the_packaged_one():
    pool = Pool()
    assert pool.small.encoder is pool.small.encoder
    assert pool.small.encoder.name.startswith("sentence:all-MiniLM-L6-v2@")


@pytest.mark.slow
async def test_a_checkpoint_that_openvino_cannot_take_is_served_by_transformers(tiny, tmp_path):
    folder = shutil.copytree(tiny, tmp_path / "model")
    config = json.loads((folder / "config.json").read_text())
    config["rope_parameters"] = {"rope_theta": 10000.0, "rope_type": "linear", "factor": 1.0}
    (folder / "config.json").write_text(json.dumps(config))
    pool = Pool(generator=Model(str(folder)), threads=1)
    chunks = await served(pool)
    assert "30 days" in text_of(chunks)
    assert chunks[-1].engine == f"transformers:{folder}"
    assert "scales its rotary embeddings" in chunks[-1].degraded
    await pool.aclose()
