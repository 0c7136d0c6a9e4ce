"""Coverage: what the claim speaks of must be what one sentence of the evidence speaks of."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Iri, Mention
from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.orchestrator.verify.reading import Name, Reading, Word, read
from ontopilot.orchestrator.verify.units import Unit

ENOUGH = 0.5
"""The share of a claim's words that one sentence of evidence must have."""

_THINGS = frozenset({"class", "individual"})


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a claim one sentence has: with what it is about, and of its `own`."""

    share: float
    own: float
    missing: tuple[Word, ...]
    borrowed: tuple[Word, ...]
    """Words that only the title, a heading or an introducing sentence has."""


class Meanings:
    """The terms that texts mention, each text linked once."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self._linked: dict[str, tuple[Mention, ...]] = {}

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """The terms in a text."""
        found = self._linked.get(text)
        if found is None:
            found = self._linked[text] = tuple(self.ontology.link(text))
        return found

    def things(self, text: str) -> tuple[Mention, ...]:
        """The mentioned classes and individuals."""
        return tuple(m for m in self.mentions(text) if self._is_thing(m.iri))

    def _is_thing(self, iri: Iri) -> bool:
        return self.ontology.has(iri) and self.ontology.term(iri).kind in _THINGS

    def same(self, claimed: Mention, said: Mention) -> bool:
        """Whether what is said of one thing holds of the other: equal, a kind or a member."""
        if claimed.iri == said.iri:
            return not (claimed.value and said.value) or claimed.value == said.value
        if self.ontology.is_a(said.iri, claimed.iri):
            return True
        return self.ontology.is_a(claimed.iri, said.iri)

    def rivals(self, one: Mention, other: Mention) -> bool:
        """Whether two things are of one kind and yet different, as two products are."""
        if self.same(one, other):
            return bool(one.value and other.value and one.value != other.value)
        return bool(self._kinds(one.iri) & self._kinds(other.iri))

    def _kinds(self, iri: Iri) -> frozenset[Iri]:
        if self.ontology.term(iri).kind == "individual":
            kinds = self.ontology.types(iri)
        else:
            kinds = self.ontology.ancestors(iri)
        return frozenset(kind for kind in kinds if not kind.endswith("owl#Thing"))


def cover(claim: Reading, unit: Unit, meanings: Meanings) -> Coverage:
    """Which words of a claim a sentence of evidence has."""
    missing: list[Word] = []
    borrowed: list[Word] = []
    total = held = 0.0
    for word in claim.words:
        total += word.weight
        if _has(unit.reading, word):
            held += word.weight
        elif _has(unit.about, word):
            borrowed.append(word)
            held += word.weight
        else:
            missing.append(word)
    if missing and meanings is not None:
        named = [word for word in missing if _by_meaning(word, claim, unit, meanings)]
        held += sum(word.weight for word in named)
        missing = [word for word in missing if word not in named]
    lent = sum(word.weight for word in borrowed)
    share, own = (held / total, (held - lent) / total) if total else (1.0, 1.0)
    return Coverage(share, own, tuple(missing), tuple(borrowed))


def _has(reading: Reading, word: Word) -> bool:
    return word.concept in reading.concepts or word.concept in _inner_words(reading.spelled)


@lru_cache(maxsize=8192)
def _inner_words(spelled: str) -> frozenset[str]:
    return frozenset(w.concept for w in read_words(spelled))


def read_words(spelled: str) -> tuple[Word, ...]:
    """The words of a text that is spelled out."""
    return read(spelled).words


def _by_meaning(word: Word, claim: Reading, unit: Unit, meanings: Meanings) -> bool:
    """Whether the word is part of a term that the sentence names in another way."""
    ours = [m for m in meanings.mentions(claim.text) if m.start <= word.start < m.end]
    if not ours:
        return False
    theirs = (*meanings.mentions(unit.reading.text), *meanings.mentions(unit.about.text))
    return any(meanings.same(one, other) for one in ours for other in theirs)


