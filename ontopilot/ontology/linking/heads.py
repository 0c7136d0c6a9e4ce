"""Things that are called by the last word of their names beside what they go with.

`The base of my AquaBoil 2` means the power base that goes with that kettle.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import takewhile

from ontopilot.ontology.linking.context import NUMBERS, Background, Reading, anchors, nearest
from ontopilot.ontology.linking.inflect import relation
from ontopilot.ontology.linking.names import Name, lower
from ontopilot.ontology.linking.phrases import UNTOLD
from ontopilot.ontology.terms import Iri
from ontopilot.prose import STOP_WORDS

BY_HEAD = 0.8
"""How surely the last word of a name means the thing, where something it goes with is named."""

_SHORTEST = 3
"""Letters of a word that alone stands for a name."""

_NO_HEADS = STOP_WORDS | NUMBERS.keys()


class Heads:
    """The last words of the labels of one language, of things whose labels have a code or a proper
    name in them; what has none of both is a phrase more often than a thing.
    """

    def __init__(
        self,
        names: Iterable[Name],
        background: Background,
        stem: Callable[[str], str],
        language: str,
    ) -> None:
        known = [one for one in names if one.iri in background.related and not one.made]
        self._coded = frozenset(name.iri for name in known if name.short)
        things = self._coded.union(
            name.iri for name in known if name.weight == 1.0 and _has_proper_name(name)
        )
        self._background, self._language = background, language
        self.called: dict[str, dict[Iri, str]] = {}
        for name in known:
            labelled = name.short or name.weight == 1.0
            head = _head(name) if labelled and name.iri in things else ""
            if head:
                self.called.setdefault(stem(head), {})[name.iri] = head
        self.stems = frozenset(self.called)

    def find(
        self, readings: Sequence[Reading], said: Sequence[str], stems: Sequence[str]
    ) -> list[Reading]:
        """The readings, and those of the words that are the last ones of longer names."""
        known = [(at, one) for at, one, _ in anchors(readings, self._background.related)]
        taken = {at for r in readings for at in range(r.first, r.last)}
        found = list(readings)
        for at in range(len(said)):
            things = self._things(said[at], stems[at]) if at not in taken else frozenset()
            around = [self._background.related[anchor] for anchor in nearest(known, at)]
            meant = next(filter(None, (self._only(things & one) for one in around)), None)
            if things and meant is not None:
                found.append(Reading(at, at + 1, {meant: BY_HEAD}, {}))
            elif things:
                found = [self._joined(one, at, things) for one in found]
        return sorted(found, key=lambda reading: reading.first)

    def _things(self, word: str, stem: str) -> frozenset[Iri]:
        return frozenset(
            iri
            for iri, head in self.called.get(stem, {}).items()
            if relation(word, head, self._language) in ("same", "plural")
        )

    def _only(self, things: frozenset[Iri]) -> Iri | None:
        """The one thing that is meant, with a code if possible."""
        likely = things & self._coded or things
        return next(iter(likely)) if len(likely) == 1 else None

    def _joined(self, kind: Reading, at: int, things: frozenset[Iri]) -> Reading:
        """A class with the word behind it: `microwave turntable`."""
        if kind.last != at or len(kind.scores) != 1:
            return kind
        meant = self._only(things & self._background.joined(next(iter(kind.scores))))
        return kind if meant is None else Reading(kind.first, at + 1, {meant: BY_HEAD}, {})


def _head(name: Name) -> str:
    """The last word of a name, or the last one before `of` and the like; "" if it is no noun."""
    words = list(takewhile(lambda word: word.lower() not in UNTOLD, name.text.split()))
    if len(words) < 2:
        return ""
    last = words[-1]
    noun = last[:1].isupper() if name.language == "de" else last.islower()
    usable = noun and len(last) >= _SHORTEST and last.isalpha()
    return lower(last) if usable and lower(last) not in _NO_HEADS else ""


def _has_proper_name(name: Name) -> bool:
    """Whether a name is a proper name or an abbreviation and a noun: `DishPearl salt` (in German
    every noun is in upper case).
    """
    first, *others = name.text.split()
    lone = len(others) == 1 and others[0].islower()
    return name.language != "de" and lone and not first.islower()
