"""The guard of processes that a library starts: a small process that ends them.

It runs as a script, without the rest of ontopilot. The first line of its input is a mark: every
process of vLLM whose environment has it is ended when the input ends, however that comes about.
So what vLLM starts in our name ends with this process also after `kill -9`, where vLLM itself
leaves some behind. Others that started while the mark was set are left alone. Only Linux shows
the environment of a process.
"""

import os
import signal
import sys
import time

_PROCESSES = "/proc"
_NAMES = (b"VLLM::", b"multiprocessing.spawn")
"""What the command line of a process of vLLM holds: its name and, before that, how it began."""

_PAUSE_S = 0.05
_LONGEST_S = 5.0


def end_marked(mark: bytes) -> None:
    """Kill all that have the mark until none is left."""
    until = time.monotonic() + _LONGEST_S
    while (marked := _marked(mark)) and time.monotonic() < until:
        for process in marked:
            _kill(process)
        time.sleep(_PAUSE_S)


def _marked(mark: bytes) -> list[int]:
    if not os.path.isdir(_PROCESSES):  # noqa: PTH112  # no pathlib: this must start fast
        return []
    numbers = [int(name) for name in os.listdir(_PROCESSES) if name.isdigit()]  # noqa: PTH208
    return [number for number in numbers if _is_ours(number, mark)]


def _is_ours(process: int, mark: bytes) -> bool:
    """Whether a process has the mark and is one of vLLM's."""
    command = _told(process, "cmdline")
    return mark in _told(process, "environ").split(b"\0") and any(n in command for n in _NAMES)


def _told(process: int, what: str) -> bytes:
    """What Linux tells of a process; of an ended one, or another user's, nothing."""
    try:
        with open(f"{_PROCESSES}/{process}/{what}", "rb") as stream:  # noqa: PTH123
            return stream.read()
    except OSError:
        return b""


def _kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return


if __name__ == "__main__":
    mark = sys.stdin.buffer.readline().strip()
    sys.stdin.buffer.read()
    end_marked(mark)
