"""The slow loop of a live agent: engines start and stop as the demand that is forecast asks."""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Literal

from ontopilot.errors import ConfigError, ModelError
from ontopilot.models.pool import Pool, Role
from ontopilot.models.pool.deployment import Deployment
from ontopilot.models.streaming.loop import LoopThread
from ontopilot.orchestrator.plan.controller import Controller, Steering, Wanted
from ontopilot.orchestrator.plan.fleet import typical_work
from ontopilot.orchestrator.plan.live import Planner
from ontopilot.orchestrator.plan.optimizer import Objective
from ontopilot.orchestrator.plan.planned import Roles, Serving

_ROLES: tuple[Role, ...] = ("generator", "reasoner")
_KEPT = 720
"""Looks that are remembered: six hours of one every 30 s."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Switch:
    """An engine that was started or stopped; `problem` says why it could not be."""

    deployment: str
    to: Literal["start", "stop"]
    reason: str
    seconds: float = 0.0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the fleet: what was seen, what was forecast, and what was done.

    `at` is in seconds since the epoch, `demand` and `forecast` in turns a second, and `work` in
    seconds of each deployment a second.
    """

    at: float
    demand: float
    forecast: float
    forecaster: str
    core_price: float
    work: Mapping[str, float]
    running: tuple[str, ...]
    switches: tuple[Switch, ...] = ()


@dataclass(slots=True)
class Autoscaler:
    """Keeps as many of the deployments that were named for the roles running as demand asks for.

    A deployment is one engine, so that there is at most one replica of each; whoever wants more
    names the model more than once, with other options. What cannot be made again is never stopped.
    At first only the first deployment of each role runs.
    """

    planner: Planner
    pool: Pool
    objective: Objective
    steering: Steering
    cores: float
    clock: Callable[[], float] = time.monotonic
    history: "deque[Look]" = field(default_factory=lambda: deque(maxlen=_KEPT))
    _controller: Controller = field(init=False)
    _looked: float = field(init=False)
    _rests: dict[str, float] = field(default_factory=dict)
    """Until when an engine that could not start is left alone."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _loop: LoopThread | None = None
    _looks: "Future[None] | None" = None

    def __post_init__(self) -> None:
        self._looked = self.clock()
        roles = self._roles()
        most = {serving.name: 1 for serving in roles.both}
        self._controller = Controller(
            self.planner.known(roles), roles.space, self.objective, self.cores, self.steering, most
        )
        named = [self.pool.named(role) for role in _ROLES]
        first = [next((d for d in one if not d.unusable), None) for one in named]
        for deployment in self._deployments():
            if deployment not in first and deployment.stoppable:
                deployment.stopped = "no demand asked for it yet"

    def start(self) -> None:
        """Begin to look, every `every_s` seconds, from a thread of its own."""
        with self._lock:
            if self._loop is None:
                self._loop = LoopThread("autoscaler")
                self._looks = self._loop.submit(self._look_around())

    def close(self) -> None:
        """Stop looking, and wait for the thread; engines stay as they are."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            if self._looks is not None:
                self._looks.cancel()
            loop.close()

    async def look(self) -> Look:
        """Look once: forecast, decide, start what is missing, then stop what is not needed."""
        now = self.clock()
        elapsed, self._looked = max(now - self._looked, 1e-3), now
        arrived, offered = self.planner.arrivals()
        # The controller counts in steps of `every_s`, and a look may come late.
        scale = self.steering.every_s / elapsed
        arrivals = {seen: max(0, count) * scale for seen, count in arrived.items()}
        roles = self._roles()
        self._controller.know(self.planner.known(roles))
        running = {d.name: int(_runs(d)) for d in self._deployments()}
        backlog = {
            serving.name: (serving.running + serving.waiting)
            * typical_work(self._controller.catalog, serving.name)
            for serving in {one.name: one for one in roles.both}.values()
        }
        wanted = await asyncio.to_thread(
            self._controller.decide,
            now,
            arrivals,
            offered=offered,
            running=running,
            backlog=backlog,
        )
        self.planner.prices = wanted.prices
        switches = await self._switched(wanted)
        look = Look(
            time.time(),
            wanted.demand,
            wanted.forecast,
            wanted.forecaster,
            wanted.core_price,
            wanted.work,
            tuple(d.name for d in self._deployments() if _runs(d)),
            switches,
        )
        self.history.append(look)
        return look

    async def _look_around(self) -> None:
        while True:
            await asyncio.sleep(self.steering.every_s)
            try:
                await self.look()
            except (ConfigError, ModelError) as error:
                _LOG.warning("the fleet stays as it is: %s", error)

    async def _switched(self, wanted: Wanted) -> tuple[Switch, ...]:
        """Start first, so that a role is never without what it had."""
        done: list[Switch] = []
        why = f"{wanted.forecast:.3g} turns a second are forecast ({wanted.forecaster})"
        for deployment in self._deployments():
            if wanted.replicas.get(deployment.name) and deployment.stopped:
                done += await self._start(deployment.name, why)
        for deployment in self._deployments():
            if wanted.replicas.get(deployment.name) or not _runs(deployment):
                continue
            if deployment.stoppable and deployment.started is not None:
                done += await self._stop(deployment.name, why)
        return tuple(done)

    async def _start(self, name: str, why: str) -> list[Switch]:
        if self._rests.get(name, 0.0) > self.clock():
            return []
        try:
            seconds = await self.pool.start(name)
        except (ConfigError, ModelError) as error:
            self._rests[name] = self.clock() + 2 * self.steering.hold_s
            _LOG.warning("deployment %r cannot start: %s", name, error)
            return [Switch(name, "start", why, problem=str(error))]
        self.planner.started(name, seconds)
        _LOG.info("deployment %r started in %.1f s: %s", name, seconds, why)
        return [Switch(name, "start", why, seconds)]

    async def _stop(self, name: str, why: str) -> list[Switch]:
        began = self.clock()
        try:
            await self.pool.stop(name, why)
        except ConfigError:
            return []  # the last one of a role stays
        _LOG.info("deployment %r stopped: %s", name, why)
        return [Switch(name, "stop", why, self.clock() - began)]

    def _deployments(self) -> list[Deployment]:
        """What was named for the roles, each once."""
        return list(dict.fromkeys(d for role in _ROLES for d in self.pool.named(role)))

    def _roles(self) -> Roles:
        generators, reasoners = (
            tuple(
                Serving(d.name, d.meter.running, d.meter.queued, d.capacity)
                for d in self.pool.named(role)
            )
            for role in _ROLES
        )
        return Roles(generators, reasoners)


def _runs(deployment: Deployment) -> bool:
    return not deployment.stopped and not deployment.refusal()
