"""The agent: one constructor, two decorators, and `ask`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from ontopilot.config import load_settings
from ontopilot.errors import ConfigError
from ontopilot.models.encoder import Encoder
from ontopilot.models.pool import Pool, Served
from ontopilot.models.streaming.loop import LoopThread
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.ablation import parts
from ontopilot.orchestrator.actions import Records
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.asking import Asking, Emit, followed, followed_on_loop
from ontopilot.orchestrator.autoscaler import Autoscaler
from ontopilot.orchestrator.declared import Action, BoundAction, declare
from ontopilot.orchestrator.events import Event
from ontopilot.orchestrator.plan.controller import Steering
from ontopilot.orchestrator.plan.facts import DeploymentFacts
from ontopilot.orchestrator.plan.optimizer import Objective
from ontopilot.orchestrator.plan.seeding import seeds
from ontopilot.orchestrator.snapshot import Snapshots
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.turn import Turns
from ontopilot.retrieval.filter import Filter
from ontopilot.retrieval.knowledge import Knowledge, KnowledgeIndex, Progress
from ontopilot.retrieval.passage import Evidence, EvidenceKind, Query

Function = TypeVar("Function", bound=Callable[..., str])
Provider = TypeVar("Provider", bound=Records)


class Agent:
    """Answers questions and runs actions, anchored to an ontology.

    The constructor checks its arguments and is cheap; `prepare()` or the first question loads the
    ontology, opens the index and starts the engines. All turns run on a loop of the agent's own,
    so that one agent serves any number of threads and event loops.

    Args:
        name: what the agent is called, in the API and in the log.
        ontology: a file saved by Protégé; it is read again when it changes on disk.
        policies: a SHACL file in Turtle; by default none.
        knowledge: documents and past interactions.
        generator: the model that drafts, or several that share the work; by default the
            embedded one.
        reasoner: the model for hard problems; by default the same as the generator's.
        encoder: the retrieval model, or the same on several engines, of which one stands in for
            the other; by default the embedded one.
        home: folder for the store and the index; by default `.ontopilot` beside the ontology.
        store: SQLAlchemy URL of the store; by default SQLite in `home`.
        instructions: added to the prompt of every model.
        context_tokens: budget of the evidence in a prompt.
        objective: what a turn is to reach, such as `Objective(slo_s=2.0, floor=0.6)`; by default
            every turn gets the usual plan, with all the effort that it may need.
        steering: how the engines follow demand, which takes an objective; by default each starts
            when it is first needed and runs until the end.
        profiles: what `ontopilot models bench` measured of the models on this machine; what no
            profile tells is learned from turns.
        deployments: the same by hand, for engines elsewhere, and the cores that each holds.

    Raises:
        ConfigError: an argument is wrong.
    """

    def __init__(
        self,
        name: str,
        *,
        ontology: str | Path,
        policies: str | Path | None = None,
        knowledge: Knowledge | None = None,
        generator: Served | Sequence[Served] | None = None,
        reasoner: Served | Sequence[Served] | None = None,
        encoder: Encoder | Sequence[Encoder] | None = None,
        home: str | Path | None = None,
        store: str | None = None,
        instructions: str = "",
        context_tokens: int = 1500,
        objective: Objective | None = None,
        steering: Steering | None = None,
        profiles: Sequence[str | Path] = (),
        deployments: Sequence[DeploymentFacts] = (),
    ) -> None:
        if not name or not name.replace("-", "").replace("_", "").isalnum():
            raise ConfigError(f"Agent name={name!r}: use letters, digits, '-' and '_' only")
        if context_tokens < 100:
            raise ConfigError(f"Agent context_tokens={context_tokens!r}: give at least 100")
        if steering is not None and objective is None:
            raise ConfigError("Agent steering: give an objective too, which says what it is for")
        settings = load_settings()
        self.name = name
        self.home = Path(home or settings.home or Path(ontology).resolve().parent / ".ontopilot")
        self._store_url = store or settings.store_url
        self._pool = Pool(
            generator=generator,
            reasoner=reasoner,
            encoder=encoder,
            threads=settings.threads,
            vllm=settings.vllm,
            remote_key=settings.remote_key.get_secret_value(),
        )
        self._snapshots = Snapshots(
            ontology=Path(ontology),
            policies=Path(policies) if policies is not None else None,
            knowledge=knowledge or Knowledge(),
            home=self.home,
            pool=self._pool,
            reasoning_seconds=settings.reasoning_seconds,
        )
        self._instructions = instructions
        self._context_tokens = context_tokens
        self._objective = objective
        self._steering = steering
        self._profiles = tuple(Path(file) for file in profiles)
        self._deployments = tuple(deployments)
        self._loop: LoopThread | None = None
        self._turns: Turns | None = None

    def action(
        self, *, effect: str, examples: Sequence[str] = ()
    ) -> Callable[[Function], Function]:
        """Register a typed function as an action whose effect is a class of the ontology.

        Args:
            effect: the class, as `prefix:Name`, IRI or label.
            examples: messages of customers who want this.

        Raises:
            ActionError: a parameter has no type, or one that a message cannot fill.
        """

        def register(function: Function) -> Function:
            self._snapshots.add_action(declare(function, effect, examples))
            return function

        return register

    def records(self, cls: str) -> Callable[[Provider], Provider]:
        """Register the function that looks up business records of a class by identifier."""

        def register(provider: Provider) -> Provider:
            self._snapshots.add_records(cls, provider)
            return provider

        return register

    def prepare(self, *, progress: Progress | None = None, rebuild: bool = False) -> None:
        """Load the ontology, open or build the index, and warm the engines."""
        self._started().submit(self._prepare(progress, rebuild)).result()

    async def _prepare(self, progress: Progress | None, rebuild: bool) -> None:
        await asyncio.to_thread(self._snapshots.load, progress=progress, rebuild=rebuild)
        await self._ready()

    def _started(self) -> LoopThread:
        if self._loop is None:
            self._loop = LoopThread(f"ontopilot-{self.name}")
        return self._loop

    async def _ready(self) -> Turns:
        """The turns of this agent, opened once. Runs on the agent's loop."""
        if self._turns is None:
            self.home.mkdir(parents=True, exist_ok=True)
            url = self._store_url or f"sqlite:///{self.home / 'store.db'}"
            self._turns = await Turns.open(
                store=Store.open(url),
                checkpoints=self.home / "turns.db",
                snapshots=self._snapshots,
                instructions=self._instructions,
                context_tokens=self._context_tokens,
                objective=self._objective,
                seeds=self._seeds(),
            )
            self._turns.follow_demand(self._steering)
        return self._turns

    def _seeds(self) -> dict[str, DeploymentFacts]:
        """What was measured of the deployments before any turn; what is told by hand wins."""
        told = {facts.name: facts for facts in self._deployments}
        if not self._profiles:
            return told
        named = (*self._pool.named("generator"), *self._pool.named("reasoner"))
        return seeds(self._profiles, named, self._pool.machine()) | told

    def ablate(self, *names: str) -> None:
        """Leave parts out of the turns that follow, to measure what they are worth.

        Args:
            names: of `ontology`, `retrieval`, `interactions`, `verify`, `reasoner`; none of them
                makes the agent whole again.

        Raises:
            ConfigError: there is no such part.
        """
        self._started().submit(self._ready()).result().ablated = parts(names)

    @property
    def actions(self) -> tuple[Action, ...]:
        """The registered actions."""
        return self._snapshots.actions

    @property
    def bound_actions(self) -> tuple[BoundAction, ...]:
        """The actions as the next turn knows them, their names found in the ontology."""
        return self._snapshots.current().actions.actions

    @property
    def pool(self) -> Pool:
        """The models that serve this agent."""
        return self._pool

    @property
    def autoscaler(self) -> Autoscaler | None:
        """What starts and stops engines as demand asks, and what it did; None without steering."""
        return self._started().submit(self._ready()).result().autoscaler

    @property
    def snapshot(self) -> Ontology:
        """The ontology as the next turn will read it."""
        return self._snapshots.current().ontology

    @property
    def knowledge_index(self) -> KnowledgeIndex:
        """The index as the next turn will search it."""
        return self._snapshots.current().index

    @property
    def reload_error(self) -> str:
        """Why the last change of the ontology or the policies was refused; "" when it was not."""
        return self._snapshots.reload_error

    @property
    def store(self) -> Store:
        """The store of conversations and turns."""
        return self._started().submit(self._ready()).result().store

    def ask(
        self,
        question: str,
        *,
        conversation: str | None = None,
        customer: str | None = None,
        objective: Objective | None = None,
        filter: Sequence[str] = (),  # noqa: A002 - the word of the field
    ) -> Answer:
        """Run one turn and wait for its answer.

        Args:
            question: what the customer says, up to 20,000 characters.
            conversation: the conversation to go on with; by default a new one.
            customer: the identifier of the customer who is signed in.
            objective: what this turn is to reach, in the place of the agent's.
            filter: conditions on the documents and past interactions that may be evidence, such
                as `product=AquaBoil 2` or `concept=Kettle`; what the ontology states of what the
                question names stays evidence.

        Raises:
            QuestionError: the question is empty, too long or not text.
            ConfigError: a condition is malformed, or names a field that no document has.
            UnknownTerm: a condition names a concept that the ontology does not have.
        """
        asking = Asking(question, conversation, customer, objective, filter)
        return self._start(asking, _nothing).result()

    async def aask(
        self,
        question: str,
        *,
        conversation: str | None = None,
        customer: str | None = None,
        objective: Objective | None = None,
        filter: Sequence[str] = (),  # noqa: A002 - the word of the field
    ) -> Answer:
        """Run one turn without blocking the caller's event loop; see `ask`."""
        asking = Asking(question, conversation, customer, objective, filter)
        return await asyncio.wrap_future(self._start(asking, _nothing))

    def stream(
        self,
        question: str,
        *,
        conversation: str | None = None,
        customer: str | None = None,
        objective: Objective | None = None,
        filter: Sequence[str] = (),  # noqa: A002 - the word of the field
    ) -> Iterator[Event]:
        """Run one turn and yield what happens; claims come one at a time, verified."""
        asking = Asking(question, conversation, customer, objective, filter)
        return followed(lambda emit: self._start(asking, emit))

    def astream(
        self,
        question: str,
        *,
        conversation: str | None = None,
        customer: str | None = None,
        objective: Objective | None = None,
        filter: Sequence[str] = (),  # noqa: A002 - the word of the field
    ) -> AsyncIterator[Event]:
        """Run one turn and yield what happens; see `stream`. Closing it cancels the turn."""
        asking = Asking(question, conversation, customer, objective, filter)
        return followed_on_loop(lambda emit: self._start(asking, emit))

    def _start(self, asking: Asking, emit: Emit) -> Future[Answer]:
        return self._started().submit(self._turn(asking, emit))

    async def _turn(self, asking: Asking, emit: Emit) -> Answer:
        return await (await self._ready()).run(asking, emit=emit)

    def search(
        self,
        question: str,
        *,
        k: int = 8,
        kinds: Collection[EvidenceKind] | None = None,
        filter: Sequence[str] = (),  # noqa: A002 - the word of the field
    ) -> tuple[Evidence, ...]:
        """The `k` pieces of evidence that best match a question, best first; no model answers.

        `filter` has conditions such as `product=AquaBoil 2`, `date>=2026-01` or `concept=Kettle`.

        Raises:
            ConfigError: `k` is less than 1, or a kind, a field or a condition is none.
            UnknownTerm: a condition names a concept that the ontology does not have.
        """
        now = self._snapshots.current()
        query = Query(question, now.ontology.link(question))
        return now.index.search(query, k=k, kinds=kinds, filter=Filter.parse(filter))

    def unfinished(self) -> tuple[str, ...]:
        """Turns that were begun and not finished, oldest first: a process that died left them."""
        return tuple(row.id for row in self.store.unfinished())

    def resume(self, turn: str) -> Answer:
        """Finish an unfinished turn from where it stopped; what was shown stays as it was."""
        return self._started().submit(self._resume(turn)).result()

    async def _resume(self, turn: str) -> Answer:
        return await (await self._ready()).resume(turn)

    def rate(self, turn: str, rating: int, *, correction: str = "") -> None:
        """Keep what a person thinks of an answer, from 1 to 5; later plans learn from it.

        Raises:
            StoreError: the rating is another number, or the turn is unknown.
        """
        self._started().submit(self._rate(turn, rating, correction)).result()

    async def _rate(self, turn: str, rating: int, correction: str) -> None:
        turns = await self._ready()
        await asyncio.to_thread(turns.rate, turn, rating, correction)

    def forget(self, turn: str) -> None:
        """Delete a turn that has ended for good, with its evidence, its claims and its rating.

        Raises:
            StillRunning: it, or one that says yes to it, has not ended.
        """
        self._started().submit(self._forget(turn)).result()

    async def _forget(self, turn: str) -> None:
        await (await self._ready()).forget(turn)

    def close(self) -> None:
        """Stop the engines and close the store; unfinished turns stay resumable."""
        if self._loop is not None:
            self._loop.submit(self._close()).result()
            self._loop.close()
            self._loop = None

    async def _close(self) -> None:
        if self._turns is not None:
            await self._turns.aclose()
            self._turns = None
        await self._pool.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _nothing(event: Event) -> None:
    """Nobody follows the turn."""
