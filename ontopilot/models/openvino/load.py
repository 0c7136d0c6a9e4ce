"""Loading a model into an OpenVINO pipeline: checkpoints, OpenVINO folders and GGUF files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models.files.adapter import open_adapter
from ontopilot.models.files.checkpoint import (
    locate,
    open_checkpoint,
    read_ends,
    read_json,
    read_tokenizer,
)
from ontopilot.models.files.gguf import gguf_of, read_gguf_settings
from ontopilot.models.files.llama import head_size, kv_heads
from ontopilot.models.files.template import ChatTemplate, read_template
from ontopilot.models.hardware import require_memory
from ontopilot.models.openvino_import import import_openvino
from ontopilot.models.streaming.child import Line

KEPT_SHAPES = 16
"""Shapes of a step for which OpenVINO and oneDNN keep what they compiled.

By default they keep thousands, and each new length of a prompt adds some: 1,500 requests made the
process 46 % larger. Keeping fewer costs no time that could be measured (60 prompts of 300 to 600
tokens, eight at a time, on a Llama of 94 million weights: 20 s of processor time with either).
"""

_BLOCK_TOKENS = 32
_FULL_CONTEXTS = 32
_STEP_TOKENS = 256
_HINTS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}


@dataclass(frozen=True, slots=True)
class Served:
    """A model in a pipeline, with what turns messages to tokens and back."""

    name: str
    pipeline: Any
    template: ChatTemplate
    encode: Callable[[str], list[int]]
    decode: Callable[[list[int]], str]
    spell: Callable[[list[int]], str]
    """As `decode`, with the special tokens in their words, as grammars read them."""
    ends: frozenset[int]
    context_tokens: int
    thinking: bool


@dataclass(frozen=True, slots=True)
class _Files:
    """What the pipeline reads, and the folder of the tokenizer where there is one."""

    model: Path
    config: Mapping[str, Any]
    tokenizer: Path | None


def load(settings: Line) -> Served:
    """Load what the settings name.

    Raises:
        ModelNotFound: there is no such model.
        ModelError: it cannot be read, converted or held in memory.
    """
    files = _find(settings)
    kv_tokens = _kv_tokens(files, settings)
    require_memory(_size(files.model) + (settings["kv_cache_mb"] << 20), model=settings["name"])
    try:
        pipeline = _pipeline(files.model, kv_tokens, settings)
    except RuntimeError as error:
        first = str(error).strip().splitlines()[-1]
        raise ModelError(
            f"model {str(files.model)!r} cannot be loaded by OpenVINO: {first}; "
            "copy or convert the model again"
        ) from error
    limits = (files.config.get("max_position_embeddings"), settings["context_tokens"], kv_tokens)
    tokens = _of_folder if files.tokenizer else _of_pipeline
    template, encode, decode, ends = tokens(files, pipeline)
    return Served(
        name=settings["name"],
        pipeline=pipeline,
        template=template,
        encode=encode,
        decode=lambda ids: decode(ids, True),
        spell=lambda ids: decode(ids, False),
        ends=ends,
        context_tokens=min(int(limit) for limit in limits if limit),
        thinking=settings["thinking"],
    )


def _find(settings: Line) -> _Files:
    path = locate(settings["target"])
    if path.is_file():
        if path.suffix != ".gguf":
            raise ModelNotFound(
                f"model {str(path)!r} is no '.gguf' file; give one, or the folder of a model"
            )
        return _Files(path, read_gguf_settings(path), None)
    if (path / "openvino_model.xml").is_file():
        has_tokenizer = (path / "tokenizer.json").is_file()
        return _Files(path, read_json(path / "config.json"), path if has_tokenizer else None)
    checkpoint = open_checkpoint(path)
    read_tokenizer(path)
    adapter = settings["adapter"] and open_adapter(Path(settings["adapter"]), checkpoint)
    require_memory(2 * checkpoint.numbers, model=settings["name"])
    file = gguf_of(checkpoint, Path(settings["cache"]), adapter or None)
    return _Files(file, checkpoint.config, path)


def _kv_tokens(files: _Files, settings: Line) -> int:
    """How many tokens the memory for keys and values holds, at two bytes a number."""
    config = files.config
    try:
        number = 4 if settings["precision"] == "fp32" else 2
        pairs = 2 * int(config["num_hidden_layers"]) * kv_heads(config) * head_size(config)
        held = (settings["kv_cache_mb"] << 20) // (pairs * number)
        useful = _FULL_CONTEXTS * int(config.get("max_position_embeddings") or held)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ModelError(
            f"model {str(files.model)!r}: its settings lack or garble {error}; copy the model again"
        ) from error
    return int(max(1, min(held, useful) // _BLOCK_TOKENS) * _BLOCK_TOKENS)


def _size(model: Path) -> int:
    files = list(model.glob("*.bin")) if model.is_dir() else [model]
    return sum(file.stat().st_size for file in files)


def _pipeline(model: Path, kv_tokens: int, settings: Line) -> Any:
    genai = import_openvino("openvino_genai")
    schedule = genai.SchedulerConfig()
    schedule.num_kv_blocks = kv_tokens // _BLOCK_TOKENS
    schedule.max_num_batched_tokens = _STEP_TOKENS
    schedule.enable_prefix_caching = True
    properties: dict[str, Any] = {"CPU_RUNTIME_CACHE_CAPACITY": str(KEPT_SHAPES)}
    if settings["threads"]:
        properties["INFERENCE_NUM_THREADS"] = settings["threads"]
    if hint := _HINTS.get(settings["precision"]):
        properties["INFERENCE_PRECISION_HINT"] = hint
    if settings["precision"] == "fp32":
        properties["KV_CACHE_PRECISION"] = "f32"
    return genai.ContinuousBatchingPipeline(str(model), schedule, "CPU", properties)


_Tokens = tuple[
    ChatTemplate, Callable[[str], list[int]], Callable[[list[int], bool], str], frozenset[int]
]


def _of_folder(files: _Files, pipeline: Any) -> _Tokens:
    folder = files.tokenizer or files.model
    tokenizer = read_tokenizer(folder)
    return (
        read_template(folder),
        lambda prompt: list(tokenizer.encode(prompt, add_special_tokens=False).ids),
        lambda ids, skip: str(tokenizer.decode(ids, skip_special_tokens=skip)),
        read_ends(folder),
    )


def _of_pipeline(files: _Files, pipeline: Any) -> _Tokens:
    import numpy as np

    tokenizer = pipeline.get_tokenizer()
    template = ChatTemplate(
        tokenizer.chat_template,
        begin=tokenizer.get_bos_token(),
        end=tokenizer.get_eos_token(),
        model=str(files.model),
    )

    def encode(prompt: str) -> list[int]:
        ids = tokenizer.encode(prompt, add_special_tokens=False).input_ids
        return [int(i) for i in np.asarray(ids.data)[0]]

    def decode(ids: list[int], skip: bool) -> str:
        return str(tokenizer.decode(ids, skip_special_tokens=skip)) if ids else ""

    return template, encode, decode, frozenset(pipeline.get_config().stop_token_ids)
