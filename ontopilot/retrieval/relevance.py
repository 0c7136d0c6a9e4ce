"""How near each statement of a piece of evidence is to a question."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.encoder import Encoder, Vectors
from ontopilot.prose import statements
from ontopilot.retrieval.dense import encode
from ontopilot.retrieval.passage import Evidence, EvidenceId, Passage

KEPT = 16384
"""Texts without stored vectors, such as facts, whose vectors are kept."""

PAIRS = 4000
"""Pairs of statements from which the usual cosine of an encoder on a corpus is taken."""


def worded(place: str, text: str) -> list[str]:
    """The statements of a text as models read them: each after the headings above it."""
    return [f"{place}: {one.text}" for one in statements(text)]


def told(passages: Sequence[Passage]) -> list[str]:
    """What is encoded of passages, in order: a past interaction as a whole, then its statements."""
    return [
        text
        for passage in passages
        for text in (*_whole(passage), *worded(passage.place, passage.text))
    ]


def _whole(passage: Passage) -> list[str]:
    return [passage.indexed_text] if passage.kind == "interaction" else []


class Relevance:
    """The vectors of the statements of a corpus; those that are not given are made when needed.

    `vectors` has a row for each text of `told`. The texts of facts,
    and of everything where `vectors` is None, are encoded at their first use.
    """

    def __init__(
        self, passages: Sequence[Passage], vectors: Vectors | None, encoder: Encoder
    ) -> None:
        self._encoder = encoder
        self._rows: dict[EvidenceId, int] = {}
        self._wholes: dict[EvidenceId, int] = {}
        self._passages: dict[EvidenceId, Passage] = {}
        self._kept: dict[str, NDArray[np.float32]] = {}
        self._usual = 0.0
        if vectors is None:
            self._passages = {passage.id: passage for passage in passages}
            return
        self._vectors = vectors
        at = 0
        for passage in passages:
            if passage.kind == "interaction":
                self._wholes[passage.id] = at
                at += 1
            self._rows[passage.id] = at
            at += len(statements(passage.text))
        said = np.ones(len(vectors), dtype=bool)
        said[list(self._wholes.values())] = False
        self._usual = usual_cosine(vectors[said])

    def asked(self, texts: Sequence[str]) -> Vectors:
        """The vectors of wordings of a question, of shape (wordings, dimension)."""
        known = self._encoded(texts)
        return _stack(texts, known)

    def wholes(self, asked: Vectors, passages: Sequence[Passage]) -> NDArray[np.float32]:
        """The cosine of past interactions as a whole with the nearest wording of a question."""
        loose = [p.indexed_text for p in passages if p.id not in self._wholes]
        known = self._encoded(loose)
        rows = [
            self._vectors[self._wholes[p.id]] if p.id in self._wholes else known[p.indexed_text]
            for p in passages
        ]
        nearest: NDArray[np.float32] = (np.array(rows) @ asked.T).max(axis=1, initial=-1.0)
        return nearest

    def of(
        self, asked: NDArray[np.float32], evidence: Sequence[Evidence]
    ) -> tuple[tuple[float, ...], ...]:
        """How near each statement of each piece of evidence is to what is asked, at most 1.

        `asked` has shape (wordings of the question, dimension); the nearest wording counts. The
        unit is the cosine, moved so that 0 is what two statements of this corpus usually have:
        encoders differ in what their cosines say.
        """
        loose = [self._texts(item) for item in evidence]
        known = self._encoded([text for texts in loose for text in texts])
        return tuple(
            self._near(asked, self._stored(item) if item.id in self._rows else _stack(texts, known))
            for item, texts in zip(evidence, loose, strict=True)
        )

    def _near(self, asked: NDArray[np.float32], rows: Vectors) -> tuple[float, ...]:
        if not len(rows):
            return ()
        cosines = (rows @ asked.T).max(axis=1, initial=-1.0)
        return tuple(float(cosine) for cosine in (cosines - self._usual) / (1.0 - self._usual))

    def _stored(self, item: Evidence) -> Vectors:
        start = self._rows[item.id]
        return self._vectors[start : start + len(statements(item.text))]

    def _texts(self, item: Evidence) -> list[str]:
        """The statements of a piece of evidence that has no stored vectors."""
        if item.id in self._rows:
            return []
        count = len(statements(item.text))
        passage = self._passages.get(item.id)
        if passage is None:
            return [item.text] * count
        return worded(passage.place, passage.text)[:count]

    def _encoded(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of texts; what was encoded before is kept."""
        found = {text: self._kept[text] for text in texts if text in self._kept}
        new = list(dict.fromkeys(text for text in texts if text not in found))
        if new:
            fresh = dict(zip(new, encode(new, self._encoder), strict=True))
            found |= fresh
            # Never emptied in place: another thread may be looking into it.
            self._kept = fresh if len(self._kept) > KEPT else {**self._kept, **fresh}
        return found


def _stack(texts: Sequence[str], known: Mapping[str, NDArray[np.float32]]) -> Vectors:
    return np.array([known[text] for text in texts], dtype=np.float32)


def usual_cosine(vectors: Vectors) -> float:
    """The mean cosine of pairs of rows, at most 0.9; 0 where there are too few to tell."""
    if len(vectors) < 10:
        return 0.0
    choose = np.random.default_rng(0)
    left, right = choose.integers(len(vectors), size=(2, PAIRS))
    cosines = np.einsum("ij,ij->i", vectors[left], vectors[right])[left != right]
    return float(np.clip(cosines.mean(), 0.0, 0.9))
