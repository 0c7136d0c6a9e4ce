"""Statements that are near to a question and yet about something else than it asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ontopilot.prose import quantities, statements
from ontopilot.prose.units import TIME_BASES, unit
from ontopilot.retrieval.passage import Evidence
from ontopilot.retrieval.reread import Nearness

_CODE = re.compile(r"\b([A-Za-z]{1,3})-?(\d{1,4})\b")
_MODEL = re.compile(r"\b([^\W\d_]*[a-z][A-Z]\w*) (\d{1,4})\b")
_HOW_MANY = re.compile(r"\bhow many (\w+)", re.IGNORECASE)
_ALSO = re.compile(r"\b(?:and|or|also)\b|\?.*\?", re.IGNORECASE)

_Marks = frozenset[tuple[str, str]]


def without_mismatches(question: str, evidence: Sequence[Evidence], near: Nearness) -> Nearness:
    """The nearness of statements; 0 at most for those that cannot answer the question.

    `What does error E24 mean?` is near to what E20 means, a question about the LaundroMax 8 to
    what is said of the LaundroMax 10, and `how many litres` to what has so many watts.
    """
    asked = _Asked.of(question)
    if not (asked.marks or asked.unit):
        return near
    return tuple(
        tuple(
            value if asked.fits(one.text) else min(value, 0.0)
            for value, one in zip(values, statements(item.text), strict=True)
        )
        for item, values in zip(evidence, near, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """The codes and models that a question names, and the unit in which it wants an amount."""

    marks: _Marks
    unit: str

    @classmethod
    def of(cls, question: str) -> "_Asked":
        many = None if _ALSO.search(question) else _HOW_MANY.search(question)
        known = unit(many.group(1)) if many else None
        return cls(_marks(question), known[0] if known else "")

    def fits(self, text: str) -> bool:
        """Whether a statement may be about what is asked."""
        told = _marks(text)
        kinds = {letters for letters, _ in self.marks}
        if self.marks.isdisjoint(told) and any(letters in kinds for letters, _ in told):
            return False
        return not self.unit or self._has_unit(text)

    def _has_unit(self, text: str) -> bool:
        bases = TIME_BASES if self.unit in TIME_BASES else {self.unit}
        amounts = quantities(_MODEL.sub(" ", text))
        return any(amount.unit in bases or not amount.measured for amount in amounts)


def _marks(text: str) -> _Marks:
    found = (*_CODE.findall(text), *_MODEL.findall(text))
    return frozenset((letters.upper(), digits) for letters, digits in found)
