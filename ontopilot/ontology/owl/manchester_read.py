"""Class expressions, data ranges and values out of Manchester syntax (OWL 2, W3C note)."""

import re
from collections.abc import Callable
from typing import Protocol, TypeVar

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import Construct, Part, entity
from ontopilot.ontology.terms import Iri, Literal, TermKind

T = TypeVar("T")

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<iri><[^<>\s"]*>) | (?P<string>"(?:[^"\\]|\\.)*") | (?P<label>'(?:[^'\\]|\\.)*')
      | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*) | (?P<typed>\^\^) | (?P<facet><=|>=|<|>)
      | (?P<punctuation>[(){}\[\],]) | (?P<word>[^\s(){}\[\],<>"'@^]+)
    )""",
    re.VERBOSE,
)
_NUMBER = re.compile(
    r"[+-]?(?:(?P<integer>\d+)|(?P<decimal>\d*\.\d+)"
    r"|(?P<float>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)[fF])$"
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COUNTS = {"min": "MinCardinality", "max": "MaxCardinality", "exactly": "ExactCardinality"}
_FILLED = {"some": "SomeValuesFrom", "only": "AllValuesFrom", "value": "HasValue"}
_FACETS = {
    "<": "maxExclusive",
    "<=": "maxInclusive",
    ">": "minExclusive",
    ">=": "minInclusive",
    "length": "length",
    "minLength": "minLength",
    "maxLength": "maxLength",
    "pattern": "pattern",
    "totalDigits": "totalDigits",
    "fractionDigits": "fractionDigits",
    "langRange": "langRange",
}
_PROPERTIES = ("object_property", "data_property")
_DATATYPES = {"integer", "decimal", "float", "string"}
_DEEPEST = 50


class Names(Protocol):
    """What a reader asks about the names in a text."""

    def resolve(self, name: str) -> Iri:
        """The IRI that `prefix:Name`, a name, a label or `<IRI>` stands for; it exists."""

    def kind(self, iri: Iri) -> TermKind | None:
        """The kind of a term."""


class ManchesterReader:
    """Reads one text.

    Raises:
        EditError: the text is not of that form; the message quotes the place.
        UnknownTerm: a name in it that the ontology does not have.
    """

    def __init__(self, text: str, names: Names) -> None:
        self.text = text
        self._names = names
        self._tokens = self._cut()
        self._at = 0
        self._depth = 0

    def class_expression(self) -> Part:
        """A class, a restriction, or these joined by `and`, `or`, `not`."""
        return self._whole(lambda: self._joined(self._class_unit, "Object"))

    def data_range(self) -> Part:
        """A datatype, one with facets, an enumeration of values, or these joined."""
        return self._whole(lambda: self._joined(self._data_unit, "Data"))

    def property_expression(self) -> Part:
        """A property, or `inverse` of one."""
        return self._whole(self._property)

    def chain(self) -> tuple[Part, ...]:
        """Properties joined by `o`."""

        def steps() -> tuple[Part, ...]:
            found = [self._property()]
            while self._take("o"):
                found.append(self._property())
            return tuple(found)

        return self._whole(steps)

    def fact(self) -> tuple[bool, Part, Part]:
        """A property and its value, whether they are denied by `not` first."""

        def said() -> tuple[bool, Part, Part]:
            denied = self._take("not")
            prop = self._property()
            data = isinstance(prop, Construct) and prop.name == "DataProperty"
            return denied, prop, self._literal() if data else self._individual()

        return self._whole(said)

    def literal(self) -> Literal:
        """A number, `true`, `false` or a quoted text with a language or a datatype."""
        return self._whole(self._literal)

    def _cut(self) -> list[tuple[str, str, int]]:
        tokens: list[tuple[str, str, int]] = []
        at = 0
        end = len(self.text.rstrip())
        while at < end:
            found = _TOKEN.match(self.text, at)
            if found is None or found.lastgroup is None:
                rest = self.text[at:].strip()[:30]
                raise EditError(
                    f"{self.text!r}: cannot be read from {rest!r} on; close every quotation mark "
                    "and bracket"
                )
            at = found.end()
            tokens.append((found.lastgroup, found[found.lastgroup], at))
        return tokens

    def _whole(self, read: Callable[[], T]) -> T:
        found = read()
        if self._at < len(self._tokens):
            raise self._wrong("the end of the text")
        return found

    def _joined(self, unit: Callable[[], Part], sort: str) -> Part:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise EditError(
                f"{self.text[:60]!r}…: more than {_DEEPEST} brackets deep; name parts of it as "
                "classes of their own"
            )
        parts = [self._conjunction(unit, sort)]
        while self._take("or"):
            parts.append(self._conjunction(unit, sort))
        self._depth -= 1
        return parts[0] if len(parts) == 1 else Construct(f"{sort}UnionOf", tuple(parts))

    def _conjunction(self, unit: Callable[[], Part], sort: str) -> Part:
        parts = [self._negation(unit, sort)]
        while self._take("and") or self._take("that"):
            parts.append(self._negation(unit, sort))
        return parts[0] if len(parts) == 1 else Construct(f"{sort}IntersectionOf", tuple(parts))

    def _negation(self, unit: Callable[[], Part], sort: str) -> Part:
        if self._take("not"):
            return Construct(f"{sort}ComplementOf", (unit(),))
        return unit()

    def _class_unit(self) -> Part:
        if self._take("("):
            inner = self._joined(self._class_unit, "Object")
            self._need(")")
            return inner
        if self._take("{"):
            return Construct("ObjectOneOf", self._listed(self._individual, "}"))
        if self._peek() == "inverse":
            return self._restriction(self._property())
        iri = self._named()
        kind = self._names.kind(iri)
        if kind in _PROPERTIES:
            return self._restriction(entity(kind, iri))
        return entity("class", iri)

    def _restriction(self, prop: Part) -> Part:
        data = isinstance(prop, Construct) and prop.name == "DataProperty"
        sort = "Data" if data else "Object"
        word = self._peek()
        if word in _FILLED:
            self._at += 1
            return Construct(sort + _FILLED[word], (prop, self._filler(word, data=data)))
        if word in _COUNTS:
            self._at += 1
            parts = (self._number(), prop)
            filler = (self._filler("some", data=data),) if self._begins_filler() else ()
            return Construct(sort + _COUNTS[word], (*parts, *filler))
        if word in ("Self", "self") and not data:
            self._at += 1
            return Construct("ObjectHasSelf", (prop,))
        raise self._wrong("some, only, value, min, max, exactly or Self after a property")

    def _begins_filler(self) -> bool:
        word = self._peek()
        return word not in ("", ")", "and", "or", "that", "}", ",", "]")

    def _filler(self, word: str, *, data: bool) -> Part:
        if word == "value":
            return self._literal() if data else self._individual()
        return self._negation(self._data_unit, "Data") if data else self._object_filler()

    def _object_filler(self) -> Part:
        return self._negation(self._class_unit, "Object")

    def _data_unit(self) -> Part:
        if self._take("("):
            inner = self._joined(self._data_unit, "Data")
            self._need(")")
            return inner
        if self._take("{"):
            return Construct("DataOneOf", self._listed(self._literal, "}"))
        datatype = entity("datatype", self._datatype())
        if self._take("["):
            return Construct("DatatypeRestriction", (datatype, *self._listed(self._facet, "]")))
        return datatype

    def _facet(self) -> Part:
        word = self._peek()
        if word not in _FACETS:
            raise self._wrong("a facet such as >=, <, length or pattern")
        self._at += 1
        namespace = v.RDF_LANG_STRING.partition("#")[0] + "#" if word == "langRange" else v.XSD
        return Construct("FacetRestriction", (Iri(namespace + _FACETS[word]), self._literal()))

    def _listed(self, read: Callable[[], T], end: str) -> tuple[T, ...]:
        parts = [read()]
        while self._take(","):
            parts.append(read())
        self._need(end)
        return tuple(parts)

    def _property(self) -> Part:
        if self._take("inverse"):
            bracket = self._take("(")
            inner = self._property()
            if bracket:
                self._need(")")
            return Construct("ObjectInverseOf", (inner,))
        iri = self._named()
        kind = self._names.kind(iri)
        if kind not in ("object_property", "data_property", "annotation_property"):
            raise EditError(
                f"{self.text!r}: {str(iri)!r} is {_said(kind)}, and a property is needed there"
            )
        return entity(kind, iri)

    def _individual(self) -> Part:
        return entity("individual", self._named())

    def _datatype(self) -> Iri:
        group, text, _ = self._next()
        if group == "word" and text in _DATATYPES:
            return Iri(v.XSD + text)
        if group == "word" and text.startswith("xsd:"):
            return Iri(v.XSD + text[4:])
        self._at -= 1
        return self._named()

    def _named(self) -> Iri:
        group, text, _ = self._next()
        if group == "label":
            text = _ESCAPE.sub(_unescaped, text[1:-1])
        elif group not in ("iri", "word"):
            self._at -= 1
            raise self._wrong("a name")
        return self._names.resolve(text)

    def _literal(self) -> Literal:
        group, text, _ = self._next()
        if group == "string":
            return self._quoted(_ESCAPE.sub(_unescaped, text[1:-1]))
        if group == "word" and text in ("true", "false"):
            return Literal(text, Iri(v.XSD + "boolean"))
        datatype = number_type(text) if group == "word" else None
        if datatype is None:
            self._at -= 1
            raise self._wrong('a number, true, false or a text in quotation marks, such as "text"')
        is_float = datatype == v.XSD + "float"
        return Literal(text[:-1] if is_float else text, datatype)

    def _quoted(self, text: str) -> Literal:
        group = self._tokens[self._at][0] if self._at < len(self._tokens) else ""
        if group == "language":
            return Literal(text, v.RDF_LANG_STRING, self._next()[1][1:])
        if group == "typed":
            self._at += 1
            return Literal(text, self._datatype())
        return Literal(text, Iri(v.XSD + "string"))

    def _number(self) -> int:
        text = self._next()[1]
        if not text.isdecimal():
            self._at -= 1
            raise self._wrong("a whole number")
        return int(text)

    def _peek(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _next(self) -> tuple[str, str, int]:
        if self._at >= len(self._tokens):
            raise self._wrong("more")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, word: str) -> bool:
        if self._peek() != word:
            return False
        self._at += 1
        return True

    def _need(self, word: str) -> None:
        if not self._take(word):
            raise self._wrong(repr(word))

    def _wrong(self, wanted: str) -> EditError:
        found = self._peek()
        instead = f"not {found!r}" if found else "where the text ends"
        return EditError(f"{self.text!r}: expected {wanted}, {instead}; see Manchester syntax")


def _unescaped(found: re.Match[str]) -> str:
    """What an escape stands for: a quote, a backslash, or what `manchester` writes on one line."""
    return {"n": "\n", "r": "\r", "t": "\t"}.get(found[1], found[1])


def number_type(text: str) -> Iri | None:
    """The datatype of a number without quotation marks: `5`, `5.0` or `5.0e1f`."""
    found = _NUMBER.match(text)
    return Iri(f"{v.XSD}{found.lastgroup}") if found else None


def _said(kind: TermKind | None) -> str:
    words = (kind or "unknown").replace("_", " ")
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"
