"""What a model will take is told before it is loaded, and is what engines really take."""

import asyncio
import subprocess
import sys
from dataclasses import replace

import pytest

from ontopilot.errors import ConfigError, ModelError, ModelNotFound
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.files.checkpoint import open_checkpoint
from ontopilot.models.files.footprint import memory_needed, memory_of, token_bytes
from ontopilot.models.measuring.residence import resident_bytes
from tests.models.conftest import TINY

MIB = 1 << 20
PROMPT = GenerationRequest((Message("user", "the kettle leaks " * 150),), max_tokens=8)


@pytest.fixture(scope="module")
def checkpoint():
    return open_checkpoint(TINY)


def test_a_token_takes_its_keys_and_values(checkpoint):
    layers, heads, size = 2, 2, 32
    assert token_bytes(checkpoint, "bf16") == 2 * layers * heads * size * 2
    assert token_bytes(checkpoint, "fp32") == 2 * layers * heads * size * 4


def test_more_is_needed_for_more(checkpoint):
    def needed(precision="auto", **cache):
        return memory_needed(checkpoint, precision, **cache)

    assert needed("int4") < needed("int8") < needed("fp16") < needed("fp32")
    assert needed(kv_cache_mb=512) - needed(kv_cache_mb=256) == 256 * MIB
    assert needed() == needed(kv_cache_mb=256)
    assert needed(kv_tokens=1000) - needed(kv_tokens=0) == 1000 * token_bytes(checkpoint, "fp16")
    weights = checkpoint.numbers
    assert needed("fp32", kind="transformers") - needed("bf16", kind="transformers") == 2 * weights


def test_a_model_is_asked_with_its_options(checkpoint):
    options = EngineOptions(precision="fp32", kv_cache_mb=64)
    model = Model(f"openvino:{TINY}", options=options)
    assert memory_of(model) == memory_needed(checkpoint, "fp32", kv_cache_mb=64)


def test_a_file_is_as_large_as_it_is(tmp_path):
    file = tmp_path / "model.gguf"
    file.write_bytes(bytes(10 * MIB))
    larger = tmp_path / "larger.gguf"
    larger.write_bytes(bytes(20 * MIB))
    grown = memory_of(Model(f"openvino:{larger}")) - memory_of(Model(f"openvino:{file}"))
    assert 20 * MIB < grown < 40 * MIB


def test_what_cannot_be_told_is_said(checkpoint):
    with pytest.raises(ConfigError, match=r"kv_tokens=2\): give one of them"):
        memory_needed(checkpoint, kv_cache_mb=1, kv_tokens=2)
    with pytest.raises(ConfigError, match="kind 'remote' is not known"):
        memory_of(Model("http://127.0.0.1/v1#m"))
    with pytest.raises(ModelNotFound):
        memory_of(Model("openvino:nowhere"))
    garbled = replace(checkpoint, config={**checkpoint.config, "num_hidden_layers": "many"})
    with pytest.raises(ModelError, match="lack or garble"):
        memory_needed(garbled, kv_tokens=1)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    folder = tmp_path_factory.mktemp("large")
    maker = TINY.parent / "random_llama.py"
    subprocess.run([sys.executable, maker, folder], check=True, capture_output=True)
    return folder


async def read(engine):
    return [chunk async for chunk in engine.generate(PROMPT)]


@pytest.mark.slow
async def test_openvino_takes_what_was_told(large, tmp_path):
    options = EngineOptions(kv_cache_mb=64, cache=tmp_path)
    model = Model(f"openvino:{large}", options=options)
    engine = make_engine(model)
    await engine.warm()
    taken = resident_bytes(engine.process)
    await asyncio.gather(*(read(engine) for _ in range(4)))
    taken = max(taken, resident_bytes(engine.process))
    await engine.aclose()
    assert taken * 0.9 <= memory_of(model) <= taken * 1.6
