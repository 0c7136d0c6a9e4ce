"""What a name leaves open, settled by what else a text speaks of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ontopilot.ontology.terms import Iri

SETTLED = 0.9
"""How surely a name means the one thing of its kind that goes with another one in the text."""

FEWEST, MOST = 3, 12
"""Members of a kind of which one is picked out: of fewer, the kind itself is as well spoken of, and
a kind of more, such as all parts, is too general to mean one of them."""

_Related = Mapping[Iri, frozenset[Iri]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A stretch of a text and the terms that it may name."""

    start: int
    end: int
    scores: Mapping[Iri, float]
    short: frozenset[Iri] = frozenset()
    """Those that it names without the code at the end of their names."""


def settle(
    readings: Sequence[Reading], related: _Related, instances: Callable[[Iri], frozenset[Iri]]
) -> list[Reading]:
    """Choose among the terms of each stretch.

    `The door seal of my LaundroMax 10` means the seal that goes with that machine: a thing is
    meant if it alone, of all that bear the name or are of the kind, is joined by a fact to a thing
    that the text names in full; the nearest such thing in the text decides.
    """
    anchors = [(r.start, iri) for r in readings if len(r.scores) == 1 for iri in r.scores
               if iri not in r.short and iri in related]  # fmt: skip
    if not anchors and not any(reading.short for reading in readings):
        return list(readings)
    return [_settled(reading, anchors, related, instances) for reading in readings]


def _settled(
    reading: Reading,
    anchors: Sequence[tuple[int, Iri]],
    related: _Related,
    instances: Callable[[Iri], frozenset[Iri]],
) -> Reading:
    full = {iri: score for iri, score in reading.scores.items() if iri not in reading.short}
    if any(iri in related for iri in full):
        return replace(reading, scores=full)
    kinds = (instances(iri) for iri in full)
    things = set(reading.short).union(*(found for found in kinds if FEWEST <= len(found) <= MOST))
    for _, anchor in sorted(anchors, key=lambda pair: abs(pair[0] - reading.start)):
        meant = things & related[anchor]
        if len(meant) == 1:
            certain = max(reading.scores.values())
            return replace(reading, scores={meant.pop(): min(SETTLED, certain)})
    if full:
        return replace(reading, scores=full)
    share = 1.0 if len(reading.short) == 1 else 1.0 / len(reading.short)
    return replace(reading, scores={iri: s * share for iri, s in reading.scores.items()})
