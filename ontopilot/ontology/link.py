"""Linking text to terms: labels and synonyms, inflected or misspelt, and identifiers."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

from ontopilot.ontology.linking.closed import CLOSED, Compounds
from ontopilot.ontology.linking.context import (
    Background,
    Reading,
    by_meaning,
    compound,
    leave_open,
    relate,
    settle,
)
from ontopilot.ontology.linking.everyday import is_everyday, may_be_everyday
from ontopilot.ontology.linking.lexicon import STEMMERS, Lexicon, Named, View
from ontopilot.ontology.linking.meaning import Encoder, Meanings
from ontopilot.ontology.linking.memo import Memo
from ontopilot.ontology.linking.names import Name, lower, said_in, words
from ontopilot.ontology.linking.phrases import APOSTROPHES
from ontopilot.ontology.linking.typos import Mender
from ontopilot.ontology.terms import Iri, Mention

_CLOSE = 0.05
"""Names of one place that score this much less than the best are not meant."""

_Scores = Mapping[Iri, float]


class Linker:
    """Finds the longest names of terms in a text.

    Names are found by the stems of their words, in the language of each name; how close the words
    are then sets the score. A word that is no word of any name may be a typo of one. Names may be
    said with other words between, and what a name leaves open is settled by what else the text
    speaks of (`settle`).

    Each stem is a letter of an alphabet of its own, and each name a word in it: an automaton (Aho
    and Corasick 1975) finds the longest names of a text from left to right in one pass. Where that
    is not all there is to a text, it is read word by word.
    """

    def __init__(
        self,
        names: Iterable[Name],
        patterns: Mapping[Iri, re.Pattern[str]],
        background: Background,
        describe: Callable[[Iri], str] = str,
        language: str = "en",
    ) -> None:
        known = list(names)
        self.compounds = Compounds(known, background.related, background.instances)
        known += self.compounds.names(known)
        by_language: dict[str, list[Name]] = {}
        for name in known:
            by_language.setdefault(STEMMERS.get(name.language, "english"), []).append(name)
        self.lexicons = [
            Lexicon(language, own, background) for language, own in by_language.items()
        ]
        mender = Mender({word for lexicon in self.lexicons for word in lexicon.words})
        self.understood = Memo(partial(_understood, self.lexicons, mender, self.compounds))
        self._letters = [Memo(partial(_letter, self.understood, one)) for one in self.lexicons]
        self._meant = [Memo(partial(self._plain_names, one)) for one in self.lexicons]
        self.patterns = tuple(patterns.items())
        self.background = background
        self._meanings, self._language = Meanings(describe), STEMMERS.get(language, "english")

    def link(self, text: str, encoder: Encoder | None = None) -> tuple[Mention, ...]:
        """The mentions in a text, in order, none inside another one.

        With an encoder, what names leave open is settled by what the text is near to in meaning.
        """
        if encoder is not None:
            return self.link_word_by_word(text, encoder)
        plain = self._plainly(text)
        return self.link_word_by_word(text) if plain is None else plain

    def link_word_by_word(self, text: str, encoder: Encoder | None = None) -> tuple[Mention, ...]:
        """The same without the automaton: slower, and what `link` must be equal to."""
        found = self._identified(text)
        spoken = _outside(found, text)
        for reading in self._readings(spoken, text, encoder):
            start, end = spoken[reading.first].start(), spoken[reading.last - 1].end()
            found += [
                Mention(start, end, text[start:end], iri, score)
                for iri, score in reading.scores.items()
            ]
        return tuple(sorted(found, key=lambda m: (m.start, -m.score)))

    def _identified(self, text: str) -> list[Mention]:
        return [
            Mention(match.start(), match.end(), match.group(), iri, 1.0, match.group())
            for iri, pattern in self.patterns
            for match in pattern.finditer(text)
        ]

    def _plainly(self, text: str) -> tuple[Mention, ...] | None:
        """The mentions of a text with one name at most; nothing where the automaton cannot tell."""
        if self.patterns and any(pattern.search(text) for _, pattern in self.patterns):
            return None
        said = said_in(text)
        only: tuple[int, int, int] | None = None
        for place, lexicon in enumerate(self.lexicons):
            line = "".join(map(self._letters[place].__getitem__, said))
            matches = lexicon.automaton.find_matches_as_indexes(line)
            if lexicon.says_more(line, matches, lambda at: self.understood[said[at]][0]):
                return None
            if matches:
                if only is not None or len(matches) > 1:
                    return None
                only = place, matches[0][1], matches[0][2]
        if only is None:
            return ()
        place, first, last = only
        scores = self._meant[place][tuple(said[first:last])]
        if scores is None:
            return None
        start, end = _ends(text, first, last)
        own = text[start:end]
        return tuple([Mention(start, end, own, iri, score) for iri, score in scores.items()])

    def _plain_names(self, lexicon: Lexicon, together: tuple[str, ...]) -> _Scores | None:
        """The terms that words name together, most surely first; nothing where what else a text
        says has a part in it, too.
        """
        known = [self.understood[word] for word in together]
        if len(known) == 1 and may_be_everyday(known[0][0]):
            return None
        view = lexicon.view([said for said, _ in known], [sure for _, sure in known])
        scores, codes = _scores(view.names(0, len(known)), min(view.sure))
        settles = not self.background.related.keys().isdisjoint(scores)
        if not scores or codes or settles or any(map(self.background.is_property, scores)):
            return None
        return dict(sorted(scores.items(), key=lambda pair: -pair[1]))

    def _readings(
        self, spoken: Sequence[re.Match[str]], text: str, encoder: Encoder | None
    ) -> list[Reading]:
        """What the words of a text name, word by word."""
        understood = [self.understood[word.group()] for word in spoken]
        said = [one for one, _ in understood]
        views = [lexicon.view(said, [sure for _, sure in understood]) for lexicon in self.lexicons]
        marks = _marks(spoken, text)
        found = list(_longest(views, len(said)))
        for view in views:
            found = _reworded(found, view, [mark not in _TOUCHING for mark in marks])
        found = [r for r in found if r.last - r.first > 1 or not is_everyday(said, r.first)]
        found = compound(found, [mark in _TOUCHING for mark in marks], self.background)
        found = settle(found, said, self.background)
        if encoder is not None:
            found = by_meaning(found, self._language, partial(self._near, spoken, text, encoder))
        found = list(map(leave_open, found))
        asked = "?" in text or not _ASKING.isdisjoint(said)
        found = relate(found, said, asked, self.background)
        for view in views:
            found = view.lexicon.heads.find(found, said, view.stems)
        return found

    def _near(
        self, spoken: Sequence[re.Match[str]], text: str, encoder: Encoder, reading: Reading
    ) -> Mapping[Iri, float]:
        """How near the text around a reading is to each of its terms."""
        start, end = spoken[reading.first].start(), spoken[reading.last - 1].end()
        around = text[max(0, start - _AROUND) : end + _AROUND]
        return self._meanings.near(around, list(reading.scores), encoder)


_AROUND = 150
"""Letters of a text before and behind a name that tell what it means."""

_ASKING = frozenset("what which how tell was welche welcher welches wie".split())
"""Words that ask, with or without a question mark."""

_TOUCHING = ("", " ", "-", "‑")
"""What may stand between the words of a name that is said in another way."""


def _marks(spoken: Sequence[re.Match[str]], text: str) -> list[str]:
    """What stands before each word."""
    ends = [0, *(word.end() for word in spoken)]
    return [text[end : word.start()] for end, word in zip(ends, spoken, strict=False)]


_Understood = Mapping[str, tuple[str, float]]
"""Words in lower case without their typos, and how sure that is."""


def _understood(
    lexicons: Sequence[Lexicon], mender: Mender, closed: Compounds, word: str
) -> tuple[str, float]:
    said = lower(word)
    said = APOSTROPHES.get(said, said)
    if any(lexicon.knows(said) for lexicon in lexicons):
        return said, 1.0
    part = closed.part(said)
    return (part, CLOSED) if part else mender.mend(said)


def _letter(understood: _Understood, lexicon: Lexicon, word: str) -> str:
    """The letter of a word in the alphabet of a lexicon."""
    return lexicon.letter(understood[word][0])


def _ends(text: str, first: int, last: int) -> tuple[int, int]:
    """Where the words from the first to before the last begin and end in a text."""
    spans = list(islice(words(text), last))
    return spans[first].start(), spans[last - 1].end()


def _outside(found: Sequence[Mention], text: str) -> list[re.Match[str]]:
    """The words of a text that are no part of an identifier."""
    if not found:
        return list(words(text))
    return [
        match
        for match in words(text)
        if not any(one.start < match.end() and match.start() < one.end for one in found)
    ]


def _scores(named: Iterable[Named], certain: float) -> tuple[dict[Iri, float], dict[Iri, str]]:
    """The terms that a stretch of words may name, each with its best score; the codes of those
    that only a name without its code names, too, whatever they score.
    """
    scores: dict[Iri, float] = {}
    codes: dict[Iri, str] = {}
    for name, form in named:
        score = name.weight * form * certain
        if score > scores.get(name.iri, 0.0):
            scores[name.iri], codes[name.iri] = score, name.code
    best = max((score for iri, score in scores.items() if not codes[iri]), default=0.0)
    kept = {
        iri: score
        for iri, score in scores.items()
        if codes[iri] or score >= best - _CLOSE * certain - 1e-9
    }
    return kept, {iri: codes[iri] for iri in kept if codes[iri]}


def _longest(views: Sequence[View], size: int) -> Iterator[Reading]:
    """The longest names from left to right."""
    at = 0
    while at < size:
        lengths = [view.match(at) for view in views]
        length = max(lengths, default=0)
        if length:
            own = [view for view, one in zip(views, lengths, strict=True) if one == length]
            named = [name for view in own for name in view.names(at, length)]
            certain = max(min(view.sure[at : at + length]) for view in own)
            yield Reading(at, at + length, *_scores(named, certain), own[0].lexicon.language)
        at += length or 1


def _reworded(found: Sequence[Reading], view: View, apart: Sequence[bool]) -> list[Reading]:
    """The readings with the names that are said in another way, where these say more."""
    best: dict[tuple[int, int], list[Named]] = {}
    sizes: dict[tuple[int, int], int] = {}
    for first, last, size, named in view.phrases(apart):
        best.setdefault((first, last), []).append(named)
        sizes[first, last] = max(size, sizes.get((first, last), 0))
    kept = list(found)
    for first, last in sorted(best, key=lambda span: (-sizes[span], span[1] - span[0], span)):
        inside = [r for r in kept if r.first < last and first < r.last]
        meant = {named.name.iri for named in best[first, last]}
        if all(
            first <= r.first
            and r.last <= last
            and view.telling(r.first, r.last) < sizes[first, last]
            and not (r.language and r.last - r.first > 1 and r.full.keys() >= meant)
            for r in inside
        ):
            scores, codes = _scores(best[first, last], min(view.sure[first:last]))
            kept = [r for r in kept if r not in inside] + [Reading(first, last, scores, codes)]
    return sorted(kept, key=lambda reading: reading.first)
