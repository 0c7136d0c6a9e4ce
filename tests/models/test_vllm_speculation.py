"""Speculation on real vLLM, its CPU build: the same answers, counted by vLLM itself."""

import asyncio
from pathlib import Path

import pytest

from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from tests.models.greedy import answers, of_transformers

pytestmark = [pytest.mark.slow, pytest.mark.vllm, pytest.mark.timeout(300)]

PYTHON = Path(__file__).resolve().parents[2] / ".venv-vllm/bin/python"


@pytest.mark.parametrize(("draft", "least"), [("ngram", 0.3), ("itself", 0.9)])
async def test_speculation_changes_no_answer_and_is_counted(tiny, draft, least):
    """A model that drafts for itself must nearly always be right."""
    options = EngineOptions(
        precision="fp32",
        kv_cache_mb=64,
        compiled=False,
        draft=str(tiny) if draft == "itself" else draft,
        draft_tokens=3,
    )
    engine = make_engine(Model(f"vllm:{tiny}", options=options), threads=2, vllm=PYTHON)
    assert await answers(engine) == await of_transformers(tiny)
    while not (stats := engine.stats()).drafted_tokens:
        await asyncio.sleep(0.1)
    assert least <= stats.accepted_tokens / stats.drafted_tokens <= 1
    await engine.aclose()
