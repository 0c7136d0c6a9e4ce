"""A `vllm serve` process: started, watched, and stopped with all that it started."""

import json
import logging
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ontopilot.errors import EngineFailed

if TYPE_CHECKING:
    import httpx

log = logging.getLogger("ontopilot.vllm")

BASE = "base"
"""What a server calls its model; each adapter has the name under which it was loaded."""

_KEEPER = Path(__file__).with_name("keeper.py")
_GRACE_S = 8.0
_POLL_S = 0.2
_TELL_S = 10.0
_ANSWER_S = 2.0
_TAIL = 40_000
_SHOWN = 300
_PREFIX = re.compile(r"^\s*(\([^)]*\)\s*)?((INFO|WARNING|ERROR|CRITICAL) [\d-]+ [\d:]+ \[[^]]*\])?")
_CAUSE = re.compile(r"^\w[\w.]*(Error|Exception)\b: \S|^vllm\b.*: error: ")
_NO_CAUSE = ("Engine core initialization failed", "WorkerProc initialization failed")


class VllmServer:
    """Runs `program serve` with `arguments`, the model first, on a free port of this machine.

    The server has a process group of its own and a keeper beside it (`keeper.py`), which ends the
    group when this process is gone. `ready` gives the length of the context once the server
    answers; `ended` gives the reason when it no longer does. Its output is added to `folder/log`,
    which outlives it.
    """

    def __init__(
        self,
        program: Sequence[str],
        arguments: Sequence[str],
        *,
        name: str,
        folder: Path,
        plain: str,
        environment: Mapping[str, str],
    ) -> None:
        self._name = name
        self.plain = plain
        """What a request names that wants no adapter."""
        self.key = secrets.token_urlsafe(24)
        self.port = _free_port()
        self._log = folder / "log"
        self._log.touch()
        self._log_begins = self._log.stat().st_size
        self.ready: Future[int] = Future()
        self.ended: Future[str] = Future()
        self.ready.set_running_or_notify_cancel()
        self.ended.set_running_or_notify_cancel()
        self._over = threading.Event()
        self._stopping = False
        self._began = time.monotonic()
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_KEEPER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        _send(
            self._keeper.stdin,
            {
                "command": [*program, "serve", *arguments, *self._place()],
                "environment": {
                    **environment,
                    "VLLM_API_KEY": self.key,  # not an argument: every user can read those
                    "VLLM_RPC_BASE_PATH": str(folder),
                },
                "log": str(self._log),
                "grace_s": _GRACE_S / 2,
            },
        )
        log.info("engine %r starts on port %d; its log is %s", name, self.port, self._log)
        self._threads = [
            threading.Thread(target=work, name=f"{name} {work.__name__.strip('_')}", daemon=True)
            for work in (self._watch, self._wait)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def address(self) -> str:
        """Where the server speaks OpenAI's protocol."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def process(self) -> int:
        """The keeper, from which the server and all that it started descend."""
        return self._keeper.pid

    @property
    def standing(self) -> str:
        """What the server is doing, in words."""
        if self.ended.done():
            return "ended"
        if self.ready.done():
            return "running"
        return f"has been starting for {time.monotonic() - self._began:.0f} s"

    def stop(self) -> None:
        """End the server and all that it started, and wait for it."""
        self._stopping = True
        _close(self._keeper.stdin)
        try:
            self._keeper.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._keeper.kill()
        for thread in self._threads:
            thread.join()

    def _place(self) -> list[str]:
        port = str(self.port)
        return ["--host", "127.0.0.1", "--port", port, "--served-model-name", BASE]

    def _watch(self) -> None:
        """Follow the keeper until the server has ended, and say why it has."""
        group, end = 0, None
        stream = self._keeper.stdout
        for line in stream or ():
            told = json.loads(line)
            group = told.get("pid", group)
            end = told if "code" in told else end
        _close(stream)
        if end is None and group:  # the keeper was killed and can no longer end the group
            _kill_group(group)
        self._keeper.wait()
        _close(self._keeper.stdin)
        self._over.set()
        self.ended.set_result(self._reason(end or {"code": -int(signal.SIGKILL)}))

    def _wait(self) -> None:
        """Ask the server until it answers, and tell how long that takes."""
        import httpx

        told = self._began
        trust = {"Authorization": f"Bearer {self.key}"}
        with httpx.Client(headers=trust, timeout=_ANSWER_S, trust_env=False) as client:
            while not self._over.wait(_POLL_S):
                context_tokens = self._ask(client)
                if context_tokens is not None:
                    took = time.monotonic() - self._began
                    log.info("engine %r is ready after %.1f s", self._name, took)
                    self.ready.set_result(context_tokens)
                    return
                if time.monotonic() - told > _TELL_S:
                    told = time.monotonic()
                    log.info("engine %r %s: %.300s", self._name, self.standing, self._last_line())
        self.ready.set_exception(EngineFailed(self.ended.result()))

    def _ask(self, client: "httpx.Client") -> int | None:
        """The length of the context of our server, or None while it does not answer."""
        import httpx

        try:
            served = client.get(f"{self.address}/models").json()["data"][0]
            return int(served["max_model_len"]) if served["id"] == BASE else None
        except (httpx.HTTPError, ValueError, LookupError, TypeError):
            return None

    def _reason(self, end: Mapping[str, Any]) -> str:
        if self._stopping:
            return f"engine {self._name!r} is closed; make a new one"
        code = end["code"]
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        said = end.get("why") or (self._last_line() if code < 0 else self._cause())
        return (
            f"engine {self._name!r}: its vLLM process ended {how}: {said[:_SHOWN]}; "
            f"the log is {str(self._log)!r}"
        )

    def _cause(self) -> str:
        """What the log names as the error: its last such line, or else its last one.

        Errors of single requests are in the log too, so that this is asked only of a server that
        ended by itself.
        """
        lines = self._lines()
        causes = [
            " ".join(lines[at : at + 2]) if "validation error" in line else line
            for at, line in enumerate(lines)
            if _CAUSE.match(line) and not any(mark in line for mark in _NO_CAUSE)
        ]
        return causes[-1] if causes else self._last_line()

    def _last_line(self) -> str:
        return next(reversed(self._lines()), "it wrote nothing")

    def _lines(self) -> list[str]:
        with self._log.open("rb") as stream:
            stream.seek(max(self._log_begins, self._log.stat().st_size - _TAIL))
            text = stream.read().decode(errors="replace")
        lines = (_PREFIX.sub("", line).strip() for line in text.splitlines())
        return [line for line in lines if line]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


def _send(stream: IO[bytes] | None, order: Mapping[str, Any]) -> None:
    if stream is not None:
        stream.write(json.dumps(order).encode() + b"\n")
        stream.flush()


def _close(stream: IO[bytes] | None) -> None:
    if stream is not None:
        stream.close()
