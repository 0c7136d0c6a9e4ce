"""Linking text to terms: labels and synonyms, inflected or misspelt, and identifiers."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from ontopilot.ontology.context import Reading, settle
from ontopilot.ontology.inflect import Relation, relation
from ontopilot.ontology.names import Name, lower, words
from ontopilot.ontology.terms import Iri, Mention
from ontopilot.ontology.typos import Mender
from ontopilot.prose import STOP_WORDS

_CLOSE = 0.05
"""Names of one place that score this much less than the best are not meant."""

_FORM: Mapping[Relation, float] = {"same": 1.0, "plural": 1.0, "verb": 0.8, "derived": 0.6}
"""What is left of a score when the word in the text is another form of the word in the name.

"Returned" may speak of a return, and may be another thing by that very name: an exact name wins,
and where there is none the form of a verb is a weaker hint than the noun or its plural.
"""

_STEMMERS = {
    "da": "danish", "de": "german", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch",
    "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip
"""The Snowball stemmer of each language; names of other languages are stemmed as English."""


class Linker:
    """Finds the longest names of terms in a text.

    Names are found by the stems of their words, in the language of each name; how close the words
    are then sets the score. A word that is no word of any name may be a typo of one. What a name
    leaves open is settled by what else the text speaks of (`settle`).
    """

    def __init__(
        self,
        names: Iterable[Name],
        patterns: Mapping[Iri, re.Pattern[str]],
        related: Mapping[Iri, frozenset[Iri]],
        instances: Callable[[Iri], frozenset[Iri]],
    ) -> None:
        by_language: dict[str, list[Name]] = {}
        for name in names:
            by_language.setdefault(_STEMMERS.get(name.language, "english"), []).append(name)
        self._lexicons = [_Lexicon(language, known) for language, known in by_language.items()]
        self._mender = Mender({word for lexicon in self._lexicons for word in lexicon.words})
        self._patterns = tuple(patterns.items())
        self._related, self._instances = related, instances

    def link(self, text: str) -> tuple[Mention, ...]:
        """The mentions in a text, in order, none inside another one."""
        found = [
            Mention(match.start(), match.end(), match.group(), iri, 1.0, match.group())
            for iri, pattern in self._patterns
            for match in pattern.finditer(text)
        ]
        taken = [(m.start, m.end) for m in found]
        free = [
            match
            for match in words(text)
            if not any(start < match.end() and match.start() < end for start, end in taken)
        ]
        readings = settle(self._readings(free), self._related, self._instances)
        found += [
            Mention(r.start, r.end, text[r.start : r.end], iri, score)
            for r in readings
            for iri, score in r.scores.items()
        ]
        return tuple(sorted(found, key=lambda m: (m.start, -m.score)))

    def _readings(self, found: Sequence[re.Match[str]]) -> list[Reading]:
        said = [lower(word.group()) for word in found]
        doubt = [1.0] * len(said)
        for at, word in enumerate(said):
            if not any(lexicon.knows(word) for lexicon in self._lexicons):
                said[at], doubt[at] = self._mender.mend(word)
        views = [lexicon.view(said) for lexicon in self._lexicons]
        readings: list[Reading] = []
        at = 0
        while at < len(found):
            lengths = [view.match(at) for view in views]
            length = max(lengths, default=0)
            if length:
                named = [n for v, own in zip(views, lengths, strict=True) if own == length
                         for n in v.names(at, length)]  # fmt: skip
                certain = min(doubt[at : at + length])
                scores, short = _scores(named, certain)
                span = found[at].start(), found[at + length - 1].end()
                readings.append(Reading(*span, scores, short))
            at += length or 1
        return readings


class _Named(NamedTuple):
    name: Name
    form: float


def _scores(named: Iterable[_Named], certain: float) -> tuple[dict[Iri, float], frozenset[Iri]]:
    """The terms that a stretch of words may name, each with its best score; those that only a
    name without its code names, too, whatever they score.
    """
    scores: dict[Iri, float] = {}
    short: dict[Iri, bool] = {}
    for name, form in named:
        score = name.weight * form * certain
        if score > scores.get(name.iri, 0.0):
            scores[name.iri], short[name.iri] = score, name.short
    best = max((score for iri, score in scores.items() if not short[iri]), default=0.0)
    kept = {
        iri: score
        for iri, score in scores.items()
        if short[iri] or score >= best - _CLOSE * certain - 1e-9
    }
    return kept, frozenset(iri for iri in kept if short[iri])


class _Lexicon:
    """The names of one language, by the stems of their words."""

    def __init__(self, language: str, names: Iterable[Name]) -> None:
        import Stemmer

        self._stemmer = Stemmer.Stemmer(language)
        self.entries: dict[tuple[str, ...], list[tuple[Name, tuple[str, ...]]]] = {}
        self.words: set[str] = set()
        for name in names:
            said = name.words
            key = tuple(map(self.stem, said))
            if not key or (len(key) == 1 and len(key[0]) < 2):
                continue
            self.entries.setdefault(key, []).append((name, said))
            self.words.update(said)
        self.longest = max(map(len, self.entries), default=1)
        self._stems = frozenset(map(self.stem, self.words))
        self.starts = frozenset(key[0] for key in self.entries)

    def stem(self, word: str) -> str:
        """The stem of a lower-case word."""
        return str(self._stemmer.stemWord(word.removesuffix("'s")))

    def knows(self, word: str) -> bool:
        """Whether some name has a form of the word."""
        return self.stem(word) in self._stems

    def view(self, said: Sequence[str]) -> "_View":
        """The words of a text as this language stems them."""
        return _View(self, said, list(map(self.stem, said)))


class _View(NamedTuple):
    lexicon: _Lexicon
    said: Sequence[str]
    stems: list[str]

    def match(self, at: int) -> int:
        """How many words the longest name that begins here has; 0 if none does."""
        if self.stems[at] not in self.lexicon.starts:
            return 0
        for length in range(min(self.lexicon.longest, len(self.stems) - at), 0, -1):
            if self.names(at, length):
                return length
        return 0

    def names(self, at: int, length: int) -> list[_Named]:
        """The names that a stretch of words has, and how far their forms are from it; small words
        are names as they stand (`own` is not `owns`).
        """
        said = tuple(self.said[at : at + length])
        found = self.lexicon.entries.get(tuple(self.stems[at : at + length]), ())
        return [
            _Named(name, min(_FORM[relation(a, b)] for a, b in zip(said, own, strict=True)))
            for name, own in found
            if said == own or not STOP_WORDS.issuperset(said)
        ]
