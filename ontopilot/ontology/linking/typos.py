"""Misspelt words: the word of a name that a word of a text probably stands for."""

from collections.abc import Iterable

from ontopilot.prose import STOP_WORDS

SHORTEST, CHANGED, TWICE = 5, 7, 10
"""Letters of a word that may be a typo of another one; that may have another letter in the place of
one, as `stock` for `stick`; and that may have two typos."""

_ONE, _TWO = 0.88, 0.8
"""How surely a word with one typo, and with two, stands for the word of a name."""

BESIDE = 0.8
"""How surely a word that only the word beside it shows to be misspelt stands for that of a name."""

_SHORTEST_BESIDE = 3
"""Letters of a word that may be a typo in a name of several words."""


def may_be_misspelt(word: str) -> bool:
    """Whether a lower-case word of no name may be one with a typo, the word beside it allowing."""
    return len(word) >= _SHORTEST_BESIDE and word.isalpha() and word not in STOP_WORDS


def beside(word: str, known: Iterable[str]) -> str:
    """The one word of those that names have beside another one that this word is a typo of."""
    found = alike(word, known)
    return found[0] if len(found) == 1 else ""


def alike(word: str, known: Iterable[str]) -> list[str]:
    """The words with a letter more, less, changed or in another place; the first one is right."""
    from rapidfuzz.distance import OSA

    near = (other for other in known if other[0] == word[0] and abs(len(other) - len(word)) < 2)
    return [
        other
        for other in near
        if OSA.distance(word, other, score_cutoff=1) == 1
        and len(other) > _SHORTEST_BESIDE
        and other.isalpha()
        and (len(word) > _SHORTEST_BESIDE or len(other) > len(word))
        and other.removesuffix("s") != word.removesuffix("s")
    ]


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
        """The word of a name that a word stands for and how surely; the word itself if none.

        A plural that no name has may be misspelt, too: `tosters` is a typo of `toaster`.
        """
        known, sure = self._mended(word)
        if known == word and word.endswith("s"):
            known, sure = self._mended(word[:-1])
            return (word, 1.0) if known == word[:-1] else (known, sure)
        return known, sure

    def _mended(self, word: str) -> tuple[str, float]:
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
