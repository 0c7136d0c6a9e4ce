"""Replacements in a text, applied together."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Patch:
    """The text from `start` to `end` becomes `text`; `start == end` inserts."""

    start: int
    end: int
    text: str


def patched(text: str, patches: Iterable[Patch]) -> str:
    """A text with all patches applied; one within another is dropped with what surrounds it.

    Insertions at the same place keep their order.
    """
    parts: list[str] = []
    at = 0
    for patch in sorted(patches, key=lambda one: (one.start, one.end > one.start, -one.end)):
        if patch.start < at:
            continue
        parts += [text[at : patch.start], patch.text]
        at = patch.end
    parts.append(text[at:])
    return "".join(parts)


def line_start(text: str, at: int) -> int:
    """The start of the line of a place, if only white space is before it; else the place."""
    begin = text.rfind("\n", 0, at) + 1
    return begin if not text[begin:at].strip() else at


def line_end(text: str, at: int) -> int:
    """The start of the next line, if only white space is left on this one; else the place."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end + 1
    return end if not text[at:end].strip() else at


def indent_at(text: str, at: int) -> str:
    """The white space that the line of a place begins with."""
    begin = text.rfind("\n", 0, at) + 1
    line = text[begin:at]
    return line[: len(line) - len(line.lstrip())]


def newline_of(text: str) -> str:
    """How most lines of a text end."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
