"""Number formats on OpenVINO: weights of 16, 8 and 4 bits that say nearly the same."""

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from ontopilot.errors import ConfigError, ModelError
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.files.checkpoint import open_checkpoint
from ontopilot.models.files.gguf import gguf_of, save_gguf
from ontopilot.models.openvino.folder import save_folder
from ontopilot.models.openvino.quantising import by_row
from tests.conformance.engine import ask, text_of
from tests.models.greedy import PROMPTS

pytestmark = pytest.mark.slow

LEARNT = PROMPTS[:4]
"""What the tiny model was taught answers to."""

FAR = {"fp16": 0.01, "int8": 0.03, "int4": 0.25}
"""How far a format may move the logits, as a share of their own spread."""


async def served(name: str, **changes: object) -> tuple[list[str], str]:
    """The answers to what was learnt, and the weights that the engine says it serves."""
    options = EngineOptions(**{"kv_cache_mb": 16, **changes})
    engine = make_engine(Model(f"openvino:{name}", options=options), threads=1)
    try:
        texts = [await text_of(engine, ask(question)) for question in LEARNT]
        assert engine.standing == f"running with {engine.capabilities.weights} weights"
        return texts, engine.capabilities.weights
    finally:
        await engine.aclose()


@pytest.mark.parametrize("precision", ["int8", "int4"])
async def test_a_checkpoint_is_served_with_fewer_bits(tiny, cache, precision):
    expected, weights = await served(str(tiny), cache=cache)
    assert weights == "fp16"
    texts, weights = await served(str(tiny), cache=cache, precision=precision)
    assert weights == precision
    assert texts == expected


@pytest.mark.parametrize("weights", ["fp16", "int8", "int4"])
def test_logits_stay_near_those_of_the_checkpoint(tiny, cache, weights):
    import torch
    from gguf import GGUFReader
    from gguf.quants import dequantize
    from transformers import AutoModelForCausalLM

    network = AutoModelForCausalLM.from_pretrained(tiny, dtype=torch.float32).eval()
    tokens = torch.arange(3, 67).reshape(1, -1)
    with torch.inference_mode():
        before = network(tokens).logits.numpy()
        file = gguf_of(open_checkpoint(tiny), cache, weights=weights)
        tensors = {t.name: dequantize(t.data, t.tensor_type) for t in GGUFReader(file).tensors}
        for name in ("o_proj", "v_proj"):
            part = {"o_proj": "attn_output", "v_proj": "attn_v"}[name]
            for at, layer in enumerate(network.model.layers):
                weight = getattr(layer.self_attn, name).weight
                weight.copy_(torch.from_numpy(tensors[f"blk.{at}.{part}.weight"].copy()))
        for at, layer in enumerate(network.model.layers):
            for name in ("gate", "up", "down"):
                weight = getattr(layer.mlp, f"{name}_proj").weight
                weight.copy_(torch.from_numpy(tensors[f"blk.{at}.ffn_{name}.weight"].copy()))
        after = network(tokens).logits.numpy()
    moved = float(np.abs(after - before).mean() / before.std())
    assert moved < FAR[weights], moved
    assert weights == "fp16" or moved > FAR["fp16"] / 10


@pytest.mark.parametrize("weights", ["fp16", "int8", "int4"])
async def test_files_and_folders_tell_what_they_hold(tiny, tmp_path, weights):
    checkpoint = open_checkpoint(tiny)
    save_gguf(checkpoint, tmp_path / "model.gguf", weights=weights)
    save_folder(checkpoint, tmp_path / "folder", weights=weights)
    expected, _ = await served(str(tiny), cache=tmp_path / "cache")
    for name in ("model.gguf", "folder"):
        assert await served(str(tmp_path / name)) == (expected, weights)
        other = "int8" if weights != "int8" else "fp16"
        with pytest.raises(ModelError, match=f"holds {weights} weights and precision='{other}'"):
            await served(str(tmp_path / name), precision=other)


@given(
    arrays(
        np.float32,
        array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.floats(-6e4, 6e4, width=32),
    )
)
def test_whole_numbers_of_a_row_are_near_it(matrix):
    whole, scales = by_row(matrix)
    assert np.abs(whole).max() <= 127
    step = scales.astype(np.float32)
    # Half a step, and what a scale of 16 bits leaves of the largest number of the row.
    limit = step / 2 + np.abs(matrix).max(axis=1, keepdims=True) / 1000 + 1e-7 * 127
    assert (np.abs(whole * step - matrix) <= limit).all()


async def test_one_thread_serves_too(tiny, cache):
    """OpenVINO's layers for AMX end the process where there is but one."""
    texts = {}
    for threads in (1, 2):
        engine = make_engine(
            Model(f"openvino:{tiny}", options=EngineOptions(kv_cache_mb=16, cache=cache)),
            threads=threads,
        )
        texts[threads] = [await text_of(engine, ask(question)) for question in LEARNT]
        await engine.aclose()
    assert texts[1] == texts[2]


async def test_a_format_that_there_is_not(tiny, tmp_path):
    model = Model(f"openvino:{tiny}", options=EngineOptions(precision="fp8"))
    with pytest.raises(ConfigError, match="'fp8' is not served by OpenVINO"):
        make_engine(model)


def test_rows_that_cannot_be_cut_into_blocks(tiny, tmp_path):
    from transformers import LlamaConfig, LlamaForCausalLM

    sizes = {"hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 1}
    config = LlamaConfig(vocab_size=448, num_attention_heads=4, **sizes)
    folder = tmp_path / "narrow"
    LlamaForCausalLM(config).save_pretrained(folder)
    for file in tiny.glob("*okeni*"):
        shutil.copy(file, folder)
    shutil.copy(tiny / "chat_template.jinja", folder)
    narrow = open_checkpoint(folder)
    with pytest.raises(ModelError, match=r"rows of \d+ numbers, and quantised ones are a multiple"):
        save_gguf(narrow, tmp_path / "model.gguf", weights="int8")
    assert list(tmp_path.iterdir()) == [folder]
