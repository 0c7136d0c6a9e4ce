"""Linking text to terms: labels and synonyms, inflected or misspelt, and identifiers."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import count, islice
from typing import NamedTuple

from ontopilot.ontology.linking.context import Reading, settle
from ontopilot.ontology.linking.inflect import Relation, relation
from ontopilot.ontology.linking.memo import Memo
from ontopilot.ontology.linking.names import Name, lower, said_in, words
from ontopilot.ontology.linking.typos import Mender
from ontopilot.ontology.terms import Iri, Mention
from ontopilot.prose import STOP_WORDS

_CLOSE = 0.05
"""Names of one place that score this much less than the best are not meant."""

_FORM: Mapping[Relation, float] = {"same": 1.0, "plural": 1.0, "verb": 0.8, "derived": 0.6}
"""What is left of a score when the word in the text is another form of the word in the name.

"Returned" may speak of a return, and may be another thing by that very name: an exact name wins,
and where there is none the form of a verb is a weaker hint than the noun or its plural.
"""

_NO_LETTER, _FIRST_LETTER = "\0", 0x10000
"""What stands for a word of no name, and the first of the letters that stand for stems: characters
are only numbers here, and those from here on hold a million stems."""

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

    Each stem is a letter of an alphabet of its own, and each name a word in it: an automaton (Aho
    and Corasick 1975) finds the longest names of a text from left to right in one pass. Where two
    languages or a small word are in play, the text is read word by word.
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
        mender = Mender({word for lexicon in self._lexicons for word in lexicon.words})
        self._understood = Memo(partial(_understood, self._lexicons, mender))
        self._letters = [Memo(partial(_letter, self._understood, one)) for one in self._lexicons]
        self._meant = [Memo(partial(_meant, self._understood, one)) for one in self._lexicons]
        self._patterns = tuple(patterns.items())
        self._related, self._instances = related, instances

    def link(self, text: str) -> tuple[Mention, ...]:
        """The mentions in a text, in order, none inside another one."""
        found = self._identified(text)
        said = [one.group() for one in _outside(found, text)] if found else said_in(text)
        meant = self._quickly(said)
        if meant is None:
            return self.link_word_by_word(text)
        if meant:
            spans = _outside(found, text) if found else list(islice(words(text), meant[-1][1]))
            named = [(spans[s].start(), spans[e - 1].end(), *terms) for s, e, terms in meant]
            if all(self._is_settled(scores, short) for *_, scores, short in named):
                found += [
                    Mention(start, end, text[start:end], iri, score)
                    for start, end, scores, _ in named
                    for iri, score in scores.items()
                ]
            else:
                found += self._settled([Reading(*one) for one in named], text)
        return _ordered(found)

    def link_word_by_word(self, text: str) -> tuple[Mention, ...]:
        """The same without the automaton: slower, and what `link` must be equal to."""
        found = self._identified(text)
        found += self._settled(self._readings(_outside(found, text)), text)
        return _ordered(found)

    def _identified(self, text: str) -> list[Mention]:
        return [
            Mention(match.start(), match.end(), match.group(), iri, 1.0, match.group())
            for iri, pattern in self._patterns
            for match in pattern.finditer(text)
        ]

    def _settled(self, readings: Sequence[Reading], text: str) -> list[Mention]:
        return [
            Mention(r.start, r.end, text[r.start : r.end], iri, score)
            for r in settle(readings, self._related, self._instances)
            for iri, score in r.scores.items()
        ]

    def _is_settled(self, scores: Mapping[Iri, float], short: frozenset[Iri]) -> bool:
        """Whether a stretch of words leaves nothing open, nor settles what another leaves."""
        return not short and self._related.keys().isdisjoint(scores)

    def _quickly(self, said: Sequence[str]) -> list[tuple[int, int, "_Meant"]] | None:
        """What the automaton finds: words and the terms they name; nothing where it cannot tell."""
        only: tuple[int, list[tuple[int, int, int]]] | None = None
        for place, lexicon in enumerate(self._lexicons):
            line = "".join(map(self._letters[place].__getitem__, said))
            matches = lexicon.automaton.find_matches_as_indexes(line)
            if matches:
                if only is not None:
                    return None
                only = place, matches
        if only is None:
            return []
        place, matches = only
        meant = self._meant[place]
        found = [(start, end, meant[tuple(said[start:end])]) for _, start, end in matches]
        return None if any(not named[0] for _, _, named in found) else found

    def _readings(self, found: Sequence[re.Match[str]]) -> list[Reading]:
        understood = [self._understood[word.group()] for word in found]
        said, doubt = [one[0] for one in understood], [one[1] for one in understood]
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


_Meant = tuple[Mapping[Iri, float], frozenset[Iri]]
"""Terms with their scores, and those of them that are named without the code of their name."""


_Understood = Mapping[str, tuple[str, float]]
"""Words in lower case without their typos, and how sure that is."""


def _understood(lexicons: Sequence["_Lexicon"], mender: Mender, word: str) -> tuple[str, float]:
    said = lower(word)
    if any(lexicon.knows(said) for lexicon in lexicons):
        return said, 1.0
    return mender.mend(said)


def _letter(understood: _Understood, lexicon: "_Lexicon", word: str) -> str:
    """The letter of a word in the alphabet of a lexicon."""
    return lexicon.alphabet.get(lexicon.stem(understood[word][0]), _NO_LETTER)


def _meant(understood: _Understood, lexicon: "_Lexicon", together: tuple[str, ...]) -> _Meant:
    """The terms that words name together."""
    known = [understood[word] for word in together]
    view = lexicon.view([said for said, _ in known])
    return _scores(view.names(0, len(known)), min(certain for _, certain in known))


def _outside(found: Sequence[Mention], text: str) -> list[re.Match[str]]:
    """The words of a text that are no part of an identifier."""
    if not found:
        return list(words(text))
    return [
        match
        for match in words(text)
        if not any(one.start < match.end() and match.start() < one.end for one in found)
    ]


def _ordered(found: Sequence[Mention]) -> tuple[Mention, ...]:
    if len(found) < 2:
        return tuple(found)
    return tuple(sorted(found, key=lambda m: (m.start, -m.score)))


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
        import ahocorasick_rs
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
        stems = dict.fromkeys(stem for key in self.entries for stem in key)
        self.alphabet = dict(zip(stems, map(chr, count(_FIRST_LETTER)), strict=False))
        self.automaton = ahocorasick_rs.AhoCorasick(
            ["".join(map(self.alphabet.__getitem__, key)) for key in self.entries],
            matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
        )
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
