"""Whether axioms contradict one another, where cases must be distinguished (rustdl)."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from queue import Empty, SimpleQueue
from subprocess import PIPE, Popen
from threading import Thread
from types import TracebackType
from typing import Self

from ontopilot.ontology.rdf.normal import rdf_xml
from ontopilot.ontology.rdf.triples import Triple, Triples

_PROCESS = Path(__file__).with_name("cases_process.py")


class Unanswered(Exception):
    """There is no answer; the message says why."""


class Cases:
    """A process that is asked again and again, and ended with the time that it is given."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until = time.monotonic() + seconds
        self._process: Popen[bytes] | None = None
        self._answers: SimpleQueue[bytes] = SimpleQueue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def left(self) -> float:
        """The seconds that are left.

        Raises:
            Unanswered: none are.
        """
        left = self._until - time.monotonic()
        if left <= 0:
            raise Unanswered(f"no justification within {self._seconds:g} seconds")
        return left

    def contradict(self, triples: Iterable[Triple]) -> bool:
        """Whether triples contradict one another; not, where rustdl cannot read them.

        Raises:
            Unanswered: it does not answer in time, or it stopped.
        """
        process = self._process or self._started()
        document = rdf_xml(Triples.of(triples))
        assert process.stdin is not None  # noqa: S101 - it was asked for
        try:
            process.stdin.write(b"%d\n" % len(document) + document)
            process.stdin.flush()
            answer = self._answers.get(timeout=self.left())
        except Empty:
            self.left()
            answer = b""
        except BrokenPipeError:
            answer = b""
        if not answer:
            raise Unanswered("rustdl stopped before it found a justification")
        return answer == b"1\n"

    def _started(self) -> Popen[bytes]:
        # -P: the folder of the file must not hide modules of the standard library
        command = [sys.executable, "-P", str(_PROCESS)]
        process = self._process = Popen(command, stdin=PIPE, stdout=PIPE)
        Thread(target=self._read, args=(process,), daemon=True).start()
        return process

    def _read(self, process: Popen[bytes]) -> None:
        """Hand on what the process writes; an empty answer tells that it ended."""
        assert process.stdout is not None  # noqa: S101 - it was asked for
        for line in process.stdout:
            self._answers.put(line)
        self._answers.put(b"")
