"""Frozen dataclasses to JSON values and back, without loss, by their declared types."""

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeVar

from ontopilot.errors import StoreError

T = TypeVar("T")
Convert = Callable[[Any], Any]

_PLAIN = (str, int, bool, type(None), object, Any)


class Codec(NamedTuple):
    """Both directions for one type; `None` where a value is its own JSON."""

    encode: Convert | None
    decode: Convert | None


def encode(kind: Any, value: Any) -> Any:
    """The JSON value (dicts, lists, strings, numbers) of a `kind`."""
    convert = _codec(kind).encode
    return value if convert is None else convert(value)


def decode(kind: type[T], value: Any) -> T:
    """The `kind` that `encode` made a JSON value of.

    Raises:
        StoreError: the JSON value does not have the fields of the type.
    """
    convert = _codec(typing.cast(Any, kind)).decode
    return typing.cast(T, value if convert is None else convert(value))


def dumps(value: Any) -> str:
    """JSON text, ASCII only: it can hold any string, lone surrogates and NUL among them."""
    return json.dumps(value, separators=(",", ":"))


@cache
def _codec(kind: Any) -> Codec:
    if isinstance(kind, typing.NewType):
        return _codec(kind.__supertype__)
    if kind is float:
        return Codec(_finite, float)
    if dataclasses.is_dataclass(kind):
        return _record(typing.cast(type, kind))
    return _compound(kind)


def _compound(kind: Any) -> Codec:
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is tuple:
        return _sequence(parts)
    if origin in (dict, Mapping):
        return _mapping(_codec(parts[1]))
    if origin in (typing.Union, types.UnionType):
        return _union(parts)
    if origin is typing.Literal or kind in _PLAIN:
        return Codec(None, None)
    raise TypeError(f"no JSON form is declared for the type {kind!r}; add it to the codec")


def _finite(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def _sequence(parts: tuple[Any, ...]) -> Codec:
    if len(parts) != 2 or parts[1] is not Ellipsis:
        raise TypeError(f"a tuple of the types {parts!r} has no JSON form; use tuple[X, ...]")
    forth, back = _codec(parts[0])
    return Codec(
        list if forth is None else lambda values: [forth(value) for value in values],
        tuple if back is None else lambda values: tuple([back(value) for value in values]),
    )


def _mapping(values: Codec) -> Codec:
    forth, back = values
    return Codec(
        dict if forth is None else lambda given: {k: forth(v) for k, v in given.items()},
        dict if back is None else lambda given: {k: back(v) for k, v in given.items()},
    )


def _union(parts: tuple[Any, ...]) -> Codec:
    """`X | None`, scalars, or scalars and one dataclass, which is the one that is an object."""
    parts = tuple(part for part in parts if part is not type(None))
    if len(parts) == 1:
        return Codec(*(_optional(convert) for convert in _codec(parts[0])))
    records = [part for part in parts if dataclasses.is_dataclass(part)]
    if not records:
        return Codec(None, None)
    if len(records) > 1:
        raise TypeError(f"the union {parts!r} has two dataclasses, which JSON cannot tell apart")
    record = typing.cast(type, records[0])
    forth, back = _codec(record)
    return Codec(
        lambda value: forth(value) if forth and isinstance(value, record) else value,
        lambda value: back(value) if back and isinstance(value, dict) else value,
    )


def _optional(convert: Convert | None) -> Convert | None:
    if convert is None:
        return None
    return lambda value: None if value is None else convert(value)


def _record(kind: type) -> Codec:
    hints = typing.get_type_hints(kind)
    fields = [(field.name, _codec(hints[field.name])) for field in dataclasses.fields(kind)]
    forth = [(name, codec.encode) for name, codec in fields]
    back = {name: codec.decode for name, codec in fields}

    def to_json(value: Any) -> dict[str, Any]:
        return {
            name: getattr(value, name) if convert is None else convert(getattr(value, name))
            for name, convert in forth
        }

    def from_json(value: Any) -> Any:
        try:
            return kind(
                **{
                    name: item if (convert := back[name]) is None else convert(item)
                    for name, item in value.items()
                }
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise StoreError(
                f"stored {kind.__name__} {value!r:.120}: {error}; upgrade ontopilot if a newer "
                "one wrote it, or restore the store from a backup"
            ) from None

    return Codec(to_json, from_json)
