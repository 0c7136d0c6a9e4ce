"""The table of backends: one line for each kind of engine."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ontopilot.errors import ConfigError, MissingExtra
from ontopilot.models.engine import Engine
from ontopilot.models.spec import Model

Factory = Callable[[Model, int | None], Engine]
"""Makes an engine, without starting it, from a model and the threads that it may use."""


def _extractive(model: Model, threads: int | None) -> Engine:
    from ontopilot.models.extractive import ExtractiveEngine

    return ExtractiveEngine()


def _scripted(model: Model, threads: int | None) -> Engine:
    from ontopilot.models.scripted import ScriptedEngine

    if model.target:
        return ScriptedEngine(model.target, name=model.name)
    return ScriptedEngine(name=model.name)


def _openvino(model: Model, threads: int | None) -> Engine:
    from ontopilot.models.openvino_engine import OpenVinoEngine

    return OpenVinoEngine(model, threads=threads)


def _transformers(model: Model, threads: int | None) -> Engine:
    from ontopilot.models.transformers_engine import TransformersEngine

    return TransformersEngine(model, threads=threads)


def _remote(model: Model, threads: int | None) -> Engine:
    from ontopilot.models.remote import RemoteEngine

    return RemoteEngine(model)


def _vllm(model: Model, threads: int | None) -> Engine:
    from importlib.util import find_spec

    if find_spec("vllm") is None:
        raise MissingExtra("vllm", extra="vllm", purpose=f"model {model.name!r}")
    raise ConfigError(
        f"model {model.name!r}: vLLM does not run inside this version; start 'vllm serve "
        f"{model.target}' and name the model 'http://127.0.0.1:8000/v1#{model.target}'"
    )


@dataclass(frozen=True, slots=True)
class Backend:
    """One kind of engine: how it is made and what it is, in words."""

    make: Factory
    about: str


BACKENDS: Mapping[str, Backend] = MappingProxyType(
    {
        "vllm": Backend(_vllm, "vLLM on a GPU"),
        "openvino": Backend(_openvino, "OpenVINO GenAI on the CPU"),
        "transformers": Backend(_transformers, "transformers on the CPU"),
        "remote": Backend(_remote, "a server that speaks the OpenAI API"),
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


def make_engine(model: Model, *, threads: int | None = None) -> Engine:
    """Make the engine that a model names, without starting it.

    Raises:
        ConfigError: the model names no kind, or one that is not known or not usable here.
    """
    check_kind(model)
    if not model.kind:
        raise ConfigError(
            f"Model({model.name!r}) names no engine; write 'openvino:{model.name}' "
            "or let a Pool choose"
        )
    return BACKENDS[model.kind].make(model, threads)
