"""Editing an ontology file: axioms in and out, saved with the smallest change of its text."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal as OneOf
from typing import Self

from ontopilot.errors import EditError, UnknownTerm
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.files.line_diff import unified
from ontopilot.ontology.files.save import replace
from ontopilot.ontology.files.source import decode, digest_of, read_bytes, recognise
from ontopilot.ontology.load import load
from ontopilot.ontology.owl.constructs import Construct, entity, literals_in, normal
from ontopilot.ontology.owl.manchester import written
from ontopilot.ontology.owl.named import ANNOTATIONS, TermNames
from ontopilot.ontology.owl.slots import KINDS_OF, Slot, annotation, axiom_of, slot_of, subjects_of
from ontopilot.ontology.rdf.triples import Triples, is_blank
from ontopilot.ontology.splice.open import open_store
from ontopilot.ontology.splice.store import Placed
from ontopilot.ontology.terms import Iri, Literal, TermKind

Action = OneOf["added", "removed", "renamed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that an edit did, in Manchester syntax."""

    action: Action
    text: str


class Editor:
    """The edits of one file, made on its text and written by `save`.

    Names are IRIs, `prefix:Name`, the ends of IRIs, or labels; expressions are Manchester syntax.
    Nothing on disk changes before `save`. A file in another syntax than RDF/XML, Turtle and OWL/XML
    is refused. With `allow_relayout`, an edit that the layout has no room for rewrites the file.

    Example:
        >>> editor = Editor.open("shop.owl")  # doctest: +SKIP
        >>> kettle = editor.create("class", "TravelKettle", label="travel kettle")  # doctest: +SKIP
        >>> editor.add(kettle, "subclass_of", "Kettle and hasPart some Battery")  # doctest: +SKIP
        >>> editor.save()  # doctest: +SKIP
    """

    def __init__(self, path: Path, raw: bytes, *, allow_relayout: bool) -> None:
        self.path = path
        self.changes: list[Change] = []
        self._loaded = digest_of(raw)
        self._original, encoding = decode(path, raw)
        source = recognise(path, raw)
        loaded = load(path, allow_missing_imports=True)
        self._iri = loaded.iri
        triples = loaded.triples
        self._names = TermNames(path, loaded.iri, triples, loaded.prefixes, loaded.missing)
        self._habits = _habits(triples)
        self._unused = {iri for iri in ANNOTATIONS if not triples.pairs(iri)}
        self._store = open_store(source, self._original, encoding, allow_relayout=allow_relayout)
        self._waiting: list[Construct] = []

    @classmethod
    def open(cls, path: str | Path, *, allow_relayout: bool = False) -> Self:
        """Load a file to edit it.

        Raises:
            OntologyNotFound: there is no such file.
            OntologySyntaxError: it is malformed, cut off, empty or binary.
            EditError: its syntax or its layout cannot be edited in place.
        """
        file = Path(path)
        return cls(file, read_bytes(file), allow_relayout=allow_relayout)

    def resolve(self, name: str) -> Iri:
        """The term that a name means; `UnknownTerm` where there is none."""
        return self._names.resolve(name)

    def kind(self, name: str) -> TermKind | None:
        """The kind of a term; nothing where the file and its imports have no such term."""
        try:
            return self._names.kind(self._names.resolve(name))
        except UnknownTerm:
            return None

    def create(self, kind: TermKind, name: str, *, label: str = "", language: str = "en") -> Iri:
        """Declare a new term.

        Raises:
            EditError: the name cannot be made an IRI, or the term exists.
        """
        iri = self._names.mint(name)
        if self._names.kind(iri) is not None:
            raise EditError(f"{self.path}: {str(iri)!r} exists already; choose another name")
        self._put(Construct("Declaration", (entity(kind, iri),)))
        self._names.declare(iri, kind)
        if label:
            self.annotate(iri, v.RDFS_LABEL, label, language=language)
        return iri

    def add(self, term: str, slot: Slot, value: str) -> None:
        """Add an axiom, such as `add("Kettle", "subclass_of", "hasPart some Boiler")`.

        Raises:
            EditError: the slot is not for that kind of term, or the value is malformed.
            UnknownTerm: a name that the ontology does not have.
        """
        self._put(self._axiom(term, slot, value))

    def remove(self, term: str, slot: Slot, value: str) -> None:
        """Remove an axiom, whatever the order of its `and` and `or`, with its own annotations.

        Raises:
            EditError: the file has no such axiom.
        """
        self._drop(self._axiom(term, slot, value))

    def set(self, term: str, slot: Slot, *values: str) -> None:
        """Let values take the place of those that a slot has; without values, empty it.

        For annotations and facts, only those of the same property (and language) are replaced. An
        axiom over several terms, as a disjointness of three classes, stays.

        Raises:
            EditError: no value says which annotation or fact is meant, or one is malformed.
        """
        iri = self._names.resolve(term)
        new = [self._axiom(term, slot, value) for value in values]
        if not new and slot in ("annotation", "fact"):
            raise EditError(f"{term!r}: say which {slot} to set, as in 'property value'")
        self._exchange(iri, {slot_of(axiom) for axiom in new} or {(slot, "", "")}, new)

    def annotate(
        self, term: str, prop: str, text: str, *, language: str = "", datatype: str = ""
    ) -> None:
        """Add an annotation; `label`, `synonym` and `definition` name the properties in use."""
        self._put(self._note(term, prop, text, language, datatype))

    def set_annotations(
        self, term: str, prop: str, texts: Sequence[str], *, language: str = ""
    ) -> None:
        """Let texts take the place of the annotations of a property in a language."""
        new = [self._note(term, prop, text, language, "") for text in texts]
        slots = {slot_of(axiom) for axiom in new or [self._note(term, prop, "", language, "")]}
        self._exchange(self._names.resolve(term), slots, new)

    def remove_annotation(
        self, term: str, prop: str, text: str, *, language: str = "", datatype: str = ""
    ) -> None:
        """Remove an annotation; `EditError` where the file has none such."""
        self._drop(self._note(term, prop, text, language, datatype))

    def deprecate(self, term: str, *, deprecated: bool = True) -> None:
        """Mark a term as no longer to be used, or take the mark away."""
        iri = self._names.resolve(term)
        mark = annotation(v.OWL_DEPRECATED, iri, _TRUE)
        self._exchange(iri, {slot_of(mark)}, [mark] if deprecated else [])

    def rename(self, old: str, new: str) -> Iri:
        """Give a term another IRI everywhere in the file; return it.

        Raises:
            EditError: the new IRI exists already, or the file does not mention the old one.
        """
        before, after = self._names.resolve(old), self._names.mint(new)
        if self._names.kind(after) is not None or self._store.mentioning(after, self._names.kinds):
            raise EditError(
                f"{self.path}: {str(after)!r} exists already, and renaming would make two terms "
                "one; choose another name"
            )
        self._mentioned(before)
        self._store.rename(before, after)
        self._names.rename(before, after)
        self._note_change("renamed", f"{before} → {after}")
        return after

    def delete(self, term: str) -> tuple[str, ...]:
        """Remove a term with every axiom that mentions it; return these axioms as text.

        Raises:
            EditError: the file does not mention the term.
        """
        iri = self._names.resolve(term)
        placed = self._mentioned(iri)
        said = [self._text_of(one.axiom) for one in placed]
        self._store.change(placed, ())
        for text in said:
            self._note_change("removed", text)
        self._names.forget(iri)
        return tuple(said)

    def mentions(self, term: str) -> tuple[str, ...]:
        """The axioms that mention a term, which `delete` would remove."""
        iri = self._names.resolve(term)
        self._flush()
        return tuple(
            self._text_of(one.axiom) for one in self._store.mentioning(iri, self._names.kinds)
        )

    @property
    def text(self) -> str:
        """The text of the file with the edits so far."""
        self._flush()
        return self._store.text

    @property
    def relaid(self) -> bool:
        """Whether an edit had no room in the layout, so that the whole file is written anew."""
        self._flush()
        return self._store.relaid

    def diff(self) -> str:
        """What saving would change, as a unified diff; empty where nothing would."""
        return unified(self._original, self.text, self.path.name)

    def save(self) -> bool:
        """Write the file; return whether there was anything to write.

        Raises:
            EditError: the edited text would not be read as what was meant.
            EditConflict: the file changed on disk, or another editor is saving it.
            SaveFailed: the file cannot be written.
        """
        if self.text == self._original:
            return False
        raw = self._store.raw()
        replace(self.path, raw, loaded=self._loaded)
        self._loaded, self._original = digest_of(raw), self._store.text
        return True

    def _axiom(self, term: str, slot: Slot, value: str) -> Construct:
        iri = self._names.resolve(term)
        kind = self._names.kind_among(iri, KINDS_OF[slot])
        if kind is None:
            raise UnknownTerm(f"{self.path}: no term {term!r}; create it first")
        return axiom_of(iri, kind, slot, value, self._names)

    def _note(self, term: str, prop: str, text: str, language: str, datatype: str) -> Construct:
        known = self._habits.get(prop)
        iri = self._names.resolve(prop) if known is None else known
        typed = self._names.resolve(datatype) if datatype else Iri(v.XSD + "string")
        value = Literal(text, v.RDF_LANG_STRING, language) if language else Literal(text, typed)
        return annotation(iri, self._names.resolve(term), value)

    def _put(self, axiom: Construct) -> None:
        for literal in literals_in(axiom):
            self._check(literal)
        for one in (*self._undeclared(axiom), axiom):
            if one not in self._waiting and not self._says(one):
                self._waiting.append(one)
                self._note_change("added", self._text_of(one))

    def _check(self, value: Literal) -> None:
        """Refuse a value that not every syntax can hold, or none."""
        if _UNWRITABLE.search(value.value):
            raise EditError(
                f"the text {value.value[:40]!r} holds a control character, which XML cannot hold; "
                "leave it out"
            )
        if value.language and not _LANGUAGE.match(value.language):
            raise EditError(
                f"{value.language!r} is no language tag; write one such as 'en', 'de-CH' or "
                "'zh-Hant'"
            )
        is_datatype = self._names.kind_among(value.datatype, ["datatype"]) == "datatype"
        if not value.language and (not is_datatype or value.datatype == v.RDF_PLAIN_LITERAL):
            raise EditError(
                f"{str(value.datatype)!r} is no datatype that a value may have; choose one such as "
                "xsd:decimal, or a language"
            )

    def _undeclared(self, axiom: Construct) -> Iterable[Construct]:
        """The declaration that a well-known annotation property needs before its first use."""
        if axiom.name != "AnnotationAssertion":
            return
        prop = axiom.parts[0]
        assert isinstance(prop, Construct)  # noqa: S101 - annotations are built so
        iri = Iri(str(prop.parts[0]))
        if iri in self._unused and iri not in self._names.kinds:
            self._names.declare(iri, "annotation_property")
            yield Construct("Declaration", (prop,))

    def _says(self, axiom: Construct) -> bool:
        wanted = normal(axiom)
        return any(
            normal(placed.axiom) == wanted
            for iri in list(subjects_of(axiom))[:1]
            for placed in self._store.under(iri, self._names.kinds)
        )

    def _drop(self, axiom: Construct) -> None:
        iri = next(subjects_of(axiom))
        wanted = normal(axiom)
        every = self._under(iri)
        found = [placed for placed in every if normal(placed.axiom) == wanted]
        if not found:
            alike = [self._text_of(p.axiom) for p in every if p.axiom.name == axiom.name]
            has = f"it has: {'; '.join(alike[:5])}" if alike else "it has none of that kind"
            raise EditError(f"{self.path}: no axiom {self._text_of(axiom)!r} to remove; {has}")
        self._take(found)

    def _exchange(
        self,
        iri: Iri,
        slots: Collection[tuple[str, str, str]],
        new: Sequence[Construct],
    ) -> None:
        wanted = [normal(axiom) for axiom in new]
        self._take(
            [
                placed
                for placed in self._under(iri)
                if slot_of(placed.axiom) in slots and normal(placed.axiom) not in wanted
            ]
        )
        for axiom in new:
            self._put(axiom)

    def _take(self, placed: Sequence[Placed]) -> None:
        if placed:
            self._store.change(placed, ())
            for one in placed:
                self._note_change("removed", self._text_of(one.axiom))

    def _under(self, iri: Iri) -> list[Placed]:
        self._flush()
        return self._store.under(iri, self._names.kinds)

    def _mentioned(self, iri: Iri) -> list[Placed]:
        self._flush()
        if iri == self._iri:
            raise EditError(f"{self.path}: {str(iri)!r} is the ontology itself, not a term of it")
        found = self._store.mentioning(iri, self._names.kinds)
        if not found:
            raise EditError(
                f"{self.path}: the file does not mention {str(iri)!r}; edit the file that does"
            )
        return found

    def _flush(self) -> None:
        if self._waiting:
            self._store.change((), self._waiting)
            self._waiting = []

    def _note_change(self, action: Action, text: str) -> None:
        self.changes.append(Change(action, text))

    def _text_of(self, axiom: Construct) -> str:
        return written(axiom, lambda iri: "(unnamed)" if is_blank(iri) else self._names.short(iri))


_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*$")
"""A language tag (RFC 5646), as far as its letters go."""

_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that no XML document may hold, not even as references."""

_TRUE = Literal("true", Iri(v.XSD + "boolean"))


def _habits(triples: Triples) -> dict[str, Iri]:
    """The annotation property that a file uses for its labels, synonyms and definitions."""

    def most_used(properties: Sequence[Iri]) -> Iri:
        return max(properties, key=lambda one: len(triples.pairs(one)))

    return {
        "label": most_used(v.LABELS),
        "synonym": most_used(v.SYNONYMS),
        "definition": most_used(v.DEFINITIONS[:2]),
        "comment": v.RDFS_COMMENT,
    }
