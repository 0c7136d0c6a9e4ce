"""The engine protocol: one backend that streams text for requests."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from ontopilot.models.messages import Chunk, GenerationRequest


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an engine can do; `context_tokens` is 0 when the context is unbounded."""

    context_tokens: int = 0
    grammar: bool = False
    adapters: bool = False
    continues: bool = False
    """Whether it goes on from what another engine has begun (`GenerationRequest.begun`)."""
    generates: bool = True
    """False for an engine that only quotes its sources."""
    weights: str = ""
    """The number format of the weights that are served, where the engine knows it."""


@dataclass(frozen=True, slots=True)
class EngineStats:
    """Counters of an engine since it started.

    Of the tokens that speculation drafted (`drafted_tokens`) the model accepted some. OpenVINO
    tells neither how many were drafted nor what its prefix cache held: those counters of it are 0.
    """

    requests: int = 0
    running: int = 0
    failures: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    drafted_tokens: int = 0
    accepted_tokens: int = 0


@runtime_checkable
class Engine(Protocol):
    """A backend that serves one model.

    Errors are this project's `ModelError`s. `generate` may be called concurrently; closing the
    iterator cancels the request and frees its slot.
    """

    @property
    def name(self) -> str:
        """The deployment's name, such as `"openvino:path"`."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this engine can do."""
        ...

    def generate(self, request: GenerationRequest) -> AsyncIterator[Chunk]:
        """Stream the answer to a request; the last chunk carries `finish` and `usage`."""
        ...

    def stats(self) -> EngineStats:
        """The counters so far."""
        ...

    async def aclose(self) -> None:
        """Stop and free everything: no thread or process is left."""
        ...


@runtime_checkable
class LoadsAdapters(Protocol):
    """An engine that serves LoRA adapters by name (`GenerationRequest.adapter`)."""

    async def load_adapter(self, name: str, folder: Path) -> None:
        """Load an adapter, which requests then choose by its name.

        Raises:
            ConfigError: the name cannot be one, or the engine has no room for it.
            ModelError: the adapter cannot be used with this model.
        """
        ...

    async def unload_adapter(self, name: str) -> None:
        """Unload an adapter; requests that name it are refused from now on.

        Raises:
            ConfigError: no adapter of that name is loaded.
        """
        ...


@runtime_checkable
class Probed(Protocol):
    """An engine whose health can be looked at between requests."""

    async def probe(self) -> None:
        """Check that it would answer; an engine that ended is brought back.

        An engine that was not started yet is well.

        Raises:
            ModelError: it would not answer now.
        """
        ...


@runtime_checkable
class Housed(Protocol):
    """An engine that runs in a process of its own."""

    @property
    def process(self) -> int | None:
        """The process that it and all it needs descend from, or None while there is none."""
        ...


@runtime_checkable
class Warms(Protocol):
    """An engine that can start before its first request."""

    async def warm(self) -> None:
        """Start now.

        Raises:
            ModelError: the model cannot be used.
        """
        ...
