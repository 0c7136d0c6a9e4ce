"""The queue of hand-overs: who waits for a person, and what an operator answers."""

import asyncio
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeVar

from fastapi import FastAPI, HTTPException, Request

from ontopilot.errors import AlreadyTaken, OntopilotError, StoreError, StoreLocked
from ontopilot.orchestrator.serve.access.caller import Caller
from ontopilot.orchestrator.serve.body import Reply, Taking, read
from ontopilot.orchestrator.serve.chat.transcript import message_of
from ontopilot.orchestrator.serve.connection import read_body
from ontopilot.orchestrator.serve.console.documents import piece, turn_row
from ontopilot.orchestrator.serve.errors import as_http
from ontopilot.orchestrator.serve.serving import Serving
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.handovers import HandOvers
from ontopilot.orchestrator.store.review import Review, Seen

T = TypeVar("T")

SCOPE = "hand_overs"
"""What it takes to answer customers; whoever may see the console sees the queue."""


class HandOverFaces:
    """The handlers of the queue."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def install(self, app: FastAPI) -> None:
        """Add the routes; they are for the page and not part of the API's description."""
        hidden: dict[str, Any] = {"include_in_schema": False, "response_model": None}
        app.get("/console/{name}/hand-overs", **hidden)(self.queue)
        app.get("/console/{name}/hand-overs/{turn}", **hidden)(self.one)
        app.post("/console/{name}/hand-overs/{turn}/take", **hidden)(self.take)
        app.post("/console/{name}/hand-overs/{turn}/answer", **hidden)(self.answer)
        app.post("/console/{name}/hand-overs/{turn}/close", **hidden)(self.close)

    async def queue(self, request: Request, name: str) -> dict[str, Any]:
        """Who waits, the longest first, and what was closed last."""
        caller = await self._serving.door.page(request)
        caller.must("console")

        def work() -> dict[str, Any]:
            queue = HandOvers(self._serving.store(name).database)
            return {
                "me": caller.named,
                "may_answer": SCOPE in caller.scopes,
                "waiting": [asdict(one) for one in queue.waiting()],
                "closed": [asdict(one) for one in queue.closed()],
            }

        return await self._done(name, work)

    async def one(self, request: Request, name: str, turn: str) -> dict[str, Any]:
        """A hand-over with its conversation and what each answer rested on."""
        (await self._serving.door.page(request)).must("console")
        return await self._done(name, lambda: conversation_page(self._serving.store(name), turn))

    async def take(self, request: Request, name: str, turn: str) -> dict[str, Any]:
        """Take a hand-over."""
        caller = await self._operator(request)
        body = read(Taking, await read_body(request))
        return await self._change(
            name, lambda queue: queue.take(turn, caller.named, instead_of=body.instead_of)
        )

    async def answer(self, request: Request, name: str, turn: str) -> dict[str, Any]:
        """Answer the customer."""
        caller = await self._operator(request)
        body = read(Reply, await read_body(request))
        return await self._change(name, lambda queue: queue.answer(turn, caller.named, body.text))

    async def close(self, request: Request, name: str, turn: str) -> dict[str, Any]:
        """End a hand-over."""
        caller = await self._operator(request)
        return await self._change(name, lambda queue: queue.close(turn, caller.named))

    async def _operator(self, request: Request) -> Caller:
        caller = await self._serving.door.changing(request)
        caller.must(SCOPE)
        return caller

    async def _change(self, name: str, work: Callable[[HandOvers], None]) -> dict[str, Any]:
        def change() -> dict[str, Any]:
            work(HandOvers(self._serving.store(name).database))
            return {}

        return await self._done(name, change)

    async def _done(self, name: str, work: Callable[[], T]) -> T:
        self._serving.agent(name)
        try:
            return await asyncio.to_thread(work)
        except (AlreadyTaken, StoreLocked) as error:
            raise as_http(error) from error
        except StoreError as error:
            raise HTTPException(404, {"message": str(error)}) from error
        except OntopilotError as error:
            raise as_http(error) from error


def conversation_page(store: Store, turn: str) -> dict[str, Any]:
    """A hand-over, its conversation with the evidence that was cited, and the replies so far.

    Raises:
        StoreError: the turn began no hand-over.
    """
    queue = HandOvers(store.database)
    found = queue.of_turn(turn)
    turns = reversed(Review(store.database).of_conversation(found.conversation))
    return {
        **asdict(found),
        "turns": [_said(store, seen) for seen in turns],
        "replies": [asdict(reply) for reply in queue.replies(found.conversation)],
    }


def _said(store: Store, seen: Seen) -> dict[str, Any]:
    """A turn of the conversation; the evidence is what was cited, or else what was found."""
    row = turn_row(seen)
    if seen.text is None:
        return {**row, "claims": [], "message": "", "evidence": []}
    answer, evidence = store.answer(seen.id), store.evidence(seen.id)
    cited = {citation.id for citation in answer.citations}
    return {
        **row,
        "claims": [claim.text for claim in answer.claims],
        "message": message_of(answer),
        "evidence": [piece(item) for item in evidence if not cited or item.id in cited],
    }
