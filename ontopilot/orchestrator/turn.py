"""Running turns: begin, invoke the graph, end; interrupt and resume."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command

from ontopilot.orchestrator import nodes
from ontopilot.orchestrator.ablation import Part
from ontopilot.orchestrator.actions import Intent
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.asking import Asking, Emit
from ontopilot.orchestrator.autoscaler import Autoscaler
from ontopilot.orchestrator.checkpoint import Checkpoints, sweep
from ontopilot.orchestrator.dialogue import Dialogues
from ontopilot.orchestrator.events import Begun
from ontopilot.orchestrator.graph import build
from ontopilot.orchestrator.held import chosen
from ontopilot.orchestrator.plan.choose import Situation, choose
from ontopilot.orchestrator.plan.controller import Steering
from ontopilot.orchestrator.plan.facts import DeploymentFacts
from ontopilot.orchestrator.plan.live import Planner
from ontopilot.orchestrator.plan.optimizer import Objective
from ontopilot.orchestrator.respond import finish
from ontopilot.orchestrator.snapshot import Snapshots
from ontopilot.orchestrator.state import Services, Workspace
from ontopilot.orchestrator.store import Pending, Store, TurnRow
from ontopilot.orchestrator.store.forgetting import Forgetting
from ontopilot.orchestrator.store.release import require_readable
from ontopilot.orchestrator.understand import check_question, yes_or_no
from ontopilot.retrieval.filter import Filter

KEPT_AS = "planner"
"""The name under which the store keeps the planner's statistics."""


