"""A turn as server-sent events: one verified claim a chunk."""

import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, cast
from uuid import uuid4

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Done, Event, Released
from ontopilot.orchestrator.serve.errors import as_http, error_document
from ontopilot.orchestrator.serve.reply import chunk, citations, extension, usage
from ontopilot.orchestrator.serve.request import ChatRequest


async def server_sent(
    request: ChatRequest, events: AsyncIterator[Event], remember: Callable[[Answer], None]
) -> AsyncIterator[str]:
    """The lines of the stream; `remember` is told of the answer."""
    stream = Stream(request)
    async with aclosing(cast(AsyncGenerator[Event, None], events)):
        yield _line(stream.piece({"role": "assistant", "content": ""}))
        try:
            async for event in events:
                for document in stream.of(event):
                    yield _line(document)
                if isinstance(event, Done):
                    remember(event.answer)
        except OntopilotError as error:
            http = as_http(error)
            yield _line(error_document(http.status_code, http.detail))
    yield "data: [DONE]\n\n"


class Stream:
    """Turns the events of one turn into chunks."""

    def __init__(self, request: ChatRequest) -> None:
        self._request = request
        self._name = f"chatcmpl-{uuid4().hex}"
        self._sent = ""

    def piece(self, delta: dict[str, Any] | None, *, finish: str | None = None) -> dict[str, Any]:
        """One chunk of this stream."""
        return chunk(self._name, self._request.model, delta, finish=finish)

    def of(self, event: Event) -> list[dict[str, Any]]:
        """The chunks of one event."""
        if isinstance(event, Released):
            text = f" {event.text}" if self._sent else event.text
            self._sent += text
            added = {"ontopilot": {"citations": citations(event.citations)}}
            return [self.piece({"content": text}) | added]
        return self._end(event.answer) if isinstance(event, Done) else []

    def _end(self, answer: Answer) -> list[dict[str, Any]]:
        rest = answer.text[len(self._sent) :] if answer.text.startswith(self._sent) else ""
        pieces = [self.piece({"content": rest})] if rest else []
        pieces.append(self.piece({}, finish="stop") | {"ontopilot": extension(answer)})
        options = self._request.stream_options
        if options is not None and options.include_usage:
            pieces.append(self.piece(None) | {"usage": usage(answer.usage)})
        return pieces


def _line(document: dict[str, Any]) -> str:
    return f"data: {json.dumps(document, ensure_ascii=False, separators=(',', ':'))}\n\n"
