"""Loading a model into an OpenVINO pipeline."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ontopilot.errors import ModelError
from ontopilot.models.files.checkpoint import read_ends, read_tokenizer
from ontopilot.models.files.llama import head_size, kv_heads
from ontopilot.models.files.template import ChatTemplate, read_template
from ontopilot.models.hardware import require_memory
from ontopilot.models.openvino.properties import properties_of
from ontopilot.models.openvino.source import Source, find_draft, find_source
from ontopilot.models.openvino_import import import_openvino
from ontopilot.models.spec import NGRAM
from ontopilot.models.streaming.child import Line

_BLOCK_TOKENS = 32
_FULL_CONTEXTS = 32
_STEP_TOKENS = 256

_NEVER = frozenset({2**31 - 1})
"""What ends an answer where no token does: given none, the pipeline looks for a token -1."""


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
    weights: str
    """The number format of the weights, or "" where it is not known."""
    draft: str
    """What speculation drafts with, or ""."""
    draft_tokens: int


def load(settings: Line) -> Served:
    """Load what the settings name.

    Raises:
        ModelNotFound: there is no such model.
        ModelError: it cannot be read, converted or held in memory.
    """
    source = find_source(settings)
    kv_tokens = _kv_tokens(source, settings)
    limits = (source.config.get("max_position_embeddings"), settings["context_tokens"], kv_tokens)
    context_tokens = min(int(limit) for limit in limits if limit)
    schedule = _schedule(kv_tokens, context_tokens, settings["draft"])
    require_memory(source.size + (settings["kv_cache_mb"] << 20), model=settings["name"])
    try:
        pipeline = _pipeline(source, schedule, settings)
    except RuntimeError as error:
        first = str(error).strip().splitlines()[-1]
        raise ModelError(
            f"model {str(source.model)!r} cannot be loaded by OpenVINO: {first}; "
            "copy or convert the model again"
        ) from error
    tokens = _of_folder if source.tokenizer else _of_pipeline
    template, encode, decode, ends = tokens(source, pipeline)
    return Served(
        name=settings["name"],
        pipeline=pipeline,
        template=template,
        encode=encode,
        decode=lambda ids: decode(ids, True),
        spell=lambda ids: decode(ids, False),
        ends=ends or _NEVER,
        context_tokens=context_tokens,
        thinking=settings["thinking"],
        weights=source.weights,
        draft=settings["draft"],
        draft_tokens=settings["draft_tokens"],
    )


def _kv_tokens(source: Source, settings: Line) -> int:
    """How many tokens the memory for keys and values holds, at two bytes a number."""
    config = source.config
    try:
        number = 4 if settings["precision"] == "fp32" else 2
        pairs = 2 * int(config["num_hidden_layers"]) * kv_heads(config) * head_size(config)
        held = (settings["kv_cache_mb"] << 20) // (pairs * number)
        useful = _FULL_CONTEXTS * int(config.get("max_position_embeddings") or held)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ModelError(
            f"model {str(source.model)!r}: its settings lack or garble {error}; "
            "copy the model again"
        ) from error
    return int(max(1, min(held, useful) // _BLOCK_TOKENS) * _BLOCK_TOKENS)


def _schedule(kv_tokens: int, context_tokens: int, draft: str) -> Any:
    """How requests share the steps.

    A long prompt is cut into several steps, so that it holds up nobody, and what prompts begin
    alike with is kept. Not where a model drafts: prompts that are cut, or that begin like one that
    is under way, then silently get other answers than they get alone (GenAI 2026.4.1).
    """
    schedule = import_openvino("openvino_genai").SchedulerConfig()
    schedule.num_kv_blocks = kv_tokens // _BLOCK_TOKENS
    schedule.max_num_batched_tokens = _STEP_TOKENS
    schedule.enable_prefix_caching = True
    if draft not in ("", NGRAM):
        schedule.enable_prefix_caching = False
        schedule.dynamic_split_fuse = False
        schedule.max_num_batched_tokens = max(_STEP_TOKENS, context_tokens)
    return schedule


def _pipeline(source: Source, schedule: Any, settings: Line) -> Any:
    genai = import_openvino("openvino_genai")
    properties = properties_of(source, settings)
    own = dict(properties)
    if settings["draft"] == NGRAM:
        own["prompt_lookup"] = True
    elif settings["draft"]:
        draft = find_draft(settings, source)
        own["draft_model"] = genai.draft_model(str(draft), "CPU", **properties)
    if source.fused is not None:
        file = str(source.fused.folder / "adapter_model.safetensors")
        mode = genai.AdapterConfig.Mode.MODE_FUSE
        own["adapters"] = genai.AdapterConfig(genai.Adapter(file), source.fused.scale, mode=mode)
    return genai.ContinuousBatchingPipeline(str(source.model), schedule, "CPU", own)


_Tokens = tuple[
    ChatTemplate, Callable[[str], list[int]], Callable[[list[int], bool], str], frozenset[int]
]


def _of_folder(source: Source, pipeline: Any) -> _Tokens:
    folder = source.tokenizer or source.model
    tokenizer = read_tokenizer(folder)
    return (
        read_template(folder),
        lambda prompt: list(tokenizer.encode(prompt, add_special_tokens=False).ids),
        lambda ids, skip: str(tokenizer.decode(ids, skip_special_tokens=skip)),
        read_ends(folder),
    )


def _of_pipeline(source: Source, pipeline: Any) -> _Tokens:
    import numpy as np

    tokenizer = pipeline.get_tokenizer()
    template = ChatTemplate(
        tokenizer.chat_template,
        begin=tokenizer.get_bos_token(),
        end=tokenizer.get_eos_token(),
        model=str(source.model),
    )

    def encode(prompt: str) -> list[int]:
        ids = tokenizer.encode(prompt, add_special_tokens=False).input_ids
        return [int(i) for i in np.asarray(ids.data)[0]]

    def decode(ids: list[int], skip: bool) -> str:
        return str(tokenizer.decode(ids, skip_special_tokens=skip)) if ids else ""

    return template, encode, decode, frozenset(pipeline.get_config().stop_token_ids)
