"""Malformed models: one clear sentence that says where, what and what to do."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from tests.conformance.engine import ask, text_of
from tests.models.adapter import save_adapter

pytestmark = pytest.mark.slow


def set_json(file: Path, **changes: object) -> None:
    """Change entries of a JSON file; `None` removes one."""
    entries = {**json.loads(file.read_text()), **changes}
    file.write_text(json.dumps({k: v for k, v in entries.items() if v is not None}))


def cut(file: Path, *, by: int) -> None:
    file.write_bytes(file.read_bytes()[:-by])


def without_tensor(folder: Path) -> None:
    """Give one tensor of the weights another name."""
    file = folder / "model.safetensors"
    raw = file.read_bytes()
    assert raw.count(b'"model.norm.weight"') == 1
    file.write_bytes(raw.replace(b'"model.norm.weight"', b'"model.spar.weight"'))


def only_a_pickle(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"\x80\x02}q\x00.")


def lost_shard(folder: Path) -> None:
    index = {"weight_map": {"model.norm.weight": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


DAMAGE = {
    "config is cut off": (lambda f: cut(f / "config.json", by=40), r"config\.json.*cannot be read"),
    "config is a list": (lambda f: (f / "config.json").write_text("[1]"), "holds no JSON object"),
    "config is missing": (lambda f: (f / "config.json").unlink(), r"has no config\.json"),
    "config lacks layers": (
        lambda f: set_json(f / "config.json", num_hidden_layers=None),
        "num_hidden_layers|lacks the weights",
    ),
    "config speaks of more layers": (
        lambda f: set_json(f / "config.json", num_hidden_layers=3),
        "lacks? the weights",
    ),
    "config has another width": (
        lambda f: set_json(f / "config.json", hidden_size=256),
        "shape|size mismatch|ignore_mismatched",
    ),
    "config is another model's": (
        lambda f: set_json(f / "config.json", model_type="zebra", architectures=["Zebra"]),
        "zebra|Zebra",
    ),
    "weights are cut off": (
        lambda f: cut(f / "model.safetensors", by=1000),
        r"model\.safetensors.*damaged or cut off",
    ),
    "weights are empty": (
        lambda f: (f / "model.safetensors").write_bytes(b""),
        r"model\.safetensors.*damaged or cut off",
    ),
    "weights are noise": (
        lambda f: (f / "model.safetensors").write_bytes(b"\xff" * 4096),
        r"model\.safetensors.*damaged or cut off",
    ),
    "weights lack a tensor": (without_tensor, r"lacks the weights 'model\.norm\.weight'"),
    "weights are missing": (
        lambda f: (f / "model.safetensors").unlink(),
        r"has no \*\.safetensors",
    ),
    "weights are a pickle": (only_a_pickle, "is a pickle"),
    "a shard is missing": (lost_shard, "model-00002-of-00002"),
    "tokenizer is missing": (lambda f: (f / "tokenizer.json").unlink(), r"tokenizer\.json"),
    "tokenizer is cut off": (
        lambda f: cut(f / "tokenizer.json", by=100),
        r"tokenizer\.json.*cannot be read",
    ),
    "tokenizer has no vocabulary": (
        lambda f: (f / "tokenizer.json").write_text('{"model": {}}'),
        r"tokenizer\.json.*holds no vocabulary",
    ),
    "tokenizer is of an unknown kind": (
        lambda f: set_json(f / "tokenizer.json", pre_tokenizer={"type": "Zebra"}),
        r"tokenizer\.json",
    ),
    "there is no chat template": (
        lambda f: (f / "chat_template.jinja").unlink(),
        "has no chat template; add",
    ),
    "the chat template is wrong": (
        lambda f: (f / "chat_template.jinja").write_text("{% for %}"),
        "chat template is wrong",
    ),
}


async def complaint(model: Model) -> str:
    """The one sentence of a model that cannot be used."""
    engine = make_engine(model, threads=1)
    with pytest.raises(ModelError) as first:
        await text_of(engine, ask())
    await engine.aclose()
    assert engine.stats().failures == 1
    text = str(first.value)
    assert "\n" not in text
    assert len(text) < 600
    assert "; " in text
    return text


@pytest.mark.parametrize("kind", ["transformers", "openvino"])
@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_checkpoint(tiny, tmp_path, kind, damage):
    folder = shutil.copytree(tiny, tmp_path / "model")
    (folder / "model.safetensors").chmod(0o600)
    change, expected = DAMAGE[damage]
    change(folder)
    settings = EngineOptions(cache=tmp_path / "cache")
    text = await complaint(Model(f"{kind}:{folder}", options=settings))
    assert re.search(expected, text), text
    assert str(folder) in text


@pytest.mark.parametrize("kind", ["transformers", "openvino"])
async def test_a_model_that_is_mended_serves_at_the_next_request(tiny, tmp_path, kind):
    folder = shutil.copytree(tiny, tmp_path / "model")
    (folder / "config.json").unlink()
    settings = EngineOptions(cache=tmp_path / "cache")
    engine = make_engine(Model(f"{kind}:{folder}", options=settings), threads=1)
    for _ in range(2):
        with pytest.raises(ModelNotFound, match=r"has no config\.json"):
            await text_of(engine, ask())
    shutil.copy(tiny / "config.json", folder)
    assert "30 days" in await text_of(engine, ask())
    await engine.aclose()


@pytest.mark.parametrize("kind", ["transformers", "openvino"])
@pytest.mark.parametrize("name", ["nowhere/at/all", "some-org/some-model", "a b?"])
async def test_no_such_model(kind, name):
    engine = make_engine(Model(f"{kind}:{name}"))
    with pytest.raises(ModelNotFound, match=r"nothing is downloaded here"):
        await engine.warm()
    await engine.aclose()


@pytest.mark.parametrize("content", [b"", b"GGUF", b"\x00" * 500, b"GGUF" + b"\xff" * 500])
async def test_a_damaged_gguf(tmp_path, content):
    file = tmp_path / "model.gguf"
    file.write_bytes(content)
    assert "is damaged or no GGUF" in await complaint(Model(f"openvino:{file}"))


async def test_a_gguf_that_is_cut_off(tiny, tmp_path):
    cache = tmp_path / "cache"
    engine = make_engine(Model(f"openvino:{tiny}", options=EngineOptions(cache=cache)), threads=1)
    await engine.warm()
    await engine.aclose()
    (file,) = cache.iterdir()
    cut(file, by=100_000)
    assert str(file) in await complaint(Model(f"openvino:{file}"))


async def test_a_file_that_is_no_model(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("no model")
    assert "is no '.gguf' file" in await complaint(Model(f"openvino:{file}"))


async def test_a_cache_folder_that_cannot_be_used(tiny, tmp_path):
    (tmp_path / "file").touch()
    settings = EngineOptions(cache=tmp_path / "file/cache")
    text = await complaint(Model(f"openvino:{tiny}", options=settings))
    assert "choose another folder" in text


def stray(folder: Path) -> None:
    save_file({"lora.weight": np.zeros((2, 2), np.float32)}, folder / "adapter_model.safetensors")


def foreign(folder: Path) -> None:
    stem = "base_model.model.model.layers.7.mlp.up_proj"
    pair = {f"{stem}.lora_A.weight": (4, 128), f"{stem}.lora_B.weight": (256, 4)}
    arrays = {name: np.zeros(shape, np.float32) for name, shape in pair.items()}
    save_file(arrays, folder / "adapter_model.safetensors")


ADAPTERS = {
    "settings are missing": (
        lambda f: (f / "adapter_config.json").unlink(),
        r"has no adapter_config\.json",
    ),
    "weights are cut off": (
        lambda f: cut(f / "adapter_model.safetensors", by=9),
        "damaged or cut off",
    ),
    "it is no LoRA": (lambda f: set_json(f / "adapter_config.json", peft_type="IA3"), "IA3"),
    "it uses DoRA": (lambda f: set_json(f / "adapter_config.json", use_dora=True), "use_dora"),
    "it has no rank": (lambda f: set_json(f / "adapter_config.json", r=None), "lora_alpha"),
    "it has rank nought": (lambda f: set_json(f / "adapter_config.json", r=0), "lora_alpha"),
    "it holds something else": (stray, "is no LoRA matrix"),
    "it is for another model": (foreign, "does not have in that shape"),
}


@pytest.mark.parametrize("kind", ["transformers", "openvino"])
@pytest.mark.parametrize("damage", ADAPTERS)
async def test_a_damaged_adapter(tiny, tmp_path, kind, damage):
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    change, expected = ADAPTERS[damage]
    change(save_adapter(adapter))
    settings = EngineOptions(cache=tmp_path / "cache")
    text = await complaint(Model(f"{kind}:{tiny}", adapter=adapter, options=settings))
    assert re.search(expected, text), text
    assert str(adapter) in text


@pytest.mark.parametrize("precision", ["int8", "int4", "fp8"])
async def test_transformers_serves_no_whole_numbers(tiny, precision):
    model = Model(f"transformers:{tiny}", options=EngineOptions(precision=precision))
    engine = make_engine(model)
    with pytest.raises(ModelError, match=f"serves no weights in '{precision}' here; use one of"):
        await engine.warm()
    await engine.aclose()
