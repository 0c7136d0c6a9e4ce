"""Literals as values: comparing them, and telling whether one fits a data range."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from ontopilot.ontology.expressions import And, Enumeration, Expression, Facets, Not, Or
from ontopilot.ontology.terms import Literal
from ontopilot.ontology.vocabulary import OWL_THING, RDFS_LITERAL, XSD

_INTEGERS = {
    "integer": (None, None),
    "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_DECIMALS = {"decimal", "double", "float"}
_STRINGS = {"string", "normalizedString", "token", "anyURI", "Name", "NCName", "language"}
_NUMERIC = set(_INTEGERS) | _DECIMALS
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}

Comparable = Decimal | bool | str | date


def kind_of(datatype: str) -> str:
    """The family of a datatype: number, boolean, text, or the datatype itself."""
    name = datatype.removeprefix(XSD)
    if name in _NUMERIC:
        return "number"
    if name in _STRINGS or datatype.endswith(("#langString", "#PlainLiteral")):
        return "text"
    return name


def value_of(literal: Literal) -> tuple[str, Comparable]:
    """The value that a literal stands for: equal values are the same thing said twice.

    A literal that is malformed for its datatype stands for its own text.
    """
    kind = kind_of(literal.datatype)
    text = literal.value.strip()
    if kind == "number":
        try:
            return "number", Decimal(text)
        except InvalidOperation:
            return "malformed", text
    if kind == "boolean" and text in _BOOLEANS:
        return "boolean", _BOOLEANS[text]
    try:
        if kind == "date":
            return "date", date.fromisoformat(text)
        if kind == "dateTime":
            return "dateTime", datetime.fromisoformat(text)
    except ValueError:
        return "malformed", text
    return kind, literal.value


def same_value(first: Literal, second: Literal) -> bool:
    """Whether two literals stand for the same value; texts ignore language, case and edges."""
    one, other = value_of(first), value_of(second)
    if one[0] == other[0] == "text":
        return str(one[1]).strip().casefold() == str(other[1]).strip().casefold()
    return one == other


def fits(literal: Literal, datatype: str) -> bool:
    """Whether a literal's value is in a named datatype; unknown datatypes hold everything."""
    name = datatype.removeprefix(XSD)
    if datatype in (OWL_THING, RDFS_LITERAL) or (":" in name and not datatype.startswith(XSD)):
        return True
    kind, value = value_of(literal)
    if name in _INTEGERS:
        low, high = _INTEGERS[name]
        whole = isinstance(value, Decimal) and value == value.to_integral_value()
        return bool(
            whole
            and isinstance(value, Decimal)
            and (low is None or value >= low)
            and (high is None or value <= high)
        )
    if name in _DECIMALS:
        return kind == "number"
    return kind == kind_of(datatype)


def in_range(literal: Literal, data_range: Expression) -> bool:
    """Whether a literal is in a data range."""
    if isinstance(data_range, str):
        return fits(literal, data_range)
    if isinstance(data_range, Enumeration):
        return any(
            isinstance(value, Literal) and same_value(literal, value) for value in data_range.values
        )
    if isinstance(data_range, Facets):
        return fits(literal, data_range.datatype) and all(
            _meets(literal, name, bound) for name, bound in data_range.facets
        )
    if isinstance(data_range, And):
        return all(in_range(literal, part) for part in data_range.parts)
    if isinstance(data_range, Or):
        return any(in_range(literal, part) for part in data_range.parts)
    return not (isinstance(data_range, Not) and in_range(literal, data_range.part))


_FACETS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "minInclusive": lambda value, bound: value >= bound,
    "maxInclusive": lambda value, bound: value <= bound,
    "minExclusive": lambda value, bound: value > bound,
    "maxExclusive": lambda value, bound: value < bound,
}
_LENGTHS: dict[str, Callable[[int, int], bool]] = {
    "length": lambda size, bound: size == bound,
    "minLength": lambda size, bound: size >= bound,
    "maxLength": lambda size, bound: size <= bound,
}


def _meets(literal: Literal, name: str, bound: Literal) -> bool:
    if name in _FACETS:
        _, value = value_of(literal)
        _, limit = value_of(bound)
        if isinstance(value, Decimal) and isinstance(limit, Decimal):
            return _FACETS[name](value, limit)
        return True
    if name in _LENGTHS and bound.value.strip().isdigit():
        return _LENGTHS[name](len(literal.value), int(bound.value))
    if name == "pattern":
        try:
            return re.fullmatch(bound.value, literal.value) is not None
        except re.error:
            return True
    return True
