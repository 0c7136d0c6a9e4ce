"""`/v1/responses`: the same turns in OpenAI's newer shape."""

from collections.abc import AsyncIterator
from typing import Literal

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Event
from ontopilot.orchestrator.serve.answering import Question, streamed, whole
from ontopilot.orchestrator.serve.body import inlined_schema, read
from ontopilot.orchestrator.serve.connection import read_body
from ontopilot.orchestrator.serve.conversation import Conversations
from ontopilot.orchestrator.serve.request import ChatMessage, ChatRequest
from ontopilot.orchestrator.serve.response_events import ResponseStream, response_document
from ontopilot.orchestrator.serve.serving import Serving

PREFIX = "resp_"
"""What stands before the turn in the id of a response."""


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
        content = {"application/json": {"schema": inlined_schema(ResponseRequest)}}
        extra = {"requestBody": {"required": True, "content": content}}
        app.post("/v1/responses", response_model=None, openapi_extra=extra)(self.respond)

    async def respond(self, request: Request) -> Response:
        """Answer the last user message of the input."""
        caller = await self._serving.door.api(request)
        caller.must("chat")
        body = read(ResponseRequest, await read_body(request))
        chat = body.as_chat()
        caller = caller.speaking_for(body.user)
        known = self._conversations.of(chat, caller.owner)
        if body.previous_response_id is not None:
            turn = body.previous_response_id.removeprefix(PREFIX)
            known = await self._serving.conversation_of(body.model, turn, caller)
        asked = Question(body.model, chat.question, known, caller)
        previous = body.previous_response_id

        def reply(answer: Answer) -> Response:
            self._conversations.remember(chat, answer, caller.owner)
            return JSONResponse(response_document(body.model, answer, previous=previous))

        def lines(events: AsyncIterator[Event]) -> AsyncIterator[str]:
            stream = ResponseStream(body.model, previous=previous)
            return stream.lines(
                events, lambda answer: self._conversations.remember(chat, answer, caller.owner)
            )

        if body.stream:
            return await streamed(self._serving, request, asked, lines)
        return await whole(self._serving, request, asked, reply)
