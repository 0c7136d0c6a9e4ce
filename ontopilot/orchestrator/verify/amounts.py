"""Quantities: a claimed number is in the evidence, with its unit, attached to the same thing."""

import re

from ontopilot.orchestrator.verify.copied import copied
from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.orchestrator.verify.reading import Reading
from ontopilot.prose import Quantity, concept, tokens

_CUT = re.compile(r"[,;:]|\b(?:and|but|while|whereas|or)\b", re.IGNORECASE)
_OPPOSITE = {"min": "max", "max": "min", "": ""}


def check_amounts(claim: Reading, said: Reading) -> Finding | None:
    """What is wrong with the quantities of a claim, beside one sentence of evidence."""
    repeats = copied(claim.text, said.text).repeats  # what was exchanged there, the words tell
    for quantity in claim.quantities:
        found = [other for other in said.quantities if _equal(quantity, other, claim, said)]
        if not found:
            return _missing(quantity, said)
        if all(other.bound == _OPPOSITE[quantity.bound] != "" for other in found):
            text = f'The cited text says "{_shown(said, found[0])}".'
            return Finding("bound", "contradicted", text, 0.9)
        crossed = not repeats and all(_crossed(quantity, other, claim, said) for other in found)
        if crossed:
            text = f"The cited text says {found[0].text} of something else."
            return Finding("crossed", "contradicted", text, 0.9)
    return None


def _shown(said: Reading, quantity: Quantity) -> str:
    start = max(0, said.text.rfind(" ", 0, max(0, quantity.start - 12)) + 1)
    return said.text[start : quantity.end]


def _missing(quantity: Quantity, said: Reading) -> Finding:
    alike = [other for other in said.quantities if _alike(quantity, other)]
    if alike:
        text = f"The cited text says {alike[0].text}, not {quantity.text}."
        return Finding("amount", "contradicted", text, 0.9)
    text = f"The cited text does not say {quantity.text}."
    return Finding("unstated", "unsupported", text, 0.6)


def _alike(quantity: Quantity, other: Quantity) -> bool:
    """Whether both measure the same kind of thing, or are the same number of other things."""
    same_kind = quantity.unit == other.unit and quantity.measured == other.measured
    time = {"s", "month", "working-day"}
    return same_kind or {quantity.unit, other.unit} <= time or quantity.same_amount(other)


def _equal(quantity: Quantity, other: Quantity, claim: Reading, said: Reading) -> bool:
    if not quantity.same_amount(other):
        return _is_end_of_range(quantity, other)
    if quantity.per and other.per and quantity.per != other.per:
        return False
    if quantity.measured and other.measured:
        return quantity.unit == other.unit and (not quantity.per or quantity.per == other.per)
    if quantity.measured != other.measured:
        return _unit_named_apart(quantity, other, claim, said)
    return _same_counted(quantity, other, claim, said)


def _is_end_of_range(quantity: Quantity, other: Quantity) -> bool:
    """`up to 5 days` where the evidence says 3 to 5 days."""
    if quantity.unit != other.unit or other.high == other.value or quantity.high != quantity.value:
        return False
    return (quantity.bound == "max" and quantity.value == other.high) or (
        quantity.bound == "min" and quantity.value == other.value
    )


def _unit_named_apart(quantity: Quantity, other: Quantity, claim: Reading, said: Reading) -> bool:
    """A table says the unit in its header: `Warranty (months) 24`."""
    measured, bare = (quantity, other) if quantity.measured else (other, quantity)
    if bare.unit and bare is quantity:
        return False
    text = said.text if measured is quantity else claim.text
    names = {concept(word) for _, _, word in tokens(measured.text) if not word.isdigit()}
    return not bare.unit and (measured is other or bool(names & _all_concepts(text)))


def _all_concepts(text: str) -> set[str]:
    return {concept(word) for _, _, word in tokens(text)}


def _same_counted(quantity: Quantity, other: Quantity, claim: Reading, said: Reading) -> bool:
    if not quantity.unit or not other.unit or quantity.unit == other.unit:
        return True
    ours, theirs = _following(claim, quantity), _following(said, other)
    if not ours & theirs:
        return False
    rivals = [q for q in said.quantities if q.unit == quantity.unit]
    return all(q.same_amount(quantity) for q in rivals)


def _following(reading: Reading, quantity: Quantity, most: int = 3) -> set[str]:
    """The concepts of the words that follow a number: the things that it counts."""
    after = [word.concept for word in reading.words if word.start >= quantity.end]
    return set(after[:most])


def _crossed(quantity: Quantity, other: Quantity, claim: Reading, said: Reading) -> bool:
    """Whether the evidence gives this amount to one thing and the claim to another.

    Only amounts of one unit can be crossed. The words of the same clause as an amount tell them
    apart.
    """
    rivals = [
        q
        for q in said.quantities
        if q is not other and q.unit == other.unit and not q.same_amount(other)
    ]
    if not rivals:
        return False
    mine = _local(other, said)
    ours = _local(quantity, claim) or claim.concepts
    for rival in rivals:
        theirs = _local(rival, said)
        if ours & (theirs - mine) and not ours & (mine - theirs):
            return True
    return False


def _local(quantity: Quantity, reading: Reading) -> frozenset[str]:
    """The concepts in the part of the sentence around an amount, up to its neighbours."""
    start, end = 0, len(reading.text)
    for other in reading.quantities:
        if other.end <= quantity.start:
            start = max(start, _between(reading.text, other.end, quantity.start))
        elif other.start >= quantity.end:
            end = min(end, _between(reading.text, quantity.end, other.start))
    return frozenset(word.concept for word in reading.within(start, end))


def _between(text: str, start: int, end: int) -> int:
    """Where one amount's part ends and the next one's begins."""
    cut = _CUT.search(text, start, end)
    return cut.start() if cut else start
