"""Speculation on OpenVINO: the same answers in fewer steps, whatever drafts."""

import asyncio
from pathlib import Path

import pytest

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models import EngineOptions, EngineStats, Model
from ontopilot.models.engines import make_engine
from tests.conformance.engine import ask, chunks_of, text_of
from tests.models.greedy import requests
from tests.models.test_bad_models import set_json

pytestmark = pytest.mark.slow


def options(cache: Path, **changes: object) -> EngineOptions:
    return EngineOptions(cache=cache, kv_cache_mb=32, precision="fp32", **changes)


async def answers(model: Model) -> tuple[list[tuple[str, object]], EngineStats]:
    engine = make_engine(model, threads=1)
    try:
        runs = await asyncio.gather(*(chunks_of(engine, r) for r in requests()))
        found = [("".join(c.text for c in run), run[-1].usage) for run in runs]
        return found, engine.stats()
    finally:
        await engine.aclose()


@pytest.mark.parametrize("draft_tokens", [1, 4])
@pytest.mark.parametrize("draft", ["ngram", "model"])
async def test_greedy_answers_are_those_without_speculation(tiny, cache, draft, draft_tokens):
    plain, stats = await answers(Model(f"openvino:{tiny}", options=options(cache)))
    assert stats.accepted_tokens == 0
    settings = options(
        cache, draft=str(tiny) if draft == "model" else draft, draft_tokens=draft_tokens
    )
    found, stats = await answers(Model(f"openvino:{tiny}", options=settings))
    assert found == plain
    made = stats.completion_tokens
    assert 0 < stats.accepted_tokens < made
    if draft == "model":  # it drafts what the model says, so that all but one of a step are drafted
        assert stats.accepted_tokens / made > 0.9 * draft_tokens / (draft_tokens + 1)


@pytest.mark.parametrize("draft", ["ngram", "model"])
async def test_sampling_stopping_and_cancelling_work_as_ever(tiny, cache, draft):
    settings = options(cache, draft=str(tiny) if draft == "model" else draft)
    engine = make_engine(Model(f"openvino:{tiny}", options=settings), threads=1)
    sampled = [
        await text_of(engine, ask(temperature=1.5, seed=seed, max_tokens=30)) for seed in range(4)
    ]
    assert len(set(sampled)) > 1
    whole = await text_of(engine, ask())
    chunks = await chunks_of(engine, ask(stop=("30 days",)))
    assert "".join(c.text for c in chunks) == whole[: whole.index("30 days")]
    assert [c.finish for c in await chunks_of(engine, ask(max_tokens=3))][-1] == "length"
    stream = engine.generate(ask("Count.", max_tokens=300))
    await anext(stream)
    await stream.aclose()
    assert await text_of(engine, ask()) == whole
    await engine.aclose()


@pytest.mark.parametrize("draft", ["ngram", "model"])
async def test_prompts_like_one_that_is_under_way(tiny, cache, draft):
    settings = options(cache, draft=str(tiny) if draft == "model" else draft)
    engine = make_engine(Model(f"openvino:{tiny}", options=settings), threads=1)
    whole = await text_of(engine, ask())
    for _ in range(5):
        streams, begun = [], []
        for _ in range(6):
            streams.append(engine.generate(ask()))
            begun.append((await anext(streams[-1])).text)
        rest = [[chunk.text async for chunk in stream] for stream in streams]
        texts = [first + "".join(more) for first, more in zip(begun, rest, strict=True)]
        assert texts == [whole] * 6
    await engine.aclose()


async def complaint(model: Model) -> str:
    engine = make_engine(model, threads=1)
    with pytest.raises(ModelError) as found:
        await text_of(engine, ask())
    await engine.aclose()
    return str(found.value)


async def test_a_draft_that_cannot_be_used(tiny, cache, tmp_path):
    missing = Model(f"openvino:{tiny}", options=options(cache, draft=str(tmp_path / "none")))
    engine = make_engine(missing, threads=1)
    with pytest.raises(ModelNotFound, match="nothing is downloaded here"):
        await text_of(engine, ask())
    await engine.aclose()

    other = tmp_path / "other"
    other.mkdir()
    for file in tiny.glob("*.json"):
        (other / file.name).write_bytes(file.read_bytes())
    set_json(other / "tokenizer.json", model={"type": "BPE", "vocab": {"a": 0}, "merges": []})
    text = await complaint(Model(f"openvino:{tiny}", options=options(cache, draft=str(other))))
    assert "has another vocabulary than model" in text
