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
        found = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=8)
        likely = [(apart, known[-1] != word[-1], known) for known, apart, _ in found
                  if _likely(word, known)]  # fmt: skip
        if not likely:
            return word, 1.0
        apart, _, known = min(likely)
        return known, _ONE if apart <= 1 else _TWO


def _likely(word: str, known: str) -> bool:
    """In a short word letters have changed places, or one is missing or too many before its end."""
    if sorted(word) == sorted(known):
        return True
    if len(word) < CHANGED and len(word) == len(known):
        return False
    return min(len(word), len(known)) > SHORTEST or word[-1] == known[-1]
