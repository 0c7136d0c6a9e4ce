"""RDF 1.1 Turtle to statements that know where subject, predicates and objects stand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triple
from ontopilot.ontology.splice.rdfxml_read import STRING, resolved
from ontopilot.ontology.terms import Iri, Literal

_ESCAPED = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_TOKEN = re.compile(
    rf"""(?P<comment>\#[^\n\r]*)
      | (?P<iri><[^\x00-\x20<>"{{}}|^`]*>)
      | (?P<string>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{{0,2}}(?:[^'\\]|\\.))*'''
          |"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
      | (?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | (?P<blank>_:[\w](?:[\w.-]*[\w-])?)
      | (?P<name>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:
          (?:(?:[\w:·-]|{_ESCAPED})(?:(?:[\w:.·-]|{_ESCAPED})*(?:[\w:·-]|{_ESCAPED}))?)?)
      | (?P<number>[+-]?(?:\d+(?:\.\d*)?[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?|\d+\.\d+|\d+))
      | (?P<typed>\^\^) | (?P<mark>[.;,()\[\]]) | (?P<word>[A-Za-z]+)""",
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"\s*")
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)", re.DOTALL)
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its place."""

    kind: str
    text: str
    start: int
    end: int


@dataclass(slots=True, eq=False)
class Value:
    """An object: its node, its place, and what stands within it."""

    node: Node
    start: int
    end: int = 0
    inner: "Holder | None" = None
    items: list["Value"] = field(default_factory=list)
    cells: list[Triple] = field(default_factory=list)

    def triples(self) -> Iterator[Triple]:
        """The triples within the object."""
        yield from self.cells
        for item in self.items:
            yield from item.triples()
        if self.inner is not None:
            yield from self.inner.triples()


@dataclass(slots=True, eq=False)
class Phrase:
    """A predicate and its objects, from the predicate to the end of the last object."""

    predicate: Iri
    start: int
    values: list[Value] = field(default_factory=list)

    @property
    def end(self) -> int:
        """Where the last object ends."""
        return self.values[-1].end


@dataclass(slots=True, eq=False)
class Holder:
    """A subject with its phrases: a statement to its `.`, or a bracket `[…]`."""

    node: Iri
    start: int
    end: int = 0
    phrases: list[Phrase] = field(default_factory=list)
    subject: Value | None = None

    def triples(self) -> Iterator[Triple]:
        """Every triple that the holder says, those of its objects among them."""
        if self.subject is not None:
            yield from self.subject.triples()
        for phrase in self.phrases:
            for value in phrase.values:
                yield self.node, phrase.predicate, value.node
                yield from value.triples()

    def all_phrases(self) -> list[Phrase]:
        """The phrases, those of a bracket that is the subject among them."""
        own = self.subject.inner.phrases if self.subject and self.subject.inner else []
        return [*own, *self.phrases]


class TurtleReader:
    """Reads one text.

    Raises:
        EditError: a form of Turtle whose places are not known.
    """

    def __init__(self, text: str, base: str) -> None:
        self.text = text
        self.comments: list[Token] = []
        self.names: list[tuple[Token, Iri]] = []
        self.prefixes: dict[str, str] = {}
        self.head: dict[str, str] = {}
        """The prefixes that are declared before the first statement."""
        self.statements: list[Holder] = []
        self.has_bare_numbers = False
        self._base = base
        self._anonymous = (Iri(f"_:at.{number}") for number in count())
        self._tokens = self._cut()
        self._at = 0
        while self._at < len(self._tokens):
            self._statement()

    def _cut(self) -> list[Token]:
        tokens: list[Token] = []
        at = self._skip(0)
        while at < len(self.text):
            found = _TOKEN.match(self.text, at)
            if found is None or found.lastgroup is None:
                raise self._unknown(at)
            token = Token(found.lastgroup, found[0], at, found.end())
            (self.comments if token.kind == "comment" else tokens).append(token)
            at = self._skip(found.end())
        return tokens

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self.text, at)
        return found.end() if found else at

    def _unknown(self, at: int) -> EditError:
        line = self.text.count("\n", 0, at) + 1
        return EditError(
            f"line {line}: the layout of {self.text[at : at + 20]!r} is not understood; edit this "
            "file in Protégé"
        )

    def _peek(self) -> Token:
        if self._at >= len(self._tokens):
            raise self._unknown(len(self.text))
        return self._tokens[self._at]

    def _next(self) -> Token:
        token = self._peek()
        self._at += 1
        return token

    def _is(self, mark: str) -> bool:
        return self._at < len(self._tokens) and self._tokens[self._at].text == mark

    def _statement(self) -> None:
        token = self._peek()
        word = token.text.lower().lstrip("@")
        if token.kind in ("at", "word") and word in ("prefix", "base"):
            self._directive(word, sparql=token.kind == "word")
            return
        subject = self._value()
        if isinstance(subject.node, Literal):
            raise self._unknown(subject.start)
        held = subject if subject.inner or subject.items else None
        holder = Holder(subject.node, subject.start, subject=held)
        if not self._is("."):
            self._phrases(holder, ".")
        holder.end = self._next().end
        self.statements.append(holder)

    def _directive(self, word: str, *, sparql: bool) -> None:
        self._next()
        name = self._next().text[:-1] if word == "prefix" else ""
        token = self._next()
        iri = resolved(_unescaped(token.text[1:-1]), self._base)
        if word == "prefix":
            self.prefixes[name] = iri
            if not self.statements:
                self.head[name] = iri
        else:
            self._base = iri
        if not sparql:
            self._next()

    def _phrases(self, holder: Holder, end: str) -> None:
        while not self._is(end):
            if self._is(";"):
                self._next()
                continue
            start = self._peek().start
            phrase = Phrase(self._verb(), start)
            phrase.values.append(self._value())
            while self._is(","):
                self._next()
                phrase.values.append(self._value())
            holder.phrases.append(phrase)

    def _verb(self) -> Iri:
        token = self._next()
        if token.kind == "word" and token.text == "a":
            return v.RDF_TYPE
        return self._iri(token)

    def _iri(self, token: Token) -> Iri:
        if token.kind == "iri":
            iri = Iri(resolved(_unescaped(token.text[1:-1]), self._base))
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            if prefix not in self.prefixes:
                raise self._unknown(token.start)
            iri = Iri(self.prefixes[prefix] + re.sub(r"\\(.)", r"\1", local))
        else:
            raise self._unknown(token.start)
        self.names.append((token, iri))
        return iri

    def _value(self) -> Value:
        token = self._next()
        value = Value(v.RDF_NIL, token.start)
        if token.text == "[" and token.kind == "mark":
            value.node = next(self._anonymous)
            value.inner = Holder(value.node, token.start)
            self._phrases(value.inner, "]")
            value.end = value.inner.end = self._next().end
            return value
        if token.text == "(" and token.kind == "mark":
            return self._collection(value)
        value.node = self._simple(token)
        value.end = self._tokens[self._at - 1].end
        return value

    def _collection(self, value: Value) -> Value:
        while not self._is(")"):
            value.items.append(self._value())
        value.end = self._next().end
        for item in reversed(value.items):
            cell = next(self._anonymous)
            value.cells += [(cell, v.RDF_FIRST, item.node), (cell, v.RDF_REST, value.node)]
            value.node = cell
        return value

    def _simple(self, token: Token) -> Node:
        if token.kind == "blank":
            return Iri(f"_:id.{token.text[2:]}")
        if token.kind == "string":
            return self._literal(token)
        if token.kind == "number":
            self.has_bare_numbers = True
            kind = "integer"
            if "e" in token.text.lower():
                kind = "double"
            elif "." in token.text:
                kind = "decimal"
            return Literal(token.text, Iri(v.XSD + kind))
        if token.kind == "word" and token.text in ("true", "false"):
            return Literal(token.text, Iri(v.XSD + "boolean"))
        return self._iri(token)

    def _literal(self, token: Token) -> Literal:
        width = 3 if token.text[:3] in ('"""', "'''") else 1
        text = _unescaped(token.text[width:-width])
        following = self._tokens[self._at] if self._at < len(self._tokens) else None
        if following is not None and following.kind == "at" and following.start == token.end:
            return Literal(text, v.RDF_LANG_STRING, self._next().text[1:])
        if following is not None and following.kind == "typed":
            self._next()
            return Literal(text, self._iri(self._next()))
        return Literal(text, STRING)


def _unescaped(text: str) -> str:
    def letter(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] in "uU" and len(code) > 1:
            return chr(int(code[1:], 16))
        return _LETTERS.get(code, code)

    return _ESCAPE.sub(letter, text) if "\\" in text else text
