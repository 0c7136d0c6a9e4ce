"""`/v1/chat/completions` and `/v1/models`."""

import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Event
from ontopilot.orchestrator.serve.answering import Question, streamed, whole
from ontopilot.orchestrator.serve.body import described
from ontopilot.orchestrator.serve.connection import read_body
from ontopilot.orchestrator.serve.conversation import Conversations
from ontopilot.orchestrator.serve.reply import completion
from ontopilot.orchestrator.serve.request import ChatRequest
from ontopilot.orchestrator.serve.serving import Serving
from ontopilot.orchestrator.serve.stream import server_sent


class Completions:
    """The handlers that every OpenAI client knows."""

    def __init__(self, serving: Serving, conversations: Conversations) -> None:
        self._serving = serving
        self._created = int(time.time())
        self._conversations = conversations

    def install(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/v1/models")(self.models)
        app.get("/v1/models/{name}")(self.model)
        body = described(ChatRequest, self._serving.agents)
        app.post("/v1/chat/completions", response_model=None, openapi_extra=body)(self.chat)

    async def models(self, request: Request) -> dict[str, Any]:
        """List the agents as models."""
        await self._serving.door.api(request)
        return {"object": "list", "data": [self._model(name) for name in self._serving.agents]}

    async def model(self, request: Request, name: str) -> dict[str, Any]:
        """One agent as a model."""
        await self._serving.door.api(request)
        self._serving.agent(name)
        return self._model(name)

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": self._created, "owned_by": "ontopilot"}

    async def chat(self, request: Request) -> Response:
        """Answer the last user message of a chat, when there is room for a turn."""
        caller = await self._serving.door.api(request)
        caller.must("chat")
        body = ChatRequest.parse(await read_body(request))
        caller = caller.speaking_for(body.user)
        known = self._conversations.of(body, caller.owner)
        asked = Question(body.model, body.question, known, caller)

        def remember(answer: Answer) -> None:
            self._conversations.remember(body, answer, caller.owner)

        def reply(answer: Answer) -> Response:
            remember(answer)
            return JSONResponse(completion(body.model, answer))

        def lines(events: AsyncIterator[Event]) -> AsyncIterator[str]:
            return server_sent(body, events, remember)

        if body.stream:
            return await streamed(self._serving, request, asked, lines)
        return await whole(self._serving, request, asked, reply)
