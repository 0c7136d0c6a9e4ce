"""`Model`: which model serves a role, as a user writes it."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from ontopilot.errors import ConfigError

Precision = Literal["auto", "fp32", "bf16", "fp16"]
"""Number format of the weights; `auto` leaves the choice to the engine."""

CPU_KV_CACHE_MB = 256
"""Memory for keys and values on a CPU, unless `EngineOptions` says another."""

_KIND = re.compile(r"([a-z][a-z0-9_]+):(.*)", re.DOTALL)
_ADDRESS = re.compile(r"https?://")


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """What an engine may be told; an engine ignores what does not concern it.

    `context_tokens` lowers the context of the model, `kv_cache_mb` is the memory for keys and
    values (256 on a CPU and what vLLM finds free on a GPU unless it is set), `adapters` how many
    LoRA adapters vLLM may hold side by side, `compiled` whether vLLM compiles the model at its
    start, which answers faster and starts later, `stall_s` the longest silence before another
    engine takes over, `most_requests` how many may be under way before further ones go to another
    engine, `key_file` a file that holds the key of a remote server, `cache` the folder of
    converted models, by default `~/.cache/ontopilot/gguf`.
    """

    precision: Precision = "auto"
    context_tokens: int | None = None
    kv_cache_mb: int | None = None
    adapters: int = 0
    compiled: bool = True
    stall_s: float = 120.0
    most_requests: int = 64
    key_file: Path | None = None
    cache: Path | None = None

    def __post_init__(self) -> None:
        if self.precision not in get_args(Precision):
            raise ConfigError(
                f"EngineOptions(precision={self.precision!r}): use one of {get_args(Precision)}"
            )
        if self.context_tokens is not None and self.context_tokens < 2:
            raise ConfigError(
                f"EngineOptions(context_tokens={self.context_tokens!r}): use 2 or more"
            )
        if self.kv_cache_mb is not None and self.kv_cache_mb < 1:
            raise ConfigError(f"EngineOptions(kv_cache_mb={self.kv_cache_mb!r}): use 1 or more")
        if self.adapters < 0:
            raise ConfigError(f"EngineOptions(adapters={self.adapters!r}): use 0 or more")
        if self.most_requests < 1:
            raise ConfigError(f"EngineOptions(most_requests={self.most_requests!r}): use 1 or more")
        if self.stall_s <= 0:
            raise ConfigError(f"EngineOptions(stall_s={self.stall_s!r}): use more than 0")


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
