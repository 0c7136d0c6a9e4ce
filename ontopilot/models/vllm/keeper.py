"""The keeper of a server: a small process that ends the server when its own parent is gone.

It runs as a script, without the rest of ontopilot, so that it starts in milliseconds. The first
line of its input is the order; the end of its input, however that comes about, is the order to
stop. It answers with two lines: the id of the server's process group, and how the server ended.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import threading
from typing import IO, Any

_SUBREAPER = 36
"""`PR_SET_CHILD_SUBREAPER` of Linux: what the server leaves behind becomes the keeper's."""

_LONGEST_LOG = 8 << 20
_LAST_WORDS_S = 2.0


def keep(order: dict[str, Any]) -> None:
    """Run `order["command"]` with `order["environment"]` added, its output in `order["log"]`."""
    _adopt_orphans()
    for name, value in order["environment"].items():
        os.putenv(name, value)
    try:
        server = subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
    except OSError as error:
        _say({"pid": 0})
        _say({"code": 127, "why": str(error)})
        return
    _say({"pid": server.pid})
    over = threading.Event()
    stop = threading.Thread(target=_stop, args=(server.pid, over, order["grace_s"]), daemon=True)
    writer = threading.Thread(target=_write, args=(server.stdout, order["log"]), daemon=True)
    for thread in (stop, writer):
        thread.start()
    code = server.wait()
    over.set()
    _signal_group(server.pid, signal.SIGKILL)
    _reap()
    writer.join(_LAST_WORDS_S)
    _say({"code": code})


def _write(output: IO[bytes], path: str) -> None:
    """Write the log, at most two files of 8 MB; what a full disk does not take is left out.

    The server writes to a pipe that is always read, so that a full disk cannot stop it.
    """
    for block in iter(lambda: os.read(output.fileno(), 1 << 16), b""):
        try:
            with open(path, "ab") as log:  # noqa: PTH123  # no pathlib: this must start fast
                log.write(block)
                size = log.tell()
            if size > _LONGEST_LOG:
                os.replace(path, f"{path}.old")  # noqa: PTH105
        except OSError:
            continue


def _stop(group: int, over: threading.Event, grace_s: float) -> None:
    """At the end of the input ask the server to leave, and make it leave after the grace."""
    sys.stdin.buffer.read()
    if over.is_set():
        return
    os.kill(group, signal.SIGTERM)
    if not over.wait(grace_s):
        _signal_group(group, signal.SIGKILL)


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except ProcessLookupError:
        return


def _adopt_orphans() -> None:
    library = ctypes.CDLL(None)
    if hasattr(library, "prctl"):
        library.prctl(_SUBREAPER, 1, 0, 0, 0)


def _reap() -> None:
    """Wait for all that the server left behind, so that nothing is left when this process ends."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _say(line: dict[str, Any]) -> None:
    try:
        print(json.dumps(line), flush=True)  # noqa: T201  # this is the answer to the parent
    except BrokenPipeError:
        return  # the parent is gone


if __name__ == "__main__":
    keep(json.loads(sys.stdin.buffer.readline()))
    os._exit(0)  # a thread may still wait for the end of the input
