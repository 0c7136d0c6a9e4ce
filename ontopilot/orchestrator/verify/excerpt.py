"""The part of the cited evidence that a claim can rest on, short enough to be read with it."""

import re
from collections.abc import Sequence

from ontopilot.orchestrator.verify.reading import Reading
from ontopilot.orchestrator.verify.units import Unit, units
from ontopilot.retrieval.passage import Evidence

MOST = 4
"""Sentences that are read with a claim."""

_LEANS = re.compile(
    r"(?:it|its|they|their|them|this|that|these|those|he|she|then|there|both|otherwise|else|after"
    r" that|in (?:that|this) case|such)\b",
    re.IGNORECASE,
)


def excerpt(claim: Reading, cited: Sequence[Evidence]) -> str:
    """The sentences nearest to a claim by their words, in their order, each title once.

    A sentence that leans on the one before it comes with that one.
    """
    found = [(at, unit) for at, item in enumerate(cited) for unit in units(item)]
    order = sorted(range(len(found)), key=lambda row: -nearness(claim, found[row][1]))
    chosen: set[int] = set()
    for row in order:
        if len(chosen) >= MOST:
            break
        chosen.add(row)
        if row and found[row - 1][0] == found[row][0] and _LEANS.match(found[row][1].reading.text):
            chosen.add(row - 1)
    parts: list[str] = []
    last = -1
    for row in sorted(chosen):
        at, unit = found[row]
        if at != last and unit.title:
            parts.append(f"{unit.title}:")
        last = at
        parts.append(unit.reading.text)
    return " ".join(parts)


def nearness(claim: Reading, unit: Unit) -> float:
    """How many words and amounts of a claim a sentence has; half for what it is about."""
    words = claim.concepts
    amounts = {round(quantity.value, 6) for quantity in claim.quantities}
    shared = len(words & unit.reading.concepts) + 0.5 * len(words & unit.about.concepts)
    return shared + sum(round(q.value, 6) in amounts for q in unit.reading.quantities)
