"""A checker of the part of JSON Schema (draft 2020-12) that claim grammars use."""

from collections.abc import Mapping
from typing import Any

_TYPES: Mapping[str, type] = {"object": dict, "array": list, "string": str}


def valid(schema: Mapping[str, Any], value: object) -> bool:
    """Whether a value meets a schema; a keyword that compilers may not know is an error."""
    return all(_CHECKS[keyword](schema, value) for keyword in schema)


def _type(schema: Mapping[str, Any], value: object) -> bool:
    return isinstance(value, _TYPES[schema["type"]])


def _properties(schema: Mapping[str, Any], value: object) -> bool:
    return not isinstance(value, dict) or all(
        valid(inner, value[name]) for name, inner in schema["properties"].items() if name in value
    )


def _required(schema: Mapping[str, Any], value: object) -> bool:
    return not isinstance(value, dict) or set(schema["required"]) <= value.keys()


def _additional(schema: Mapping[str, Any], value: object) -> bool:
    assert schema["additionalProperties"] is False
    return not isinstance(value, dict) or value.keys() <= schema["properties"].keys()


def _items(schema: Mapping[str, Any], value: object) -> bool:
    return not isinstance(value, list) or all(valid(schema["items"], one) for one in value)


def _max_items(schema: Mapping[str, Any], value: object) -> bool:
    return not isinstance(value, list) or len(value) <= schema["maxItems"]


def _enum(schema: Mapping[str, Any], value: object) -> bool:
    assert schema["enum"], "an enum may not be empty"
    assert len(set(schema["enum"])) == len(schema["enum"]), "the values of an enum must differ"
    return value in schema["enum"]


def _any_of(schema: Mapping[str, Any], value: object) -> bool:
    assert schema["anyOf"], "anyOf may not be empty"
    return any(valid(branch, value) for branch in schema["anyOf"])


_CHECKS = {
    "type": _type,
    "properties": _properties,
    "required": _required,
    "additionalProperties": _additional,
    "items": _items,
    "maxItems": _max_items,
    "enum": _enum,
    "anyOf": _any_of,
}
