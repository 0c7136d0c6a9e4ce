"""`/v1/responses`: the same turns in OpenAI's newer shape."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Event
from ontopilot.orchestrator.serve.access.caller import Caller
from ontopilot.orchestrator.serve.answering import Question, streamed, whole
from ontopilot.orchestrator.serve.body import described, read
from ontopilot.orchestrator.serve.connection import read_body
from ontopilot.orchestrator.serve.conversation import Conversations
from ontopilot.orchestrator.serve.errors import as_http
from ontopilot.orchestrator.serve.logs import note
from ontopilot.orchestrator.serve.request import ChatMessage, ChatRequest
from ontopilot.orchestrator.serve.response_events import (
    PREFIX,
    ResponseStream,
    response_document,
    response_frame,
)
from ontopilot.orchestrator.serve.serving import Serving
from ontopilot.orchestrator.store.review import Review


class InputText(BaseModel):
    """A part of an input message; only text can be read."""

    model_config = ConfigDict(strict=True)

    type: Literal["input_text", "output_text", "text"]
    text: str


class InputMessage(BaseModel):
    """A message of the input; other kinds of items are refused."""

    model_config = ConfigDict(strict=True)

    type: Literal["message"] = "message"
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[InputText]

    def as_chat(self) -> ChatMessage:
        """The message as the chat API has it."""
        parts = self.content
        text = parts if isinstance(parts, str) else "\n".join(part.text for part in parts)
        return ChatMessage(role=self.role, content=text)


class ResponseRequest(BaseModel):
    """A request for a response; what an agent does not use is tolerated."""

    model_config = ConfigDict(strict=True)

    model: str
    input: str | list[InputMessage] = Field(min_length=1)
    previous_response_id: str | None = Field(default=None, max_length=210)
    stream: bool | None = None
    user: str | None = Field(default=None, max_length=200)
    metadata: dict[str, str] | None = None

    def as_chat(self) -> ChatRequest:
        """The request as the chat API has it.

        Raises:
            HTTPException: 400, the last message is not the user's.
        """
        said = [ChatMessage(role="user", content=self.input)] if isinstance(self.input, str) else []
        said += [] if isinstance(self.input, str) else [item.as_chat() for item in self.input]
        if said[-1].role != "user":
            message = "The last message of the input must be the user's question."
            raise HTTPException(400, {"message": message, "param": "input"})
        return ChatRequest(model=self.model, messages=said, user=self.user, metadata=self.metadata)


class Responses:
    """The handlers."""

    def __init__(self, serving: Serving, conversations: Conversations) -> None:
        self._serving = serving
        self._conversations = conversations

    def install(self, app: FastAPI) -> None:
        """Add the routes."""
        body = described(ResponseRequest, self._serving.agents)
        app.post("/v1/responses", response_model=None, openapi_extra=body)(self.respond)
        app.get("/v1/responses/{response}")(self.retrieve)
        app.delete("/v1/responses/{response}")(self.delete)

    async def respond(self, request: Request) -> Response:
        """Answer the last user message of the input."""
        caller = await self._serving.door.api(request)
        caller.must("chat")
        body = read(ResponseRequest, await read_body(request))
        chat = body.as_chat()
        caller = caller.speaking_for(body.user)
        known = self._conversations.of(chat, caller.owner)
        if body.previous_response_id is not None:
            caller, known = await self._going_on(body, caller)
        asked = Question(body.model, chat.question, known, caller)
        previous = body.previous_response_id
        created = int(time.time())

        def reply(answer: Answer) -> Response:
            self._conversations.remember(chat, answer, caller.owner)
            document = response_document(body.model, answer, previous=previous, created=created)
            return JSONResponse(document)

        def lines(events: AsyncIterator[Event]) -> AsyncIterator[str]:
            stream = ResponseStream(body.model, previous=previous)
            return stream.lines(
                events, lambda answer: self._conversations.remember(chat, answer, caller.owner)
            )

        if body.stream:
            return await streamed(self._serving, request, asked, lines)
        return await whole(self._serving, request, asked, reply)

    async def _going_on(self, body: ResponseRequest, caller: Caller) -> tuple[Caller, str]:
        """Who goes on with the previous response, and its conversation.

        Raises:
            HTTPException: 404, there is no such response for this caller.
        """
        named = str(body.previous_response_id)
        turn = named.removeprefix(PREFIX)
        self._serving.agent(body.model)
        owner = await self._serving.as_owner(body.model, turn, caller)
        if owner is None or (body.user is not None and owner.owner != caller.owner):
            raise _unknown(named, param="previous_response_id")
        return owner, (await asyncio.to_thread(self._review(body.model).turn, turn)).conversation

    async def retrieve(self, request: Request, response: str) -> dict[str, Any]:
        """A response as the store has it; the previous one is that before it in its conversation.

        One that is not finished is `in_progress`, one whose client left `cancelled`.
        """
        if request.query_params.get("stream") in ("true", "1"):
            message = "A response is given whole when it is asked for again; leave `stream` out."
            raise HTTPException(400, {"message": message, "param": "stream"})
        name, turn = await self._of(request, response)
        return await asyncio.to_thread(self._document, name, turn)

    def _document(self, name: str, turn: str) -> dict[str, Any]:
        review = self._review(name)
        seen, before = review.turn(turn), review.before(turn)
        previous = None if before is None else f"{PREFIX}{before}"
        created = seen.begun // 1000
        if seen.outcome is not None:
            answer = self._serving.store(name).answer(turn)
            return response_document(name, answer, previous=previous, created=created)
        status = "in_progress" if seen.ended is None else "cancelled"
        return response_frame(name, turn, status, previous=previous, created=created)

    async def delete(self, request: Request, response: str) -> dict[str, Any]:
        """Delete a response: its turn, with question, evidence and claims."""
        name, turn = await self._of(request, response)
        try:
            await asyncio.to_thread(self._serving.agent(name).forget, turn)
        except OntopilotError as error:
            raise as_http(error) from error
        return {"id": response, "object": "response", "deleted": True}

    async def _of(self, request: Request, response: str) -> tuple[str, str]:
        """The agent and the turn of a response of the caller's own.

        Raises:
            HTTPException: 404, there is no such response for this caller.
        """
        caller = await self._serving.door.api(request)
        caller.must("chat")
        turn = response.removeprefix(PREFIX)
        for name in self._serving.agents:
            if await self._serving.as_owner(name, turn, caller) is not None:
                note(agent=name, turn=turn)
                return name, turn
        raise _unknown(response, param="response")

    def _review(self, name: str) -> Review:
        return Review(self._serving.store(name).database)


def _unknown(response: str, *, param: str) -> HTTPException:
    return HTTPException(
        404, {"message": f"There is no response {response!r:.80}.", "param": param}
    )
