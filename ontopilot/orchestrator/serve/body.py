"""What the pages send, checked."""

import json
from collections.abc import Collection
from typing import Any, TypeVar

from fastapi import HTTPException
from pydantic import BaseModel, ConfigDict, Field, ValidationError


class Body(BaseModel):
    """Fields of the right type, and no others."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Said(Body):
    """What a visitor says."""

    text: str = Field(min_length=1, max_length=20_000)
    conversation: str | None = Field(default=None, max_length=200)


class Rating(Body):
    """What a person thinks of an answer."""

    turn: str = Field(min_length=1, max_length=200)
    rating: int = Field(ge=1, le=5)
    correction: str = Field(default="", max_length=5_000)


class Taking(Body):
    """An operator takes a hand-over, or takes it over from another."""

    instead_of: str | None = Field(default=None, max_length=300)


class Reply(Body):
    """What an operator answers a customer."""

    text: str = Field(min_length=1, max_length=5_000)


class SignIn(Body):
    """The secret of a sign-in link."""

    ticket: str = Field(min_length=1, max_length=200)


B = TypeVar("B", bound=BaseModel)


def read(kind: type[B], body: bytes) -> B:
    """Read a body.

    Raises:
        HTTPException: 400, with what is wrong.
    """
    try:
        return kind.model_validate(json.loads(body))
    except ValidationError as error:
        raise invalid(error) from None
    except (ValueError, RecursionError) as error:
        message = f"The body of the request is not valid JSON: {error}."
        raise HTTPException(400, {"message": message}) from None


def invalid(error: ValidationError) -> HTTPException:
    """The first thing that is wrong, as an HTTP error that names the parameter."""
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"]]
    param = ".".join(part for part in place if part not in ("str", "list[Part]"))
    value = repr(first.get("input"))
    shown = value if len(value) <= 60 else value[:57] + "…"
    message = f"Invalid value for {param or 'the body'!r}: {first['msg']}, got {shown}."
    return HTTPException(400, {"message": message, "param": param or None})


def described(kind: type[BaseModel], agents: Collection[str] = ()) -> dict[str, Any]:
    """A body in the API's description, with every definition in place.

    `agents` are what `model` may be.
    """
    schema = kind.model_json_schema()
    definitions = schema.pop("$defs", {})
    inlined: dict[str, Any] = _inline(schema, definitions)
    if agents:
        inlined["properties"]["model"]["enum"] = list(agents)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": inlined}}}}


def _inline(value: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            return _inline(definitions[value["$ref"].rpartition("/")[2]], definitions)
        return {key: _inline(inner, definitions) for key, inner in value.items()}
    if isinstance(value, list):
        return [_inline(inner, definitions) for inner in value]
    return value
