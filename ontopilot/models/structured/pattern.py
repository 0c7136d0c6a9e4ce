"""Regular expressions of JSON schemas as expressions over characters."""

import re
from collections.abc import Callable
from typing import NoReturn

from ontopilot.models.structured.characters import Scanner, ranges_of
from ontopilot.models.structured.expression import (
    Expression,
    Letters,
    Repeat,
    chain,
    choice,
    letters,
    others,
    repeat,
    spelled,
)

_DIGIT = letters([(ord("0"), ord("9"))])
_WORD = letters([*_DIGIT.ranges, (ord("A"), ord("Z")), (ord("_"), ord("_")), (ord("a"), ord("z"))])
_SPACE = spelled(" \t\n\r\f\v")
_CLASSES = {"d": _DIGIT, "w": _WORD, "s": _SPACE}
_ANY = others((ord(one), ord(one)) for one in "\n\r\u2028\u2029")
_ANYTHING = Repeat(others([]), 0, None)
_PRINTED = (0x20, 0x7E)
"""Where dialects differ about which letters `\\D`, `\\W` and `\\S` are, only printed ASCII is."""
_BRACES = re.compile(r"\{(\d{1,5})(?:(,)(\d{1,5})?)?\}")
_TIMES: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_INNER_CLASS = re.compile(r"\\[dwsDWS]")
_DEEPEST = 40

Encode = Callable[[Letters], Expression]
"""How one of some characters is written, such as within a JSON string."""


def read_pattern(pattern: str, encode: Encode) -> Expression:
    """Texts in which a pattern is found; without `^` and `$` anything may stand around it.

    Raises:
        ValueError: the pattern is malformed, or looks around, back or at word boundaries.
    """
    return _Reader(pattern, encode).read()


class _Reader:
    """Recursive descent over a pattern; anchors are known at its ends alone."""

    def __init__(self, pattern: str, encode: Encode) -> None:
        self._scanner = Scanner(pattern)
        self._encode = encode
        self._depth = 0

    def read(self) -> Expression:
        options = [self._branch()]
        while self._skip("|"):
            options.append(self._branch())
        if self._scanner.at < len(self._scanner.text):
            self._refuse("a parenthesis is closed that was not opened")
        return choice(options)

    def _branch(self) -> Expression:
        """One alternative of the whole pattern, with its own anchors."""
        before = () if self._skip("^") else (self._encoded(_ANYTHING),)
        inner = self._chain()
        after = () if self._skip("$") else (self._encoded(_ANYTHING),)
        return chain(*before, inner, *after)

    def _encoded(self, repeat: Repeat) -> Expression:
        return Repeat(self._encode(others([])), repeat.least, repeat.most)

    def _chain(self) -> Expression:
        parts: list[Expression] = []
        while (mark := self._peek()) and mark not in "|)$":
            parts.append(self._repeated(self._part()))
        return chain(*parts)

    def _peek(self) -> str:
        return self._scanner.text[self._scanner.at : self._scanner.at + 1]

    def _skip(self, mark: str) -> bool:
        if found := self._scanner.text.startswith(mark, self._scanner.at):
            self._scanner.at += len(mark)
        return found

    def _repeated(self, part: Expression) -> Expression:
        bounds = self._bounds()
        if bounds is None:
            return part
        least, most = bounds
        if most is not None and most < least:
            self._refuse("a repetition asks for more than it allows")
        self._skip("?")  # how greedy it is changes nothing about which texts match
        if self._peek() and self._peek() in "*+{":
            self._refuse("a repetition is repeated")
        return repeat(part, least, most)

    def _bounds(self) -> tuple[int, int | None] | None:
        """How often the part before may stand there, where that is said."""
        if braces := _BRACES.match(self._scanner.text, self._scanner.at):
            self._scanner.at = braces.end()
            least = int(braces[1])
            if not braces[2]:
                return least, least
            return least, int(braces[3]) if braces[3] else None
        if (mark := self._peek()) in _TIMES:
            self._scanner.at += 1
            return _TIMES[mark]
        return None

    def _part(self) -> Expression:
        mark = self._peek()
        if mark == "(":
            return self._group()
        if mark == "[":
            return self._encode(self._class())
        if mark in "*+?{^":
            self._refuse(f"{mark!r} stands where nothing is to be repeated or anchored")
        if mark == ".":
            self._scanner.at += 1
            return self._encode(_ANY)
        return self._encode(self._escaped() if mark == "\\" else self._one())

    def _one(self) -> Letters:
        code, _ = self._scanner.take()
        return letters([(code, code)])

    def _escaped(self) -> Letters:
        name = self._scanner.text[self._scanner.at + 1 : self._scanner.at + 2]
        if name in _CLASSES:
            self._scanner.at += 2
            return _CLASSES[name]
        if name in _NOT_IN:
            self._scanner.at += 2
            return _NOT_IN[name]
        if name and name in "bBAZkpP123456789":
            self._refuse(f"the escape {name!r} after a backslash cannot be kept")
        return self._one()

    def _group(self) -> Expression:
        self._scanner.at += 1
        if self._skip("?") and not self._skip(":"):
            self._refuse("it looks ahead or behind, or names a group")
        self._depth += 1
        if self._depth > _DEEPEST:
            self._refuse(f"groups are nested more than {_DEEPEST} deep")
        options = [self._chain()]
        while self._skip("|"):
            options.append(self._chain())
        if not self._skip(")"):
            self._refuse("a group is not closed, or '$' stands within it")
        self._depth -= 1
        return choice(options)

    def _class(self) -> Letters:
        start = self._scanner.at + 1
        end = start + (self._scanner.text[start : start + 1] == "^")
        while self._scanner.text[end : end + 1] not in ("]", ""):
            end += 1 + (self._scanner.text[end] == "\\")
        if end >= len(self._scanner.text):
            self._refuse("a class is not closed")
        self._scanner.at = end + 1
        return _class_of(self._scanner.text[start:end])

    def _refuse(self, why: str) -> NoReturn:
        raise ValueError(f"at character {self._scanner.at + 1}: {why}")


def _printed(chosen: Letters) -> Letters:
    low, high = _PRINTED
    return letters((max(a, low), min(b, high)) for a, b in chosen.ranges if a <= high and b >= low)


_NOT_IN = {name.upper(): _printed(others(chosen.ranges)) for name, chosen in _CLASSES.items()}


def _class_of(inside: str) -> Letters:
    """A class, in which the classes of digits, words and spaces may stand too."""
    negated = inside.startswith("^")
    names = [found[1] for found in _INNER_CLASS.findall(inside)]
    plain = _INNER_CLASS.sub("", inside[negated:])
    found = list(ranges_of(plain).ranges) if plain else []
    for name in names:
        found += (_CLASSES.get(name) or _NOT_IN[name]).ranges
    chosen = others(found) if negated else letters(found)
    if negated and names:
        chosen = _printed(chosen)
    if not chosen.ranges:
        raise ValueError(f"the class '[{inside}]' holds no character")
    return chosen
