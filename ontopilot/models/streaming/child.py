"""A child process that speaks JSON lines and ends with its parent."""

import json
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Any

from ontopilot.errors import EngineFailed, ModelError, ModelNotFound, PromptTooLong, RequestRefused
from ontopilot.models.streaming.mailbox import Mailbox

Line = Mapping[str, Any]

_ROOT = Path(__file__).resolve().parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv[2]); "
    "from importlib import import_module; import_module(sys.argv[1]).main()"
)
_ERRORS = {
    kind.__name__: kind
    for kind in (EngineFailed, ModelError, ModelNotFound, PromptTooLong, RequestRefused)
}
_GRACE_S = 3.0
_TAIL = 2000


class Child:
    """Runs `main` of a module in a process of its own.

    Lines go in with `send`; a line that comes out goes to the mailbox opened for its `id`. The
    first line that comes out settles `ready`. The child reads the end of its input as an order to
    leave, so that it ends with this process however that ends.
    """

    def __init__(self, module: str, settings: Line, *, name: str) -> None:
        self._name = name
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the reader
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, module, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
        )
        self.ready: Future[Line] = Future()
        self._lock = threading.Lock()
        self._readers: dict[int, Mailbox[Line | ModelError]] = {}
        self._lines: queue.SimpleQueue[Line | None] = queue.SimpleQueue()
        self._end: ModelError | None = None
        self._stopping = False
        self._threads = [
            threading.Thread(target=work, name=f"{name} {work.__name__.strip('_')}", daemon=True)
            for work in (self._read, self._write)
        ]
        self.send(settings)
        for thread in self._threads:
            thread.start()

    @property
    def process(self) -> int:
        """The number of the process."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the child has left, or is about to."""
        failed = self.ready.done() and self.ready.exception() is not None
        return failed or self._end is not None or self._process.poll() is not None

    def open(self, key: int, mailbox: Mailbox[Line | ModelError]) -> None:
        """Deliver the lines of one id to a mailbox, and the error if the child ends."""
        with self._lock:
            self._readers[key] = mailbox
            if self._end is not None:
                mailbox.put(self._end)

    def close(self, key: int) -> None:
        """Deliver no more lines of an id."""
        with self._lock:
            self._readers.pop(key, None)

    def send(self, line: Line) -> None:
        """Send a line without waiting for the child to read it."""
        self._lines.put(line)

    def stop(self) -> None:
        """End the child and both threads, and wait for them."""
        self._stopping = True
        self._lines.put(None)
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
        for thread in self._threads:
            thread.join(_GRACE_S)

    def _write(self) -> None:
        try:
            with _pipe(self._process.stdin) as stream:
                while (line := self._lines.get()) is not None:
                    stream.write(json.dumps(line).encode() + b"\n")
                    stream.flush()
        except OSError:
            return  # the reader says why the child ended

    def _read(self) -> None:
        with _pipe(self._process.stdout) as stream:
            for raw in stream:
                self._deliver(json.loads(raw))
        end = self._reason(self._process.wait())
        self._lines.put(None)
        with self._lock:
            self._end = end
            readers = list(self._readers.values())
        if not self.ready.done():
            self.ready.set_exception(end)
        for mailbox in readers:
            mailbox.put(end)
        self._errors.close()

    def _deliver(self, line: Line) -> None:
        problem = error_of(line)
        if not self.ready.done():
            if problem is None:
                self.ready.set_result(line)
            else:
                self.ready.set_exception(problem)
            return
        with self._lock:
            mailbox = self._readers.get(line["id"])
        if mailbox is not None:
            mailbox.put(problem or line)

    def _reason(self, code: int) -> ModelError:
        if self._stopping:
            return EngineFailed(f"engine {self._name!r} is closed; make a new one")
        size = self._errors.seek(0, 2)
        self._errors.seek(max(0, size - _TAIL))
        said = self._errors.read().decode(errors="replace").strip().splitlines()
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        last = f": {said[-1].strip()}" if said else ""
        return EngineFailed(
            f"engine {self._name!r}: its process ended {how}{last}; "
            "ask again, which starts a new one"
        )


def line_of(error: ModelError, **more: object) -> Line:
    """An error as a line: its kind and its sentence."""
    kind = type(error).__name__
    return {**more, "error": kind if kind in _ERRORS else "ModelError", "message": str(error)}


def error_of(line: Line) -> ModelError | None:
    """The error that a line carries."""
    return _ERRORS[line["error"]](line["message"]) if "error" in line else None


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise EngineFailed("the child process has no pipe; start it with pipes")
    return stream
