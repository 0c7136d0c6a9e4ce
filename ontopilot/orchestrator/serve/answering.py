"""From a request to a running turn: whose conversation, how often, when there is room."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from fastapi.responses import Response

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Event
from ontopilot.orchestrator.serve.access.caller import Caller
from ontopilot.orchestrator.serve.connection import unless_gone
from ontopilot.orchestrator.serve.errors import as_http
from ontopilot.orchestrator.serve.room import Leave, SeatedStream
from ontopilot.orchestrator.serve.serving import Serving

GONE = 499
"""The status of a request whose client left; nobody reads it but a log."""

_UNBUFFERED = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}

Lines = Callable[[AsyncIterator[Event]], AsyncIterator[str]]
"""From the events of a turn to the lines of a stream."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, of which agent, by whom, in which conversation (None for a new one)."""

    agent: str
    text: str
    conversation: str | None
    caller: Caller


async def whole(
    serving: Serving, request: Request, asked: Question, reply: Callable[[Answer], Response]
) -> Response:
    """Run a turn to its answer.

    Raises:
        HTTPException: it cannot be asked, there is no room, or the turn failed.
    """
    try:
        conversation, leave = await _seat(serving, request, asked)
        try:
            turn = serving.agent(asked.agent).aask(
                asked.text, conversation=conversation, customer=asked.caller.customer
            )
            return reply(await unless_gone(request, turn))
        finally:
            leave()
    except ConnectionAbortedError:
        return Response(status_code=GONE)
    except OntopilotError as error:
        raise as_http(error) from error


async def streamed(serving: Serving, request: Request, asked: Question, lines: Lines) -> Response:
    """Run a turn and stream it; what fails before the first event is no stream.

    Raises:
        HTTPException: as for `whole`.
    """
    try:
        conversation, leave = await _seat(serving, request, asked)
        events = serving.agent(asked.agent).astream(
            asked.text, conversation=conversation, customer=asked.caller.customer
        )
        try:
            first = await unless_gone(request, anext(events))
        except BaseException:
            leave()
            raise
    except ConnectionAbortedError:
        return Response(status_code=GONE)
    except OntopilotError as error:
        raise as_http(error) from error
    return SeatedStream(lines(_all(first, events)), leave, headers=_UNBUFFERED)


async def _seat(serving: Serving, request: Request, asked: Question) -> tuple[str, Leave]:
    serving.agent(asked.agent)
    serving.rates.count(asked.caller)
    conversation = await serving.claim(asked.agent, asked.conversation, asked.caller)
    return conversation, await unless_gone(request, serving.room.enter())


async def _all(first: Event, rest: AsyncIterator[Event]) -> AsyncIterator[Event]:
    """All events; when the client leaves, closing them cancels the turn."""
    async with aclosing(cast(AsyncGenerator[Event, None], rest)):
        yield first
        async for event in rest:
            yield event
