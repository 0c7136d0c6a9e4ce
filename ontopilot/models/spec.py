"""`Model`: which model serves a role, as a user writes it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal, get_args

from ontopilot.errors import ConfigError

Precision = Literal["auto", "fp32", "bf16", "fp16", "fp8", "int8", "int4"]
"""Number format of the weights; `auto` leaves the choice to the engine.

An engine that cannot serve a model in the named format refuses it.
"""

NGRAM = "ngram"
"""The draft of speculation that looks the next tokens up in the prompt and needs no model."""

CPU_KV_CACHE_MB = 256
"""Memory for keys and values on a CPU, unless `EngineOptions` says another."""

_LEAST = MappingProxyType(
    {
        "context_tokens": 2,
        "kv_cache_mb": 1,
        "adapters": 0,
        "draft_tokens": 1,
        "gpus": 1,
        "most_requests": 1,
    }
)

_KIND = re.compile(r"([a-z][a-z0-9_]+):(.*)", re.DOTALL)
_ADDRESS = re.compile(r"https?://")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What an engine may be told; an engine ignores what does not concern it."""

    precision: Precision = "auto"
    context_tokens: int | None = None
    """Lowers the context of the model."""
    kv_cache_mb: int | None = None
    """Memory for keys and values: 256 on a CPU and what vLLM finds free on a GPU unless set."""
    adapters: int = 0
    """How many LoRA adapters may be held side by side, besides that of the `Model`."""
    compiled: bool = True
    """Whether vLLM compiles the model at its start, which answers faster and starts later."""
    draft: str = ""
    """What speculation drafts with: `"ngram"`, or a smaller model with the same tokenizer."""
    draft_tokens: int = 4
    """How many tokens speculation drafts at a time."""
    gpus: int = 1
    """Over how many GPUs vLLM splits the model."""
    in_process: bool = False
    """Whether vLLM runs in this Python instead of in a server of its own."""
    sleeps: bool = False
    """Whether vLLM can be sent to sleep, which frees the memory of a GPU until it is woken."""
    stall_s: float = 120.0
    """The longest silence, in seconds, before another engine takes over."""
    most_requests: int = 64
    """How many requests may be under way at a time; further ones wait."""
    patience_s: float = 10.0
    """How long a request waits for this engine, in seconds, before another one serves it."""
    key_file: Path | None = None
    """A file that holds the key of a remote server."""
    cache: Path | None = None
    """The folder of converted models, by default `~/.cache/ontopilot/gguf`."""

    def __post_init__(self) -> None:
        if self.precision not in get_args(Precision):
            raise ConfigError(
                f"EngineOptions(precision={self.precision!r}): use one of {get_args(Precision)}"
            )
        for name, least in _LEAST.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise ConfigError(f"EngineOptions({name}={value!r}): use {least} or more")
        if not self.stall_s > 0:
            raise ConfigError(f"EngineOptions(stall_s={self.stall_s!r}): use more than 0")
        if not self.patience_s >= 0:
            raise ConfigError(f"EngineOptions(patience_s={self.patience_s!r}): use 0 or more")


@dataclass(frozen=True, slots=True)
class Model:
    """A model by name: `"kind:target"`, an `http://host/v1#model`, or a bare name or folder.

    With a bare name the pool chooses the engine from the hardware. `adapter` is a LoRA folder,
    `thinking` lets a reasoning model think before it answers.

    >>> Model("openvino:models/support").kind
    'openvino'
    >>> Model("Qwen/Qwen3-8B", thinking=True).target
    'Qwen/Qwen3-8B'
    """

    name: str
    adapter: Path | None = field(default=None, kw_only=True)
    thinking: bool = field(default=False, kw_only=True)
    options: EngineOptions = field(default=EngineOptions(), kw_only=True)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise ConfigError(
                f"Model({self.name!r}): give a name such as 'extractive', 'openvino:folder' "
                "or 'http://host:8000/v1#model'"
            )

    @property
    def kind(self) -> str:
        """The backend asked for, or "" where the pool chooses."""
        if _ADDRESS.match(self.name):
            return "remote"
        if self.name == "extractive":
            return "extractive"
        match = _KIND.fullmatch(self.name)
        return match.group(1) if match else ""

    @property
    def label(self) -> str:
        """The name with what sets this deployment of a model apart from others.

        >>> Model("openvino:m", options=EngineOptions(precision="int8", draft="ngram")).label
        'openvino:m@int8~ngram'
        """
        adapter = f"+{Path(self.adapter).name}" if self.adapter is not None else ""
        precision = f"@{self.options.precision}" if self.options.precision != "auto" else ""
        draft = f"~{Path(self.options.draft).name}" if self.options.draft else ""
        return f"{self.name}{adapter}{precision}{draft}"

    @property
    def target(self) -> str:
        """The name without its kind: a folder, a file, an address or a name on the hub."""
        if _ADDRESS.match(self.name):
            return self.name
        if self.name == "extractive":
            return ""
        match = _KIND.fullmatch(self.name)
        return match.group(2) if match else self.name


def parse(name: "Model | str") -> Model:
    """A `Model` from what a user gave for a role.

    Raises:
        ConfigError: neither a `Model` nor a name.
    """
    return name if isinstance(name, Model) else Model(name)
