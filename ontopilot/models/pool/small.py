"""The small models of a pool: encoders, and those that read two texts together."""

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ontopilot.errors import ModelError
from ontopilot.models.encoder import Encoder
from ontopilot.models.pool.encoders import close_encoder
from ontopilot.models.pool.report import RoleReport, of_encoder, of_reader

if TYPE_CHECKING:
    from ontopilot.models.encoding.pairs import PairReader, Task


@dataclass(slots=True)
class SmallModels:
    """Made when they are first needed; a `given` encoder is used instead of the packaged ones."""

    given: Encoder | None = None
    threads: int | None = None
    _note: str = field(default="", init=False)
    _encoder: Encoder | None = field(default=None, init=False)
    _nearness: Encoder | None = field(default=None, init=False)
    _readers: "dict[Task, PairReader]" = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    @property
    def encoder(self) -> Encoder:
        """The encoder of passages and questions, by default the packaged MiniLM."""
        if self.given is not None:
            return self.given
        with self._lock:
            if self._encoder is None:
                from ontopilot.models.encoding.sentence import SentenceEncoder

                self._encoder = SentenceEncoder(threads=self.threads)
            return self._encoder

    @property
    def note(self) -> str:
        """Why an encoder stands in for the one that was meant, or ""."""
        return self._note or str(getattr(self.given, "note", ""))

    @property
    def nearness(self) -> Encoder:
        """The encoder that tells how near a statement is to a question.

        The given encoder if there is one, else ours; the packaged MiniLM if ours is damaged.
        """
        plain = self.encoder
        if self.given is not None:
            return plain
        with self._lock:
            if self._nearness is None:
                self._nearness, self._note = _nearness(plain, self.threads)
            return self._nearness

    def reader(self, task: "Task") -> "PairReader":
        """The small model of a task that reads two texts together; it ships with the package."""
        with self._lock:
            if task not in self._readers:
                from ontopilot.models.encoding.pairs import PairModel

                self._readers[task] = PairModel(task, threads=self.threads)
            return self._readers[task]

    def close(self) -> None:
        """End what a given encoder runs."""
        if self.given is not None:
            close_encoder(self.given)

    def describe(self) -> tuple[RoleReport, ...]:
        """Which of them serve, and why."""
        near = self.nearness
        return (
            of_encoder("encoder", self.encoder, str(getattr(self.given, "note", ""))),
            of_encoder("nearness", near, self.note),
            of_reader("answering", self.reader("answering"), without="nearness alone decides"),
            of_reader("entailment", self.reader("entailment"), without="rules alone decide"),
        )


def _nearness(plain: Encoder, threads: int | None) -> tuple[Encoder, str]:
    """Our encoder of statements, or the plain one and why."""
    from ontopilot.models.encoding.sentence import nearness_encoder

    try:
        return nearness_encoder(threads), ""
    except ModelError as error:
        return plain, f"the retrieval encoder stands in: {error}"
