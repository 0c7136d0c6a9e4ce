"""Literals as values: whether two say the same, and whether one fits a datatype."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Literal
from ontopilot.ontology.vocabulary import RDF_LANG_STRING, RDF_PLAIN_LITERAL, XSD

_WHOLE: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_NUMERIC = {*_WHOLE, "decimal", "double", "float"}
_TEXT = {"string", "normalizedString", "token", "language", "Name", "NCName"}
_BOOLEAN = {"true": True, "1": True, "false": False, "0": False}

Value = Decimal | bool | date | str


def family(datatype: str) -> str:
    """`number`, `text`, or the local name of a datatype that is neither."""
    if datatype in (RDF_LANG_STRING, RDF_PLAIN_LITERAL):
        return "text"
    name = datatype.removeprefix(XSD)
    if name in _NUMERIC:
        return "number"
    return "text" if name in _TEXT else name


def value_of(literal: Literal) -> Value | None:
    """The value that a literal stands for, or nothing when its text is malformed."""
    kind, text = family(literal.datatype), literal.value.strip()
    try:
        if kind == "number":
            return Decimal(text.replace("INF", "Infinity"))
        if kind == "boolean":
            return _BOOLEAN.get(text)
        if kind == "date":
            return date.fromisoformat(text[:10])
        if kind == "dateTime":
            return datetime.fromisoformat(text)
    except (InvalidOperation, ValueError):
        return None
    return literal.value


def same_value(first: Literal, second: Literal) -> bool:
    """Whether two literals stand for one value; texts are compared without case and edges."""
    one, other = value_of(first), value_of(second)
    if one is None or other is None:
        return first.value == second.value
    if isinstance(one, str) and isinstance(other, str):
        return one.strip().casefold() == other.strip().casefold()
    return one == other


def alike(one: Node, other: Node) -> bool:
    """Whether two nodes are one as they are named: the same IRI, or literals of one value."""
    if isinstance(one, Literal) and isinstance(other, Literal):
        return same_value(one, other)
    return one == other


def fits(literal: Literal, datatype: str) -> bool:
    """Whether a literal is well formed and of a named datatype; an unknown one holds anything."""
    value = value_of(literal)
    if value is None:
        return False
    if not datatype.startswith(XSD):
        return True
    kind = family(datatype)
    if kind == "number" and isinstance(value, Decimal):
        return _in_bounds(value, datatype.removeprefix(XSD))
    return kind == family(literal.datatype) or kind in {"anyType", "anySimpleType", "anyURI"}


def _in_bounds(value: Decimal, name: str) -> bool:
    if name not in _WHOLE:
        return True
    low, high = _WHOLE[name]
    whole = value.is_finite() and value == value.to_integral_value()
    return whole and (low is None or value >= low) and (high is None or value <= high)
