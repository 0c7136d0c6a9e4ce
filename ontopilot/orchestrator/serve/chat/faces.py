"""The handlers of the chat page."""

import asyncio
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.serve.access.door import COOKIE, give
from ontopilot.orchestrator.serve.answering import Question, streamed
from ontopilot.orchestrator.serve.body import Rating, Said, SignIn, read
from ontopilot.orchestrator.serve.chat.evidence import cited_document
from ontopilot.orchestrator.serve.chat.streaming import page_events
from ontopilot.orchestrator.serve.chat.transcript import person_document, turn_document
from ontopilot.orchestrator.serve.connection import read_body
from ontopilot.orchestrator.serve.pages import asset, page
from ontopilot.orchestrator.serve.serving import Serving
from ontopilot.orchestrator.store.handovers import HandOvers
from ontopilot.orchestrator.store.ids import now
from ontopilot.orchestrator.store.review import Review

RESUMED_MS = 24 * 3_600_000
"""A conversation goes on when the page is loaded within a day."""

SHOWN_TURNS = 50
"""Turns of a conversation that are shown when the page is loaded again."""

STARTERS = 4
"""Examples that an empty page offers."""


class Chat:
    """The chat page of each agent."""

    def __init__(self, serving: Serving, *, title: str = "") -> None:
        self._serving = serving
        self._title = title

    def install(self, app: FastAPI) -> None:
        """Add the routes; they are for the page and not part of the API's description."""
        hidden: dict[str, Any] = {"include_in_schema": False, "response_model": None}
        app.get("/assets/{name}", **hidden)(asset)
        app.get("/", **hidden)(self.first)
        app.get("/chat/{name}", **hidden)(self.page)
        app.post("/sign-in", **hidden)(self.sign_in)
        app.post("/sign-out", **hidden)(self.sign_out)
        app.get("/chat/{name}/conversation", **hidden)(self.conversation)
        app.post("/chat/{name}/turns", **hidden)(self.say)
        app.get("/chat/{name}/turns/{turn}/evidence/{number}", **hidden)(self.evidence)
        app.post("/chat/{name}/feedback", **hidden)(self.feedback)
        app.get("/chat/{name}/conversation/{conversation}/person", **hidden)(self.person)

    def first(self, request: Request) -> Response:
        """The page of the first agent."""
        return self.page(request, next(iter(self._serving.agents)))

    def page(self, request: Request, name: str) -> Response:
        """The page; a new visitor gets a cookie."""
        agent = self._serving.agent(name)
        caller, cookie = self._serving.door.enter(request)
        shown = page(
            "chat",
            {
                "agent": name,
                "title": self._title or name.replace("-", " ").replace("_", " ").capitalize(),
                "csrf": caller.csrf,
                "customer": caller.customer or "",
                "starters": "\n".join(starters(agent)),
                "person": "yes" if hands_over(agent) else "",
            },
        )
        if cookie is not None:
            give(shown, request, cookie)
        return shown

    async def sign_in(self, request: Request) -> Response:
        """Exchange the secret of a link for a cookie."""
        await self._serving.door.changing(request)
        body = read(SignIn, await read_body(request))
        answer = JSONResponse({})
        give(answer, request, await self._serving.door.sign_in(body.ticket))
        return answer

    async def sign_out(self, request: Request) -> Response:
        """Forget who visits."""
        await self._serving.door.changing(request)
        answer = JSONResponse({})
        answer.delete_cookie(COOKIE)
        return answer

    async def conversation(self, request: Request, name: str) -> dict[str, Any]:
        """The visitor's last conversation, if it is not long ago."""
        caller = await self._serving.door.page(request)
        self._serving.agent(name)
        return await asyncio.to_thread(self._last, name, caller.owner)

    def _last(self, name: str, owner: str) -> dict[str, Any]:
        store = self._serving.store(name)
        last = self._serving.owners(name).last(owner, since=now() - RESUMED_MS)
        if last is None:
            return {"conversation": None, "turns": [], "person": None}
        past = [seen for seen in Review(store.database).of_conversation(last) if seen.outcome]
        turns = [
            {
                "question": seen.question,
                "begun": seen.begun,
                **turn_document(store.answer(seen.id), rating=seen.rating),
            }
            for seen in reversed(past[:SHOWN_TURNS])
        ]
        return {
            "conversation": last,
            "turns": turns,
            "person": person_document(HandOvers(store.database), last),
        }

    async def person(
        self, request: Request, name: str, conversation: str, after: int = 0
    ) -> dict[str, Any]:
        """Whether the visitor's own conversation waits for a person, and what one answered."""
        caller = await self._serving.door.page(request)
        self._serving.agent(name)

        def work() -> dict[str, Any] | None:
            if self._serving.owners(name).of(conversation) != caller.owner:
                return None
            queue = HandOvers(self._serving.store(name).database)
            return person_document(queue, conversation, after=after)

        found = await asyncio.to_thread(work)
        if found is None:
            raise HTTPException(404, {"message": "There is no such conversation."})
        return found

    async def say(self, request: Request, name: str) -> Response:
        """Run a turn and stream it."""
        caller = await self._serving.door.changing(request)
        body = read(Said, await read_body(request))
        asked = Question(name, body.text, body.conversation, caller)
        return await streamed(self._serving, request, asked, page_events)

    async def evidence(self, request: Request, name: str, turn: str, number: int) -> dict[str, Any]:
        """What stands behind a citation of the visitor's own turn."""
        caller = await self._serving.door.page(request)
        await self._serving.must_own(name, turn, caller)
        found = await asyncio.to_thread(self._cited, name, turn, number)
        if found is None:
            raise HTTPException(404, {"message": f"The turn has no citation {number}."})
        return found

    def _cited(self, name: str, turn: str, number: int) -> dict[str, Any] | None:
        store = self._serving.store(name)
        answer: Answer = store.answer(turn)
        return cited_document(store, answer, number, self._serving.agent(name).snapshot)

    async def feedback(self, request: Request, name: str) -> dict[str, Any]:
        """Keep a thumb, and what would have been right."""
        caller = await self._serving.door.changing(request)
        body = read(Rating, await read_body(request))
        await self._serving.must_own(name, body.turn, caller)
        await asyncio.to_thread(
            self._serving.store(name).rate, body.turn, body.rating, correction=body.correction
        )
        return {}


def starters(agent: Agent) -> list[str]:
    """What customers say who want the agent's actions done."""
    first = [action.examples[0] for action in agent.actions if action.examples]
    return first[:STARTERS]


def hands_over(agent: Agent) -> bool:
    """Whether the agent can hand a conversation over to a person."""
    return any(bound.hands_over for bound in agent.bound_actions)
