"""Text in a picture: how wide it is at most, wrapped, and safe to write into XML."""

import unicodedata
from collections.abc import Iterable
from html import escape

SIZE = 14.0
"""The height of a letter, in pixels."""
LINE = 18.0
"""The height of a line."""

_NARROW = frozenset("iljt.,:;|!'I()[]{}/\\` ")
_BROAD = frozenset("mwMW@%&—…ΩЖШЩЮ")


def width(text: str, *, bold: bool = False) -> float:
    """How wide a line is at most in the fonts that screens have; no font is measured."""
    return sum(map(_em, text)) * SIZE * (1.12 if bold else 1.0)


def _em(letter: str) -> float:
    if unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0.0
    if unicodedata.east_asian_width(letter) in ("W", "F"):
        return 1.05
    if letter in _NARROW:
        return 0.4
    if letter in _BROAD or ord(letter) > 0x1F000:
        return 1.05 if ord(letter) < 0x1F000 else 1.4
    if letter.isupper() or not letter.isascii():
        return 0.78
    return 0.62


def plain(text: str) -> str:
    """A text on one line without what steers a page: control and direction characters."""
    line = " ".join(text.split())
    return "".join(one if one.isprintable() else "�" for one in line)


def safe(text: str) -> str:
    """A text as XML writes it."""
    return escape(plain(text))


def wrapped(text: str, room: float, *, bold: bool = False) -> tuple[str, ...]:
    """The lines of a text, each within the room; a word that is longer is broken."""
    lines: list[str] = []
    line = ""
    for word in _words(plain(text), room, bold=bold):
        longer = f"{line} {word}" if line else word
        if line and width(longer, bold=bold) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    return (*lines, line) if line or not lines else tuple(lines)


def _words(text: str, room: float, *, bold: bool) -> Iterable[str]:
    for word in text.split(" "):
        piece = ""
        for letter in word:
            if piece and width(piece + letter, bold=bold) > room:
                yield piece
                piece = ""
            piece += letter
        yield piece
