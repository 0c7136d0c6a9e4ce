"""A deployment: one model in one precision on one engine, and whether it serves."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from ontopilot.models.engine import Engine, Housed
from ontopilot.models.hardware import inspect_machine
from ontopilot.models.measuring.meter import Meter
from ontopilot.models.measuring.residence import resident_bytes
from ontopilot.models.measuring.stats import DeploymentStats
from ontopilot.models.pool.breaker import Breaker
from ontopilot.models.pool.fit import require_fit
from ontopilot.models.spec import EngineOptions, Model

REPLACED = "another model took its place"
"""Why a deployment that was swapped out takes no more requests."""


@dataclass(slots=True, eq=False)
class Deployment:
    """One model on one engine; the engine is made when it is first needed.

    `unusable` says why it cannot serve on this machine, or is "". It is a place of `Admission`.
    """

    name: str
    make: Callable[[], Engine]
    options: EngineOptions = field(default_factory=EngineOptions)
    model: Model | None = None
    """What its engine runs, or None where the user gave the engine."""
    unusable: str = ""
    stopped: str = ""
    """Why its engine does not run though it could; a request that nothing else of its tier can
    serve starts it again."""
    stopping: bool = False
    at_once: int | None = None
    """How many requests its engine serves at a time, if that is fewer than the options allow."""
    retries: int = 0
    """How often a request is tried again here after a failure; see `Backend`."""
    slow: bool = False
    """Whether what stands in for it should be running; see `Backend`."""
    breaker: Breaker = field(default_factory=Breaker)
    meter: Meter = field(default_factory=Meter)
    _engine: Engine | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def kind(self) -> str:
        """The kind of its engine, or "" where the user gave the engine."""
        return "" if self.model is None else self.model.kind

    @property
    def stoppable(self) -> bool:
        """Whether its engine runs here and can be made again after it was stopped."""
        return self.kind not in ("", "remote", "extractive") and not self.unusable

    @property
    def capacity(self) -> int:
        """How many requests may be under way."""
        most = self.options.most_requests
        return most if self.at_once is None else min(most, self.at_once)

    def refusal(self) -> str:
        """Why it takes no request now, or ""."""
        if self.unusable:
            return self.unusable
        if self.stopping:
            return "its engine is being stopped"
        return f"resting after: {self.breaker.reason}" if self.breaker.resting else ""

    def admit(self) -> bool:
        """Let one request in; after a rest only the first one."""
        return self.breaker.admit()

    def engine(self) -> Engine:
        """The engine, made now if it is not there yet.

        Raises:
            ConfigError: the engine cannot be made here.
            ModelError: the model cannot be used, or does not fit the memory that is free.
        """
        with self._lock:
            if self._engine is None:
                if self.model is not None:
                    require_fit(self.model, inspect_machine())
                self._engine = self.make()
                self.stopped = ""
            return self._engine

    @property
    def started(self) -> Engine | None:
        """The engine if it was made."""
        return self._engine

    @property
    def generates(self) -> bool:
        """Whether a language model is behind it, rather than an engine that only quotes."""
        engine = self._engine
        return self.name != "extractive" if engine is None else engine.capabilities.generates

    def stats(self) -> DeploymentStats:
        """What happened here, with the counters and the memory of the engine if it was made."""
        engine = self._engine
        if engine is None:
            return self.meter.read()
        process = engine.process if isinstance(engine, Housed) else None
        return self.meter.read(engine.stats(), 0 if process is None else resident_bytes(process))

    def detach(self) -> Engine | None:
        """Take the engine out, to close it."""
        with self._lock:
            engine, self._engine = self._engine, None
            return engine
