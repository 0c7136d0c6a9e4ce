"""From a request to a running turn: whose conversation, how often, when there is room."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from fastapi.responses import Response

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Begun, Event
from ontopilot.orchestrator.serve.access.caller import Caller
from ontopilot.orchestrator.serve.connection import unless_gone
from ontopilot.orchestrator.serve.errors import as_http
from ontopilot.orchestrator.serve.logs import note
from ontopilot.orchestrator.serve.once import Once, replayed
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
    note(agent=asked.agent, question=asked.text)
    once = Once.of(serving, request, asked.agent, asked.caller.owner, asked.text)
    try:
        earlier = await once.begin()
        if earlier is not None:
            note(turn=earlier.turn)
            return reply(earlier)
        answer = None
        try:
            answer = await _answer(serving, request, asked)
            note(turn=answer.turn)
            return reply(answer)
        finally:
            await once.end(answer)
    except ConnectionAbortedError:
        return Response(status_code=GONE)
    except OntopilotError as error:
        raise as_http(error) from error


async def _answer(serving: Serving, request: Request, asked: Question) -> Answer:
    conversation, leave = await _seat(serving, request, asked)
    try:
        turn = serving.agent(asked.agent).aask(
            asked.text, conversation=conversation, customer=asked.caller.customer
        )
        return await unless_gone(request, turn)
    finally:
        leave()


async def streamed(serving: Serving, request: Request, asked: Question, lines: Lines) -> Response:
    """Run a turn and stream it; what fails before the first event is no stream.

    Raises:
        HTTPException: as for `whole`.
    """
    note(agent=asked.agent, question=asked.text)
    once = Once.of(serving, request, asked.agent, asked.caller.owner, asked.text)
    try:
        earlier = await once.begin()
        if earlier is not None:
            note(turn=earlier.turn)
            again = replayed(earlier)
            return SeatedStream(lines(again), _stay, source=again, headers=_UNBUFFERED)
        try:
            first, events, leave = await _begun(serving, request, asked)
            note(turn=first.turn if isinstance(first, Begun) else None)
        except BaseException:
            await once.end(None)
            raise
    except ConnectionAbortedError:
        return Response(status_code=GONE)
    except OntopilotError as error:
        raise as_http(error) from error
    watched = once.watched(_all(first, events))
    return SeatedStream(lines(watched), leave, source=events, headers=_UNBUFFERED)


def _stay() -> None:
    """Leave no place: what ended before took none."""


async def _begun(
    serving: Serving, request: Request, asked: Question
) -> tuple[Event, AsyncGenerator[Event, None], Leave]:
    """The first event of a turn that has its place, and the others."""
    conversation, leave = await _seat(serving, request, asked)
    told = serving.agent(asked.agent).astream(
        asked.text, conversation=conversation, customer=asked.caller.customer
    )
    events = cast(AsyncGenerator[Event, None], told)
    try:
        return await unless_gone(request, anext(events)), events, leave
    except BaseException:
        leave()
        raise


async def _seat(serving: Serving, request: Request, asked: Question) -> tuple[str, Leave]:
    serving.agent(asked.agent)
    serving.rates.count(asked.caller)
    conversation = await serving.claim(asked.agent, asked.conversation, asked.caller)
    return conversation, await unless_gone(request, serving.room.enter())


async def _all(first: Event, rest: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]:
    """All events; when the client leaves, closing them cancels the turn."""
    async with aclosing(rest):
        yield first
        async for event in rest:
            yield event
