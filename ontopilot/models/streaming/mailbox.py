"""From threads to coroutines: engines work in threads and are read on any event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Items from any thread, for the coroutine that made the mailbox."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[T] = asyncio.Queue()

    def put(self, item: T) -> bool:
        """Deliver an item; False when the event loop is gone and nobody will read it."""
        try:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, item)
        except RuntimeError:
            return False
        return True

    async def get(self) -> T:
        """Wait for the next item."""
        return await self._queue.get()


async def in_thread(work: Callable[[], T], *, name: str) -> T:
    """Run blocking work in a thread of its own, which ends with the work."""
    thread = ThreadPoolExecutor(1, thread_name_prefix=name)
    future = thread.submit(work)
    try:
        return await asyncio.wrap_future(future)
    finally:
        thread.shutdown(wait=future.done())
