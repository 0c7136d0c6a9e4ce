"""Text that editors write although the grammar forbids it, brought into the grammar."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin

_RELATIVE = re.compile(r"<(?![A-Za-z][\w+.-]*:)[^<>\s\"]*>")
_SINGLE = r"(?:SameIndividual|DifferentIndividuals)\s*\(\s*{}\s*\)"
_NAME = r"(?:<[^<>\s\"]*>|[^\s()<>\"#:]*:[^\s()<>\"]*)"
_TOKENS = re.compile(
    r"(?P<text>\"(?:[^\"\\]|\\.)*\")|(?P<iri><[^<>\s\"]*>)|(?P<comment>#[^\n]*)|(?P<single>"
    + _SINGLE.format(_NAME)
    + ")"
)
_HAS_SINGLE = re.compile(_SINGLE.format(_NAME))


@dataclass(frozen=True, slots=True)
class Readied:
    """A text within the grammar, how many IRIs were relative, how many axioms said nothing."""

    text: str
    relative: int = 0
    single: int = 0


def readied(text: str, syntax: str, base: str) -> Readied:
    """Functional or Manchester syntax with absolute IRIs and without one-member axioms.

    Relative IRIs are resolved against `base` (RFC 3986); `SameIndividual` and
    `DifferentIndividuals` with one member say nothing. Lines stay where they are. The OWL API
    reads, and has written, both.
    """
    if syntax not in ("functional", "Manchester"):
        return Readied(text)
    if not _RELATIVE.search(text) and not _HAS_SINGLE.search(text):
        return Readied(text)
    counts = {"iri": 0, "single": 0}

    def put(found: re.Match[str]) -> str:
        kind, piece = found.lastgroup, found[0]
        if kind == "iri" and _RELATIVE.fullmatch(piece):
            counts["iri"] += 1
            return f"<{_resolved(base, piece[1:-1])}>"
        if kind == "single" and syntax == "functional":
            counts["single"] += 1
            return "\n" * piece.count("\n")
        return piece

    return Readied(_TOKENS.sub(put, text), counts["iri"], counts["single"])


def _resolved(base: str, relative: str) -> str:
    """An IRI against the base; `urljoin` forgets a fragment that is empty, as of a namespace."""
    if not relative:
        return base
    return urljoin(base, relative) + ("#" if relative.endswith("#") else "")