def check_subject(
    claim: Reading, unit: Unit, covered: Coverage, meanings: Meanings
) -> Finding | None:
    """Whether the sentence of evidence speaks of the same things as the claim."""
    for name in claim.names:
        if not _named(name, claim, unit, meanings):
            text = f"The cited text does not speak of {name.text}."
            return Finding("name", "unsupported", text, 0.5 * covered.share)
    stranger = _stranger(claim, unit, covered, meanings)
    if stranger is not None:
        text = f"The cited text does not say this of {stranger.text}."
        return Finding("stranger", "unsupported", text, 0.7 * covered.share)
    swapped = _swapped(claim, unit, covered)
    if swapped is not None:
        ours = claim.text[swapped[0].start : swapped[0].end]
        theirs = unit.reading.text[swapped[1].start : swapped[1].end]
        text = f'The cited text says "{theirs}", not "{ours}".'
        return Finding("swapped", "unsupported", text, 0.85)
    if covered.share < ENOUGH:
        text = "The cited text does not say this."
        return Finding("words", "unsupported", text, 0.6 * covered.share)
    return None


def _named(name: Name, claim: Reading, unit: Unit, meanings: Meanings) -> bool:
    if _spelled_in(name.spelled, unit.reading.spelled) or _spelled_in(
        name.spelled, unit.about.spelled
    ):
        return True
    joined = name.spelled.replace(" ", "")
    if joined.isalpha() and any(joined == c for c in unit.reading.spelled.split()):
        return True
    at = Word("", name.start, name.end)
    return _by_meaning(at, claim, unit, meanings) or _is_plain_word(name, unit)


def _is_plain_word(name: Name, unit: Unit) -> bool:
    """A capitalised word that the evidence has in another form (`Returns`, `return`)."""
    if any(c.isdigit() for c in name.text):
        return False
    words = read_words(name.spelled)
    return bool(words) and all(_has(unit.reading, w) or _has(unit.about, w) for w in words)


def _spelled_in(spelled: str, text: str) -> bool:
    return f" {spelled} " in f" {text} "


def _stranger(claim: Reading, unit: Unit, covered: Coverage, meanings: Meanings) -> Mention | None:
    """A thing of the claim that the sentence does not name while it names a rival of it.

    A thing that nothing around the sentence names is a stranger too.
    """
    suspects = (*covered.borrowed, *covered.missing)
    if not suspects and not _two_alike(claim):
        return None
    ours = meanings.things(claim.text)
    theirs = meanings.things(unit.reading.text)
    about = meanings.things(unit.about.text)
    for one in ours:
        if not any(one.start <= word.start < one.end for word in suspects):
            continue
        if any(meanings.same(one, other) for other in theirs):
            continue
        rivals = [o for o in theirs if meanings.rivals(one, o) and not _any_same(o, ours, meanings)]
        if rivals or not any(meanings.same(one, other) for other in about):
            return one
    return None


def _two_alike(claim: Reading) -> bool:
    return len(claim.names) > 1


def _any_same(one: Mention, others: Iterable[Mention], meanings: Meanings) -> bool:
    return any(meanings.same(one, other) for other in others)


def _swapped(claim: Reading, unit: Unit, covered: Coverage) -> tuple[Word, Word] | None:
    """A word of the evidence for which the claim, otherwise alike, puts another one."""
    said = unit.reading
    ours = (*covered.missing, *covered.borrowed)
    theirs = [w for w in said.words if w.concept not in claim.concepts]
    if len(ours) != 1 or not theirs:
        return None
    shared = len(claim.words) - 1
    for other in theirs:
        if shared >= 2 and _same_place(ours[0], claim, other, said):
            return ours[0], other
    return None


def _same_place(one: Word, claim: Reading, other: Word, said: Reading) -> bool:
    """Whether both stand between the same neighbours."""
    before, after = _around(one, claim)
    before2, after2 = _around(other, said)
    if before is None and before2 is None:
        return after == after2 and after is not None
    if after is None and after2 is None:
        return before == before2
    return before == before2 and after == after2


def _around(word: Word, reading: Reading) -> tuple[str | None, str | None]:
    words = reading.words
    at = words.index(word)
    before = words[at - 1].concept if at else None
    after = words[at + 1].concept if at + 1 < len(words) else None
    return before, after
