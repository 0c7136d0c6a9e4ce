"""The pool: roles, the engines that serve them, and fail-over from one to the next."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ontopilot.errors import ConfigError, EngineFailed, ModelError, ModelNotFound, PromptTooLong
from ontopilot.models.encoder import Encoder
from ontopilot.models.engine import Engine, EngineStats, Warms
from ontopilot.models.engines import Host
from ontopilot.models.hardware import Machine, inspect_machine
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.pool.deployment import Deployment, deploy
from ontopilot.models.spec import Model, parse

if TYPE_CHECKING:
    from ontopilot.models.encoding.pairs import PairReader, Task

Role = Literal["generator", "reasoner"]


@dataclass(frozen=True, slots=True)
class DeploymentReport:
    """One deployment of a role; `note` says in words why it serves, waits or cannot serve."""

    name: str
    serves: bool
    note: str


@dataclass(frozen=True, slots=True)
class RoleReport:
    """A role and its deployments in the order in which they are tried."""

    role: Literal["generator", "reasoner", "encoder", "nearness", "answering", "entailment"]
    deployments: tuple[DeploymentReport, ...]

    @property
    def serves(self) -> str:
        """The deployment that would answer now."""
        return next((d.name for d in self.deployments if d.serves), "")


class Pool:
    """Serves every role, and passes a request on when an engine fails.

    The constructor only checks names. Engines start at their first request or with `warm`. The
    reasoner is the generator unless one is named. A request goes to the first deployment that
    works; the last one quotes the sources and needs no model, so that a turn never goes dark.
    """

    def __init__(
        self,
        *,
        generator: Model | str | Engine | None = None,
        reasoner: Model | str | Engine | None = None,
        encoder: Encoder | None = None,
        threads: int | None = None,
        vllm: Path | None = None,
    ) -> None:
        self._machine: Machine | None = None
        self._threads = threads
        host = Host(threads, vllm)
        self._lock = threading.Lock()
        first = deploy(_choice("generator", generator), self.machine, host)
        second = (
            first if reasoner is None else deploy(_choice("reasoner", reasoner), self.machine, host)
        )
        self._roles: dict[Role, list[Deployment]] = {"generator": first, "reasoner": second}
        self._encoder = encoder
        self._given = encoder is not None
        self._nearness: Encoder | None = None
        self.nearness_note = ""
        """Why another encoder tells nearness than the one that ships, or ""."""
        self._readers: dict[Task, PairReader] = {}
        self._closed = False

    def machine(self) -> Machine:
        """What this machine has; looked at once."""
        with self._lock:
            if self._machine is None:
                self._machine = inspect_machine()
            return self._machine

    @property
    def encoder(self) -> Encoder:
        """The encoder of the pool, by default the packaged MiniLM."""
        with self._lock:
            if self._encoder is None:
                from ontopilot.models.encoding.sentence import SentenceEncoder

                self._encoder = SentenceEncoder(threads=self._threads)
            return self._encoder

    @property
    def nearness(self) -> Encoder:
        """The encoder that tells how near a statement is to a question.

        The given encoder if there is one, else ours; the packaged MiniLM if ours is damaged.
        """
        given = self.encoder
        with self._lock:
            if self._nearness is None:
                self._nearness = given
                if not self._given:
                    self._nearness, self.nearness_note = _nearness(given, self._threads)
            return self._nearness

    def reader(self, task: "Task") -> "PairReader":
        """The small model of a task that reads two texts together; it ships with the package."""
        with self._lock:
            if task not in self._readers:
                from ontopilot.models.encoding.pairs import PairModel

                self._readers[task] = PairModel(task, threads=self._threads)
            return self._readers[task]

    def generates(self, role: Role) -> bool:
        """Whether a language model serves a role now, rather than an engine that only quotes."""
        for deployment in self._roles[role]:
            if not deployment.unusable and deployment.breaker.closed:
                return _generates(deployment)
        return False

    async def generate(self, role: Role, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer of the first deployment that works.

        Every chunk names its engine; after a fail-over it says in `degraded` what happened, and
        if text was already streamed a chunk with `restart` comes first.

        Raises:
            EngineFailed: the pool is closed, or every deployment failed.
        """
        if self._closed:
            raise EngineFailed(f"the pool of role {role!r} is closed; make a new one")
        reasons: list[str] = []
        spoken = False
        for deployment in self._roles[role]:
            if not (refusal := deployment.unusable or deployment.enter()):
                degraded = _degraded(deployment.name, reasons)
                try:
                    if spoken:
                        yield Chunk(engine=deployment.name, degraded=degraded, restart=True)
                    async with aclosing(_serve(deployment, request)) as chunks:
                        async for chunk in chunks:
                            spoken = spoken or bool(chunk.text)
                            yield _signed(chunk, deployment.name, degraded)
                except (ModelError, ConfigError) as error:
                    refusal = str(error)
                else:
                    return
                finally:
                    deployment.leave()
            reasons.append(f"{deployment.name!r} could not ({refusal})")
        raise EngineFailed(f"no engine could serve the {role}: {'; '.join(reasons)}")

    async def warm(self, role: Role | None = None) -> None:
        """Start the engine that would serve a role, or every role, before the first request.

        An engine that cannot start is left to fail-over, and `describe` says why.
        """
        roles: tuple[Role, ...] = (role,) if role else ("generator", "reasoner")
        for one in roles:
            for deployment in self._roles[one]:
                if not deployment.unusable and await _warmed(deployment):
                    break

    def describe(self) -> tuple[RoleReport, ...]:
        """Every role with its deployments in order: which one serves, and why."""
        generator, reasoner = (_report(role, chain) for role, chain in self._roles.items())
        near = self.nearness
        return (
            generator,
            reasoner,
            _encoding("encoder", self.encoder, ""),
            _encoding("nearness", near, self.nearness_note),
            _reading("answering", self.reader("answering"), without="nearness alone decides"),
            _reading("entailment", self.reader("entailment"), without="rules alone decide"),
        )

    def stats(self) -> Mapping[str, EngineStats]:
        """The counters of every engine that was started, by name."""
        return {
            deployment.name: engine.stats()
            for deployment in self._deployments()
            if (engine := deployment.started) is not None
        }

    async def aclose(self) -> None:
        """Close every engine."""
        self._closed = True
        for deployment in self._deployments():
            if (engine := deployment.detach()) is not None:
                await engine.aclose()

    def _deployments(self) -> list[Deployment]:
        """Every deployment once, though roles may share them."""
        chains = self._roles.values()
        return list({id(d): d for chain in chains for d in chain}.values())


