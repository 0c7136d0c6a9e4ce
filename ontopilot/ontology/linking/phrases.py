"""Names that a text says with words between theirs, in another order or with other small words.

`The iron keeps on leaking` says `iron leaks`, and `pump of my washing machine` says `washing
machine pump`: the words that carry a name's meaning are all there, close together, and so is its
negation if it has one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from ontopilot.ontology.linking.names import Name
from ontopilot.prose import STOP_WORDS

PARTICLES = frozenset(
    "about across after against before below between down into off on onto out over through under "
    "until up upon without ab an auf aus ein".split()
)
"""Small words that change what a verb says: `turns on`, `turns off`."""

NO = frozenset(
    "no not never cannot can't couldn't didn't doesn't don't hasn't haven't isn't aren't wasn't "
    "weren't won't wouldn't nicht nie kein keine keinen keiner keines keinerlei".split()
)

APOSTROPHES = {word.replace("'", ""): word for word in NO if "'" in word}
"""The negations that people write without their apostrophe."""

_GERMAN = frozenset(
    "der die das den dem des eine einen einem einer eines mein meine meinen meinem meiner "
    "unser unsere unseren unserem unserer ihr ihre ihren ihrem ihrer sein seine seinen seinem "
    "seiner ist sind war waren wird werden wurde hat haben hatte im in am von vom zum zur "
    "für bei beim mit es sich".split()
)

_TELLING = frozenset("how what when where who nobody nothing something".split())

SMALL = (STOP_WORDS | _GERMAN) - PARTICLES - NO - _TELLING
"""Words that a name is as well said with as without."""

UNTOLD = SMALL | NO
"""Words that do not tell what a name means."""

_PASSING = frozenset(
    "keep keeps kept keeping stays stay goes going gets got become becomes became look looks seem "
    "seems seemed simply suddenly constantly always often sometimes completely really totally "
    "actually again on still even started begun begins starts bit little badly dauernd ständig "
    "immer oft manchmal sehr mehr schon noch jetzt wieder viel zu ganz total plötzlich einfach "
    "bloß nur leider komplett völlig auch gar so etwas mal heute kommt comes coming".split()
)
"""Words that may stand between the words of a name and change nothing but how, and how often."""

_LONG, _WIDEST = 3, 7
"""Words that carry meaning, of which a name has enough to let one unknown word stand between them,
and the most words in a row that stand between two of them."""

_SHORTEST_ADVERB = 5
"""Letters of a word that ends in `ly` and is an adverb."""


_BREAKS = frozenset(
    "and because but can could he i if or she should than they we when while would you aber du er "
    "ich oder und weil wenn wir".split()
)
"""Small words that begin something else."""

_PLACES = frozenset("at im in".split())
"""Small words that tell where a thing is, and do not make one name of it and the place."""


class Phrase(NamedTuple):
    """A name by the stems of the words that carry its meaning."""

    name: Name
    words: Mapping[str, str]
    """Each stem with its word in the name."""
    denied: bool
    open: bool
    """Whether small words hold the name together: `lint trap of the washer`."""


class Said(NamedTuple):
    """A phrase at the words of a text from `first` to before `last`."""

    first: int
    last: int
    phrase: Phrase


class Phrases:
    """The names of one language that may be said in another way."""

    def __init__(self, entries: Mapping[tuple[str, ...], Iterable[tuple[Name, tuple[str, ...]]]]):
        phrases = [
            phrase
            for key, named in entries.items()
            for name, said in named
            if not name.short and (phrase := _phrase(name, key, said)) is not None
        ]
        known = Counter(stem for phrase in phrases for stem in phrase.words)
        self.by_rarest: dict[str, list[Phrase]] = {}
        """The phrases by the stem that fewest of them have."""
        for phrase in phrases:
            rarest = min(phrase.words, key=known.__getitem__)
            self.by_rarest.setdefault(rarest, []).append(phrase)

    def find(
        self, said: Sequence[str], stems: Sequence[str], apart: Sequence[bool]
    ) -> Iterator[Said]:
        """The phrases in a text; `apart` tells of each word whether a mark stands before it."""
        places: dict[str, list[int]] = {}
        for place, stem in enumerate(stems):
            places.setdefault(stem, []).append(place)
        for stem in places.keys() & self.by_rarest.keys():
            for phrase in self.by_rarest[stem]:
                if phrase.words.keys() <= places.keys():
                    yield from _placed(phrase, stem, places, said, apart)


def _phrase(name: Name, key: Sequence[str], said: Sequence[str]) -> Phrase | None:
    """The words of a name that carry its meaning; nothing if there are fewer than two."""
    if len(key) < 2:
        return None
    telling = {stem: word for stem, word in zip(key, said, strict=True) if word not in UNTOLD}
    if len(telling) < 2 or PARTICLES.issuperset(list(telling.values())[1:]):
        return None
    return Phrase(name, telling, not NO.isdisjoint(said), not SMALL.isdisjoint(said[1:-1]))


def _placed(
    phrase: Phrase,
    rarest: str,
    places: Mapping[str, Sequence[int]],
    said: Sequence[str],
    apart: Sequence[bool],
) -> Iterator[Said]:
    for at in places[rarest]:
        near = [min(places[stem], key=lambda p: abs(p - at)) for stem in phrase.words]
        first, last = min(near), max(near) + 1
        if any(apart[first + 1 : last]):
            continue
        between = [said[p] for p in range(first, last) if p not in near]
        if phrase.denied:
            outer = _with_negation(first, last, between, said, apart)
            if outer is None:
                continue
            first, last = outer
        elif not NO.isdisjoint(between):
            continue
        if _is_close(phrase, said, near, between):
            yield Said(first, last, phrase)


def _with_negation(
    first: int, last: int, between: Sequence[str], said: Sequence[str], apart: Sequence[bool]
) -> tuple[int, int] | None:
    """The stretch with the negation in or beside it."""
    if not NO.isdisjoint(between):
        return first, last
    if first > 0 and said[first - 1] in NO and not apart[first]:
        return first - 1, last
    while last < len(said) and not apart[last]:
        last += 1
        if said[last - 1] in NO:
            return first, last
        if said[last - 1] not in _PASSING:
            break
    return None


def _is_adverb(word: str) -> bool:
    """Whether an English word tells how something is or is done: `terribly slow`."""
    return len(word) >= _SHORTEST_ADVERB and word.endswith("ly")


def _in_place(said: Sequence[str], near: Sequence[int]) -> bool:
    """Whether the last word of a name is only where another one is: `bread in your toaster`."""
    *_, before, last = near
    between = said[before + 1 : last]
    return SMALL.issuperset(between) and not _PLACES.isdisjoint(between)


def _is_close(
    phrase: Phrase, said: Sequence[str], near: Sequence[int], between: Sequence[str]
) -> bool:
    """Whether what stands between the words leaves them together."""
    if len(between) > _WIDEST or not _BREAKS.isdisjoint(between):
        return False
    unknown = sum(not (w in SMALL or w in NO or w in _PASSING or _is_adverb(w)) for w in between)
    if unknown > (len(near) >= _LONG):
        return False
    if list(near) == sorted(near):
        return phrase.open or not _in_place(said, near)
    if phrase.open or phrase.name.kind == "object_property":  # the replaced does not replace
        return phrase.open
    return not SMALL.isdisjoint(between) and _PLACES.isdisjoint(between)
