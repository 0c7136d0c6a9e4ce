"""Strings as JSON writes them: lengths, patterns and formats."""

from collections.abc import Mapping
from typing import Any

from ontopilot.models.structured.expression import (
    Choice,
    Expression,
    Letters,
    Repeat,
    Text,
    chain,
    choice,
    letters,
    others,
)
from ontopilot.models.structured.pattern import read_pattern

_ESCAPES = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r", 34: '\\"', 92: "\\\\"}
_DAY = (
    r"\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)"
    r"|02-(0[1-9]|1\d|2[0-8]))"
)
_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)"
_BYTE = r"(25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
FORMATS: Mapping[str, str] = {
    "date": f"^{_DAY}$",
    "time": f"^{_TIME}$",
    "date-time": f"^{_DAY}T{_TIME}$",
    "uuid": r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
    "ipv4": rf"^{_BYTE}(\.{_BYTE}){{3}}$",
    "email": r"^[a-z0-9]{1,32}([._-][a-z0-9]{1,32}){0,3}@[a-z0-9]{1,32}(\.[a-z]{2,12}){1,3}$",
    "uri": r"^https?://[a-z0-9]{1,32}([.-][a-z0-9]{1,32}){0,4}(/[A-Za-z0-9_.~-]{0,64}){0,8}$",
}
"""The formats of strings that are kept, each as a pattern that all its texts match."""


def within_string(chosen: Letters) -> Expression:
    """One of some characters as it stands within a JSON string."""
    plain: list[tuple[int, int]] = []
    written: list[Expression] = []
    start = 0
    for code in (*range(0x20), 34, 92):
        plain += _between(chosen, start, code - 1)
        if any(first <= code <= last for first, last in chosen.ranges):
            written.append(Text(_ESCAPES.get(code, f"\\u{code:04x}")))
        start = code + 1
    plain += _between(chosen, start, 0x10FFFF)
    options = (letters(plain), *written) if plain else tuple(written)
    return choice(options)


def _between(chosen: Letters, low: int, high: int) -> list[tuple[int, int]]:
    return [(max(a, low), min(b, high)) for a, b in chosen.ranges if a <= high and b >= low]


_PLAIN = others([(0, 0x1F), (34, 34), (92, 92)])
_LETTER = Choice((_PLAIN, *(Text(escape) for escape in _ESCAPES.values())))


def string_of(schema: Mapping[str, Any]) -> Expression:
    """A JSON string as long as a schema says, and of its pattern or format.

    Raises:
        ValueError: the pattern is malformed or cannot be kept, or none of it is of the length.
    """
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    pattern = schema.get("pattern")
    if "format" in schema and pattern is None:
        name = schema["format"]
        if name not in FORMATS:
            raise ValueError(f"the format {name!r} cannot be kept; use one of {sorted(FORMATS)}")
        pattern = FORMATS[name]
    if pattern is not None:
        if least or most is not None:
            raise ValueError("a pattern with a length cannot be kept; write it into the pattern")
        return _quoted(read_pattern(pattern, within_string))
    if most is not None and most < least:
        raise ValueError(f"minLength {least!r} is more than maxLength {most!r}")
    return _quoted(Repeat(_LETTER, least, None if most is None else int(most)))


def _quoted(inner: Expression) -> Expression:
    return chain(Text('"'), inner, Text('"'))
