"""Triples as Turtle, spelled and laid out as the file around them."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count, pairwise

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triple, is_blank
from ontopilot.ontology.splice.rdfxml_read import STRING
from ontopilot.ontology.splice.rdfxml_write import rank
from ontopilot.ontology.splice.turtle_read import Holder, TurtleReader
from ontopilot.ontology.terms import Iri, Literal

_LOCAL = re.compile(r"(?:[\w](?:[\w.-]*[\w-])?)?$")
_BARE = {
    Iri(v.XSD + "integer"): re.compile(r"[+-]?\d+$"),
    Iri(v.XSD + "decimal"): re.compile(r"[+-]?\d*\.\d+$"),
    Iri(v.XSD + "boolean"): re.compile(r"(?:true|false)$"),
}
_SEPARATOR = re.compile(r"([ \t]*);([ \t]*)(\r?\n)?([ \t]*)$")


@dataclass(frozen=True, slots=True)
class Style:
    """How a file lays out its statements; `indent` is None where predicates stand in a column."""

    space: str = " "
    newline: str = "\n"
    is_broken: bool = True
    indent: str | None = "    "
    type_name: str = "a"
    bare: bool = True


def style_of(reader: TurtleReader, newline: str) -> Style:
    """The layout that most statements of a text have."""
    spaces: Counter[str] = Counter()
    indents: Counter[str | None] = Counter()
    breaks: Counter[bool] = Counter()
    types: Counter[str] = Counter()
    for holder in reader.statements:
        phrases = holder.phrases
        for phrase in phrases:
            if phrase.predicate == v.RDF_TYPE:
                words = reader.text[phrase.start : phrase.values[0].start].split()
                types[words[0] if words else "a"] += 1
        for one, other in pairwise(phrases):
            found = _SEPARATOR.match(reader.text[one.end : other.start])
            if found is not None:
                spaces[found[1]] += 1
                breaks[found[3] is not None] += 1
                if found[3] is not None:
                    indents[_indent(reader.text, holder, found[4])] += 1
    return Style(
        spaces.most_common(1)[0][0] if spaces else " ",
        newline,
        breaks.most_common(1)[0][0] if breaks else True,
        indents.most_common(1)[0][0] if indents else "    ",
        types.most_common(1)[0][0] if types else "a",
        reader.has_bare_numbers,
    )


def _indent(text: str, holder: Holder, indent: str) -> str | None:
    """An indent, or nothing where it is the column of the first predicate."""
    first = holder.phrases[0].start
    column = first - text.rfind("\n", 0, first) - 1
    on_first_line = "\n" not in text[holder.start : first]
    return None if on_first_line and len(indent) == column else indent


class TurtleWriter:
    """Writes the objects, phrases and statements of added triples."""

    def __init__(
        self,
        added: Iterable[Triple],
        *,
        prefixes: Mapping[str, str],
        style: Style,
        labelled: frozenset[Iri],
    ) -> None:
        self._about: dict[Iri, list[tuple[Iri, Node]]] = defaultdict(list)
        for subject, predicate, value in added:
            self._about[subject].append((predicate, value))
        self._prefixes = prefixes
        self._labelled = labelled
        names = (f"new{number}" for number in count())
        self._labels = (f"_:{name}" for name in names if f"_:id.{name}" not in labelled)
        self._fresh: dict[Iri, str] = {}
        """Labels of added blank nodes, which N-Triples cannot write in brackets."""
        self.style = style

    def iri(self, iri: Iri) -> str:
        """An IRI, with the longest prefix that fits."""
        fitting = [
            (len(namespace), prefix)
            for prefix, namespace in self._prefixes.items()
            if namespace and iri.startswith(namespace) and _LOCAL.match(iri[len(namespace) :])
        ]
        if not fitting:
            return f"<{iri}>"
        length, prefix = max(fitting)
        return f"{prefix}:{iri[length:]}"

    def verb(self, predicate: Iri) -> str:
        """A predicate; the type as the file writes it."""
        return self.style.type_name if predicate == v.RDF_TYPE else self.iri(predicate)

    def value(self, value: Node, column: int) -> str:
        """An object that begins in a column."""
        if isinstance(value, Literal):
            return self._literal(value)
        if not is_blank(value):
            return self.iri(value)
        if value in self._labelled:
            return "_:" + value.removeprefix("_:id.")
        items = self._items(value)
        if items is not None:
            return self._list(items, column)
        return self._bracket(value, column)

    def _bracket(self, node: Iri, column: int) -> str:
        about = self._about[node]
        if not about:
            return "[]"
        if not self.style.is_broken:
            inner = [f"{self.verb(p)} {self.value(o, column)}" for p, o in about]
            return "[ " + f"{self.style.space}; ".join(inner) + " ]"
        lead = self.style.newline + " " * (column + 2)
        phrases = [self.phrase(p, [o], column + 2) for p, o in about]
        end = self.style.newline + " " * column + "]"
        return "[ " + f"{self.style.space};{lead}".join(phrases) + end

    def phrase(self, predicate: Iri, values: list[Node], column: int) -> str:
        """A predicate with its objects, from a column on."""
        verb = self.verb(predicate) + " "
        texts = [self.value(value, column + len(verb)) for value in values]
        if not self.style.is_broken or len(texts) == 1:
            return verb + ", ".join(texts)
        lead = self.style.newline + " " * (column + len(verb))
        return verb + f"{self.style.space},{lead}".join(texts)

    def statement(self, subject: Iri) -> str:
        """A statement about a subject, to its full stop."""
        phrases: dict[Iri, list[Node]] = {}
        order = self._about[subject]
        if not is_blank(subject):
            order = sorted(order, key=lambda one: (one[0] != v.RDF_TYPE, rank(one[0])))
        for predicate, value in order:
            phrases.setdefault(predicate, []).append(value)
        if is_blank(subject) and subject not in self._labelled:
            return self._bracket(subject, 0) + " ."
        name = "_:" + subject.removeprefix("_:id.") if is_blank(subject) else self.iri(subject)
        indent = " " * (len(name) + 1) if self.style.indent is None else self.style.indent
        column = len(indent)
        texts = [
            self.phrase(predicate, values, column if number else len(name) + 1)
            for number, (predicate, values) in enumerate(phrases.items())
        ]
        lead = self.style.newline + indent if self.style.is_broken else " "
        return f"{name} " + f"{self.style.space};{lead}".join(texts) + " ."

    def plain(self, subject: Iri) -> list[str]:
        """The lines of N-Triples about a subject, and about the blank nodes that it leads to."""
        lines: list[str] = []
        for predicate, value in self._about[subject]:
            lines.append(f"{self._plain(subject)} <{predicate}> {self._plain(value)} .")
            if isinstance(value, str) and is_blank(value) and value not in self._labelled:
                lines += self.plain(Iri(value))
        return lines

    def _plain(self, node: Node) -> str:
        if isinstance(node, Literal):
            if node.language or node.datatype == STRING:
                return self._literal(node)
            return f"{_quoted(node.value)}^^<{node.datatype}>"
        if not is_blank(node):
            return f"<{node}>"
        if node in self._labelled:
            return "_:" + node.removeprefix("_:id.")
        if node not in self._fresh:
            self._fresh[Iri(node)] = next(self._labels)
        return self._fresh[Iri(node)]

    def _list(self, items: list[Node], column: int) -> str:
        if not items:
            return "()"
        texts = [self.value(item, column + 2) for item in items]
        if not self.style.is_broken or sum(map(len, texts)) < 60:
            return "( " + " ".join(texts) + " )"
        lead = self.style.newline + " " * (column + 2)
        return "( " + lead.join(texts) + self.style.newline + " " * column + ")"

    def _items(self, head: Iri) -> list[Node] | None:
        items: list[Node] = []
        at: Node = head
        while at != v.RDF_NIL:
            cell = dict(self._about.get(Iri(str(at)), ()))
            if set(cell) != {v.RDF_FIRST, v.RDF_REST}:
                return None
            items.append(cell[v.RDF_FIRST])
            at = cell[v.RDF_REST]
        return items

    def _literal(self, literal: Literal) -> str:
        if literal.language:
            return f"{_quoted(literal.value)}@{literal.language}"
        if literal.datatype == STRING:
            return _quoted(literal.value)
        bare = _BARE.get(literal.datatype)
        if self.style.bare and bare is not None and bare.match(literal.value):
            return literal.value
        return f"{_quoted(literal.value)}^^{self.iri(literal.datatype)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    escaped = escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return f'"{escaped}"'
