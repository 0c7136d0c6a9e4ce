"""What a name leaves open, settled by what else a text speaks of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ontopilot.ontology.terms import Iri

SETTLED, CODED = 0.9, 0.85
"""How surely a name means the one thing of its kind that goes with another one in the text, and the
one whose code the text has in another place."""

FAR, CLEARER = 0.17, 0.05
"""The nearness of a text to a term below which a word is used in another sense, and how much nearer
than the others the one of several terms is that is meant."""

CERTAIN = 0.95
"""The score of a name that is said as it is written."""

FEWEST, MOST = 3, 12
"""Members of a kind of which one is picked out: of fewer, the kind itself is as well spoken of, and
a kind of more, such as all parts, is too general to mean one of them."""

NUMBERS = {
    word: str(number)
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    )
    for number, word in enumerate(words.split(), 1)
}

_ANY = frozenset("a an any every each ein eine einen einem einer jede jeder jedes".split())

Fits = Callable[[Iri, Iri], bool]
"""Whether a property may start from a term or lead to it."""


@dataclass(frozen=True, slots=True)
class Background:
    """What an ontology says of its terms, as far as it settles what names mean."""

    related: Mapping[Iri, frozenset[Iri]]
    """The individuals that a fact joins to each individual."""
    instances: Callable[[Iri], frozenset[Iri]]
    relations: frozenset[Iri] = frozenset()
    """Object properties."""
    attributes: frozenset[Iri] = frozenset()
    """Data properties."""
    fits: Fits = lambda one, other: True

    def is_property(self, iri: Iri) -> bool:
        """Whether a term is a property of things, and no thing."""
        return iri in self.relations or iri in self.attributes

    def joined(self, cls: Iri) -> frozenset[Iri]:
        """What facts join to the members of a class."""
        members = self.instances(cls) & self.related.keys()
        return frozenset[Iri]().union(*(self.related[one] for one in members)) - members


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch of words of a text and the terms that it may name."""

    first: int
    last: int
    scores: Mapping[Iri, float]
    codes: Mapping[Iri, str]
    """The codes of those that it names without the code at the end of their names."""
    language: str = ""
    """The language of the name as it stands in the text; "" if it is said in another way."""

    @property
    def full(self) -> dict[Iri, float]:
        """The terms that it names in full."""
        return {iri: score for iri, score in self.scores.items() if iri not in self.codes}


def settle(
    readings: Sequence[Reading], said: Sequence[str], background: Background
) -> list[Reading]:
    """Choose among the terms of each stretch.

    `The LaundroMax that takes ten kilos` means the one with 10 in its name. `The door seal of my
    LaundroMax 10` means the seal that goes with that machine: a thing is meant if it alone, of all
    that bear the name or are of the kind, is joined by a fact to a thing that the text names in
    full; the nearest such thing in the text decides.
    """
    known = [_coded(reading, said) for reading in readings]
    named = [(at, thing) for at, thing, full in anchors(known, background.related) if full]
    if not named and not any(reading.codes for reading in known):
        return known
    return [
        reading if _is_any(reading, said) else _settled(reading, named, background)
        for reading in known
    ]


def _is_any(reading: Reading, said: Sequence[str]) -> bool:
    """Whether a kind stands for whichever of its members: `a vacuum cleaner`."""
    before = said[reading.first - 1 : reading.first] if reading.first else ()
    return not reading.codes and not _ANY.isdisjoint(before)


def _coded(reading: Reading, said: Sequence[str]) -> Reading:
    """The reading by the code that the text has elsewhere."""
    if not reading.codes:
        return reading
    rest = (*said[: reading.first], *said[reading.last :])
    numbers = {NUMBERS.get(word, word) for word in rest}
    meant = [iri for iri, code in reading.codes.items() if code.lower() in numbers]
    if len(meant) != 1:
        return reading
    return replace(reading, scores={meant[0]: CODED}, codes={})


def _settled(reading: Reading, named: Sequence[tuple[int, Iri]], background: Background) -> Reading:
    full, related = reading.full, background.related
    if any(iri in related for iri in full):
        return reading
    kinds = (background.instances(iri) for iri in full)
    things = set(reading.codes).union(*(found for found in kinds if FEWEST <= len(found) <= MOST))
    for anchor in nearest(named, reading.first):
        meant = things & related[anchor]
        if len(meant) == 1:
            certain = max(reading.scores.values())
            return replace(reading, scores={meant.pop(): min(SETTLED, certain)}, codes={})
    return reading


