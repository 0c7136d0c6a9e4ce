"""The table of backends: one line for each kind of engine."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from ontopilot.errors import ConfigError
from ontopilot.models.engine import Engine
from ontopilot.models.spec import Model


@dataclass(frozen=True, slots=True)
class Host:
    """What engines on this machine may use: threads, the vLLM to run if one is named, and the key
    of remote servers.
    """

    threads: int | None = None
    vllm: Path | None = None
    remote_key: str = field(default="", repr=False)


Factory = Callable[[Model, Host], Engine]
"""Makes an engine, without starting it, from a model and what it may use."""


def _extractive(model: Model, host: Host) -> Engine:
    from ontopilot.models.extractive import ExtractiveEngine

    return ExtractiveEngine()


def _scripted(model: Model, host: Host) -> Engine:
    from ontopilot.models.scripted import ScriptedEngine

    if model.target:
        return ScriptedEngine(model.target, name=model.name)
    return ScriptedEngine(name=model.name)


def _openvino(model: Model, host: Host) -> Engine:
    from ontopilot.models.openvino.engine import OpenVinoEngine

    return OpenVinoEngine(model, threads=host.threads)


def _transformers(model: Model, host: Host) -> Engine:
    from ontopilot.models.transformers_engine import TransformersEngine

    return TransformersEngine(model, threads=host.threads)


def _remote(model: Model, host: Host) -> Engine:
    from ontopilot.models.remote import RemoteEngine

    return RemoteEngine(model, key=host.remote_key)


def _vllm(model: Model, host: Host) -> Engine:
    from ontopilot.models.vllm.engine import VllmEngine
    from ontopilot.models.vllm.in_process import InProcessVllmEngine

    if model.options.in_process:
        return InProcessVllmEngine(model, threads=host.threads)
    return VllmEngine(model, program=host.vllm, threads=host.threads)


@dataclass(frozen=True, slots=True)
class Backend:
    """One kind of engine: how it is made and what it is, in words."""

    make: Factory
    about: str
    at_once: int | None = None
    """How many requests it serves at a time, or None where it batches them."""
    retries: int = 0
    """How often a request is tried again there after a failure: it starts or recovers quickly."""
    speculates: bool = False
    """Whether it drafts tokens (`EngineOptions.draft`)."""
    slow: bool = False
    """Whether it takes so long to start again that what stands in for it should be running."""


BACKENDS: Mapping[str, Backend] = MappingProxyType(
    {
        "vllm": Backend(_vllm, "vLLM in a server of its own", speculates=True, slow=True),
        "openvino": Backend(_openvino, "OpenVINO GenAI on the CPU", retries=1, speculates=True),
        "transformers": Backend(_transformers, "transformers on the CPU", at_once=1),
        "remote": Backend(_remote, "a server that speaks the OpenAI API", retries=2),
        "extractive": Backend(_extractive, "quotes the evidence, without a model"),
        "scripted": Backend(_scripted, "the double used in tests"),
    }
)

LOCAL_ORDER = ("vllm", "openvino", "transformers")
"""The kinds that run a model here, best first."""


def check_kind(model: Model) -> None:
    """Check that there is a backend for the kind that a model names.

    Raises:
        ConfigError: there is none.
    """
    kind = model.kind
    if not kind or kind in BACKENDS:
        return
    near = difflib.get_close_matches(kind, BACKENDS, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"use one of {sorted(BACKENDS)}"
    raise ConfigError(f"Model({model.name!r}): no engine is called {kind!r}; {hint}")


def backend_of(model: Model) -> Backend:
    """The backend of the kind that a model names.

    Raises:
        ConfigError: the model names no kind, or one that there is none of.
    """
    check_kind(model)
    if not model.kind:
        raise ConfigError(
            f"Model({model.name!r}) names no engine; write 'openvino:{model.name}' "
            "or let a Pool choose"
        )
    return BACKENDS[model.kind]


def make_engine(model: Model, *, threads: int | None = None, vllm: Path | None = None) -> Engine:
    """Make the engine that a model names, without starting it; see `Host`.

    Raises:
        ConfigError: the model names no kind, or one that is not known or not usable here.
    """
    return backend_of(model).make(model, Host(threads, vllm))
