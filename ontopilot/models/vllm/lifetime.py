"""The life of an engine's server: started when it is needed, again after it ended, then closed."""

import os
import shutil
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from ontopilot.errors import EngineFailed
from ontopilot.models.streaming.mailbox import Mailbox, in_thread
from ontopilot.models.vllm.metrics import Drafts
from ontopilot.models.vllm.rest import Rest

_LONGEST_FOLDER = 66
"""A socket's path has at most 103 bytes; vLLM's own sockets have names of 36 in the folder."""


class Served(Protocol):
    """A vLLM that runs: a server of its own, or the library in this process."""

    ready: Future[int]
    """The length of the context, once it answers."""
    ended: Future[str]
    """Why it no longer answers."""
    served_s: float
    drafts: Drafts

    @property
    def standing(self) -> str:
        """What it is doing, in words."""
        ...

    def stop(self) -> None:
        """End it, and wait for it."""
        ...


S = TypeVar("S", bound=Served)


class Lifetime(Generic[S]):
    """One server at a time; `lent` is one that runs already and outlives this.

    `start` makes one that keeps its files in the folder that it is given.

    After a crash nobody waits for the start, which takes as long as many answers of another
    engine, and starts that fail again and again come at ever longer intervals (`Rest`).
    """

    def __init__(self, name: str, start: Callable[[Path], S], *, lent: S | None = None) -> None:
        self._name = name
        self._start = start
        self._lent = lent
        self._server = lent
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._served_once = False
        self._closed = False
        self._rest = Rest()
        self._drafts_before = Drafts()

    @property
    def server(self) -> S | None:
        """The server if one was started."""
        return self._server

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._closed

    @property
    def drafts(self) -> Drafts:
        """What speculation did, in this server and in those before it."""
        server = self._server
        return self._drafts_before + (server.drafts if server is not None else Drafts())

    @property
    def standing(self) -> str:
        """What the server is doing, in words."""
        server = self._server
        return server.standing if server is not None else "starts at the first request"

    def is_closed(self) -> EngineFailed:
        """The error of whoever comes after the end."""
        return EngineFailed(f"engine {self._name!r} is closed; make a new one")

    async def up(self) -> S:
        """The server, when it answers.

        Raises:
            ModelError: it cannot be started, or ended before it answered.
        """
        server = await self._living()
        if not server.ready.done():
            answered: Mailbox[None] = Mailbox()
            server.ready.add_done_callback(lambda _: answered.put(None))
            await answered.get()
        server.ready.result()
        self._served_once = True
        if self._closed:
            raise self.is_closed()
        return server

    async def for_request(self) -> S:
        """The server, when it answers; only the first start is waited for.

        Raises:
            ModelError: it cannot be started, or starts again.
        """
        server = await self._living()
        if self._served_once and not server.ready.done():
            raise EngineFailed(
                f"engine {self._name!r}: its vLLM process ended and {server.standing} again; "
                "ask again in a minute"
            )
        return await self.up()

    def up_now(self) -> S:
        """As `up`, for callers that are no coroutine."""
        server = self._started()
        server.ready.result()
        self._served_once = True
        return server

    def close(self) -> None:
        """End the server with all that it started; nothing starts any more."""
        self._closed = True
        with self._lock:
            server, self._server = self._server, None
            if server is not None and server is not self._lent:
                server.stop()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)

    async def _living(self) -> S:
        """The server, started now if there is none or if the last one ended."""
        server = self._server
        if server is None or server.ended.done():
            server = await in_thread(self._started, name="start")
        return server

    def _started(self) -> S:
        with self._lock:
            if self._closed:
                raise self.is_closed()
            last = self._server
            if last is not None:
                if not last.ended.done():
                    return last
                self._rest.note(last, served_s=last.served_s)
                self._rest.check(last.ended.result())
                last.stop()  # what it still holds in this process
            server = self._start(self._room())
            if last is not None:
                self._drafts_before += last.drafts
            self._server = server
            return server

    def _room(self) -> Path:
        """A folder that is closed to others and has room for the names of sockets.

        Raises:
            EngineFailed: none can be made.
        """
        if self._folder is None:
            try:
                self._folder = Path(tempfile.mkdtemp(prefix="vllm-"))
            except OSError as error:
                raise EngineFailed(
                    f"engine {self._name!r}: no folder for its server can be made: {error}; free "
                    "some space, or set TMPDIR to another folder"
                ) from error
        if len(os.fsencode(self._folder)) > _LONGEST_FOLDER:
            raise EngineFailed(
                f"engine {self._name!r}: the folder {str(self._folder)!r} is too deep for "
                f"sockets, with more than {_LONGEST_FOLDER} bytes; set TMPDIR to a shorter one"
            )
        return self._folder
