"""How many turns a server works on at a time, and the line before it."""

import math
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from ontopilot.errors import ConfigError
from ontopilot.models.pool import Admission

MOST_TURNS = 32
"""Turns that are worked on at a time, by default."""

MOST_WAITING = 256
"""Requests that wait for a turn, by default."""


Leave = Callable[[], None]
"""Ends a turn."""


@dataclass(frozen=True, slots=True)
class _Server:
    """The server as a place of `Admission`; it takes turns as long as it runs."""

    capacity: int
    name: str = "this server"

    def refusal(self) -> str:
        return ""

    def admit(self) -> bool:
        return True


class Room:
    """Lets so many turns in at a time and so many wait; further ones are told when to come again.

    Raises:
        ConfigError: there is room for no turn.
    """

    def __init__(self, most_turns: int = MOST_TURNS, most_waiting: int = MOST_WAITING) -> None:
        if most_turns < 1 or most_waiting < 0:
            raise ConfigError(
                f"most_turns={most_turns!r}, most_waiting={most_waiting!r}: "
                "use 1 or more turns and 0 or more that wait"
            )
        self._server = _Server(most_turns)
        self._admission: Admission[_Server] = Admission(most_waiting=most_waiting)

    @property
    def running(self) -> int:
        """Turns that are worked on."""
        return self._admission.running(self._server)

    @property
    def waiting(self) -> int:
        """Requests in the line."""
        return self._admission.waiting

    async def enter(self) -> Leave:
        """Wait for a turn; what is returned ends it.

        Raises:
            Busy: too many wait already.
        """
        ticket = await self._admission.enter([self._server], patience_s=math.inf)
        if ticket is None:
            raise RuntimeError("a server that never closes sent a request away")
        return lambda: self._admission.leave(ticket)


class SeatedStream(StreamingResponse):
    """Server-sent events; ends its turn when all was sent, or when the client left.

    `source` is where the content comes from: it is closed even if nobody began to read.
    """

    def __init__(
        self,
        content: AsyncIterator[str],
        leave: Leave,
        *,
        source: AsyncGenerator[Any, None],
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(content, media_type="text/event-stream", headers=headers)
        self._leave = leave
        self._source = source

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._leave()
            await self._source.aclose()
