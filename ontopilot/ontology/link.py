"""Linking text to terms: labels and synonyms, inflected or misspelt, and identifiers."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ontopilot.ontology.inflect import Relation, relation
from ontopilot.ontology.terms import Iri, Mention

_WORD = re.compile(r"\w+(?:['’]\w+)?", re.UNICODE)
_SHORTEST_TYPO = 5
_TYPO_SCORE = 88.0
_CLOSE = 0.05
"""Names of one place that score this much less than the best are not meant."""

_FORM: Mapping[Relation, float] = {"same": 1.0, "plural": 1.0, "verb": 0.8, "derived": 0.6}
"""What is left of a score when the word in the text is another form of the word in the name.

"Returned" may speak of a return, and may be another thing by that very name: an exact name wins,
and where there is none the form of a verb is a weaker hint than the noun or its plural.
"""


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a term; `weight` is lower for synonyms."""

    iri: Iri
    text: str
    weight: float

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the name, in lower case."""
        return tuple(_lower(word) for word in _WORD.findall(self.text))


class Linker:
    """Finds the longest names of terms in a text.

    Names are found by the stems of their words; how close the words are then sets the score.
    A word of five letters or more that is no word of any name is compared with the words of all
    names, to see through typos.
    """

    def __init__(self, names: Iterable[Name], patterns: Mapping[Iri, re.Pattern[str]]) -> None:
        import Stemmer

        self._stemmer = Stemmer.Stemmer("english")
        self._entries: dict[tuple[str, ...], list[tuple[Name, tuple[str, ...]]]] = {}
        words: dict[str, str] = {}
        for name in names:
            said = name.words
            key = tuple(map(self._stem, said))
            if not key or (len(key) == 1 and len(key[0]) < 2):
                continue
            self._entries.setdefault(key, []).append((name, said))
            words.update(zip(said, key, strict=True))
        self._longest = max(map(len, self._entries), default=1)
        self._known = frozenset(words.values())
        self._starts = frozenset(key[0] for key in self._entries)
        self._by_initial: dict[str, list[str]] = {}
        for word in words:
            if len(word) > _SHORTEST_TYPO:
                self._by_initial.setdefault(word[0], []).append(word)
        self._patterns = tuple(patterns.items())

    def _stem(self, word: str) -> str:
        return str(self._stemmer.stemWord(word.removesuffix("'s")))

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
        said = [_lower(word.group()) for word in words]
        doubt = [1.0] * len(said)
        for at, word in enumerate(said):
            if self._stem(word) not in self._known:
                said[at], doubt[at] = self._mended(word)
        stems = list(map(self._stem, said))
        found: list[Mention] = []
        at = 0
        while at < len(words):
            length = self._match(stems, at)
            if length:
                start, end = words[at].start(), words[at + length - 1].end()
                certain = min(doubt[at : at + length])
                for iri, score in self._scores(stems, said, at, at + length).items():
                    found.append(Mention(start, end, text[start:end], iri, score * certain))
            at += length or 1
        return found

    def _match(self, stems: list[str], at: int) -> int:
        if stems[at] not in self._starts:
            return 0
        for length in range(min(self._longest, len(stems) - at), 0, -1):
            if tuple(stems[at : at + length]) in self._entries:
                return length
        return 0

    def _scores(self, stems: list[str], said: list[str], at: int, end: int) -> dict[Iri, float]:
        """The terms that a stretch of words may name, each with its best score."""
        scores: dict[Iri, float] = {}
        for name, named in self._entries[tuple(stems[at:end])]:
            form = min(
                _FORM[relation(word, own)] for word, own in zip(said[at:end], named, strict=True)
            )
            scores[name.iri] = max(name.weight * form, scores.get(name.iri, 0.0))
        best = max(scores.values())
        return {iri: score for iri, score in scores.items() if score >= best - _CLOSE - 1e-9}

    def _mended(self, word: str) -> tuple[str, float]:
        """The word of a name that a misspelt word probably stands for, and how near it is."""
        if len(word) < _SHORTEST_TYPO or not word.isalpha():
            return word, 1.0
        from rapidfuzz import fuzz, process

        near = [
            known
            for known in self._by_initial.get(word[0], ())
            if abs(len(known) - len(word)) <= 2
            and (len(word) > _SHORTEST_TYPO or known[-1] == word[-1])
        ]
        best = process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=_TYPO_SCORE)
        if best:
            return best[0], best[1] / 100
        swapped = (known for known in near if _is_swapped(word, known))
        known = next(swapped, None)
        return (known, _TYPO_SCORE / 100) if known else (word, 1.0)


def _is_swapped(word: str, known: str) -> bool:
    """Whether two neighbouring letters changed places."""
    if len(word) != len(known):
        return False
    apart = [at for at, (a, b) in enumerate(zip(word, known, strict=True)) if a != b]
    return (
        len(apart) == 2
        and apart[1] == apart[0] + 1
        and word[apart[0]] == known[apart[1]]
        and word[apart[1]] == known[apart[0]]
    )


def _lower(word: str) -> str:
    return word.lower().replace("’", "'")
