"""Streams whose server is ended when it owes an answer and says nothing to anyone."""

import time
from collections.abc import AsyncGenerator
from typing import Protocol

from ontopilot.models.messages import Chunk

_SHARE = 0.9
"""The share of the longest silence after which a server is taken for hung: who waits for the
whole of it may be cut off a moment before."""


class Heard(Protocol):
    """What answers, and can be ended."""

    heard: float
    """When any of its answers last went on, in seconds of the monotonic clock."""

    def give_up(self, why: str) -> None:
        """End it; `why` completes "its process"."""
        ...


async def followed(
    stream: AsyncGenerator[Chunk, None], server: Heard, *, stall_s: float
) -> AsyncGenerator[Chunk, None]:
    """The chunks of a stream, which is closed with this one.

    A reader who leaves before `stall_s`, or who does not read on, ends nothing; nor does one whose
    answer waits for its turn while others go on.
    """
    waits, since = False, 0.0
    try:
        while True:
            waits, since = True, time.monotonic()
            chunk = await anext(stream, None)
            server.heard, waits = time.monotonic(), False
            if chunk is None:
                return
            yield chunk
    finally:
        silent = time.monotonic() - since
        await stream.aclose()
        if waits and server.heard <= since and silent >= stall_s * _SHARE:
            server.give_up(f"owed an answer and was silent for {silent:.0f} s")
