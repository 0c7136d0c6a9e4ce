"""JSON schemas to grammars: compact JSON that the schema allows, its members in their order.

What a schema allows may be more: a grammar leaves out members that a schema neither names nor
asks for, white space, and numbers of more than 15 digits. What it makes is valid in any case.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import unquote

from ontopilot.errors import ConstraintMalformed
from ontopilot.models.structured.expression import (
    Choice,
    Expression,
    Grammar,
    Rule,
    Text,
    chain,
    choice,
    separated,
)
from ontopilot.models.structured.members import object_of
from ontopilot.models.structured.numbers import decimals, integers
from ontopilot.models.structured.strings import string_of

WHERE = "GenerationRequest(schema=…)"

_TYPES = ("object", "array", "string", "number", "integer", "boolean", "null")
_OF_TYPE: Mapping[str, str] = {
    **dict.fromkeys(("properties", "required", "additionalProperties", "maxProperties"), "object"),
    **dict.fromkeys(("minProperties",), "object"),
    **dict.fromkeys(("items", "prefixItems", "minItems", "maxItems", "uniqueItems"), "array"),
    **dict.fromkeys(("minLength", "maxLength", "pattern", "format"), "string"),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), "number"),
    "multipleOf": "number",
}
"""The type of value that a keyword says something about."""

_APART = ("$ref", "enum", "const", "anyOf", "oneOf", "allOf")
"""Keywords that say by themselves what a value is."""

_NEVER = (
    *("not", "if", "then", "else", "contains", "minContains", "maxContains", "propertyNames"),
    *("patternProperties", "dependentRequired", "dependentSchemas", "dependencies"),
    *("$dynamicRef", "$recursiveRef", "additionalItems", "contentSchema"),
)
"""Keywords that no grammar keeps."""

_DEEPEST = 50
_ANY = "value"


def read_schema(text: str) -> tuple[Grammar, Any]:
    """The grammar of a JSON schema, unchecked, and the schema itself.

    Raises:
        ConstraintMalformed: the text is no JSON schema, or says what no grammar keeps.
    """
    schema = _parsed(text)
    return _Compiler(schema).compile(), schema


def _parsed(text: str) -> Any:
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import Draft202012Validator, validator_for

    try:
        schema = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConstraintMalformed(f"{WHERE} is no JSON: {error}; correct it") from None
    if not isinstance(schema, (dict, bool)):
        raise ConstraintMalformed(f"{WHERE}: {text[:40]!r} is no schema; give an object")
    try:
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
    except SchemaError as error:
        place = _place([str(part) for part in error.absolute_path])
        raise ConstraintMalformed(
            f"{WHERE}: {place} is no schema: {error.message[:200]}; correct it"
        ) from None
    except RecursionError:
        raise ConstraintMalformed(f"{WHERE} is nested too deep; make it flatter") from None
    return schema


def _place(path: Sequence[str]) -> str:
    return "/".join(("#", *path))


class _Compiler:
    """Makes rules of a schema and of what it refers to."""

    def __init__(self, schema: Any) -> None:
        self._schema = schema
        self._rules: dict[str, Expression] = {}
        self._named: dict[str, str] = {}

    def compile(self) -> Grammar:
        self._rules["root"] = self._of(self._schema, ())
        return Grammar(self._rules)

    def _of(self, schema: Any, path: tuple[str, ...]) -> Expression:
        """The values of a schema that stands at a path."""
        if len(path) > _DEEPEST:
            self._refuse(path, f"it is nested more than {_DEEPEST} deep; make it flatter")
        if schema is True or schema == {}:
            return self._anything()
        if schema is False:
            self._refuse(path, "it allows nothing, so that no answer could be given")
        for keyword in _NEVER:
            if keyword in schema:
                self._refuse(path, f"the keyword {keyword!r} cannot be kept; leave it out")
        apart = [keyword for keyword in _APART if keyword in schema]
        if "enum" in schema or "const" in schema:
            return self._listed(schema, path)
        if apart:
            return self._combined(schema, apart, path)
        return self._typed(schema, path)

    def _shared(self, expression: Expression) -> Expression:
        """What stands at several places, once in a rule of its own."""
        if isinstance(expression, (Text, Rule)):
            return expression
        name = f"item{len(self._rules) + 1}"
        self._rules[name] = expression
        return Rule(name)

    def _anything(self) -> Expression:
        """Any JSON value."""
        if _ANY not in self._rules:
            text = string_of({})
            member = chain(text, Text(":"), Rule(_ANY))
            self._rules[_ANY] = Choice(
                (
                    chain(Text("{"), separated(member, ",", 0, None), Text("}")),
                    chain(Text("["), separated(Rule(_ANY), ",", 0, None), Text("]")),
                    text,
                    self._number({}, ()),
                    *(Text(word) for word in ("true", "false", "null")),
                )
            )
        return Rule(_ANY)

    def _listed(self, schema: dict[str, Any], path: tuple[str, ...]) -> Expression:
        """The values of `enum` or `const` that the rest of the schema allows too."""
        from jsonschema.validators import Draft202012Validator, validator_for

        if "$ref" in schema:
            self._refuse(path, "'$ref' beside 'enum' or 'const' cannot be kept; leave one out")
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        valid = validator_for(self._schema, default=Draft202012Validator)(schema)
        texts = [_compact(value) for value in values if valid.is_valid(value)]
        if not texts:
            self._refuse(path, f"none of the values {values[:3]!r} is allowed by the rest of it")
        options = tuple(Text(text) for text in dict.fromkeys(texts))
        return choice(options)

    def _combined(
        self, schema: dict[str, Any], apart: Sequence[str], path: tuple[str, ...]
    ) -> Expression:
        """`$ref`, `anyOf`, `oneOf` or `allOf`, alone."""
        keyword = apart[0]
        beside = [*apart[1:], *(name for name in schema if name in _OF_TYPE)]
        if keyword == "$ref" and "type" in schema:
            beside.append("type")
        if beside:
            self._refuse(
                path, f"{beside[0]!r} beside {keyword!r} cannot be kept; write them as one"
            )
        if keyword == "$ref":
            return self._referred(schema["$ref"], path)
        kind = schema.get("type")
        branches = [_with_type(branch, kind) for branch in schema[keyword]]
        if keyword == "allOf" and len(branches) > 1:
            self._refuse(path, "several schemas in 'allOf' cannot be kept; write them as one")
        if keyword == "oneOf" and not _apart(branches, self._resolved):
            self._refuse(path, "a value might be of two schemas of 'oneOf'; write 'anyOf' for that")
        options = tuple(
            self._of(branch, (*path, keyword, str(number)))
            for number, branch in enumerate(branches)
            if branch is not False
        )
        return choice(options)

    def _referred(self, reference: str, path: tuple[str, ...]) -> Expression:
        """The rule of what is referred to, made at its first use so that it may contain itself."""
        if reference not in self._named:
            target = self._pointed(reference, path)
            self._named[reference] = f"ref{len(self._named) + 1}"
            self._rules[self._named[reference]] = self._of(target, ("$ref", reference))
        return Rule(self._named[reference])

    def _pointed(self, reference: str, path: tuple[str, ...]) -> Any:
        """What stands at a JSON pointer within the schema."""
        if not reference.startswith("#"):
            self._refuse(
                path, f"'$ref' {reference!r} leads elsewhere, and nothing is fetched; copy it here"
            )
        found = self._schema
        for step in unquote(reference[1:]).split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            elif isinstance(found, dict) and key in found:
                found = found[key]
            else:
                self._refuse(path, f"'$ref' {reference!r} leads nowhere; correct it")
        if (reference != "#" and not reference.startswith("#/")) or not _is_schema(found):
            self._refuse(path, f"'$ref' {reference!r} leads to no schema; write '#/$defs/name'")
        return found

    def _resolved(self, schema: Any) -> Any:
        """A schema, or what it refers to."""
        reference = schema.get("$ref") if isinstance(schema, dict) else None
        return self._pointed(reference, ()) if reference else schema

    def _typed(self, schema: dict[str, Any], path: tuple[str, ...]) -> Expression:
        given = schema.get("type")
        told = dict.fromkeys(_OF_TYPE[keyword] for keyword in schema if keyword in _OF_TYPE)
        kinds = [given] if isinstance(given, str) else given or list(told)
        if not kinds:
            return self._anything()
        if "integer" in kinds and "number" in kinds:
            kinds = [kind for kind in kinds if kind != "integer"]
        makers: Mapping[str, Callable[[dict[str, Any], tuple[str, ...]], Expression]] = {
            "object": lambda one, at: object_of(one, at, self._of, self._anything, self._refuse),
            "array": self._array,
            "string": self._string,
            "number": self._number,
            "integer": self._integer,
            "boolean": lambda *_: Choice((Text("true"), Text("false"))),
            "null": lambda *_: Text("null"),
        }
        options = tuple(makers[kind](schema, path) for kind in _TYPES if kind in kinds)
        return choice(options)

    def _string(self, schema: dict[str, Any], path: tuple[str, ...]) -> Expression:
        try:
            return string_of(schema)
        except ValueError as error:
            self._refuse(path, str(error))

    def _integer(self, schema: dict[str, Any], path: tuple[str, ...]) -> Expression:
        if schema.get("multipleOf", 1) != 1:
            self._refuse(path, "'multipleOf' cannot be kept; list the numbers in 'enum'")
        low, high = _bounds(schema, Decimal(1))
        return integers(low, high) or self._refuse(path, "no integer is within its bounds")

    def _number(self, schema: dict[str, Any], path: tuple[str, ...]) -> Expression:
        if "multipleOf" in schema:
            self._refuse(path, "'multipleOf' cannot be kept; list the numbers in 'enum'")
        low, high = _bounds(schema, Decimal("0.001"))
        return decimals(low, high) or self._refuse(path, "no number is within its bounds")

    def _array(self, schema: dict[str, Any], path: tuple[str, ...]) -> Expression:
        first = [
            self._of(one, (*path, "prefixItems", str(number)))
            for number, one in enumerate(schema.get("prefixItems", ()))
        ]
        least, most = int(schema.get("minItems", 0)), schema.get("maxItems")
        if schema.get("uniqueItems") and most not in (0, 1):
            self._refuse(path, "'uniqueItems' cannot be kept; leave it out")
        if most is not None and most < least:
            self._refuse(path, f"minItems {least!r} is more than maxItems {most!r}")
        if first:
            return self._tuple(schema, first, path)
        items = schema.get("items", schema.get("unevaluatedItems", True))
        if items is False:
            return Text("[]")
        item = self._shared(self._of(items, (*path, "items")))
        listed = separated(item, ",", least, None if most is None else int(most))
        return chain(Text("["), listed, Text("]"))

    def _tuple(
        self, schema: dict[str, Any], first: Sequence[Expression], path: tuple[str, ...]
    ) -> Expression:
        """A list of as many items as `prefixItems` has."""
        most = schema.get("maxItems", len(first))
        if schema.get("minItems", 0) > len(first) or most < len(first):
            self._refuse(path, f"a list of {len(first)} 'prefixItems' does not fit its length")
        parts: list[Expression] = [Text("["), first[0]]
        for one in first[1:]:
            parts += (Text(","), one)
        return chain(*parts, Text("]"))

    def _refuse(self, path: tuple[str, ...], why: str) -> NoReturn:
        raise ConstraintMalformed(f"{WHERE}: {_place(path)}: {why}")


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _is_schema(value: Any) -> bool:
    return isinstance(value, (dict, bool))


def _with_type(branch: Any, kind: Any) -> Any:
    """A branch with the type that stands beside its alternatives."""
    if kind is None or not isinstance(branch, dict) or "type" in branch or "$ref" in branch:
        return branch
    return {"type": kind, **branch}


def _bounds(schema: Mapping[str, Any], step: Decimal) -> tuple[Decimal | None, Decimal | None]:
    """The least and the greatest number; one that is excluded is passed by a step."""
    lows = [_decimal(schema[name]) for name in ("minimum",) if name in schema]
    highs = [_decimal(schema[name]) for name in ("maximum",) if name in schema]
    if (under := schema.get("exclusiveMinimum")) is not None:
        lows.append(_past(_decimal(under), step))
    if (over := schema.get("exclusiveMaximum")) is not None:
        highs.append(-_past(-_decimal(over), step))
    return max(lows, default=None), min(highs, default=None)


def _past(bound: Decimal, step: Decimal) -> Decimal:
    """The first number of the step's grid that is greater than a bound."""
    return (bound // step + (bound >= 0 or bound % step == 0)) * step


def _decimal(number: float) -> Decimal:
    return Decimal(str(number))


def _apart(branches: Sequence[Any], resolved: Callable[[Any], Any]) -> bool:
    """Whether no value can be of two branches: by their types, or by a member that tells them."""
    told = [resolved(branch) for branch in branches]
    if not all(isinstance(branch, dict) for branch in told):
        return False
    kinds = [branch.get("type") for branch in told]
    if all(isinstance(kind, str) for kind in kinds):
        basic = ["number" if kind == "integer" else kind for kind in kinds]
        if len(set(basic)) == len(basic):
            return True
    return _values_differ(told) or any(
        _values_differ([branch.get("properties", {}).get(name) for branch in told])
        and all(name in branch.get("required", ()) for branch in told)
        for name in dict.fromkeys(n for branch in told for n in branch.get("properties", {}))
    )


def _values_differ(schemas: Sequence[Any]) -> bool:
    """Whether each schema lists its values, and none is listed twice."""
    seen: list[str] = []
    for schema in schemas:
        if not isinstance(schema, dict) or not ("enum" in schema or "const" in schema):
            return False
        values = schema["enum"] if "enum" in schema else [schema["const"]]
        seen += {_compact(value) for value in values}
    return len(set(seen)) == len(seen)
