"""Our own part of the API: what a turn rested on, why it went so, and what people think of it."""

import asyncio
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, HTTPException, Request

from ontopilot.errors import StoreError
from ontopilot.orchestrator.answer_json import answer_document
from ontopilot.orchestrator.serve.access.caller import Caller
from ontopilot.orchestrator.serve.body import Rating, described, read
from ontopilot.orchestrator.serve.chat.evidence import reasons_of
from ontopilot.orchestrator.serve.connection import read_body
from ontopilot.orchestrator.serve.logs import note
from ontopilot.orchestrator.serve.serving import Serving


class TurnFaces:
    """The handlers."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving

    def install(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/turns/{turn}")(self.turn)
        app.get("/turns/{turn}/explain")(self.explain)
        app.post("/feedback", openapi_extra=described(Rating))(self.feedback)

    async def turn(self, request: Request, turn: str) -> dict[str, Any]:
        """A turn: answer, evidence, claims, verdicts, plan, and what was said of it."""
        caller = await self._serving.door.api(request)
        name = await self._of(turn, caller)
        return await asyncio.to_thread(self._document, name, turn)

    def _document(self, name: str, turn: str) -> dict[str, Any]:
        store = self._serving.store(name)
        answer = _finished(self._serving, name, turn)
        said = store.feedback(turn)
        return {
            "agent": name,
            **answer_document(answer),
            "evidence": [asdict(item) for item in store.evidence(turn)],
            "feedback": None if said is None else asdict(said),
        }

    async def explain(self, request: Request, turn: str) -> dict[str, Any]:
        """The plan as a tree with estimated and actual times, and why each cited fact follows."""
        caller = await self._serving.door.api(request)
        name = await self._of(turn, caller)
        return await asyncio.to_thread(self._explained, name, turn)

    def _explained(self, name: str, turn: str) -> dict[str, Any]:
        answer = _finished(self._serving, name, turn)
        ontology = self._serving.agent(name).snapshot
        cited = {citation.id for citation in answer.citations}
        facts = [item for item in self._serving.store(name).evidence(turn) if item.id in cited]
        return {
            "turn": turn,
            "plan": answer.plan.explain(),
            "facts": [
                {"text": item.text, "reasons": reasons_of(item, ontology)}
                for item in facts
                if item.facts
            ],
        }

    async def feedback(self, request: Request) -> dict[str, Any]:
        """Keep a rating from 1 to 5 and a correction; the last word counts."""
        caller = await self._serving.door.api(request)
        body = read(Rating, await read_body(request))
        name = await self._of(body.turn, caller)
        store = self._serving.store(name)
        await asyncio.to_thread(store.rate, body.turn, body.rating, correction=body.correction)
        return {"turn": body.turn, "rating": body.rating, "correction": body.correction}

    async def _of(self, turn: str, caller: Caller) -> str:
        """The agent that has the turn, if the caller may reach it.

        Raises:
            HTTPException: 404, there is no such turn for this caller.
        """
        for name in self._serving.agents:
            if await self._serving.reaches(name, turn, caller):
                note(agent=name, turn=turn)
                return name
        raise _unknown(turn)


def _finished(serving: Serving, name: str, turn: str) -> Any:
    try:
        return serving.store(name).answer(turn)
    except StoreError as error:
        raise HTTPException(
            409, {"message": f"The turn {turn!r:.80} has no answer yet.", "param": "turn"}
        ) from error


def _unknown(turn: str) -> HTTPException:
    return HTTPException(404, {"message": f"There is no turn {turn!r:.80}.", "param": "turn"})