def _choice(role: Role, given: Model | str | Engine | None) -> Model | Engine | None:
    if given is None or isinstance(given, Engine):
        return given
    if isinstance(given, (Model, str)):
        return parse(given)
    raise ConfigError(
        f"Pool({role}={given!r}): give a Model, a name such as 'extractive', or an Engine"
    )


def _degraded(name: str, reasons: list[str]) -> str:
    return f"{name!r} answered because {'; '.join(reasons)}" if reasons else ""


def _signed(chunk: Chunk, name: str, degraded: str) -> Chunk:
    return Chunk(chunk.text, chunk.finish, chunk.usage, name, degraded)


async def _serve(deployment: Deployment, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
    """Stream from one deployment, keep its breaker, and insist on a last chunk.

    Raises:
        ModelError, ConfigError: the deployment cannot serve this request.
    """
    breaker = deployment.breaker
    try:
        stream = deployment.engine().generate(request)
        async with aclosing(_watched(stream, deployment)) as chunks:
            async for chunk in chunks:
                yield chunk
    except PromptTooLong:
        raise
    except (ConfigError, ModelNotFound) as error:
        breaker.failed(str(error), at_once=True)
        raise
    except ModelError as error:
        breaker.failed(str(error))
        raise
    breaker.succeeded()


async def _watched(
    stream: AsyncIterator[Chunk], deployment: Deployment
) -> AsyncGenerator[Chunk, None]:
    """The chunks of a stream, closed in any case; silence and a missing end are failures."""
    ended = False
    try:
        while not ended:
            try:
                async with asyncio.timeout(deployment.options.stall_s):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                raise EngineFailed(
                    f"engine {deployment.name!r}: the stream ended before the answer did"
                ) from None
            except TimeoutError:
                raise EngineFailed(
                    f"engine {deployment.name!r} was silent for {deployment.options.stall_s!r} s"
                ) from None
            ended = chunk.finish is not None
            yield chunk
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()


async def _warmed(deployment: Deployment) -> bool:
    """Start a deployment; whether it works."""
    try:
        engine = deployment.engine()
        if isinstance(engine, Warms):
            await engine.warm()
    except (ConfigError, ModelError) as error:
        deployment.breaker.failed(str(error), at_once=True)
        return False
    return True


def _generates(deployment: Deployment) -> bool:
    engine = deployment.started
    if engine is not None:
        return engine.capabilities.generates
    return deployment.name != "extractive"


def _report(role: Role, chain: list[Deployment]) -> RoleReport:
    reports: list[DeploymentReport] = []
    serving = False
    for deployment in chain:
        problem = deployment.unusable or (
            "" if deployment.breaker.closed else f"resting after: {deployment.breaker.reason}"
        )
        note = problem or _standing(deployment, serving=serving)
        serves = not problem and not serving
        serving = serving or serves
        reports.append(DeploymentReport(deployment.name, serves=serves, note=note))
    return RoleReport(role, tuple(reports))


def _encoding(role: Literal["encoder", "nearness"], encoder: Encoder, note: str) -> RoleReport:
    told = note or getattr(encoder, "backend", "given")
    return RoleReport(role, (DeploymentReport(encoder.name, serves=True, note=told),))


def _nearness(plain: Encoder, threads: int | None) -> tuple[Encoder, str]:
    """Our encoder of statements, or the plain one and why."""
    from ontopilot.models.encoding.sentence import nearness_encoder

    try:
        return nearness_encoder(threads), ""
    except ModelError as error:
        return plain, f"the retrieval encoder stands in: {error}"


def _reading(task: "Task", reader: "PairReader", *, without: str) -> RoleReport:
    """Whether a small model reads, tried on a pair."""
    try:
        reader.odds([("It is open on Sundays.", "It is open on Sundays.")])
    except ModelError as error:
        report = DeploymentReport(reader.name, serves=False, note=f"{without}: {error}")
    else:
        report = DeploymentReport(reader.name, serves=True, note="ships with ontopilot")
    return RoleReport(task, (report,))


def _standing(deployment: Deployment, *, serving: bool) -> str:
    if serving:
        return "stands by"
    if deployment.started is None:
        return "starts at the first request"
    return str(getattr(deployment.started, "standing", "running"))
