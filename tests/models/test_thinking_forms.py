"""A model that thinks first: its thoughts are free, and the form begins behind them."""

import pytest

from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from tests.conformance.engine import ask, chunks_of
from tests.conformance.structured import FORMS
from tests.models.thinking import save_thinking

pytestmark = pytest.mark.slow

SEEDS = range(8)
LONG = 700


@pytest.fixture(scope="module", params=[True, False], ids=["prompt begins", "model begins"])
def thinking(request, tiny, tmp_path_factory):
    """The model, and whether its prompts begin the thoughts."""
    folder = tmp_path_factory.mktemp("thinking") / "model"
    return save_thinking(tiny, folder, begins=request.param), request.param


@pytest.fixture(params=["openvino", "transformers"])
async def engine(request, thinking, tmp_path):
    options = EngineOptions(cache=tmp_path, kv_cache_mb=32)
    model = Model(f"{request.param}:{thinking[0]}", thinking=True, options=options)
    made = make_engine(model, threads=1)
    yield made
    await made.aclose()


async def test_what_follows_the_thoughts_is_of_the_form(engine, thinking):
    thought = 0
    for form in (FORMS["members"], FORMS["nested"]):
        for seed in SEEDS:
            asked = ask(temperature=2.0, seed=seed, max_tokens=LONG, **form.asked)
            chunks = await chunks_of(engine, asked)
            text = "".join(chunk.text for chunk in chunks)
            if chunks[-1].finish == "length":
                assert chunks[-1].usage.completion_tokens == LONG
                continue
            assert form.kept(text), text
            thought += chunks[-1].usage.completion_tokens > len(text) + 20
    assert thought > 1


async def test_a_thought_that_does_not_end_is_cut_and_shows_nothing(engine, thinking):
    if not thinking[1]:
        return
    chunks = await chunks_of(engine, ask(max_tokens=2, **FORMS["members"].asked))
    assert "".join(chunk.text for chunk in chunks) == ""
    assert chunks[-1].finish == "length"
