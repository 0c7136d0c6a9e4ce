"""Objects of JSON schemas: the members that they name, in order, and maps of any names."""

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from ontopilot.models.structured.expression import (
    Expression,
    Text,
    chain,
    choice,
    optional,
    separated,
)
from ontopilot.models.structured.strings import string_of

Path = tuple[str, ...]


def object_of(
    schema: Mapping[str, Any],
    path: Path,
    value_of: Callable[[Any, Path], Expression],
    anything: Callable[[], Expression],
    refuse: Callable[[Path, str], NoReturn],
) -> Expression:
    """An object with the members that a schema names, those that it does not require optional."""
    properties = dict(schema.get("properties", {}))
    required = set(schema.get("required", ()))
    more = schema.get("additionalProperties", schema.get("unevaluatedProperties", True))
    for name in sorted(required - properties.keys()):
        if more is False:
            refuse(path, f"the member {name!r} is required and not allowed")
        properties[name] = more
    allowed = {
        name: value for name, value in properties.items() if value is not False or name in required
    }
    _check_count(schema, path, len(required), len(allowed), refuse)
    if not allowed:
        more = False if "properties" in schema else more
        return _map(more, schema.get("maxProperties"), path, value_of, anything)
    members = [
        (_member(name, value_of(value, (*path, "properties", name))), name in required)
        for name, value in allowed.items()
    ]
    return chain(Text("{"), _in_order(members), Text("}"))


def _check_count(
    schema: Mapping[str, Any],
    path: Path,
    required: int,
    named: int,
    refuse: Callable[[Path, str], NoReturn],
) -> None:
    """Refuse a number of members that optional ones might miss."""
    least, most = schema.get("minProperties", 0), schema.get("maxProperties", named)
    if least > required or (named and most < named):
        refuse(path, "a number of members cannot be kept; say which are required")


def _map(
    more: Any,
    most: float | None,
    path: Path,
    value_of: Callable[[Any, Path], Expression],
    anything: Callable[[], Expression],
) -> Expression:
    """An object of at most so many members of any names; the schema names none."""
    if more is False:
        return Text("{}")
    value = anything() if more is True else value_of(more, (*path, "additionalProperties"))
    member = chain(string_of({}), Text(":"), value)
    listed = separated(member, ",", 0, None if most is None else int(most))
    return chain(Text("{"), listed, Text("}"))


def _member(name: str, value: Expression) -> Expression:
    return chain(Text(f"{json.dumps(name, ensure_ascii=False)}:"), value)


def _in_order(members: list[tuple[Expression, bool]]) -> Expression:
    """Members with commas between those that are there; each comes with whether it must be."""
    options: list[Expression] = []
    for place, (member, must) in enumerate(members):
        rest = [
            chain(Text(","), one) if needed else optional(chain(Text(","), one))
            for one, needed in members[place + 1 :]
        ]
        options.append(chain(member, *rest))
        if must:
            break
    else:
        options.append(Text(""))
    return choice(options)
