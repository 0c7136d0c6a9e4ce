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


def lines_of(text: str, start: int, end: int) -> tuple[int, int]:
    """What goes with a block that is cut: its lines, unless something else stands on them.

    Of the empty lines around a block, those before it go too where others follow.
    """
    first, last = line_start(text, start), line_end(text, end)
    if first == start and first and text[first - 1] != "\n":
        return first, end
    if last == end:
        return start, last
    before = first
    while before and text[before - 1].isspace():
        before -= 1
    gap = line_end(text, before)
    is_apart = last == len(text) or line_end(text, last) > last
    return (gap, last) if before < gap < first and is_apart else (first, last)


def indent_at(text: str, at: int) -> str:
    """The white space that the line of a place begins with."""
    begin = text.rfind("\n", 0, at) + 1
    line = text[begin:at]
    return line[: len(line) - len(line.lstrip())]


def newline_of(text: str) -> str:
    """How most lines of a text end."""
    return "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
