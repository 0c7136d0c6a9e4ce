"""Batches of what several turns encode at the same time."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ontopilot.models.encoder import Vectors


@dataclass(slots=True)
class _Asked:
    texts: Sequence[str]
    ended: threading.Event = field(default_factory=threading.Event)
    vectors: Vectors | None = None
    failure: Exception | None = None
    leads: bool = False
    """Whether its thread has to encode what waits."""


class Joined:
    """Encodes, in one batch, all that came while the last batch was encoded.

    Nothing waits for more to come: a text that is asked for while nobody else asks is encoded at
    once (continuous batching, Yu et al. 2022, of whole texts). The thread of one of those who
    ask encodes, so there is none beside them; a batch that fails is encoded text by text of those
    who asked, so that only whose text it is sees the failure.
    """

    def __init__(self, run: Callable[[Sequence[str]], Vectors], *, most: int) -> None:
        """Join up to `most` texts; more than that of one who asks go alone."""
        self._run = run
        self._most = most
        self._lock = threading.Lock()
        self._waiting: list[_Asked] = []
        self._led = False

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to an array of shape (texts, dimension)."""
        mine = _Asked(texts)
        with self._lock:
            self._waiting.append(mine)
            mine.leads = not self._led
            self._led = True
        if not mine.leads:
            mine.ended.wait()
        if mine.leads:
            self._lead(mine)
        if mine.failure is not None:
            raise mine.failure
        assert mine.vectors is not None  # noqa: S101 - it ended, and did not fail
        return mine.vectors

    def _lead(self, mine: _Asked) -> None:
        """Encode the batch that one's own begins, and let the next one that waits go on."""
        mine.ended.clear()
        batch = self._next()
        try:
            self._encode(batch)
        finally:
            # An interrupt ends the one whose thread it meets; the others' texts are encoded next.
            self._pass_on([one for one in batch if one is not mine and not one.ended.is_set()])

    def _next(self) -> list[_Asked]:
        """Those whose texts are encoded next, the first that came first."""
        with self._lock:
            batch = [self._waiting.pop(0)]
            room = self._most - len(batch[0].texts)
            while self._waiting and len(self._waiting[0].texts) <= room:
                room -= len(self._waiting[0].texts)
                batch.append(self._waiting.pop(0))
            return batch

    def _encode(self, batch: Sequence[_Asked]) -> None:
        try:
            vectors = self._run([text for asked in batch for text in asked.texts])
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            if len(batch) > 1:
                for asked in batch:
                    self._encode([asked])
                return
            batch[0].failure = error
        else:
            ends = np.cumsum([len(asked.texts) for asked in batch])
            for asked, rows in zip(batch, np.split(vectors, ends[:-1]), strict=True):
                asked.vectors = rows
        for asked in batch:
            asked.ended.set()

    def _pass_on(self, left: Sequence[_Asked]) -> None:
        with self._lock:
            self._waiting[:0] = left
            self._led = bool(self._waiting)
            if self._led:
                self._waiting[0].leads = True
                self._waiting[0].ended.set()
