"""The HTTP application: `/v1/chat/completions`, `/v1/models`, `/healthz` and `/metrics`."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response

from ontopilot.errors import ConfigError, OntopilotError
from ontopilot.models.measuring.prometheus import CONTENT_TYPE, exposition
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.serve import errors
from ontopilot.orchestrator.serve.connection import read_body, unless_gone
from ontopilot.orchestrator.serve.conversation import Conversations
from ontopilot.orchestrator.serve.metrics import measured
from ontopilot.orchestrator.serve.reply import completion
from ontopilot.orchestrator.serve.request import ChatRequest
from ontopilot.orchestrator.serve.room import MOST_TURNS, MOST_WAITING, Leave, Room, SeatedStream
from ontopilot.orchestrator.serve.stream import Asked, server_sent

_BODY = {"required": True, "content": {"application/json": {"schema": ChatRequest.json_schema()}}}


def create_app(
    agents: Mapping[str, Agent],
    *,
    prepared: bool = False,
    most_turns: int = MOST_TURNS,
    most_waiting: int = MOST_WAITING,
) -> FastAPI:
    """An application that serves agents under the names they are given.

    The agents are prepared when the application starts, unless they already are; closing them is
    left to the caller. It works on `most_turns` turns at a time and lets `most_waiting` requests
    wait; further ones get 429 and when to come again.

    Raises:
        ConfigError: there is no agent to serve, or no room for a turn.
    """
    if not agents:
        raise ConfigError("create_app agents={}: give at least one agent to serve")

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        cold = () if prepared else agents.values()
        await asyncio.gather(*(asyncio.to_thread(agent.prepare) for agent in cold))
        yield

    app = FastAPI(title="ontopilot", lifespan=lifespan, docs_url=None, redoc_url=None)
    errors.install(app)
    faces = Faces(agents, Room(most_turns, most_waiting))
    app.get("/healthz")(faces.health)
    app.get("/metrics", response_class=Response)(faces.metrics)
    app.get("/v1/models")(faces.models)
    app.get("/v1/models/{name}")(faces.model)
    app.post("/v1/chat/completions", response_model=None, openapi_extra={"requestBody": _BODY})(
        faces.chat
    )
    return app


class Faces:
    """The handlers of one application."""

    def __init__(self, agents: Mapping[str, Agent], room: Room) -> None:
        self._agents = dict(agents)
        self._room = room
        self._created = int(time.time())
        self._conversations = Conversations()

    async def health(self) -> dict[str, Any]:
        """Say that the server answers, and which agents it serves."""
        return {"status": "ok", "agents": sorted(self._agents)}

    def metrics(self) -> Response:
        """The stats of the models for Prometheus; FastAPI runs this in a thread."""
        return Response(exposition(lambda: measured(self._agents)), media_type=CONTENT_TYPE)

    async def models(self) -> dict[str, Any]:
        """List the agents as models."""
        return {"object": "list", "data": [self._model(name) for name in self._agents]}

    async def model(self, name: str) -> dict[str, Any]:
        """One agent as a model."""
        self._agent(name)
        return self._model(name)

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": self._created, "owned_by": "ontopilot"}

    def _agent(self, name: str) -> Agent:
        agent = self._agents.get(name)
        if agent is None:
            served = ", ".join(repr(known) for known in self._agents)
            raise HTTPException(
                404,
                {
                    "message": f"The model {name!r} does not exist; this server has {served}.",
                    "param": "model",
                    "code": "model_not_found",
                },
            )
        return agent

    async def chat(self, request: Request) -> Response:
        """Answer the last user message of a chat, when there is room for a turn."""
        body = ChatRequest.parse(await read_body(request))
        agent = self._agent(body.model)
        asked = Asked(body, self._conversations.of(body), self._conversations)
        try:
            leave = await unless_gone(request, self._room.enter())
            answer = self._stream if body.stream else self._whole
            return await answer(request, agent, asked, leave)
        except ConnectionAbortedError:
            return Response(status_code=499)
        except OntopilotError as error:
            raise errors.as_http(error) from error

    async def _whole(self, request: Request, agent: Agent, asked: Asked, leave: Leave) -> Response:
        body = asked.request
        try:
            turn = agent.aask(body.question, conversation=asked.conversation, customer=body.user)
            answer = await unless_gone(request, turn)
        finally:
            leave()
        self._conversations.remember(body, answer)
        return JSONResponse(completion(body.model, answer))

    async def _stream(self, request: Request, agent: Agent, asked: Asked, leave: Leave) -> Response:
        body = asked.request
        events = agent.astream(body.question, conversation=asked.conversation, customer=body.user)
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
