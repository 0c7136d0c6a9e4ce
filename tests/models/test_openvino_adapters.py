"""LoRA adapters by name on OpenVINO: each request gets its own, also in one batch."""

import asyncio
from pathlib import Path

import psutil
import pytest

from ontopilot.errors import ConfigError, EngineFailed, ModelError, ModelNotFound, RequestRefused
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engine import LoadsAdapters
from ontopilot.models.engines import make_engine
from ontopilot.models.vllm.engine import VllmEngine
from tests.conformance.engine import KETTLE, WARRANTY, ask, chunks_of, text_of
from tests.models.adapter import save_adapter

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def adapters(tmp_path_factory) -> dict[str, Path]:
    """Two adapters, each the opposite of the other."""
    folder = tmp_path_factory.mktemp("adapters")
    return {"a": save_adapter(folder / "a"), "b": save_adapter(folder / "b", sign=-1)}


@pytest.fixture
async def engine(tiny, cache):
    options = EngineOptions(cache=cache, kv_cache_mb=24, precision="fp32", adapters=2)
    made = make_engine(Model(f"openvino:{tiny}", options=options), threads=1)
    yield made
    await made.aclose()


async def merged(tiny: Path, cache: Path, adapter: Path | None) -> list[str]:
    """The answers of transformers with an adapter merged into its weights."""
    options = EngineOptions(cache=cache, precision="fp32")
    model = Model(f"transformers:{tiny}", adapter=adapter, options=options)
    engine = make_engine(model, threads=1)
    answers = [await text_of(engine, ask(question)) for question in (KETTLE, WARRANTY)]
    await engine.aclose()
    return answers


async def test_requests_with_several_adapters_and_none_each_get_their_own(
    engine, adapters, tiny, cache
):
    assert isinstance(engine, LoadsAdapters)
    assert issubclass(VllmEngine, LoadsAdapters)
    expected = {name: await merged(tiny, cache, adapters.get(name)) for name in ("", "a", "b")}
    assert len({tuple(answers) for answers in expected.values()}) == 3
    for name, folder in adapters.items():
        await engine.load_adapter(name, folder)
    asked = [(q, name) for name in ("a", "", "b") for q in (KETTLE, WARRANTY)] * 3
    together = await asyncio.gather(*(text_of(engine, ask(q, adapter=name)) for q, name in asked))
    for (question, name), text in zip(asked, together, strict=True):
        assert text == expected[name][[KETTLE, WARRANTY].index(question)], (question, name)


async def test_an_adapter_that_is_not_loaded_is_refused_and_one_may_go_and_come(engine, adapters):
    with pytest.raises(RequestRefused, match=r"no adapter 'a' loaded, but \[\]; load it first"):
        await text_of(engine, ask(adapter="a"))
    plain = await text_of(engine, ask())
    await engine.load_adapter("a", adapters["a"])
    adapted = await text_of(engine, ask(adapter="a"))
    await engine.unload_adapter("a")
    with pytest.raises(RequestRefused, match="no adapter 'a' loaded"):
        await text_of(engine, ask(adapter="a"))
    with pytest.raises(ConfigError, match=r"no adapter 'a' loaded, but \[\]; name one"):
        await engine.unload_adapter("a")
    await engine.load_adapter("a", adapters["b"])
    opposite = await text_of(engine, ask(adapter="a"))
    assert len({plain, adapted, opposite}) == 3
    assert await text_of(engine, ask()) == plain


async def test_an_answer_that_runs_outlives_its_adapter(engine, adapters):
    await engine.load_adapter("a", adapters["a"])
    request = ask("Count.", adapter="a", max_tokens=200, stop=("never",))
    whole = await text_of(engine, request)
    stream = engine.generate(request)
    first = await anext(stream)
    await engine.unload_adapter("a")
    assert first.text + "".join([chunk.text async for chunk in stream]) == whole


async def test_answers_go_on_while_an_adapter_loads(engine, adapters):
    long = ask("Count.", max_tokens=400, stop=("never",))
    whole = await text_of(engine, long)
    answer = asyncio.create_task(text_of(engine, long))
    await engine.load_adapter("a", adapters["a"])
    assert await answer == whole


async def test_adapters_are_there_again_after_a_crash(engine, adapters):
    await engine.load_adapter("b", adapters["b"])
    adapted = await text_of(engine, ask(adapter="b"))
    (child,) = psutil.Process().children()
    stream = engine.generate(ask("Count.", max_tokens=900))
    await anext(stream)
    child.kill()
    with pytest.raises(EngineFailed, match="ended by signal 9"):
        _ = [chunk async for chunk in stream]
    assert await text_of(engine, ask(adapter="b")) == adapted


async def test_what_cannot_be_loaded_is_refused_and_harms_nobody(engine, adapters, tmp_path):
    plain = await text_of(engine, ask())
    with pytest.raises(ModelNotFound, match=r"has no adapter_config\.json"):
        await engine.load_adapter("a", tmp_path)
    with pytest.raises(ModelError, match="only plain LoRA"):
        await engine.load_adapter("a", save_adapter(tmp_path / "odd", use_dora=True))
    with pytest.raises(ConfigError, match="use a name of letters"):
        await engine.load_adapter("../a", adapters["a"])
    for name, folder in adapters.items():
        await engine.load_adapter(name, folder)
    with pytest.raises(ConfigError, match=r"room for 2 adapters and holds \['a', 'b'\]"):
        await engine.load_adapter("c", adapters["a"])
    assert await text_of(engine, ask()) == plain


async def test_the_adapter_of_the_model_serves_requests_that_name_none(adapters, tiny, cache):
    options = EngineOptions(cache=cache, kv_cache_mb=16, precision="fp32", adapters=1)
    model = Model(f"openvino:{tiny}", adapter=adapters["a"], options=options)
    engine = make_engine(model, threads=1)
    await engine.load_adapter("b", adapters["b"])
    for name, folder in (("", adapters["a"]), ("b", adapters["b"])):
        expected = await merged(tiny, cache, folder)
        assert await text_of(engine, ask(adapter=name)) == expected[0]
    await engine.aclose()


async def test_the_memory_for_keys_is_shared_out(tiny, cache):
    fewer = EngineOptions(cache=cache, kv_cache_mb=2, precision="fp32", adapters=1)
    engine = make_engine(Model(f"openvino:{tiny}", options=fewer), threads=1)
    await chunks_of(engine, ask())
    alone = EngineOptions(cache=cache, kv_cache_mb=1, precision="fp32")
    other = make_engine(Model(f"openvino:{tiny}", options=alone), threads=1)
    await chunks_of(other, ask())
    assert engine.capabilities.context_tokens == other.capabilities.context_tokens
    await engine.aclose()
    await other.aclose()
