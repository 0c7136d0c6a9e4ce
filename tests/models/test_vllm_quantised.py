"""Quantised checkpoints on real vLLM, its CPU build, made here from the tiny Llama."""

import json
import shutil
from pathlib import Path

import pytest

from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from tests.conformance.engine import WARRANTY, ask, text_of
from tests.models.quantised import METHODS, save_quantised

pytestmark = [pytest.mark.slow, pytest.mark.vllm, pytest.mark.timeout(300)]

PYTHON = Path(__file__).resolve().parents[2] / ".venv-vllm/bin/python"
OPTIONS = {"kv_cache_mb": 64, "compiled": False}


async def answers(folder: Path, **options: object) -> list[str]:
    model = Model(f"vllm:{folder}", options=EngineOptions(**OPTIONS, **options))
    engine = make_engine(model, threads=2, vllm=PYTHON)
    try:
        return [await text_of(engine, ask(question)) for question in (ask().question, WARRANTY)]
    finally:
        await engine.aclose()


@pytest.mark.parametrize("method", METHODS)
async def test_a_quantised_checkpoint_answers(tiny, tmp_path, method):
    folder = shutil.copytree(tiny, tmp_path / "model")
    save_quantised(folder, method)
    assert json.loads((folder / "config.json").read_text())["quantization_config"]
    kettle, warranty = await answers(folder)
    assert "30 days" in kettle
    assert "24 months" in warranty


@pytest.mark.parametrize("precision", ["int8", "fp8"])
async def test_a_checkpoint_is_quantised_at_the_start(tiny, precision):
    kettle, warranty = await answers(tiny, precision=precision)
    assert "30 days" in kettle
    assert "24 months" in warranty
