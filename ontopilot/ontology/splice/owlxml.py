"""The axioms of an OWL/XML file, changed in its text and compared element by element."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.files.source import Encoding, Source
from ontopilot.ontology.owl.constructs import Construct, Part, iris_in, is_annotation
from ontopilot.ontology.owl.slots import subjects_of
from ontopilot.ontology.splice.owlxml_read import (
    ABBREVIATED,
    DATATYPE,
    IRI,
    REFERENCES,
    ConstructReader,
)
from ontopilot.ontology.splice.owlxml_write import ORDER, Names, element, iri_element
from ontopilot.ontology.splice.patch import (
    Patch,
    indent_at,
    line_end,
    lines_of,
    newline_of,
    patched,
)
from ontopilot.ontology.splice.rdfxml_read import BASE, resolved
from ontopilot.ontology.splice.spelling import Spelling
from ontopilot.ontology.splice.store import Placed, reread
from ontopilot.ontology.splice.xmltree import Attribute, Element, read_tree
from ontopilot.ontology.terms import Iri, Literal, TermKind

_NOT_AXIOMS = ("Prefix", "Import", "Annotation")


class OwlXml:
    """One OWL/XML text. Nothing is lost by comparing elements, rules and annotations included."""

    relaid = False

    def __init__(self, source: Source, text: str, encoding: Encoding) -> None:
        self._source = source
        self._encoding = encoding
        self._entities = source.xml.entities if source.xml else {}
        self._load(text)

    def _load(self, text: str) -> None:
        self.text = text
        self._tree = read_tree(text, self._entities)
        root = self._tree.root
        self._base = resolved(root.get(BASE) or "", self._source.path.resolve().as_uri())
        self._prefixes = dict(root.namespaces) | {
            one.get("name") or "": one.get(IRI) or ""
            for one in root.children
            if one.name == v.OWL + "Prefix"
        }
        self._reader = ConstructReader(self._base, self._prefixes)
        self._read = {id(one): self._reader.construct(one) for one in root.children}
        self._names = self._spelled()

    def _spelled(self) -> Names:
        full: list[tuple[str, Iri]] = []
        short: list[Iri] = []
        for one, written, iri in self._references():
            if isinstance(one, Attribute) and one.written == ABBREVIATED:
                short.append(iri)
            else:
                full.append((written, iri))
        spelling = Spelling(full, self._base)
        return Names(spelling, self._prefixes, short, root=self._tree.root.written)

    def _references(self) -> Iterator[tuple[Attribute | Element, str, Iri]]:
        """Every place that names an IRI, what is written there, and the IRI."""
        for one in self._tree.root.walk():
            if one.parent is None or one.name == v.OWL + "Prefix":
                continue
            for attribute in one.attributes:
                if attribute.written in REFERENCES:
                    written = self.text[attribute.value_start : attribute.value_end]
                    yield attribute, written, self._reader.iri(attribute.written, attribute.value)
            if one.name == v.OWL + "IRI":
                written = self.text[one.inside : one.closing].strip()
                yield one, written, self._reader.iri(IRI, "".join(one.text))
            elif one.name == v.OWL + "AbbreviatedIRI":
                yield one, "", self._reader.iri(ABBREVIATED, "".join(one.text))

    def _axioms(self) -> Iterator[tuple[Element, Construct]]:
        for one in self._tree.root.children:
            construct = self._read[id(one)]
            if construct.name not in _NOT_AXIOMS:
                yield one, construct

    def under(self, term: Iri, kinds: Mapping[Iri, TermKind]) -> list[Placed]:
        """The axioms that a term is the subject of, or one side of."""
        return [
            Placed(axiom, start=one.start)
            for one, axiom in self._axioms()
            if len(axiom.parts) and term in subjects_of(axiom)
        ]

    def mentioning(self, term: Iri, kinds: Mapping[Iri, TermKind]) -> list[Placed]:
        """Every axiom, annotation and rule in which a term occurs."""
        found: list[Placed] = []
        for one in self._tree.root.children:
            construct = self._read[id(one)]
            if construct.name in ("Prefix", "Import"):
                continue
            bare = Construct(construct.name, _without_notes(construct))
            if construct.name == "Annotation":
                bare = construct
            if term in iris_in(bare):
                found.append(Placed(construct, start=one.start))
                continue
            for child in one.children:
                note = self._reader.construct(child)
                if is_annotation(note) and term in iris_in(note):
                    found.append(Placed(note, start=child.start))
        return found

    def change(self, removed: Sequence[Placed], added: Sequence[Construct]) -> None:
        """Take axioms out and put others in; see `AxiomStore`."""
        starts = {placed.start for placed in removed}
        gone = [
            one
            for top in self._tree.root.children
            for one in (top, *top.children)
            if one.start in starts
        ]
        wanted = Counter(self._read.values())
        for one in gone:
            self._discount(wanted, one, gone)
        wanted.update(added)
        patches = [Patch(*lines_of(self.text, one.start, one.end), "") for one in gone]
        patches += [self._put(axiom, gone) for axiom in added]
        self._replace(patched(self.text, patches), +wanted)

    def _discount(self, wanted: Counter[Construct], one: Element, gone: list[Element]) -> None:
        """Count an axiom as gone or, where only its annotations go, as the rest of it."""
        top = one if one.parent is self._tree.root else one.parent
        assert top is not None  # noqa: S101 - what goes is within the root
        if top is not one and top in gone:
            return
        wanted[self._read[id(top)]] -= 1
        if top is one:
            return
        lost = [self._reader.construct(child) for child in top.children if child in gone]
        rest = list(self._read[id(top)].parts)
        for note in lost:
            rest.remove(note)
        left = Construct(self._read[id(top)].name, tuple(rest))
        self._read[id(top)] = left
        wanted[left] += 1

    def _put(self, axiom: Construct, gone: list[Element]) -> Patch:
        tops = [one for one in self._tree.root.children if one not in gone]
        indent = indent_at(self.text, tops[0].start) if tops else "    "
        newline = newline_of(self.text)
        text = element(axiom, self._names, indent=indent, unit=indent or "  ", newline=newline)
        anchor = self._anchor(tops, axiom)
        if anchor is None:
            at = self._tree.root.inside
            return Patch(at, at, newline + text)
        at = line_end(self.text, anchor.end)
        if at == anchor.end:
            return Patch(at, at, newline + text)
        return Patch(at, at, text + newline)

    def _anchor(self, tops: list[Element], axiom: Construct) -> Element | None:
        """The element that a new axiom follows: of its kind and before it in the alphabet."""
        rank = ORDER.get(axiom.name, len(ORDER))
        key = _key(axiom)
        found: Element | None = None
        for one in tops:
            construct = self._read[id(one)]
            place = ORDER.get(construct.name, len(ORDER))
            if place < rank:
                found = one
            elif construct.name == axiom.name:
                if _key(construct) > key:
                    break
                found = one
        return found

    def rename(self, old: Iri, new: Iri) -> None:
        """Write an IRI as another one everywhere; see `AxiomStore`."""
        patches = [
            self._renamed(one, new) for one, _, iri in list(self._references()) if iri == old
        ]
        wanted = Counter(
            Construct(one.name, tuple(_swapped(part, old, new) for part in one.parts))
            if one.name != "Prefix"
            else one
            for one in self._read.values()
        )
        self._replace(patched(self.text, patches), wanted)

    def _renamed(self, one: Attribute | Element, new: Iri) -> Patch:
        if isinstance(one, Element):
            return Patch(one.start, one.end, iri_element(new, self._names))
        if one.written == ABBREVIATED:
            return Patch(one.start, one.end, self._names.attribute(new))
        spelled = self._names.datatype if one.written == DATATYPE else self._names.full
        return Patch(one.value_start, one.value_end, spelled(new))

    def _replace(self, text: str, wanted: Counter[Construct]) -> None:
        before = self.text
        self._load(text)
        if Counter(self._read.values()) != wanted:
            self._load(before)
            raise EditError(
                f"{self._source.path}: the edit cannot be spliced into the layout of this OWL/XML "
                "file; nothing was changed: make this edit in Protégé"
            )

    def raw(self) -> bytes:
        """The bytes to save, read once more by the parser that loads them; see `AxiomStore`."""
        return reread(self._source.path, self.text, self._encoding)[0]


def _without_notes(construct: Construct) -> tuple[Part, ...]:
    return tuple(part for part in construct.parts if not is_annotation(part))


def _key(axiom: Construct) -> tuple[str, ...]:
    """What orders axioms of a kind: for declarations the kind of entity first."""
    kind = next((part.name for part in axiom.parts if isinstance(part, Construct)), "")
    kind = kind if axiom.name == "Declaration" else ""
    return kind, *(str(iri) for iri in list(subjects_of(axiom))[:1])


def _swapped(part: Part, old: Iri, new: Iri) -> Part:
    if isinstance(part, Literal):
        return Literal(part.value, new, part.language) if part.datatype == old else part
    if isinstance(part, Construct):
        return Construct(part.name, tuple(_swapped(one, old, new) for one in part.parts))
    return new if part == old else part
