"""Random edits of a file, each with what it must have done to the graph and to the lines."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ontopilot.ontology import Iri, Literal
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.edit import Editor
from ontopilot.ontology.files.line_diff import changed
from ontopilot.ontology.files.parse import parse
from ontopilot.ontology.files.source import read
from ontopilot.ontology.rdf.isomorphic import same
from ontopilot.ontology.rdf.kinds import kinds_of
from ontopilot.ontology.rdf.triples import Triple, Triples, is_named

OWL, RDFS = v.OWL, v.RDFS_LABEL.removesuffix("label")
TEXTS = [
    "plain",
    'with "quotes" & <tags>',
    "Größe · 大きさ",
    "two\nlines",
    "it's 007",
    "]]> \\ end",
]
KINDS = {"class": v.OWL_CLASS, "object_property": v.OWL_OBJECT_PROPERTY}


def graph_of(path: Path) -> list[Triple]:
    """The triples of a file, by the bulk parser."""
    return parse(read(path)).triples


@dataclass
class Edited:
    """What an edit did: the graph before, and a check of the graph after."""

    name: str
    about: str
    apply: Callable[[Editor], object]
    check: Callable[[list[Triple], list[Triple]], bool]
    shrinks: bool = False
    notes: list[str] = field(default_factory=list)


def edits(path: Path, seed: int, count: int) -> Iterator[Edited]:
    """Random edits of a file as it is when each is drawn."""
    rng = random.Random(seed)
    kinds = ["create", "subclass", "label", "unlabel", "rename", "delete", "deprecate", "restrict"]
    for number in range(count):
        triples = graph_of(path)
        index = Triples.of(triples)
        terms = _Terms(rng, index, is_owl_xml=read(path).syntax == "OWL/XML")
        name = rng.choice(kinds) if number >= len(kinds) else kinds[number]
        drawn = getattr(terms, name)(number)
        if drawn is not None:
            yield drawn


class _Terms:
    def __init__(self, rng: random.Random, index: Triples, *, is_owl_xml: bool) -> None:
        self.rng = rng
        self.in_pairs = _IN_PAIRS if is_owl_xml else ()
        self.index = index
        self.kinds = kinds_of(index)
        self.declared = {s for s, o in index.pairs(v.RDF_TYPE) if is_named(s)}

    def of(self, kind: str) -> Iri | None:
        found = sorted(i for i, k in self.kinds.items() if k == kind and i in self.declared)
        return self.rng.choice(found) if found else None

    def any(self) -> Iri | None:
        found = sorted(i for i in self.kinds if i in self.declared)
        return self.rng.choice(found) if found else None

    def create(self, number: int) -> Edited:
        kind = self.rng.choice(list(KINDS))
        new = Iri(f"http://example.org/new#N{number}x")
        text = self.rng.choice(TEXTS)
        said = [
            (new, v.RDF_TYPE, KINDS[kind]),
            (new, v.RDFS_LABEL, Literal(text, v.RDF_LANG_STRING, "en")),
        ]

        def apply(editor: Editor) -> None:
            editor.create(kind, new)  # type: ignore[arg-type]
            editor.annotate(new, "rdfs:label", text, language="en")

        return Edited(f"create {kind}", new, apply, _adds(said))

    def subclass(self, number: int) -> Edited | None:
        cls, above = self.of("class"), self.of("class")
        if cls is None or above is None or above in self.index.values(cls, v.RDFS_SUBCLASS):
            return None
        said = [(cls, v.RDFS_SUBCLASS, above)]
        return Edited(
            "subclass", cls, lambda e: e.add(cls, "subclass_of", f"<{above}>"), _adds(said)
        )

    def restrict(self, number: int) -> Edited | None:
        cls, filler, prop = self.of("class"), self.of("class"), self.of("object_property")
        if cls is None or filler is None or prop is None:
            return None
        least = 17 + number
        text = f"<{prop}> min {least} (<{filler}> or not <{cls}>)"
        b = [Iri(f"_:t.{n}") for n in range(5)]
        said = [
            (cls, v.RDFS_SUBCLASS, b[0]),
            (b[0], v.RDF_TYPE, Iri(OWL + "Restriction")),
            (b[0], v.OWL_ON_PROPERTY, prop),
            (
                b[0],
                Iri(OWL + "minQualifiedCardinality"),
                Literal(str(least), Iri(v.XSD + "nonNegativeInteger")),
            ),
            (b[0], v.OWL_ON_CLASS, b[1]),
            (b[1], v.RDF_TYPE, v.OWL_CLASS),
            (b[1], v.OWL_UNION, b[2]),
            (b[2], v.RDF_FIRST, filler),
            (b[2], v.RDF_REST, b[3]),
            (b[3], v.RDF_FIRST, b[4]),
            (b[3], v.RDF_REST, v.RDF_NIL),
            (b[4], v.RDF_TYPE, v.OWL_CLASS),
            (b[4], v.OWL_COMPLEMENT, cls),
        ]
        return Edited("restrict", cls, lambda e: e.add(cls, "subclass_of", text), _adds(said))

    def label(self, number: int) -> Edited | None:
        term = self.any()
        if term is None:
            return None
        text = self.rng.choice(TEXTS) + str(number)
        said = [(term, v.RDFS_LABEL, Literal(text, v.RDF_LANG_STRING, "de-ch"))]
        return Edited(
            "label",
            term,
            lambda e: e.annotate(term, "rdfs:label", text, language="de-CH"),
            _adds(said),
        )

    def unlabel(self, number: int) -> Edited | None:
        found = [
            (s, p, o)
            for p in (v.RDFS_LABEL, v.RDFS_COMMENT)
            for s, o in self.index.pairs(p)
            if isinstance(o, Literal) and s in self.kinds
        ]
        if not found:
            return None
        term, prop, value = self.rng.choice(found)
        assert isinstance(value, Literal)
        datatype = "" if value.language else value.datatype

        def apply(editor: Editor) -> None:
            editor.remove_annotation(
                term, f"<{prop}>", value.value, language=value.language, datatype=datatype
            )

        def check(old: list[Triple], new: list[Triple]) -> bool:
            noted = Iri(OWL + "annotatedSource")
            left = [t for t in old if t != (term, prop, value)]
            notes = {s for s, p, o in old if p == noted and o == term}
            gone = {s for s, p, o in left if s in notes and o == value}
            gone &= {s for s, p, o in left if o == prop}
            return same([t for t in left if t[0] not in gone], new)

        return Edited("unlabel", term, apply, check, shrinks=True)

    def deprecate(self, number: int) -> Edited | None:
        term = self.any()
        mark = Literal("true", Iri(v.XSD + "boolean"))
        if term is None or self.index.values(term, v.OWL_DEPRECATED):
            return None
        said = [(term, v.OWL_DEPRECATED, mark)]
        return Edited("deprecate", term, lambda e: e.deprecate(term), _adds(said))

    def rename(self, number: int) -> Edited | None:
        term = self.any()
        if term is None:
            return None
        new = Iri(f"{term}Renamed{number}")

        def renamed(node: Iri | Literal) -> Iri | Literal:
            if isinstance(node, Literal):
                return node if node.datatype != term else Literal(node.value, new, node.language)
            return new if node == term else node

        def check(old: list[Triple], got: list[Triple]) -> bool:
            wanted = [tuple(map(renamed, triple)) for triple in old]
            return same(wanted, got)  # type: ignore[arg-type]

        return Edited("rename", term, lambda e: e.rename(term, new), check)

    def delete(self, number: int) -> Edited | None:
        term = self.any()
        if term is None:
            return None

        def check(old: list[Triple], new: list[Triple]) -> bool:
            named_old = {
                t for t in old if is_named(t[0]) and (isinstance(t[2], Literal) or is_named(t[2]))
            }
            named_new = {
                t for t in new if is_named(t[0]) and (isinstance(t[2], Literal) or is_named(t[2]))
            }
            gone = named_old - named_new
            return (
                named_new <= named_old
                and all(_mentions(t, term) or t[1] in self.in_pairs for t in gone)
                and not any(_mentions(t, term) for t in new)
                and _trees_without(old, term, self.in_pairs)
                <= _trees_without(new, term, self.in_pairs)
            )

        return Edited("delete", term, lambda e: e.delete(term), check, shrinks=True)


def _mentions(triple: Triple, term: Iri) -> bool:
    value = triple[2]
    return term in triple or (isinstance(value, Literal) and value.datatype == term)


_IN_PAIRS = (v.OWL_DISJOINT_WITH, v.OWL_EQUIVALENT_CLASS, v.OWL_SAME_AS)
"""Axioms over several terms that are removed as one, and that OWL/XML is read into pairs of."""


def _trees_without(triples: list[Triple], term: Iri, in_pairs: tuple[Iri, ...] = ()) -> int:
    """How many triples hang, over blank nodes, on nothing that mentions a term."""
    near: dict[Iri, list[Triple]] = {}
    for triple in triples:
        for node in (triple[0], triple[2]):
            if isinstance(node, str) and not is_named(node):
                near.setdefault(Iri(node), []).append(triple)
    touched = {t for t in triples if _mentions(t, term)}
    waiting = list(touched)
    while waiting:
        one = waiting.pop()
        for node in (one[0], one[2]):
            for other in near.get(Iri(node), []) if isinstance(node, str) else []:
                if other not in touched:
                    touched.add(other)
                    waiting.append(other)
    notes = {
        s
        for s, p, o in triples
        if p == Iri(OWL + "annotatedSource") and any(t[0] == s for t in touched)
    }
    left = (t for t in triples if t not in touched and t[0] not in notes)
    return len({t for t in left if t[1] not in in_pairs})


def _adds(said: list[Triple]) -> Callable[[list[Triple], list[Triple]], bool]:
    return lambda old, new: same([*old, *said], new)


def touched(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines that a change of text removed and added."""
    before, after = old.split("\n"), new.split("\n")
    removed, added = [], []
    for a, b, c, d in changed(before, after):
        removed += before[a:b]
        added += after[c:d]
    return removed, added
