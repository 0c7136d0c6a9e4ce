"""What a turn is asked for, and how its events are followed while it runs."""

import asyncio
import queue
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.events import Done, Event
from ontopilot.orchestrator.plan.optimizer import Objective

Emit = Callable[[Event], None]
Start = Callable[[Emit], Future[Answer]]
"""Starts a turn that tells its events."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question with all that a caller says about its turn; see `Agent.ask`."""

    question: str
    conversation: str | None = None
    customer: str | None = None
    objective: Objective | None = None
    conditions: Sequence[str] = ()


def followed(start: Start) -> Iterator[Event]:
    """The events of a turn, the answer last; a reader who leaves cancels it."""
    events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    future = start(events.put)
    future.add_done_callback(lambda _: events.put(None))
    try:
        while (event := events.get()) is not None:
            yield event
        yield Done(future.result())
    finally:
        future.cancel()


async def followed_on_loop(start: Start) -> AsyncIterator[Event]:
    """The same on the caller's event loop, which is not blocked."""
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Event | None] = asyncio.Queue()

    def put(event: Event | None) -> None:
        loop.call_soon_threadsafe(events.put_nowait, event)

    future = start(put)
    future.add_done_callback(lambda _: put(None))
    try:
        while (event := await events.get()) is not None:
            yield event
        yield Done(await asyncio.wrap_future(future))
    finally:
        future.cancel()
