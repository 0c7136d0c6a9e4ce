"""The client's side of a request: a body within bounds, and noticing when the client leaves."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from fastapi import HTTPException, Request

BODY_LIMIT = 1_000_000
"""Bytes of a request body."""

T = TypeVar("T")


async def read_body(request: Request) -> bytes:
    """The whole body.

    Raises:
        HTTPException: 413, it is larger than `BODY_LIMIT`.
    """
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > BODY_LIMIT:
            message = f"The body has more than {BODY_LIMIT:,} bytes; send less of the history."
            raise HTTPException(413, {"message": message})
        parts.append(part)
    return b"".join(parts)


async def unless_gone(request: Request, work: Awaitable[T]) -> T:
    """Wait for some work, and cancel it when the client leaves.

    Raises:
        ConnectionAbortedError: the client left first.
    """
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise ConnectionAbortedError
    finally:
        gone.cancel()
        task.cancel()


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
