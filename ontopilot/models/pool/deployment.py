"""Deployments: which engines stand behind a role, in which order, and why."""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ontopilot.models.engine import Engine
from ontopilot.models.engines import LOCAL_ORDER, Host, check_kind, engine_on
from ontopilot.models.hardware import Machine
from ontopilot.models.pool.breaker import Breaker
from ontopilot.models.spec import EngineOptions, Model


@dataclass(slots=True)
class Deployment:
    """One model on one engine; the engine is made when it is first needed.

    `unusable` says why it cannot serve on this machine, or is "".
    """

    name: str
    make: Callable[[], Engine]
    options: EngineOptions = field(default_factory=EngineOptions)
    unusable: str = ""
    breaker: Breaker = field(default_factory=Breaker)
    _engine: Engine | None = field(default=None, init=False)
    _running: int = field(default=0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def engine(self) -> Engine:
        """The engine, made now if it is not there yet.

        Raises:
            ConfigError: the engine cannot be made here.
            ModelError: the model cannot be used.
        """
        with self._lock:
            if self._engine is None:
                self._engine = self.make()
            return self._engine

    @property
    def started(self) -> Engine | None:
        """The engine if it was made."""
        return self._engine

    def enter(self) -> str:
        """Take a place for a request; why there is none, or ""."""
        with self._lock:
            if self._running >= self.options.most_requests:
                return f"busy with {self._running} requests"
            if not self.breaker.admit():
                return f"resting after: {self.breaker.reason}"
            self._running += 1
            return ""

    def leave(self) -> None:
        """Give the place back."""
        with self._lock:
            self._running -= 1

    def detach(self) -> Engine | None:
        """Take the engine out, to close it."""
        with self._lock:
            engine, self._engine = self._engine, None
            return engine


def deploy(
    choice: Model | Engine | None, machine: Callable[[], Machine], host: Host
) -> list[Deployment]:
    """The deployments of a role in order; the last one needs no model and always answers.

    Raises:
        ConfigError: the model names an engine that there is none of.
    """
    endless = EngineOptions(most_requests=sys.maxsize)
    last = [of_model(Model("extractive", options=endless), host)]
    if choice is None:
        return last
    if not isinstance(choice, Model):
        engine = choice
        return [Deployment(engine.name, lambda: engine), *last]
    check_kind(choice)
    if choice.kind == "extractive":
        return last
    chain = [of_model(model, host) for model in candidates(choice)]
    for deployment in chain:
        if deployment.name.startswith("vllm:") and not choice.kind and not machine().gpus:
            deployment.unusable = "this machine has no GPU"
    return chain + last


def of_model(model: Model, host: Host) -> Deployment:
    """The deployment of a model that names its engine."""
    return Deployment(model.name, lambda: engine_on(host, model), model.options)


def candidates(model: Model) -> list[Model]:
    """The model on the engine it names, then on those that can stand in for it."""
    kind = model.kind
    if not kind:
        order = LOCAL_ORDER if not model.target.endswith(".gguf") else ("openvino",)
        return [replace(model, name=f"{k}:{model.target}") for k in order]
    if kind not in LOCAL_ORDER:
        return [model]
    rest = LOCAL_ORDER[LOCAL_ORDER.index(kind) + 1 :] if _is_checkpoint(model.target) else ()
    return [model, *(replace(model, name=f"{k}:{model.target}") for k in rest)]


def _is_checkpoint(target: str) -> bool:
    """Whether a target is a Hugging Face checkpoint, or a name on the hub, and not a file."""
    path = Path(target).expanduser()
    return (path / "config.json").is_file() if path.exists() else path.suffix != ".gguf"