def leave_open(reading: Reading) -> Reading:
    """What nothing settles: the terms that are named in full, or else each of them less surely."""
    full = reading.full
    if full or not reading.codes:
        return replace(reading, scores=full, codes={})
    share = 1.0 / len(reading.codes)
    return replace(reading, scores={iri: s * share for iri, s in reading.scores.items()})


def by_meaning(
    readings: Sequence[Reading], language: str, near: Callable[[Reading], Mapping[Iri, float]]
) -> list[Reading]:
    """Choose by how near the text around each stretch is to what the terms are.

    Of several terms the one that is clearly nearest is meant. A single word, as it stands in a
    name of the language in which terms are described, is used in another sense where the text is
    far from all of its terms.
    """
    kept = []
    for reading in readings:
        alone = reading.last - reading.first == 1 and reading.language == language
        doubtful = alone and max(reading.scores.values()) >= CERTAIN
        if len(reading.scores) == 1 and not doubtful:
            kept.append(reading)
            continue
        (best, most), *others = sorted(near(reading).items(), key=lambda pair: -pair[1])
        if doubtful and most < FAR:
            continue
        if others and most - others[0][1] >= CLEARER:
            meant = {best: min(SETTLED, reading.scores[best])}
            kept.append(replace(reading, scores=meant, codes={}))
        else:
            kept.append(reading)
    return kept


def anchors(
    readings: Sequence[Reading], related: Mapping[Iri, frozenset[Iri]]
) -> list[tuple[int, Iri, bool]]:
    """The things that a text names beyond doubt and that facts join to others: at which word, and
    whether in full.
    """
    return [
        (reading.first, iri, iri not in reading.codes)
        for reading in readings
        if len(reading.scores) == 1
        for iri in reading.scores
        if iri in related
    ]


def nearest(named: Sequence[tuple[int, Iri]], place: int) -> Iterable[Iri]:
    """Things that a text names, by their distance from a word."""
    return (thing for _, thing in sorted(named, key=lambda pair: abs(pair[0] - place)))


def relate(
    readings: Sequence[Reading], said: Sequence[str], asked: bool, background: Background
) -> list[Reading]:
    """Leave out properties that nothing in the text can have: `our club offers yoga`.

    A text that names no thing may still ask for what one has (`what is the price?`), but then it
    does not say of what else (`the price of fame`).
    """
    things = [i for r in readings for i in r.scores if not background.is_property(i)]
    kept = []
    for reading in readings:
        alone = reading.last - reading.first == 1 and not things
        strange = alone and (not asked or "of" in said[reading.last : reading.last + 1])
        scores = {
            iri: score
            for iri, score in reading.scores.items()
            if not (strange and iri in background.attributes)
            and (iri not in background.relations or any(background.fits(iri, t) for t in things))
        }
        if scores:
            kept.append(replace(reading, scores=scores))
    return kept


def compound(
    readings: Sequence[Reading], touching: Sequence[bool], background: Background
) -> list[Reading]:
    """Join a class to the thing behind it that goes with its members: `kettle lid gasket`.

    `touching` tells of a word whether nothing but a space or a hyphen stands before it.
    """
    found: list[Reading] = []
    for reading in readings:
        before = found[-1] if found else None
        if before is not None and before.last == reading.first and touching[reading.first]:
            joined = _joined(before, reading, background)
            if joined is not None:
                found[-1] = joined
                continue
        found.append(reading)
    return found


def _joined(kind: Reading, thing: Reading, background: Background) -> Reading | None:
    if len(kind.scores) != 1:
        return None
    around = background.joined(next(iter(kind.scores)))
    meant = {iri: score for iri, score in thing.scores.items() if iri in around}
    if not meant:
        members = [one & around for one in map(background.instances, thing.scores)
                   if len(one) <= MOST]  # fmt: skip
        only = frozenset[Iri]().union(*members)
        if len(only) != 1:
            return None
        meant = {next(iter(only)): min(SETTLED, max(thing.scores.values()))}
    return Reading(kind.first, thing.last, meant, thing.codes)
