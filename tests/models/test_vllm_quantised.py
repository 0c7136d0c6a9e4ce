"""Quantised checkpoints on real vLLM, its CPU build, made here from the tiny Llama."""

import json
import shutil
from pathlib import Path

import pytest

from ontopilot.errors import EngineFailed, ModelError
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.hardware import processor_features
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


AMX = pytest.mark.xfail(
    "amx_int8" in processor_features(),
    raises=EngineFailed,
    strict=False,
    reason="vLLM 0.32.0 has ended at its first token here, on one processor with AMX",
)


@pytest.mark.parametrize(
    "method", [pytest.param(m, marks=AMX if m == "compressed-tensors" else ()) for m in METHODS]
)
async def test_a_quantised_checkpoint_answers(tiny, tmp_path, method):
    folder = shutil.copytree(tiny, tmp_path / "model")
    save_quantised(folder, method)
    if method in ("awq", "gptq") and "avx512f" not in processor_features():
        with pytest.raises(ModelError, match=f"quantised with '{method}', .* AVX-512 only"):
            await answers(folder)
        return
    assert json.loads((folder / "config.json").read_text())["quantization_config"]
    kettle, warranty = await answers(folder)
    assert "30 days" in kettle
    assert "24 months" in warranty


@pytest.mark.parametrize("precision", ["int8", "fp8"])
async def test_a_checkpoint_is_quantised_at_the_start(tiny, precision):
    kettle, warranty = await answers(tiny, precision=precision)
    assert "30 days" in kettle
    assert "24 months" in warranty
