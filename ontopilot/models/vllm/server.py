"""A `vllm serve` process: started, watched, and stopped with all that it started."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any

from ontopilot.errors import EngineFailed
from ontopilot.models.vllm.log import Log
from ontopilot.models.vllm.metrics import Drafts, read_drafts
from ontopilot.models.vllm.unix_http import call

log = logging.getLogger("ontopilot.vllm")

BASE = "base"
"""What a server calls its model; each adapter has the name under which it was loaded."""

ORIGIN = "http://vllm"
"""Where its paths begin; the name stands for the socket."""

_KEEPER = Path(__file__).with_name("keeper.py")
_GRACE_S = 8.0
_POLL_S = 0.2
_TELL_S = 10.0
_ANSWER_S = 2.0
_LOOK_S = 2.0
_ORDER_S = 120.0
_OK = 200
_SHOWN = 300


class VllmServer:
    """Runs `program serve` with `arguments`, the model first, behind a socket in `folder`.

    The folder must be closed to other users, because who reaches the socket can use the server.
    The server has a process group of its own and a keeper beside it (`keeper.py`), which ends the
    group when this process is gone. `ready` gives the length of the context once the server
    answers; `ended` gives the reason when it no longer does. One that answers nothing for
    `silent_s` seconds is ended. Its output is added to `folder/log`, which outlives it.
    """

    def __init__(
        self,
        program: Sequence[str],
        arguments: Sequence[str],
        *,
        name: str,
        folder: Path,
        environment: Mapping[str, str],
        plain: str = BASE,
        silent_s: float = 30.0,
        counts_drafts: bool = False,
    ) -> None:
        self._name = name
        self._silent_s = silent_s
        self.plain = plain
        """What a request names that wants no adapter."""
        self.socket = folder / "socket"
        self._counts_drafts = counts_drafts
        self.drafts = Drafts()
        """What speculation has done so far, as the server itself counts it."""
        self.heard = time.monotonic()
        """When an answer last went on; kept by those who read answers."""
        self.log = Log(folder / "log")
        self.ready: Future[int] = Future()
        self.ended: Future[str] = Future()
        self.ready.set_running_or_notify_cancel()
        self.ended.set_running_or_notify_cancel()
        self._over = threading.Event()
        self._stopping = False
        self._given_up = ""
        self._group = 0
        self._began = time.monotonic()
        self._served_from = 0.0
        self.served_s = 0.0
        """How long it had served when it ended."""
        self.socket.unlink(missing_ok=True)  # that of an earlier server
        self._keeper = self._start_keeper(
            {
                "command": [*program, "serve", *arguments, *self._place()],
                "environment": {**environment, "VLLM_RPC_BASE_PATH": str(folder)},
                "log": str(self.log.file),
                "grace_s": _GRACE_S / 2,
            }
        )
        log.info("engine %r starts; its log is %s", name, self.log.file)
        self._threads = [
            threading.Thread(target=work, name=f"{name} {work.__name__.strip('_')}", daemon=True)
            for work in (self._watch, self._attend)
        ]
        for thread in self._threads:
            thread.start()

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

    def give_up(self, why: str) -> None:
        """Kill a server that answers no longer; `why` completes "it was ended because it"."""
        self._given_up = why
        log.warning("engine %r: its vLLM process %s and is ended", self._name, why)
        _kill_group(self._group)

    def order(self, path: str) -> None:
        """Tell the server to do what a path stands for, and wait until it has.

        Raises:
            EngineFailed: it did not.
        """
        try:
            status, _ = call(self.socket, path, timeout_s=_ORDER_S, body=b"{}")
            why = "" if status == _OK else f"it answered {status}"
        except (OSError, HTTPException) as error:
            why = type(error).__name__
        if why:
            raise EngineFailed(
                f"engine {self._name!r}: vLLM did not do {path!r} ({why}); "
                f"the log is {str(self.log.file)!r}"
            )

    def _start_keeper(self, order: Mapping[str, Any]) -> "subprocess.Popen[bytes]":
        try:
            keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_KEEPER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
            _send(keeper.stdin, order)
        except OSError as error:
            raise EngineFailed(
                f"engine {self._name!r}: no process can be started: {error}; ask again later"
            ) from error
        return keeper

    def _place(self) -> list[str]:
        return ["--uds", str(self.socket), "--served-model-name", BASE]

    def _watch(self) -> None:
        """Follow the keeper until the server has ended, and say why it has."""
        end = None
        stream = self._keeper.stdout
        for line in stream or ():
            told = json.loads(line)
            self._group = told.get("pid", self._group)
            end = told if "code" in told else end
        _close(stream)
        if end is None:  # the keeper was killed and can no longer end the group
            _kill_group(self._group)
        self._keeper.wait()
        _close(self._keeper.stdin)
        self._over.set()
        if self._served_from:
            self.served_s = time.monotonic() - self._served_from
        self.ended.set_result(self._reason(end or {"code": -int(signal.SIGKILL)}))

    def _attend(self) -> None:
        """Ask the server until it answers, then look whether it still does."""
        if self._wait():
            self._look_after()
        else:
            self.ready.set_exception(EngineFailed(self.ended.result()))

    def _wait(self) -> bool:
        """Wait until the server answers, and tell how long that takes; False if it ends before."""
        told = self._began
        while not self._over.wait(_POLL_S):
            context_tokens = self._ask()
            if context_tokens is not None:
                self._served_from = time.monotonic()
                took = self._served_from - self._began
                log.info("engine %r is ready after %.1f s", self._name, took)
                self.ready.set_result(context_tokens)
                return True
            if time.monotonic() - told > _TELL_S:
                told = time.monotonic()
                log.info("engine %r %s: %.300s", self._name, self.standing, self.log.last_line())
        return False

    def _look_after(self) -> None:
        answered = time.monotonic()
        while not self._over.wait(_LOOK_S):
            if self._is_well():
                answered = time.monotonic()
            elif time.monotonic() - answered > self._silent_s:
                self.give_up(f"gave no sign of life for {self._silent_s:.0f} s")
                return

    def _is_well(self) -> bool:
        """Whether the server answers; reads its counters where they are wanted."""
        try:
            path = "/metrics" if self._counts_drafts else "/health"
            _, content = call(self.socket, path, timeout_s=_ANSWER_S)
            if self._counts_drafts:
                self.drafts = read_drafts(content.decode())
        except (OSError, HTTPException, ValueError):
            return False
        return True

    def _ask(self) -> int | None:
        """The length of the context, or None while the server does not answer."""
        try:
            _, content = call(self.socket, "/v1/models", timeout_s=_ANSWER_S)
            return int(json.loads(content)["data"][0]["max_model_len"])
        except (OSError, HTTPException, ValueError, LookupError, TypeError):
            return None

    def _reason(self, end: Mapping[str, Any]) -> str:
        if self._stopping:
            return f"engine {self._name!r} is closed; make a new one"
        where = f"the log is {str(self.log.file)!r}"
        if self._given_up:
            how = f"{self._given_up} and was ended"
            return f"engine {self._name!r}: its vLLM process {how}; {where}"
        code = end["code"]
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        said = end.get("why") or (self.log.last_line() if code < 0 else self.log.cause())
        return f"engine {self._name!r}: its vLLM process ended {how}: {said[:_SHOWN]}; {where}"


def _kill_group(group: int) -> None:
    if not group:
        return
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
