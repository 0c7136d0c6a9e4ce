"""How near each statement of a piece of evidence is to a question."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.encoder import Encoder, Vectors
from ontopilot.prose import statements
from ontopilot.retrieval.dense import encode
from ontopilot.retrieval.passage import Evidence, EvidenceId, Passage

PAIRS = 4000
"""Pairs of statements from which the usual cosine of an encoder on a corpus is taken."""


def worded(place: str, text: str) -> list[str]:
    """The statements of a text as models read them: each after the headings above it."""
    return [f"{place}: {one.text}" for one in statements(text)]


def told(passages: Sequence[Passage]) -> list[str]:
    """The statements of passages as they are encoded, in their order.

    After those of a past interaction comes what the customer told, to find who tells the same.
    """
    return [text for passage in passages for text in _told(passage)]


def _told(passage: Passage) -> list[str]:
    texts = worded(passage.place, passage.text)
    if passage.kind == "interaction":
        texts.append(f"{passage.title}. {passage.heading}")
    return texts


class Relevance:
    """The vectors of the statements of a corpus; those that are not given are made when needed.

    `vectors` has a row for each text of `told`. The texts of facts,
    and of everything where `vectors` is None, are encoded at their first use.
    """

    def __init__(
        self, passages: Sequence[Passage], vectors: Vectors | None, encoder: Encoder
    ) -> None:
        self._encoder = encoder
        self._vectors = vectors
        self._rows: dict[EvidenceId, int] = {}
        self._passages = {passage.id: passage for passage in passages} if vectors is None else {}
        self._usual = 0.0 if vectors is None else usual_cosine(vectors)
        self._one = lru_cache(maxsize=16384)(self._encoded)
        if vectors is not None:
            at = 0
            for passage in passages:
                self._rows[passage.id] = at
                at += len(_told(passage))
            self._starts = np.fromiter(self._rows.values(), dtype=np.int64)
            self._empty = np.diff(np.append(self._starts, at)) == 0

    def nearest(self, wordings: Sequence[str]) -> NDArray[np.float32] | None:
        """How near the nearest statement of each passage is to a question, in their order.

        `None` where the statements were not encoded beforehand.
        """
        if self._vectors is None or not len(self._vectors):
            return None
        asked = encode(wordings, self._encoder)
        near = (self._vectors @ asked.T).max(axis=1)
        best = np.maximum.reduceat(np.append(near, np.float32(-1)), self._starts)
        best[self._empty] = -1.0
        return np.asarray((best - self._usual) / (1.0 - self._usual), dtype=np.float32)

    def of(
        self, asked: NDArray[np.float32], evidence: Sequence[Evidence]
    ) -> tuple[tuple[float, ...], ...]:
        """How near each statement of each piece of evidence is to what is asked, at most 1.

        `asked` has shape (wordings of the question, dimension); the nearest wording counts. The
        unit is the cosine, moved so that 0 is what two statements of this corpus usually have:
        encoders differ in what their cosines say.
        """
        return tuple(self._near(asked, item) for item in evidence)

    def _near(self, asked: NDArray[np.float32], item: Evidence) -> tuple[float, ...]:
        cosines = (self._of_item(item) @ asked.T).max(axis=1, initial=-1.0)
        return tuple(float(cosine) for cosine in (cosines - self._usual) / (1.0 - self._usual))

    def _of_item(self, item: Evidence) -> Vectors:
        """The vectors of a piece of evidence, one row a statement."""
        count = len(statements(item.text))
        start = self._rows.get(item.id)
        if start is not None and self._vectors is not None:
            return self._vectors[start : start + count]
        passage = self._passages.get(item.id)
        texts = (
            [item.text] * count if passage is None else worded(passage.place, passage.text)[:count]
        )
        rows = [self._one(text) for text in texts]
        return np.array(rows, dtype=np.float32).reshape(count, self._encoder.dimension)

    def _encoded(self, text: str) -> NDArray[np.float32]:
        return encode([text], self._encoder).reshape(-1)


def usual_cosine(vectors: Vectors) -> float:
    """The mean cosine of pairs of rows, at most 0.9; 0 where there are too few to tell."""
    if len(vectors) < 10:
        return 0.0
    choose = np.random.default_rng(0)
    left, right = choose.integers(len(vectors), size=(2, PAIRS))
    cosines = np.einsum("ij,ij->i", vectors[left], vectors[right])[left != right]
    return float(np.clip(cosines.mean(), 0.0, 0.9))
