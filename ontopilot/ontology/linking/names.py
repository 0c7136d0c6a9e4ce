"""Names and their words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ontopilot.ontology.terms import Iri, TermKind

_WORD = re.compile(r"\w+(?:['’](?!(?<=\d.)s\b)\w+)?", re.UNICODE)
"""A word with what an apostrophe joins to it; the `'s` behind a number is no part of the name."""


@dataclass(frozen=True)
class Name:
    """One name of a term; `weight` says how surely it means the term where it stands alone."""

    iri: Iri
    text: str
    weight: float
    language: str = ""
    code: str = ""
    """What was left out at its end: `K2` of `lid seal K2`."""
    kind: TermKind = "individual"
    made: bool = False
    """Whether no one wrote it so: another spelling, or a synonym in the place of a word."""

    @property
    def short(self) -> bool:
        """Whether the code at its end was left out."""
        return self.code != ""

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of the name, in lower case."""
        return tuple(_WORD.findall(lower(self.text)))


def lower(word: str) -> str:
    """A word in lower case, with the plain apostrophe."""
    return word.lower().replace("’", "'")


def words(text: str) -> Iterator[re.Match[str]]:
    """The words of a text."""
    return _WORD.finditer(text)


def said_in(text: str) -> list[str]:
    """The words of a text without their places."""
    return _WORD.findall(text)
