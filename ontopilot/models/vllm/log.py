"""What vLLM writes while it runs, and the cause of its end in it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

_TAIL = 40_000
_PREFIX = re.compile(r"^\s*(\([^)]*\)\s*)?((INFO|WARNING|ERROR|CRITICAL) [\d-]+ [\d:]+ \[[^]]*\])?")
_CAUSE = re.compile(r"^\w[\w.]*(Error|Exception)\b: \S|^vllm\b.*: error: ")
_NO_CAUSE = ("Engine core initialization failed", "WorkerProc initialization failed")


@dataclass(slots=True)
class Log:
    """The log of one server; the file may hold those of earlier ones before it."""

    file: Path
    _begins: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._begins = self.file.stat().st_size if self.file.is_file() else 0

    def cause(self) -> str:
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
        return causes[-1] if causes else self.last_line()

    def last_line(self) -> str:
        """The last line without what vLLM puts before each."""
        return next(reversed(self._lines()), "it wrote nothing")

    def _lines(self) -> list[str]:
        try:
            with self.file.open("rb") as stream:
                size = stream.seek(0, 2)
                begins = self._begins if self._begins <= size else 0
                stream.seek(max(begins, size - _TAIL))
                text = stream.read(_TAIL).decode(errors="replace")
        except OSError:
            return []  # the disk is full or the folder is gone
        lines = (_PREFIX.sub("", line).strip() for line in text.splitlines())
        return [line for line in lines if line]
