"""The names of one language, by the stems of their words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count, pairwise
from typing import NamedTuple

from ontopilot.ontology.linking.context import Background
from ontopilot.ontology.linking.heads import Heads
from ontopilot.ontology.linking.inflect import Relation, relation
from ontopilot.ontology.linking.memo import Memo
from ontopilot.ontology.linking.names import Name
from ontopilot.ontology.linking.phrases import NO, SMALL, Phrases
from ontopilot.ontology.linking.typos import BESIDE, alike, beside, may_be_misspelt
from ontopilot.prose import STOP_WORDS

FORM: Mapping[Relation, float] = {
    "same": 1.0,
    "plural": 1.0,
    "verb": 0.8,
    "tense": 0.7,
    "derived": 0.6,
}
"""What is left of a score when the word in the text is another form of the word in the name.

"Returned" may speak of a return, and may be another thing by that very name: an exact name wins,
and where there is none the form of a verb is a weaker hint than the noun or its plural.
"""

REWORDED = 0.85
"""What is left of a score when a name is said with other words between, or in another order."""

NO_LETTER, ODD_LETTER = "\0", "\1"
"""What stands for a word of no name, and for one that might be a misspelt word of a name."""

_FIRST_SMALL, _FIRST_LETTER = 0x1000, 0x10000
"""The first of the letters that stand for the stems of small words, and for those of others:
characters are only numbers here, and those from the second on hold a million stems."""

_ODD_NEIGHBOURS = re.compile("(?=[\U00010000-\U0010ffff]\1|\1[\U00010000-\U0010ffff])")

STEMMERS = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip
"""The Snowball stemmer of each language; names of other languages are stemmed as English."""


Match = tuple[int, int, int]
"""A pattern of an automaton, and from where to where a line has it."""


class Named(NamedTuple):
    """A name of a stretch of words, and what the forms of its words leave of its weight."""

    name: Name
    form: float


class Lexicon:
    """The names of one language. Each stem is a letter, and each name a word of such letters."""

    def __init__(self, language: str, known: Sequence[Name], background: Background) -> None:
        import ahocorasick_rs
        import Stemmer

        self.language = language
        stemmer = Stemmer.Stemmer(language)
        self._stemmed = Memo[str, str](lambda word: str(stemmer.stemWord(word.removesuffix("'s"))))
        self.entries: dict[tuple[str, ...], list[tuple[Name, tuple[str, ...]]]] = {}
        self.words: set[str] = set()
        for name in known:
            said = name.words
            key = tuple(map(self._stemmed.__getitem__, said))
            if not key or (len(key) == 1 and len(key[0]) < 2):
                continue
            self.entries.setdefault(key, []).append((name, said))
            self.words.update(said)
        self.longest = max(map(len, self.entries), default=1)
        self._stems = frozenset(map(self.stem, self.words))
        small = {self.stem(word) for word in self.words & (SMALL | NO)}
        self.alphabet = _alphabet(small, self._stems - small)
        self.automaton = ahocorasick_rs.AhoCorasick(
            ["".join(map(self.alphabet.__getitem__, key)) for key in self.entries],
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
        )
        self.starts = frozenset(key[0] for key in self.entries)
        self.phrases = Phrases(self.entries)
        spelled = self.alphabet.__getitem__
        self._reworded = {
            spelled(rarest): [frozenset(map(spelled, phrase.words)) for phrase in phrases]
            for rarest, phrases in self.phrases.by_rarest.items()
        }
        self._partners = _partners(self._reworded)
        self._shared = frozenset(self._partners)
        self.beside = _neighbours(self.entries)
        self.inner: dict[str, list[str]] = {}
        for word in frozenset[str]().union(*self.beside.values()):
            self.inner.setdefault(word[0], []).append(word)
        self.misspelt = Memo(self._alike)
        """The words of longer names that a word, which no name has, may be a typo of."""
        self._mended = Memo(self._mend)
        self.heads = Heads(known, background, self.stem, language)
        self._heads = frozenset(map(spelled, self.heads.stems))

    def stem(self, word: str) -> str:
        """The stem of a lower-case word."""
        return self._stemmed[word]

    def knows(self, word: str) -> bool:
        """Whether some name has a form of the word."""
        return self.stem(word) in self._stems

    def letter(self, word: str) -> str:
        """The letter of a lower-case word."""
        found = self.alphabet.get(self.stem(word))
        if found is not None:
            return found
        return ODD_LETTER if self.misspelt[word] else NO_LETTER

    def _alike(self, word: str) -> list[str]:
        return alike(word, self.inner.get(word[0], ())) if may_be_misspelt(word) else []

    def says_more(self, line: str, matches: Sequence[Match], word: Callable[[int], str]) -> bool:
        """Whether a text, its letters in line, may say more than what the automaton matches: a
        name in another way, or with a typo that only the word beside it tells.
        """
        rest, matched = line, ""
        if len(matches) == 1:
            _, start, end = matches[0]
            if line[end : end + 1] in self._heads:
                return True
            rest, matched = line[:start] + line[end:], line[start:end]
        if not self._shared.isdisjoint(rest) and self._rewords(rest, line, matched):
            return True
        return ODD_LETTER in line and any(
            self._mended[word(one.start()), word(one.start() + 1)]
            for one in _ODD_NEIGHBOURS.finditer(line)
        )

    def _rewords(self, rest: str, line: str, matched: str) -> bool:
        """Whether the words of a name are all there, and not all of them in what is matched."""
        for letter in rest:
            if letter in self._shared and not self._partners[letter].isdisjoint(line):
                break
        else:
            return False
        there, known = set(line), set(matched)
        return any(
            phrase <= there and not phrase <= known
            for letter in self._reworded.keys() & there
            for phrase in self._reworded[letter]
        )

    def _mend(self, pair: tuple[str, str]) -> tuple[str, str] | None:
        """Two lower-case words in a row, of which one is misspelt, as some name has them."""
        one, other = pair
        if self.letter(one) == ODD_LETTER:
            meant = beside(one, self.beside.get(self.stem(other), ()))
            return (meant, other) if meant and self._tells(other) else None
        if self.letter(other) == ODD_LETTER:
            meant = beside(other, self.beside.get(self.stem(one), ()))
            return (one, meant) if meant and self._tells(one) else None
        return None

    def _tells(self, word: str) -> bool:
        return self.letter(word) >= chr(_FIRST_LETTER)

    def view(self, said: Sequence[str], doubt: Sequence[float]) -> "View":
        """The words of a text as this language stems them, and how sure each of them is."""
        words, sure = list(said), list(doubt)
        letters = list(map(self.letter, said))
        for at, pair in enumerate(pairwise(said) if ODD_LETTER in letters else ()):
            mended = self._mended[pair] if ODD_LETTER in letters[at : at + 2] else None
            if mended is not None:
                changed = at if mended[0] != pair[0] else at + 1
                words[changed], sure[changed] = mended[changed - at], BESIDE
        return View(self, words, list(map(self.stem, words)), sure)


def _alphabet(small: Iterable[str], others: Iterable[str]) -> dict[str, str]:
    """A letter for each stem."""
    found = dict(zip(sorted(small), map(chr, count(_FIRST_SMALL)), strict=False))
    return found | dict(zip(sorted(others), map(chr, count(_FIRST_LETTER)), strict=False))


def _partners(reworded: Mapping[str, Iterable[frozenset[str]]]) -> dict[str, set[str]]:
    """Letters of names that may be said in another way: each with some of those of which one must
    be there, too.
    """
    found: dict[str, set[str]] = {}
    for rarest, phrases in reworded.items():
        for phrase in phrases:
            found.setdefault(rarest, set()).update(phrase)
            for letter in phrase:
                found.setdefault(letter, set()).add(rarest)
    for letter, partners in found.items():
        partners.discard(letter)
    return found


def _neighbours(
    entries: Mapping[tuple[str, ...], Iterable[tuple[Name, tuple[str, ...]]]],
) -> dict[str, set[str]]:
    """The words that names have beside each stem."""
    found: dict[str, set[str]] = {}
    for key, named in entries.items():
        for _, said in named:
            for at in range(1, len(key)):
                found.setdefault(key[at - 1], set()).add(said[at])
                found.setdefault(key[at], set()).add(said[at - 1])
    return found


class View(NamedTuple):
    """The words of a text as one language reads them."""

    lexicon: Lexicon
    said: Sequence[str]
    stems: list[str]
    sure: Sequence[float]
    """How surely each word is the one that was meant."""

    def match(self, at: int) -> int:
        """How many words the longest name that begins here has; 0 if none does."""
        if self.stems[at] not in self.lexicon.starts:
            return 0
        for length in range(min(self.lexicon.longest, len(self.stems) - at), 0, -1):
            if self.names(at, length):
                return length
        return 0

    def names(self, at: int, length: int) -> list[Named]:
        """The names that a stretch of words has, and how far their forms are from it; small words
        are names as they stand (`own` is not `owns`).
        """
        said = tuple(self.said[at : at + length])
        found = self.lexicon.entries.get(tuple(self.stems[at : at + length]), ())
        named = [
            Named(name, min(map(self._form, said, own)))
            for name, own in found
            if said == own or not STOP_WORDS.issuperset(said)
        ]
        least = FORM["derived"] if length > 1 else FORM["tense"]
        return [one for one in named if one.form > least]

    def phrases(self, apart: Sequence[bool]) -> Iterator[tuple[int, int, int, Named]]:
        """Names said in another way: from which word to which, by how many words, and the name."""
        for first, last, phrase in self.lexicon.phrases.find(self.said, self.stems, apart):
            said = {self.stems[p]: self.said[p] for p in range(first, last)}
            form = min(self._form(said[stem], word) for stem, word in phrase.words.items())
            if form > FORM["derived"]:
                yield first, last, len(phrase.words), Named(phrase.name, form * REWORDED)

    def telling(self, first: int, last: int) -> int:
        """How many words of a stretch carry meaning."""
        return sum(word not in SMALL for word in self.said[first:last])

    def _form(self, said: str, named: str) -> float:
        return FORM[relation(said, named, self.lexicon.language)]
