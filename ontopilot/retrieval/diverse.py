"""Diversity: passages that say what a better one says come last."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from ontopilot.models.encoder import Vectors
from ontopilot.prose import tokens
from ontopilot.retrieval.lexical import stems
from ontopilot.retrieval.passage import Passage

NEAR = 0.85
"""The cosine of two passages from which on their words are compared."""

ALIKE = 0.4
"""The share of their runs of three words, of those of both, from which on one passage repeats the
other (resemblance, Broder 1997)."""

RUN = 3


class _Said(NamedTuple):
    """The runs of words of a text, and the stems of those that carry meaning."""

    runs: frozenset[tuple[str, ...]]
    words: frozenset[str]


class Diversity:
    """Which passages of an index repeat another one.

    Their words are the same but for small ones, marks and their order. One that has another word,
    such as a number, a code or a name, says something else, however many words they share: in
    records of the same fields each word counts.
    """

    def __init__(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        self._passages = passages
        self._vectors = vectors
        self._said = lru_cache(maxsize=4096)(self._read)

    def repeats(self, row: int, better: Sequence[int]) -> bool:
        """Whether a passage says what one of some others says."""
        if not better:
            return False
        near = self._vectors[list(better)] @ self._vectors[row] >= NEAR
        return any(
            self._same(row, other)
            for other, like in zip(better, near.tolist(), strict=True)
            if like
        )

    def _same(self, row: int, other: int) -> bool:
        one, two = self._said(row), self._said(other)
        if one.words != two.words:
            return False
        return len(one.runs & two.runs) >= ALIKE * len(one.runs | two.runs)

    def _read(self, row: int) -> _Said:
        text = self._passages[row].text
        words = [word.lower() for _, _, word in tokens(text)]
        runs = zip(*(words[at:] for at in range(RUN)), strict=False)
        return _Said(frozenset(runs), frozenset(stems(text)))
