"""The pool: roles, the engines that serve them, and fail-over from one to the next."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Literal

from ontopilot.errors import ConfigError, EngineFailed
from ontopilot.models.encoder import Encoder
from ontopilot.models.engines import Host
from ontopilot.models.hardware import Machine, inspect_machine
from ontopilot.models.measuring.prometheus import Measured
from ontopilot.models.measuring.stats import DeploymentStats
from ontopilot.models.measuring.tracing import generation_span
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.pool import exposing, report
from ontopilot.models.pool.admission import MOST_WAITING, Admission
from ontopilot.models.pool.chain import Chain, Deployer, Served
from ontopilot.models.pool.deployment import REPLACED, Deployment
from ontopilot.models.pool.encoders import EncoderChain
from ontopilot.models.pool.failover import Passage
from ontopilot.models.pool.fitting import Fit, fits_of
from ontopilot.models.pool.prober import Prober
from ontopilot.models.pool.serving import start, warmed
from ontopilot.models.pool.small import SmallModels
from ontopilot.models.streaming.mailbox import in_thread

Role = Literal["generator", "reasoner"]

_LEAVING_S = 0.02


class Pool:
    """Serves every role, and passes a request on when an engine fails.

    The constructor only checks names. Engines start at their first request or with `warm`. The
    reasoner is the generator unless one is named. Several models of a role share its requests.
    A request goes to the least busy of them; if none works or has room in time, to what can stand
    in for them, and last to an engine that quotes the sources and needs no model, so that a turn
    never goes dark.

    At most `most_waiting` requests wait for a place. Every `probe_s` seconds the engines that run
    are looked at, and one that ended is brought back.
    """

    def __init__(
        self,
        *,
        generator: Served | Sequence[Served] | None = None,
        reasoner: Served | Sequence[Served] | None = None,
        encoder: Encoder | Sequence[Encoder] | None = None,
        threads: int | None = None,
        vllm: Path | None = None,
        remote_key: str = "",
        most_waiting: int = MOST_WAITING,
        probe_s: float = 2.0,
    ) -> None:
        if most_waiting < 0:
            raise ConfigError(f"Pool(most_waiting={most_waiting!r}): use 0 or more")
        if not probe_s > 0:
            raise ConfigError(f"Pool(probe_s={probe_s!r}): use more than 0")
        self._machine: Machine | None = None
        self._lock = threading.Lock()
        self._deployer = Deployer(Host(threads, vllm, remote_key), self.machine)
        first = self._deployer.chain("generator", generator)
        second = first if reasoner is None else self._deployer.chain("reasoner", reasoner)
        self._chains: dict[Role, Chain] = {"generator": first, "reasoner": second}
        self._own_reasoner = reasoner is not None
        self._admission: Admission[Deployment] = Admission(most_waiting=most_waiting)
        self._prober = Prober(self._deployments, self._admission.review, every_s=probe_s)
        self.small = SmallModels(_one(encoder), threads)
        self._closed = ""

    def machine(self) -> Machine:
        """What this machine has; looked at once."""
        with self._lock:
            if self._machine is None:
                self._machine = inspect_machine()
            return self._machine

    def generates(self, role: Role) -> bool:
        """Whether a language model serves a role now, rather than an engine that only quotes."""
        able = (d for tier in self._chains[role] for d in tier if not d.refusal())
        first = next(able, None)
        return first is not None and first.generates

    def serving(self, role: Role) -> tuple[tuple[str, int, int, int], ...]:
        """The deployments that share a role now: name, requests that run and wait, and room."""
        able = ([d for d in tier if not d.refusal()] for tier in self._chains[role])
        first = next((tier for tier in able if tier), [])
        running = [d for d in first if not d.stopped] or first
        return tuple((d.name, d.meter.running, d.meter.queued, d.capacity) for d in running)

    @property
    def one_for_both(self) -> bool:
        """Whether the reasoner is the generator."""
        return self._chains["generator"] is self._chains["reasoner"]

    def context_tokens(self, role: Role) -> int:
        """The shortest context of the engines that run for a role; 0 where none has a bound."""
        engines = (d.started for d in self._chains[role][0] if not d.refusal())
        bounds = (one.capabilities.context_tokens for one in engines if one is not None)
        return min((bound for bound in bounds if bound), default=0)

    def named(self, role: Role) -> tuple[Deployment, ...]:
        """The deployments that were named for a role, whether they run or not."""
        return self._chains[role][0]

    async def generate(self, role: Role, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer of the first deployment that works and has room.

        Every chunk names its engine; after a fail-over it says in `degraded` what happened. Text
        that was streamed before is continued, or a chunk with `restart` comes first.

        Raises:
            Busy: no deployment has room, or none will in time for the deadline of the request.
            EngineFailed: the pool is closed, or every deployment failed.
        """
        if self._closed:
            raise EngineFailed(f"the pool of role {role!r} {self._closed}; make a new one")
        self._prober.start()
        passage = Passage(role, request, lambda: self._chains[role], self._admission)
        planned = self._chains[role][0][0].name
        async with aclosing(passage.run()) as chunks:
            with generation_span(role, planned, request) as span:
                async for chunk in chunks:
                    span.saw(chunk)
                    yield chunk

    async def warm(self, role: Role | None = None) -> None:
        """Start the engines that would serve a role, or every role, before the first request.

        An engine that cannot start is left to fail-over, and `describe` says why. Behind one that
        is slow to start again, what stands in for it is started, too.
        """
        roles: tuple[Role, ...] = (role,) if role else ("generator", "reasoner")
        for chain in dict.fromkeys(self._chains[one] for one in roles):
            for tier in chain:
                usable = [d for d in tier if not d.unusable and not d.stopped]
                able = [deployment for deployment in usable if await warmed(deployment)]
                if any(not deployment.slow for deployment in able):
                    break
        self._prober.start()

    async def swap(
        self, role: Role, choice: Served | Sequence[Served], *, drain_s: float = 120.0
    ) -> None:
        """Put another model, adapter or precision in the place of a role's, with no failed request.

        The new engines start first. Requests then go to them, also those that wait; the old
        engines finish what they have begun and are closed, after `drain_s` seconds in any case.

        Raises:
            ConfigError: what is named is no model.
            ModelError: a new engine cannot start; the old ones go on serving.
        """
        chain = self._deployer.chain(role, choice)
        running = set(self._deployments())
        new = [deployment for deployment in chain[0] if deployment not in running]
        try:
            for deployment in new:
                await start(deployment)
        except BaseException:
            await self._close(new)
            raise
        with self._lock:
            self._chains[role] = chain
            if role == "generator" and not self._own_reasoner:
                self._chains["reasoner"] = chain
            self._own_reasoner = self._own_reasoner or role == "reasoner"
        left = [old for old in running if old not in self._deployments()]
        await self._retire(left, drain_s)

    async def start(self, name: str) -> float:
        """Start the engine of a deployment that was stopped; the seconds that it took.

        Raises:
            ConfigError: there is no such deployment.
            ModelError: it cannot start.
        """
        began = time.monotonic()
        deployment = self._deployment(name)
        await start(deployment)
        deployment.stopped = ""
        self._admission.review()
        return time.monotonic() - began

    async def stop(self, name: str, reason: str, *, drain_s: float = 120.0) -> None:
        """Stop the engine of a deployment once it has finished what it has begun.

        Requests go to the others of its roles. It is started again by `start`, or by a request
        that nothing else of a role can serve.

        Raises:
            ConfigError: there is no such deployment, it cannot be made again, or nothing else that
                was named for a role of it runs.
        """
        deployment = self._deployment(name)
        if not deployment.stoppable:
            raise ConfigError(f"deployment {name!r} cannot be stopped: it could not be made again")
        for role, chain in self._chains.items():
            others = (d for d in chain[0] if d is not deployment and not d.stopped)
            if deployment in chain[0] and all(d.refusal() for d in others):
                raise ConfigError(f"deployment {name!r} is the last that serves the {role}")
        deployment.stopped, deployment.stopping = reason, True
        try:
            self._admission.review()
            await self._emptied([deployment], drain_s)
            if (engine := deployment.detach()) is not None:
                await engine.aclose()
        finally:
            deployment.stopping = False

    def _deployment(self, name: str) -> Deployment:
        found = {deployment.name: deployment for deployment in self._deployments()}
        if name not in found:
            raise ConfigError(f"deployment {name!r} is none of this pool's: {sorted(found)}")
        return found[name]

    async def drain(self, *, drain_s: float = 120.0) -> None:
        """Take no more requests, finish those that run and wait, and close every engine."""
        self._closed = self._closed or "is closing"
        await self._emptied(self._deployments(), drain_s)
        await self.aclose()

    def describe(self) -> tuple[report.RoleReport, ...]:
        """Every role with its deployments in order: which one serves, and why."""
        chains = (report.of_chain(role, chain) for role, chain in self._chains.items())
        return (*chains, *self.small.describe())

    def fits(self) -> Mapping[Role, tuple[Fit, ...]]:
        """What would serve each role here in which precision, by memory and what is installed."""
        machine = self.machine()
        return {role: fits_of(chain, machine) for role, chain in self._chains.items()}

    def stats(self) -> Mapping[str, DeploymentStats]:
        """What happens at every deployment, by name, whether its engine was started or not."""
        return {deployment.name: deployment.stats() for deployment in self._deployments()}

    def measured(self) -> tuple[Measured, ...]:
        """The stats with their labels, for Prometheus; takes milliseconds."""
        return exposing.measured(self._chains, self.machine)

    async def aclose(self) -> None:
        """Close every engine."""
        self._closed = "is closed"
        self._prober.stop()
        await self._close(self._deployments())
        await in_thread(self.small.close, name="close")

    async def _retire(self, deployments: Sequence[Deployment], drain_s: float) -> None:
        """Let deployments take nobody any more, and close them once they are empty."""
        for deployment in deployments:
            deployment.unusable = REPLACED
        self._admission.review()
        await self._emptied(deployments, drain_s)
        await self._close(deployments)

    async def _emptied(self, deployments: Sequence[Deployment], drain_s: float) -> None:
        """Wait until nothing runs or waits there; what still does then is passed on or fails."""
        desk = self._admission
        try:
            async with asyncio.timeout(drain_s):
                while any(desk.running(d) or desk.waiting_for(d) for d in deployments):
                    await asyncio.sleep(_LEAVING_S)
        except TimeoutError:
            return

    async def _close(self, deployments: Sequence[Deployment]) -> None:
        for deployment in deployments:
            self._deployer.drop(deployment)
            if (engine := deployment.detach()) is not None:
                await engine.aclose()

    def _deployments(self) -> list[Deployment]:
        return report.each(self._chains.values())


def _one(encoder: Encoder | Sequence[Encoder] | None) -> Encoder | None:
    """One encoder of those that were given, which stand in for one another."""
    if encoder is None or isinstance(encoder, Encoder):
        return encoder
    return EncoderChain(tuple(encoder))
