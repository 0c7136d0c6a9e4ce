"""Reasoning in a process of its own, which can be stopped whatever it does."""

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process wrote until it ended or was stopped; `code` is None when it was stopped."""

    output: bytes
    errors: bytes
    code: int | None


def run_apart(command: Sequence[str], *, seconds: float, data: bytes = b"") -> Ended:
    """Run a program on data for at most so many seconds, then stop it and all that it started.

    Raises:
        OSError: the program cannot be started.
    """
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            output, errors = process.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired:
            _stop(process)
            return Ended(*process.communicate(), None)
        except BaseException:
            _stop(process)
            raise
    return Ended(output, errors, process.returncode)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if os.name == "posix":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
