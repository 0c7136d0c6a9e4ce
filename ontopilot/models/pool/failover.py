"""One request on its way through the deployments of a role until one of them has answered it."""

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from ontopilot.errors import Busy, ConfigError, ConstraintMalformed, EngineFailed, ModelError
from ontopilot.models.measuring.meter import Visit
from ontopilot.models.measuring.stats import ELSEWHERE
from ontopilot.models.messages import Chunk, GenerationRequest, Usage
from ontopilot.models.pool.admission import Admission, Ticket
from ontopilot.models.pool.chain import Chain, Tier
from ontopilot.models.pool.deployment import REPLACED, Deployment
from ontopilot.models.pool.serving import made, serve

_PAUSE_S = 0.1
"""The wait before an engine is asked again; it doubles each time."""


@dataclass(slots=True)
class Passage:
    """Takes a request from tier to tier of the chain that `chain` gives, which may be swapped.

    An engine that is soon well again is asked again, as often as its deployment says, before the
    next one. What was said when an engine failed is continued if the next one can do that; else a
    chunk with `restart` comes first.
    """

    role: str
    request: GenerationRequest
    chain: Callable[[], Chain]
    admission: Admission[Deployment]
    _tried: dict[Deployment, str] = field(default_factory=dict, init=False)
    _said: str = field(default="", init=False)
    _since: float = field(default_factory=time.monotonic, init=False)
    _times: list[Deployment] = field(default_factory=list, init=False)
    """The deployments that are asked again, once for each time."""
    _broke: str = field(default="", init=False)
    _visits: dict[Deployment, Visit] = field(default_factory=dict, init=False)
    _busy: Busy | None = field(default=None, init=False)

    async def run(self) -> AsyncGenerator[Chunk, None]:
        """The chunks of the answer, signed with the deployment that made them.

        Raises:
            Busy: no deployment has room.
            ConstraintMalformed: the form that the answer is to have is wrong, for every engine.
            EngineFailed: every deployment failed.
        """
        while (ticket := await self._place()) is not None:
            reason, usage = "cancelled", Usage()
            try:
                async with aclosing(self._serve(ticket.place)) as chunks:
                    async for chunk in chunks:
                        reason, usage = chunk.finish or reason, chunk.usage or usage
                        self._visits[ticket.place].tokens(bool(chunk.text))
                        yield chunk
            except ConstraintMalformed as error:
                reason = type(error).__name__
                raise
            except (ModelError, ConfigError) as error:
                reason = type(error).__name__
                pause_s = self._failed(ticket.place, error)
            else:
                return
            finally:
                self._visits.pop(ticket.place).ended(usage, reason)
                self.admission.leave(ticket)
            await asyncio.sleep(pause_s)
        if self._busy is not None:
            raise self._busy
        raise EngineFailed(f"no engine could serve the {self.role}: {self._reasons()}")

    def _failed(self, deployment: Deployment, error: ModelError | ConfigError) -> float:
        """Note a failure; how many seconds to wait before the next attempt, here or elsewhere."""
        times = self._times.count(deployment)
        if not isinstance(error, EngineFailed) or times >= deployment.retries:
            self._tried[deployment] = str(error)
            return 0.0
        self._times.append(deployment)
        self._broke = f"it failed ({error})"
        return _PAUSE_S * 2.0**times

    async def _place(self) -> Ticket[Deployment] | None:
        """A place at the first tier that has one; None when no tier is left."""
        self._busy = None
        chain = self.chain()
        tiers, at = self._tiers(chain), 0
        while at < len(tiers):
            wanted = self._wanted(tiers[at])
            if wanted and (ticket := await self._enter(wanted, last=at == len(tiers) - 1)):
                return ticket
            if (now := self.chain()) is not chain:
                chain, tiers, at = now, self._tiers(now), 0
            elif not wanted:
                at += 1
        return None

    def _tiers(self, chain: Chain) -> Chain:
        """The tiers as this request tries them: first what was planned, last what is stopped."""
        return tuple(part for tier in chain for part in self._parts(tier) if part)

    def _parts(self, tier: Tier) -> tuple[Tier, Tier, Tier]:
        running = tuple(deployment for deployment in tier if not deployment.stopped)
        planned = tuple(d for d in running if d.name == self.request.deployment)
        others = tuple(d for d in running if d not in planned)
        return planned, others, tuple(d for d in tier if d.stopped)

    async def _enter(self, wanted: Tier, *, last: bool) -> Ticket[Deployment] | None:
        """A place at one of some deployments, or None; each of them counts the visit."""
        self._visits = {deployment: deployment.meter.arrived() for deployment in wanted}
        ticket, reason = None, "cancelled"
        try:
            ticket = await self.admission.enter(
                wanted,
                priority=self.request.priority,
                patience_s=self._patience(wanted, last=last),
            )
            reason = ELSEWHERE
        except Busy as error:
            self._busy, reason = error, type(error).__name__
            self._tried |= dict.fromkeys(wanted, str(error))
        finally:
            for deployment, visit in self._visits.items():
                if ticket is not None and deployment is ticket.place:
                    visit.began()
                else:
                    visit.ended(reason=reason)
        return ticket

    def _wanted(self, tier: Tier) -> Tier:
        """Those of a tier that may serve the request; notes why others may not."""
        for deployment in tier:
            if deployment not in self._tried and (refusal := deployment.refusal()):
                self._tried[deployment] = refusal
        return tuple(deployment for deployment in tier if deployment not in self._tried)

    def _patience(self, wanted: Tier, *, last: bool) -> float:
        """Seconds to wait for a tier; for the last one as long as it takes."""
        own = math.inf if last else max(d.options.patience_s for d in wanted)
        deadline = self.request.deadline_s
        if deadline is None:
            return own
        return min(own, max(0.0, deadline - (time.monotonic() - self._since)))

    async def _serve(self, deployment: Deployment) -> AsyncGenerator[Chunk, None]:
        degraded = self._degraded(deployment)
        request = await self._continued(deployment)
        if self._said and not request.begun:
            self._said = ""
            yield Chunk(engine=deployment.name, degraded=degraded, restart=True)
        async with aclosing(serve(deployment, request)) as chunks:
            async for chunk in chunks:
                self._said = chunk.text if chunk.restart else self._said + chunk.text
                yield replace(chunk, engine=deployment.name, degraded=degraded)

    async def _continued(self, deployment: Deployment) -> GenerationRequest:
        """The request, going on from what was said where the engine can do that.

        An answer that has to keep a form begins again: its form cannot be entered half-way.
        """
        request = self.request
        free = request.grammar is None and request.schema is None
        if not self._said or not free or not (await made(deployment)).capabilities.continues:
            return request
        return replace(request, begun=self._said)

    def _degraded(self, deployment: Deployment) -> str:
        """Why an answer is not the planned one: a stand-in gives it, or it broke off."""
        if self._tried and (deployment not in self.chain()[0] or self._said):
            return f"{deployment.name!r} answered because {self._reasons()}"
        return f"{deployment.name!r} went on after {self._broke}" if self._said else ""

    def _reasons(self) -> str:
        told = [(d, why) for d, why in self._tried.items() if why != REPLACED]
        return "; ".join(f"{d.name!r} could not ({why})" for d, why in told)