class Turns:
    """Runs the turns of one agent on one event loop."""

    def __init__(
        self,
        *,
        store: Store,
        saver: Checkpoints,
        snapshots: Snapshots,
        instructions: str,
        context_tokens: int,
        objective: Objective | None = None,
        seeds: Mapping[str, DeploymentFacts] | None = None,
    ) -> None:
        self.store = store
        self.planner = Planner(
            recall=lambda: store.noted(KEPT_AS),
            keep=lambda text: store.note(KEPT_AS, text),
            seeds=seeds,
        )
        self.autoscaler: Autoscaler | None = None
        self._dialogues = Dialogues()
        self._objective = objective
        self._saver = saver
        self._snapshots = snapshots
        self._instructions = instructions
        self._context_tokens = context_tokens
        self._graph = build(saver)
        self.ablated: frozenset[Part] = frozenset()

    @classmethod
    async def open(
        cls,
        *,
        store: Store,
        checkpoints: Path,
        snapshots: Snapshots,
        instructions: str,
        context_tokens: int,
        objective: Objective | None = None,
        seeds: Mapping[str, DeploymentFacts] | None = None,
    ) -> Self:
        """Open the checkpoint file, forget what ended turns left in it, and compile the graph."""
        saver = await Checkpoints.open(checkpoints)
        await sweep(saver, needed=store.threads)
        return cls(
            store=store,
            saver=saver,
            snapshots=snapshots,
            instructions=instructions,
            context_tokens=context_tokens,
            objective=objective,
            seeds=seeds,
        )

    def follow_demand(self, steering: Steering | None) -> None:
        """Let engines start and stop as demand asks for them, from now on."""
        if steering is None or self._objective is None:
            return
        pool = self._snapshots.pool
        self.autoscaler = Autoscaler(
            self.planner, pool, self._objective, steering, cores=pool.machine().cores
        )
        self.autoscaler.start()

    async def run(self, asking: Asking, *, emit: Emit) -> Answer:
        """Run one turn to its answer.

        Raises:
            StoreVersion: a newer release went on with the conversation.
        """
        text, conversation = check_question(asking.question), asking.conversation
        wanted = Filter.parse(asking.conditions)
        services = await self._services()
        services.index.screen(wanted)
        if conversation is not None:
            require_readable(self.store.database, conversation)
        pending = self.store.pending(conversation) if conversation is not None else None
        agreed = yes_or_no(text) if pending is not None and pending.kind == "confirm" else None
        row = self.store.begin_turn(
            conversation,
            asking.customer,
            text,
            services.ontology.version,
            thread=pending.turn if pending is not None and agreed is not None else None,
        )
        emit(Begun(row.id, row.conversation))
        work = self._workspace(row, services, emit)
        work.first = conversation is None
        work.objective = asking.objective or self._objective
        work.filter = wanted
        if pending is not None:
            await self._take_up(work, pending, agreed)
        start: Any = Command(resume=agreed)
        if agreed is None:
            start = {"turn": row.id, "conditions": list(asking.conditions)}
        return await self._invoke(work, row.thread, start)

    async def _take_up(self, work: Workspace, pending: Pending, agreed: bool | None) -> None:
        """Go on with what waits for a slot or a yes; any other message ends the waiting."""
        self.store.clear_pending(work.conversation)
        action = work.services.actions.named(pending.action)
        if action is None:
            return
        if pending.kind == "confirm" and agreed is None:
            await self._saver.adelete_thread(pending.turn)
            return
        intent = Intent(action, 1.0, dict(pending.slots))
        mentions = work.services.ontology.link(work.question)
        filled = intent.fill(work.question, mentions, work.services.ontology)
        if pending.kind == "confirm":
            work.intent = intent
            work.plan = choose(Situation(intent, 0, 0, 0, False, False, 0), self.store.typical_ms())
        elif filled.slots != intent.slots or chosen(
            intent, work.question, mentions, work.services.actions
        ):
            work.intent = filled

    async def resume(self, turn: str) -> Answer:
        """Finish an unfinished turn.

        Raises:
            StoreVersion: a newer release began it, or went on with its conversation.
        """
        row = self.store.turn(turn)
        require_readable(self.store.database, row.conversation)
        services = await self._services()
        work = self._workspace(row, services, lambda event: None)
        state = await self._graph.aget_state(self._config(row.thread))
        work.filter = Filter.parse(state.values.get("conditions", ()))
        if not state.next:
            return await self._invoke(work, row.thread, {"turn": row.id})
        agreed = yes_or_no(row.question) if row.thread != row.id else None
        pending = self.store.asked_in(row.thread)
        if agreed is not None and pending is not None:
            await self._take_up(work, pending, agreed)
            return await self._invoke(work, row.thread, Command(resume=agreed))
        await asyncio.to_thread(nodes.restore, work)
        return await self._invoke(work, row.thread, None)

    def rate(self, turn: str, rating: int, correction: str) -> None:
        """Keep a rating, and let the planner learn from it."""
        self.store.rate(turn, rating, correction=correction)
        answer = self.store.answer(turn)
        reasoned = any(step.name == "reason" and step.runs for step in answer.plan.operators)
        role = "reasoner" if reasoned else "generator"
        drafted = answer.versions.get(role, answer.plan.strategy)
        self.planner.rated(answer.plan.strategy, drafted, rating)

    async def forget(self, turn: str) -> None:
        """Delete a turn that has ended, and the checkpoint of a yes that it may wait for."""
        await asyncio.to_thread(Forgetting(self.store.database).turn, turn)
        self._dialogues.clear()
        await self._saver.adelete_thread(turn)

    async def _invoke(self, work: Workspace, thread: str, start: Any) -> Answer:
        result = await self._graph.ainvoke(
            start, self._config(thread), context=work, durability="sync"
        )
        waiting = result.get("__interrupt__")
        if waiting:
            work.message, work.outcome = str(waiting[0].value["message"]), "confirm"
            return await asyncio.to_thread(finish, work)
        await self._saver.adelete_thread(thread)
        # A turn that had answered before it was killed is resumed after its last step.
        return work.answer or self.store.answer(work.turn)

    def _config(self, thread: str) -> RunnableConfig:
        return {"configurable": {"thread_id": thread}}

    def _workspace(self, row: TurnRow, services: Services, emit: Emit) -> Workspace:
        return Workspace(
            turn=row.id,
            conversation=row.conversation,
            customer=row.customer,
            question=row.question,
            services=services,
            emit=emit,
        )

    async def _services(self) -> Services:
        snapshot = self._snapshots.unchanged()
        if snapshot is None:
            snapshot = await asyncio.to_thread(self._snapshots.current)
        bare = "ontology" in self.ablated
        return Services(
            ontology=snapshot.ontology,
            policies=snapshot.policies,
            index=snapshot.index.with_ontology(None) if bare else snapshot.index,
            pool=self._snapshots.pool,
            store=self.store,
            actions=snapshot.actions,
            instructions=self._instructions,
            context_tokens=self._context_tokens,
            planner=self.planner,
            dialogues=self._dialogues,
            ablated=self.ablated,
        )

    async def aclose(self) -> None:
        """Close the checkpoint file and the store; what the planner learned is kept."""
        if self.autoscaler is not None:
            await asyncio.to_thread(self.autoscaler.close)
        await asyncio.to_thread(self.planner.close)
        await self._saver.aclose()
        self.store.close()
