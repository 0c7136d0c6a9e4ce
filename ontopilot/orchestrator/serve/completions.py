"""`/v1/chat/completions` and `/v1/models`."""

import time
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.serve import errors
from ontopilot.orchestrator.serve.connection import read_body, unless_gone
from ontopilot.orchestrator.serve.conversation import Conversations
from ontopilot.orchestrator.serve.reply import completion
from ontopilot.orchestrator.serve.request import ChatRequest
from ontopilot.orchestrator.serve.room import Leave, SeatedStream
from ontopilot.orchestrator.serve.serving import Serving
from ontopilot.orchestrator.serve.stream import Asked, server_sent

_BODY = {"required": True, "content": {"application/json": {"schema": ChatRequest.json_schema()}}}


class Completions:
    """The handlers that every OpenAI client knows."""

    def __init__(self, serving: Serving) -> None:
        self._serving = serving
        self._created = int(time.time())
        self._conversations = Conversations()

    def install(self, app: FastAPI) -> None:
        """Add the routes."""
        app.get("/v1/models")(self.models)
        app.get("/v1/models/{name}")(self.model)
        app.post("/v1/chat/completions", response_model=None, openapi_extra={"requestBody": _BODY})(
            self.chat
        )

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
        agent = self._serving.agent(body.model)
        caller = caller.speaking_for(body.user)
        self._serving.rates.count(caller)
        try:
            known = self._conversations.of(body, caller.owner)
            conversation = await self._serving.claim(body.model, known, caller)
            asked = Asked(body, conversation, self._conversations, caller)
            leave = await unless_gone(request, self._serving.room.enter())
            answer = self._stream if body.stream else self._whole
            return await answer(request, agent, asked, leave)
        except ConnectionAbortedError:
            return Response(status_code=499)
        except OntopilotError as error:
            raise errors.as_http(error) from error

    async def _whole(self, request: Request, agent: Agent, asked: Asked, leave: Leave) -> Response:
        body = asked.request
        try:
            turn = agent.aask(
                body.question, conversation=asked.conversation, customer=asked.caller.customer
            )
            answer = await unless_gone(request, turn)
        finally:
            leave()
        asked.remember(answer)
        return JSONResponse(completion(body.model, answer))

    async def _stream(self, request: Request, agent: Agent, asked: Asked, leave: Leave) -> Response:
        events = agent.astream(
            asked.request.question,
            conversation=asked.conversation,
            customer=asked.caller.customer,
        )
        try:
            first = await unless_gone(request, anext(events))
        except BaseException:
            leave()
            raise
        return SeatedStream(
            server_sent(asked, first, events),
            leave,
            headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        )
