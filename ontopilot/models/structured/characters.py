"""Characters as grammars and patterns write them: escapes, and classes such as `[a-z]`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ontopilot.models.structured.expression import Letters, Range, letters, others

_NAMED = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "b": "\b", "a": "\a", "0": "\0"}
_HEX = {"x": 2, "u": 4, "U": 8}
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_CLASS_SPECIAL = "[]^-/\\"
"""What is written as its number in a class, because not all notations escape it alike."""

_EDGES = (0x20, 0x5E, 0x5F, 0x7F, 0x80, 0x800, 0x1000, 0xD000, 0xE000, 0x10000, 0x40000, 0x100000)
"""Where plain characters begin and end, before and behind `^`, where UTF-8 becomes longer, and
where it begins with a byte after which not every byte may follow."""

_RUNS = re.compile(r"[ -~]+|[^ -~]")


@dataclass(slots=True)
class Scanner:
    """Reads a text character by character; with each comes whether it was escaped."""

    text: str
    at: int = 0

    def __iter__(self) -> Iterator[tuple[int, bool]]:
        while self.at < len(self.text):
            yield self.take()

    def take(self) -> tuple[int, bool]:
        """The next code point, and whether a backslash stood before it.

        Raises:
            ValueError: an escape is cut off or stands for no character.
        """
        one = self.text[self.at]
        self.at += 1
        if one != "\\":
            return _real(ord(one), one), False
        if self.at >= len(self.text):
            raise ValueError("a backslash stands alone at the end")
        mark = self.text[self.at]
        self.at += 1
        if mark in _HEX:
            return self._hexadecimal(mark), True
        if mark in _NAMED:
            return ord(_NAMED[mark]), True
        if mark.isalnum():
            raise ValueError(f"the escape {one + mark!r} is not known")
        return ord(mark), True

    def _hexadecimal(self, mark: str) -> int:
        digits = self.text[self.at : self.at + _HEX[mark]]
        written = f"\\{mark}{digits}"
        try:
            code = int(digits, 16) if digits.isalnum() and len(digits) == _HEX[mark] else -1
        except ValueError:
            code = -1
        self.at += len(digits)
        return _real(code, written)


def _real(code: int, written: str) -> int:
    if 0xD800 <= code <= 0xDFFF or not 0 <= code <= 0x10FFFF:
        raise ValueError(f"{written!r} stands for no character")
    return code


def ranges_of(inside: str) -> Letters:
    """The characters of a class; `inside` is what stands between its brackets.

    Raises:
        ValueError: a range runs backwards, an escape is unknown, or no character is left.
    """
    negated = inside.startswith("^")
    found = list(_spans(Scanner(inside[negated:])))
    chosen = others(found) if negated else letters(found)
    if not chosen.ranges:
        raise ValueError(f"the class '[{inside}]' holds no character")
    return chosen


def _spans(scanner: Scanner) -> Iterator[Range]:
    for first, _ in scanner:
        last = first
        follows = scanner.text[scanner.at : scanner.at + 2]
        if follows[:1] == "-" and len(follows) == 2:
            scanner.at += 1
            last, _ = scanner.take()
        if last < first:
            raise ValueError(f"the range {chr(first)!r} to {chr(last)!r} runs backwards")
        yield first, last


def class_text(chosen: Letters) -> str:
    """A class as EBNF and regular expressions write it.

    xgrammar makes bytes of it, and of a class by what it leaves out, or of a range over two of
    the lengths and first bytes of UTF-8, also bytes that are no character. It forgets where the
    number of a character such as `é` ends before a digit or one of a to f, so these come first,
    and that a `^` in front was a character, so that comes last.
    """
    spans = [span for first, last in chosen.ranges for span in _alike(first, last)]
    spans.sort(key=lambda span: (span[0] == ord("^"), not _is_plain(chr(span[0]))))
    return f"[{''.join(_spanned(first, last) for first, last in spans)}]"


def runs(text: str) -> list[str]:
    """A text in pieces that can be written one after the other: plain ones, and single others."""
    return _RUNS.findall(text) or [""]


def _is_plain(one: str) -> bool:
    return " " <= one <= "~"


def _alike(first: int, last: int) -> Iterator[Range]:
    """A range in pieces within which UTF-8 has the same form, and all or none is plain."""
    for edge in _EDGES:
        if first < edge <= last:
            yield first, edge - 1
            first = edge
    yield first, last


def _spanned(first: int, last: int) -> str:
    return _one(first) if first == last else f"{_one(first)}-{_one(last)}"


def _one(code: int) -> str:
    one = chr(code)
    return f"\\u{code:04x}" if one in _CLASS_SPECIAL else escaped(one, special="")


def escaped(text: str, *, special: str) -> str:
    """A text with a backslash before what is special, and what does not print as its number."""
    return "".join(_escape(one, special) for one in text)


def _escape(one: str, special: str) -> str:
    if one == "\\" or one in special:
        return f"\\{one}"
    if one in _SHORT:
        return _SHORT[one]
    if one.isprintable() and (one.isascii() or one.isalnum()):
        return one
    code = ord(one)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
