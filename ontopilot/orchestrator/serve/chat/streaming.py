"""A turn as server-sent events for the chat page: `begun`, `step`, `claim`, and how it ended."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any, cast

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.events import Begun, Done, Event, Released, Step
from ontopilot.orchestrator.serve.chat.transcript import released_document, turn_document
from ontopilot.orchestrator.serve.errors import as_http, error_document


async def page_events(events: AsyncIterator[Event]) -> AsyncIterator[str]:
    """The lines of the stream."""
    async with aclosing(cast(AsyncGenerator[Event, None], events)):
        try:
            async for event in events:
                yield _told(event)
        except OntopilotError as error:
            http = as_http(error)
            yield _line("failed", error_document(http.status_code, http.detail)["error"])


def _told(event: Event) -> str:
    if isinstance(event, Begun):
        return _line("begun", {"turn": event.turn, "conversation": event.conversation})
    if isinstance(event, Step):
        return _line("step", {"name": event.name})
    if isinstance(event, Released):
        return _line("claim", released_document(event))
    if isinstance(event, Done):
        return _line("done", turn_document(event.answer))
    raise TypeError(f"the chat page knows no event {type(event).__name__}")


def _line(name: str, document: dict[str, Any]) -> str:
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {data}\n\n"
