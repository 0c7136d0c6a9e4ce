"""Which texts an edit of an ontology may link to other terms."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from ontopilot.ontology.linking.context import MOST
from ontopilot.ontology.linking.lexicon import ODD_LETTER, Lexicon
from ontopilot.ontology.linking.memo import Memo
from ontopilot.ontology.linking.names import Name, lower, said_in
from ontopilot.ontology.linking.phrases import APOSTROPHES, UNTOLD
from ontopilot.ontology.terms import Iri

if TYPE_CHECKING:
    from ontopilot.ontology.link import Linker
    from ontopilot.ontology.ontology import Ontology

_REACH = 3
"""By how many letters a word may be longer or shorter than what it is a typo of, with a plural."""

Stem = tuple[str, str]
"""A language and a stem."""


class _Word(NamedTuple):
    """A word of a text: whether it is understood otherwise now, and what it may stand for."""

    changed: bool
    stems: frozenset[Stem]
    odd: bool


class Relinking:
    """Tells of texts whether two snapshots may find different terms in them.

    It errs on the safe side. A text is touched where a word of it is understood otherwise, where
    it has the words that tell of a name that came, went or means something in another way, or
    where what may stand beside one of its words is different.
    """

    def __init__(self, old: "Ontology", new: "Ontology") -> None:
        self._old, self._new = old.linker, new.linker
        before, after = _by_language(self._old), _by_language(self._new)
        pairs = [(before.get(one), after.get(one)) for one in before.keys() | after.keys()]
        gone, come = _names(self._old), _names(self._new)
        changed = _changed(old, new, {name.iri for _, name in gone | come})
        names = (gone ^ come) | {one for one in gone | come if one[1].iri in changed}
        self._by_stem: dict[Stem, list[frozenset[Stem]]] = {}
        for key in {_key(name, (before.get(at) or after[at]).stem, at) for at, name in names}:
            if key:
                self._by_stem.setdefault(min(key, key=lambda one: len(one[1])), []).append(key)
        self._heads = frozenset(_differing(pairs, lambda one: one.heads.called))
        self._beside = frozenset(_differing(pairs, lambda one: one.beside))
        self._vocabulary: dict[str, list[str]] = {}
        for word in _vocabulary(self._old) ^ _vocabulary(self._new):
            self._vocabulary.setdefault(word[0], []).append(word)
        self._fresh = [after[one] for one in after.keys() - before.keys()]
        self._kept = [(before[one], after[one]) for one in before.keys() & after.keys()]
        self._compounds = tuple(_unequal(self._old.compounds.parts, self._new.compounds.parts))
        self._patterns = [pattern for _, pattern in {*self._old.patterns} ^ {*self._new.patterns}]
        self._words = Memo(self._word)

    def touches(self, text: str) -> bool:
        """Whether the two snapshots may find different terms in a text."""
        words = [self._words[word] for word in set(said_in(text))]
        if any(word.changed for word in words):
            return True
        if any(pattern.search(text) for pattern in self._patterns):
            return True
        stems = frozenset[Stem]().union(*(word.stems for word in words))
        if not self._heads.isdisjoint(stems):
            return True
        if not self._beside.isdisjoint(stems) and any(word.odd for word in words):
            return True
        return any(
            key <= stems for stem in self._by_stem.keys() & stems for key in self._by_stem[stem]
        )

    def _word(self, word: str) -> _Word:
        said = lower(word)
        said = APOSTROPHES.get(said, said)
        near = said.startswith(self._compounds) or any(
            abs(len(one) - len(said)) <= _REACH for one in self._vocabulary.get(said[0], ())
        )
        if near and _reading(self._old, word) != _reading(self._new, word):
            return _Word(True, frozenset(), False)
        meant = self._old.understood[word][0]
        stems: set[Stem] = set()
        odd = False
        for lexicon in (*self._old.lexicons, *self._fresh):
            stems.add((lexicon.language, lexicon.stem(meant)))
            if lexicon.letter(meant) == ODD_LETTER:
                odd = True
                others = lexicon.misspelt[meant]
                stems.update((lexicon.language, lexicon.stem(one)) for one in others)
        self._pass_on(word, meant)
        return _Word(False, frozenset(stems), odd)

    def _pass_on(self, word: str, meant: str) -> None:
        """Let the new snapshot know what the old one worked out of a word and still holds."""
        self._new.understood[word] = self._old.understood[word]
        for lexicon, now in self._kept:
            if meant in lexicon.misspelt:
                now.misspelt[meant] = lexicon.misspelt[meant]


def _by_language(linker: "Linker") -> dict[str, Lexicon]:
    return {lexicon.language: lexicon for lexicon in linker.lexicons}


def _names(linker: "Linker") -> set[tuple[str, Name]]:
    """The names of a linker with their languages."""
    return {
        (lexicon.language, name)
        for lexicon in linker.lexicons
        for entries in lexicon.entries.values()
        for name, _ in entries
    }


def _key(name: Name, stem: Callable[[str], str], language: str) -> frozenset[Stem]:
    """The stems that a text must have to speak of a name, in whatever way it is said."""
    telling = [word for word in name.words if word not in UNTOLD] or name.words
    return frozenset((language, stem(word)) for word in telling)


def _differing(
    pairs: Iterable[tuple[Lexicon | None, Lexicon | None]],
    told: Callable[[Lexicon], Mapping[str, object]],
) -> Iterator[Stem]:
    """The stems of which two snapshots tell different things."""
    for one, other in pairs:
        before: Mapping[str, object] = {} if one is None else told(one)
        after: Mapping[str, object] = {} if other is None else told(other)
        known = one or other
        if known is not None:
            yield from ((known.language, stem) for stem in _unequal(before, after))


def _unequal(before: Mapping[str, object], after: Mapping[str, object]) -> Iterator[str]:
    """The keys of which two mappings say different things."""
    return (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def _vocabulary(linker: "Linker") -> frozenset[str]:
    return frozenset[str]().union(*(lexicon.words for lexicon in linker.lexicons))


def _reading(linker: "Linker", word: str) -> object:
    """What a word is to a linker."""
    meant, sure = linker.understood[word]
    odd = {
        one.language: set(one.misspelt[meant])
        for one in linker.lexicons
        if one.letter(meant) == ODD_LETTER
    }
    return meant, sure, odd


def _changed(old: "Ontology", new: "Ontology", iris: Collection[Iri]) -> frozenset[Iri]:
    """The terms of which linking asks two snapshots and hears different things."""
    ends = frozenset[Iri]().union(*map(_ends, (old, new)))
    return frozenset(iri for iri in iris if _asked(old, iri, ends) != _asked(new, iri, ends))


def _ends(ontology: "Ontology") -> frozenset[Iri]:
    relations = ontology.linker.background.relations
    both = (ontology.domains(one) | ontology.ranges(one) for one in relations)
    return frozenset[Iri]().union(*both)


def _asked(ontology: "Ontology", iri: Iri, ends: frozenset[Iri]) -> object:
    """All that linking asks an ontology of a term: see `Background`."""
    told = ontology.linker.background
    own = frozenset[Iri]()
    if iri in told.relations:
        own = ontology.domains(iri) | ontology.ranges(iri)
    members = ontology.instances(iri)
    return (
        iri in told.relations,
        iri in told.attributes,
        told.related.get(iri),
        members if len(members) <= MOST else MOST,
        told.joined(iri),
        own,
        [(one, ontology.ancestors(one)) for one in sorted(own)],
        (ontology.ancestors(iri) | ontology.types(iri) | {iri}) & ends,
    )
