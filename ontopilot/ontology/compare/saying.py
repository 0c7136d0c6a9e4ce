"""A statement as a change tells it: of which term, in which respect, and in which words."""

from collections.abc import Callable, Iterable

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.compare.aspects import CHARACTERISTICS, ENTITIES, Aspect, aspect_of
from ontopilot.ontology.compare.compared import Compared
from ontopilot.ontology.compare.difference import Named, Value
from ontopilot.ontology.owl.from_forms import FormReader
from ontopilot.ontology.owl.manchester import Short, quoted, written
from ontopilot.ontology.rdf.forms import Part
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.statements import SYMMETRIC, Note, Statement
from ontopilot.ontology.rdf.triples import Node, is_blank, is_named
from ontopilot.ontology.terms import Iri, Literal

Place = tuple[Iri | None, Aspect, Iri, str]
"""What a change is of: the term (none for several), the aspect, the property, the language."""


class Saying:
    """Puts the statements of one version into words; `other` is the version it is compared with."""

    def __init__(self, own: Compared, other: Compared) -> None:
        self._own, self._other = own, other
        self._version = own.version
        forms = own.statements.forms
        self._reader = FormReader(forms, own.keys)
        self._text = _Words(self._reader, self.label, quoted)
        self._whole = _Words(self._reader, lambda iri: f"<{iri}>")

    def place(self, statement: Statement) -> Place:
        """What a statement is of; a term by the name that both versions share."""
        part = statement.part
        subject = self._subject(statement)
        aspect = aspect_of(statement, self._version.kinds)
        if statement.subject is not None and subject is None:
            kind = self._own.statements.forms.kinds.get(statement.subject)
            aspect = "general axiom" if kind == "expression" else "nameless thing"
        predicate = part.predicate
        if predicate == v.OWL_NEGATIVE and isinstance(part.members[0], str):
            predicate = Iri(part.members[0])
        value = part.members[0] if len(part.members) == 1 else None
        language = value.language.lower() if isinstance(value, Literal) else ""
        shared = None if subject is None else self._own.name(subject)
        return shared, aspect, self._own.name(predicate), language

    def value(self, statement: Statement, notes: Iterable[Note] = ()) -> Value:
        """What a statement says of its term, or all of it where it is about several."""
        return Value(
            self._said(statement, self._text),
            self._said(statement, self._whole),
            tuple(sorted(self._noted(note, self._text) for note in notes)),
        )

    def whole(self, statement: Statement) -> str:
        """A statement with its subject, as one line: `kettle SubClassOf 'has part' some lid`."""
        return self._text.axiom(statement)

    def node(self, node: Node) -> str:
        """A term, a value or an expression alone."""
        return self._text.value(node)

    def others(self, statement: Statement, subject: Iri) -> str:
        """The other members of a statement about several terms."""
        said = [one for one in statement.part.members if one != subject] or [subject]
        return ", ".join(map(self._text.value, said))

    def note(self, note: Note) -> Value:
        """An annotation of an axiom, after the axiom."""
        return Value(self._after(note, self._text), self._after(note, self._whole))

    def named(self, iri: Iri, kind: str = "") -> Named:
        """A term as this version has it."""
        kind = kind or self._version.kinds.get(iri, "").replace("_", " ")
        return Named(iri, kind, self._version.label(iri), self._version.short(iri))

    def _after(self, note: Note, writer: "_Words") -> str:
        about = note.about
        whole = self._subject(about) is None or about.subject is None
        axiom = self._said(about, writer) if whole else writer.property(about.part)
        return f"{axiom} | {self._noted(note, writer)}"

    def _noted(self, note: Note, writer: "_Words") -> str:
        path = "".join(f"{writer.property(part)} | " for part in note.path)
        return path + ", ".join(sorted(writer.property(part) for part in note.parts))

    def _subject(self, statement: Statement) -> Iri | None:
        """The term that a statement is told of; of two, the one that only this version has."""
        if statement.subject is not None:
            return None if is_blank(statement.subject) else statement.subject
        members = set(statement.part.members)
        if statement.part.predicate not in SYMMETRIC or len(members) > 2:
            return None
        named = [Iri(one) for one in members if isinstance(one, str) and is_named(one)]
        return min(named, key=self._rank) if named else None

    def _rank(self, iri: Iri) -> tuple[bool, str]:
        shared = iri in self._own.names or iri in self._other.mentioned
        return shared, self._own.name(iri)

    def _said(self, statement: Statement, writer: "_Words") -> str:
        part, subject = statement.part, self._subject(statement)
        if subject is None:
            return writer.axiom(statement)
        if statement.subject is None:
            others = [one for one in part.members if one != subject]
            return writer.value(others[0] if others else subject)
        if part.predicate == v.OWL_NEGATIVE:
            return writer.value(part.members[1])
        if part.shape != "one" or not part.members:
            return writer.part(part)
        return self._word(part.predicate, part.members[0], writer)

    def _word(self, predicate: Iri, value: Node, writer: "_Words") -> str:
        if writer is self._text and isinstance(value, str) and predicate == v.RDF_TYPE:
            known = ENTITIES.get(value, CHARACTERISTICS.get(value, ""))
            return known.replace("_", " ") or writer.value(value)
        if writer is self._text and isinstance(value, Literal) and value.language:
            return writer.value(Literal(value.value, Iri(v.XSD + "string")))
        return writer.value(value)

    def label(self, iri: Iri) -> str:
        """What people call a term of this version or of the language."""
        return local_name(iri) if iri.startswith(v.BUILT_IN) else self._version.label(iri)


class _Words:
    """Writes nodes with the `name` of each term; `within` is what a name becomes among others."""

    def __init__(
        self, reader: FormReader, name: Short, within: Callable[[str], str] = lambda name: name
    ) -> None:
        self._reader = reader
        self._name = name
        self._within = within

    def value(self, node: Node) -> str:
        """A node alone: a name as it is, a text in quotes, an expression without parentheses."""
        if isinstance(node, str) and not is_blank(node):
            return self._name(node)
        return written(self._reader.node(node), self._short)

    def part(self, part: Part) -> str:
        """The value of a part: its members as a list where it is one."""
        return written(self._reader.value(part), self._short)

    def property(self, part: Part) -> str:
        """A part with its property, as in `comment "as the maker says"`."""
        return f"{self._name(part.predicate)} {self.part(part)}"

    def axiom(self, statement: Statement) -> str:
        """A whole statement."""
        return written(self._reader.axiom(statement), self._short)

    def _short(self, iri: Iri) -> str:
        return iri if is_blank(iri) else self._within(self._name(iri))
