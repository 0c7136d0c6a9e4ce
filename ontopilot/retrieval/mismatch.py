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

_CONTACT = {
    "telephone": (
        re.compile(
            r"\b(?:tele)?phone numbers?\b|\bhotline\b|\bnumbers? to (?:dial|call|ring|phone)\b|"
            r"\bnumbers? (?:do|can|should|may|could) (?:i|we) (?:dial|call|ring|phone|text)\b|"
            r"\b(?:telefon|ruf)nummer\b",
            re.IGNORECASE,
        ),
        re.compile(
            r"(?<![\w.,])\+?\(?0?\d[\d ()/.-]{5,}\d\b|\b(?:tele)?(?:phone|fon)|\bhotline\b", re.I
        ),
    ),
    "e-mail": (
        re.compile(r"\be-?mail address|\b(?:which|what) e-?mail\b|\be-?mail-?adresse", re.I),
        re.compile(r"\S@\S|\be-?mail\b", re.IGNORECASE),
    ),
    "web": (
        re.compile(r"\bweb ?(?:site|page|address)\b|\burl\b|\blink to\b|\bwebseite", re.I),
        re.compile(r"\bhttps?://|\bwww\.|\b[\w-]+\.[a-z]{2,}(?:/|\b)|\bweb ?(?:site|page)", re.I),
    ),
    "person": (
        re.compile(
            r"\bwhat(?: is|'s|’s) (?:she|he) called\b|\bto whom (?:you|did you|have you)\b|"
            r"\bwho(?: has| have|'s|’s)? (?:already )?(?:bought|ordered|purchased|returned)\b|"
            r"\b(?:his|her|their) (?:full |home |postal |private )?(?:name|address)\b|"
            r"\bnames? of (?:the|your|that) (?:\w+ ){0,2}(?:head|manager|boss|chief|director|man|"
            r"woman|person|people|employee|colleague|customer|driver|technician|owner|buyer|lady|"
            r"gentleman|lad[ys]|guy|courier|seller)s?\b",
            re.IGNORECASE,
        ),
        re.compile(r"\b(?:Mr|Ms|Mrs|Miss|Dr|Herr|Frau)\b\.? [A-Z]"),
    ),
}
"""Persons and ways to reach them: a question for it, and a text that gives it or speaks of it."""

_Marks = frozenset[tuple[str, str]]


def without_mismatches(question: str, evidence: Sequence[Evidence], near: Nearness) -> Nearness:
    """The nearness of statements; 0 at most for those that cannot answer the question.

    `What does error E24 mean?` is near to what E20 means, a question about the LaundroMax 8 to
    what is said of the LaundroMax 10, `how many litres` to what has so many watts, `what is your
    telephone number?` to the number of an order.
    """
    asked = _Asked.of(question)
    if not (asked.marks or asked.unit or asked.contacts):
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
    """The codes and models that a question names, the unit in which it wants an amount, and whom or
    how it wants to reach.
    """

    marks: _Marks
    unit: str
    contacts: tuple[str, ...]

    @classmethod
    def of(cls, question: str) -> "_Asked":
        many = None if _ALSO.search(question) else _HOW_MANY.search(question)
        known = unit(many.group(1)) if many else None
        contacts = tuple(name for name, (asks, _) in _CONTACT.items() if asks.search(question))
        return cls(_marks(question), known[0] if known else "", contacts)

    def fits(self, text: str) -> bool:
        """Whether a statement may be about what is asked."""
        told = _marks(text)
        kinds = {letters for letters, _ in self.marks}
        if self.marks.isdisjoint(told) and any(letters in kinds for letters, _ in told):
            return False
        if self.contacts and not any(_CONTACT[name][1].search(text) for name in self.contacts):
            return False
        return not self.unit or self._has_unit(text)

    def _has_unit(self, text: str) -> bool:
        bases = TIME_BASES if self.unit in TIME_BASES else {self.unit}
        amounts = quantities(_MODEL.sub(" ", text))
        return any(amount.unit in bases or not amount.measured for amount in amounts)


def _marks(text: str) -> _Marks:
    found = (*_CODE.findall(text), *_MODEL.findall(text))
    return frozenset((letters.upper(), digits) for letters, digits in found)
