"""Linking text to terms: labels and synonyms, inflected or misspelt, and identifiers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ontopilot.ontology.terms import Iri, Mention

_WORD = re.compile(r"\w+(?:['’]\w+)?", re.UNICODE)
_SHORTEST_TYPO = 6
_TYPO_SCORE = 88.0


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a term; `weight` is lower for synonyms."""

    iri: Iri
    text: str
    weight: float


class Linker:
    """Finds the longest names of terms in a text.

    Names are compared by the stems of their words, so that case and inflection do not matter.
    A word of six letters or more that is no word of any name is compared with the words of all
    names, to see through typos.
    """

    def __init__(self, names: Iterable[Name], patterns: Mapping[Iri, str]) -> None:
        import Stemmer

        self._stemmer = Stemmer.Stemmer("english")
        self._entries: dict[tuple[str, ...], list[Name]] = {}
        self._longest = 1
        words: dict[str, str] = {}
        for name in names:
            key = tuple(self._stem(word) for word in _WORD.findall(name.text))
            if not key or (len(key) == 1 and len(key[0]) < 2):
                continue
            self._entries.setdefault(key, []).append(name)
            self._longest = max(self._longest, len(key))
            words.update({word.lower(): self._stem(word) for word in _WORD.findall(name.text)})
        self._words = {word: stem for word, stem in words.items() if len(word) >= _SHORTEST_TYPO}
        self._known = frozenset(words.values())
        self._starts = frozenset(key[0] for key in self._entries)
        self._patterns = tuple((iri, re.compile(rf"\b(?:{p})\b")) for iri, p in patterns.items())

    def _stem(self, word: str) -> str:
        return str(self._stemmer.stemWord(word.lower().replace("’", "'").removesuffix("'s")))

    def link(self, text: str) -> tuple[Mention, ...]:
        """The mentions in a text, in order, none inside another one."""
        found = [
            Mention(match.start(), match.end(), match.group(), iri, 1.0, match.group())
            for iri, pattern in self._patterns
            for match in pattern.finditer(text)
        ]
        taken = [(m.start, m.end) for m in found]
        words = [
            match
            for match in _WORD.finditer(text)
            if not any(start < match.end() and match.start() < end for start, end in taken)
        ]
        found += self._names(text, words)
        return tuple(sorted(found, key=lambda m: (m.start, -m.score)))

    def _names(self, text: str, words: list[re.Match[str]]) -> list[Mention]:
        stems = [self._stem(word.group()) for word in words]
        doubt = [1.0] * len(stems)
        for at, word in enumerate(words):
            if stems[at] not in self._known:
                stems[at], doubt[at] = self._mend(word.group(), stems[at])
        found: list[Mention] = []
        at = 0
        while at < len(words):
            length = self._match(stems, at)
            if length:
                start, end = words[at].start(), words[at + length - 1].end()
                score = min(doubt[at : at + length])
                names = self._entries[tuple(stems[at : at + length])]
                found += self._mentions(text, start, end, names, score)
            at += length or 1
        return found

    def _match(self, stems: list[str], at: int) -> int:
        if stems[at] not in self._starts:
            return 0
        for length in range(min(self._longest, len(stems) - at), 0, -1):
            if tuple(stems[at : at + length]) in self._entries:
                return length
        return 0

    def _mentions(
        self, text: str, start: int, end: int, names: list[Name], score: float
    ) -> list[Mention]:
        best = max(name.weight for name in names)
        chosen = {name.iri: name for name in names if name.weight >= best - 0.05}
        said = text[start:end]
        return [Mention(start, end, said, iri, score * n.weight) for iri, n in chosen.items()]

    def _mend(self, word: str, stem: str) -> tuple[str, float]:
        if len(word) < _SHORTEST_TYPO or not word.isalpha():
            return stem, 1.0
        from rapidfuzz import fuzz, process

        near = [known for known in self._words if abs(len(known) - len(word)) <= 2]
        same = [known for known in near if known[0] == word[0].lower()]
        best = process.extractOne(word.lower(), same, scorer=fuzz.ratio, score_cutoff=_TYPO_SCORE)
        return (self._words[best[0]], best[1] / 100) if best else (stem, 1.0)
