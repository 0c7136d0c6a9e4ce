"""Misspelt words: the word of a name that a word of a text probably stands for."""

from collections.abc import Iterable

SHORTEST, CHANGED, TWICE = 5, 7, 10
"""Letters of a word that may be a typo of another one; that may have another letter in the place of
one, as `stock` for `stick`; and that may have two typos."""

_ONE, _TWO = 0.88, 0.8
"""How surely a word with one typo, and with two, stands for the word of a name."""


class Mender:
    """Finds words that differ by a letter too many, too few, changed, or in another place.

    The distance is that of optimal string alignment (Damerau 1964); the first letter is right.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._by_initial: dict[str, list[str]] = {}
        for word in words:
            if len(word) >= SHORTEST and word.isalpha():
                self._by_initial.setdefault(word[0], []).append(word)

    def mend(self, word: str) -> tuple[str, float]:
        """The word of a name that a word stands for and how surely; the word itself if none."""
        if len(word) < SHORTEST or not word.isalpha():
            return word, 1.0
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        most = 1 if len(word) < TWICE else 2
        near = self._by_initial.get(word[0], ())
        best = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=most)
        if best is None or not _likely(word, best[0]):
            return word, 1.0
        return best[0], _ONE if best[1] <= 1 else _TWO


def _likely(word: str, known: str) -> bool:
    """In a short word a letter is missing, too many, or in another place, and its end is right."""
    if len(word) < CHANGED and len(word) == len(known) and sorted(word) != sorted(known):
        return False
    return min(len(word), len(known)) > SHORTEST or word[-1] == known[-1]
