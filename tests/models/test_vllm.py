"""Real vLLM, its CPU build: it starts slowly, so most tests share one server."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ontopilot.errors import EngineFailed, ModelError
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.vllm.engine import VllmEngine
from ontopilot.models.vllm.metrics import total
from tests.conformance.engine import (
    KETTLE,
    WARRANTY,
    EngineConformance,
    ask,
    text_of,
)
from tests.models.adapter import save_adapter
from tests.models.greedy import answers, of_transformers

pytestmark = [pytest.mark.slow, pytest.mark.vllm, pytest.mark.timeout(400)]

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-vllm/bin/python"
MOST = 4
PREFIX_CACHE = ("vllm:prefix_cache_queries_total", "vllm:prefix_cache_hits_total")
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


def metric(engine: VllmEngine, name: str) -> int:
    """A number of vLLM's own metrics."""
    transport = httpx.HTTPTransport(uds=str(engine.server.socket), verify=False)
    with httpx.Client(transport=transport) as client:
        return total(client.get("http://vllm/metrics").text, name)


async def test_of_waiting_requests_the_lowest_priority_number_goes_first(engine):
    for _ in range(5):  # on a slow machine the first may end before the others have come
        if began := await of_two_that_wait(engine):
            assert began == ["urgent", "patient"]
            return
    pytest.fail("the first requests always ended before two others waited")


async def of_two_that_wait(engine: VllmEngine) -> list[str]:
    """Which of two requests begins first; nothing, where they did not wait at the same time."""
    began: list[str] = []

    async def run(name: str, most: int, **more: object) -> None:
        async for _ in engine.generate(ask("Count.", max_tokens=most, **more)):
            if name not in began:
                began.append(name)

    first = [asyncio.create_task(run(f"first {n}", 900, priority=0)) for n in range(MOST)]
    while len(began) < MOST:
        await asyncio.sleep(0.01)
    others = [asyncio.create_task(run("patient", 40, priority=9))]
    await asyncio.sleep(0.1)
    others.append(asyncio.create_task(run("urgent", 40, priority=-9)))
    await asyncio.sleep(0.1)
    waited = await asyncio.to_thread(metric, engine, "vllm:num_requests_waiting") == 2
    await asyncio.gather(*first, *others)
    return began[MOST:] if waited else []


async def test_what_prompts_share_is_computed_once(engine):
    request = ask("Count. " * 100, max_tokens=1)
    await text_of(engine, request)
    before = await asyncio.to_thread(metric, engine, "vllm:prefix_cache_hits_total")
    await text_of(engine, request)
    assert await asyncio.to_thread(metric, engine, "vllm:prefix_cache_hits_total") > before


async def test_most_of_a_conversation_comes_from_the_prefix_cache(engine):
    """Ten turns: at least 70 % of their prompt tokens, as vLLM itself counts them."""
    before = [await asyncio.to_thread(metric, engine, name) for name in PREFIX_CACHE]
    messages = [Message("system", "Answer from the sources and cite them. " * 40)]
    for turn in range(10):
        messages.append(Message("user", f"Turn {turn}: {KETTLE if turn % 2 else WARRANTY}"))
        answer = await text_of(engine, GenerationRequest(tuple(messages), max_tokens=30))
        messages.append(Message("assistant", answer))
    after = [await asyncio.to_thread(metric, engine, name) for name in PREFIX_CACHE]
    asked, hit = (now - then for now, then in zip(after, before, strict=True))
    assert hit / asked >= 0.7
    stats = engine.stats()
    assert (stats.prompt_tokens, stats.cached_tokens) == (asked, hit)


async def test_adapters_come_and_go_while_requests_run(engine, tmp_path):
    counting = ask("Count.", max_tokens=900)
    plain, long = await text_of(engine, ask()), await text_of(engine, counting)
    running = [asyncio.create_task(text_of(engine, counting)) for _ in range(2)]
    await engine.load_adapter("one", save_adapter(tmp_path))
    assert await text_of(engine, ask(adapter="one")) != plain
    assert await text_of(engine, ask()) == plain
    await engine.unload_adapter("one")
    assert not any(task.done() for task in running)
    assert await asyncio.gather(*running) == [long, long]


def test_long_prompts_are_read_in_pieces(owner):
    lines = owner.server.log.file.read_text().splitlines()
    (engine,) = [line for line in lines if "Initializing a V1 LLM engine" in line]
    assert "enable_chunked_prefill=True" in engine


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
