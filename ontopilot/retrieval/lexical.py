"""Lexical search: BM25 over Snowball stems."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ontopilot.prose import STOP_WORDS, stem, tokens

Scores = NDArray[np.float32]
"""One score per passage, 0 where nothing matches."""


def stems(text: str) -> list[str]:
    """The stems of a text's content words, in order."""
    return [
        stem(word)
        for _, _, word in tokens(text)
        if word.lower().replace("’", "'") not in STOP_WORDS
    ]


class Lexical:
    """BM25 (Lucene's variant, k1 = 1.5, b = 0.75) over the stems of passages.

    bm25s builds the matrix of scores; a query adds up its columns itself, because its words have
    weights.
    """

    def __init__(self, passages: Sequence[Sequence[str]]) -> None:
        self.size = len(passages)
        self._columns: dict[str, int] = {}
        if not any(passages):
            return
        import bm25s

        index = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        index.index([list(words) for words in passages], show_progress=False)
        self._columns = dict(index.vocab_dict)
        self._values: NDArray[np.float32] = index.scores["data"]
        self._rows: NDArray[np.int32] = index.scores["indices"]
        self._starts: list[int] = index.scores["indptr"].tolist()

    def scores(self, weights: Mapping[str, float]) -> Scores:
        """The BM25 score of every passage for weighted stems."""
        found = np.zeros(self.size, dtype=np.float32)
        for word, weight in weights.items():
            if (part := self._part(word)) is not None:
                found[self._rows[part]] += weight * self._values[part]
        return found

    def rows(self, word: str) -> NDArray[np.int32]:
        """The passages that have a stem."""
        part = self._part(word)
        return np.empty(0, dtype=np.int32) if part is None else self._rows[part]

    def rarity(self, word: str) -> float:
        """The inverse document frequency of a stem, in 0 (everywhere) to 1 (nowhere or once)."""
        if self.size < 2:
            return 1.0
        count = self.frequency(word)
        return float(
            np.log1p((self.size - count + 0.5) / (count + 0.5)) / np.log1p(2 * self.size + 1)
        )

    def frequency(self, word: str) -> int:
        """How many passages have a stem."""
        part = self._part(word)
        return 0 if part is None else part.stop - part.start

    def _part(self, word: str) -> slice | None:
        """Where a stem's column is."""
        column = self._columns.get(word)
        return None if column is None else slice(self._starts[column], self._starts[column + 1])


def weights(words: Iterable[str]) -> dict[str, float]:
    """How much each stem of a question counts: repeated words count more, but ever less so."""
    counts: dict[str, int] = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    return {word: 1.0 + float(np.log(count)) for word, count in counts.items()}
