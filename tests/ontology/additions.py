"""Random edits that add to a file."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ontopilot.ontology import Iri, Literal
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.edit import Editor
from ontopilot.ontology.files.source import read
from ontopilot.ontology.owl.slots import Slot
from ontopilot.ontology.rdf.isomorphic import same
from ontopilot.ontology.rdf.kinds import kinds_of
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_named
from ontopilot.ontology.terms import TermKind
from tests.ontology import drawn
from tests.ontology.drawn import Drawing, Said, owl, typed, written
from tests.ontology.files import graph_of
from tests.ontology.removals import Found, is_said, without

DECLARED: dict[TermKind, Iri] = {
    "class": v.OWL_CLASS,
    "object_property": v.OWL_OBJECT_PROPERTY,
    "data_property": v.OWL_DATA_PROPERTY,
    "annotation_property": v.OWL_ANNOTATION_PROPERTY,
    "individual": v.OWL_NAMED_INDIVIDUAL,
    "datatype": v.RDFS_DATATYPE,
}
CHARACTERISTICS = {
    "functional": v.OWL_FUNCTIONAL,
    "inverse-functional": v.OWL_INVERSE_FUNCTIONAL,
    "transitive": v.OWL_TRANSITIVE,
    "symmetric": v.OWL_SYMMETRIC,
    "asymmetric": v.OWL_ASYMMETRIC,
    "reflexive": v.OWL_REFLEXIVE,
    "irreflexive": v.OWL_IRREFLEXIVE,
}

IN_PAIRS = (v.OWL_DISJOINT_WITH, v.OWL_EQUIVALENT_CLASS, v.OWL_SAME_AS, v.OWL_DIFFERENT_FROM)
"""Axioms over several terms that are removed as one, and that OWL/XML is read into pairs of."""

Check = Callable[[list[Triple]], bool]


@dataclass
class Edited:
    """What an edit does: to whom, whether the new graph is right, and how many axioms it adds.

    `undo` takes back an edit that adds; `shrinks` says that it removes. Where `axioms` is None, the
    OWL API is not asked for their number.
    """

    name: str
    about: Iri
    apply: Callable[[Editor], object]
    check: Check
    undo: Callable[[Editor], object] | None = None
    shrinks: bool = False
    axioms: int | None = None


class Additions:
    """What can be added to the terms of a file; each method draws an edit, or nothing."""

    def __init__(self, rng: random.Random, path: Path, number: int) -> None:
        self.rng, self.number = rng, number
        self.triples = graph_of(path)
        self.index = Triples.of(self.triples)
        self.in_pairs = IN_PAIRS if read(path).syntax == "OWL/XML" else ()
        self.kinds = kinds_of(self.index)
        self.of: dict[TermKind, list[Iri]] = {}
        self.declared = sorted(
            {s for s, _ in self.index.pairs(v.RDF_TYPE) if is_named(s)} & self.kinds.keys()
        )
        for iri in self.declared:
            self.of.setdefault(self.kinds[iri], []).append(iri)
        self.draw = Drawing(rng, self.of, number)

    def _any(self) -> Iri | None:
        return self.rng.choice(self.declared) if self.declared else None

    def _one_of(self, *kinds: TermKind) -> Iri | None:
        found = [iri for kind in kinds for iri in self.of.get(kind, [])]
        return self.rng.choice(found) if found else None

    def _new(self, value: Iri | None, predicate: Iri, subject: Iri | None) -> bool:
        """Whether both ends are there and the statement is not."""
        if subject is None or value is None or subject == value:
            return False
        said = (value in self.index.values(subject, predicate), (value, subject))
        return not said[0] and subject not in self.index.values(value, predicate)

    def _adds(self, said: list[Triple]) -> Check:
        return lambda new: same([*self.triples, *said], new)

    def _lacks(self, gone: list[Found], *said: Triple) -> Check:
        return lambda new: same([*without(self.triples, gone), *said], new)

    def create(self) -> Edited:
        kind = self.rng.choice(list(DECLARED))
        new = Iri(f"http://example.org/new#N{self.number}x{self.rng.randrange(10**6)}")
        value = self.draw.worded()
        said: list[Triple] = [(new, v.RDF_TYPE, DECLARED[kind]), (new, v.RDFS_LABEL, value)]

        def apply(editor: Editor) -> None:
            editor.create(kind, new, label=value.value, language=value.language)
            if not value.value:
                editor.annotate(new, "rdfs:label", "", language=value.language)

        return Edited(
            f"create {kind}", new, apply, self._adds(said), lambda e: e.delete(new), axioms=2
        )

    def _axiom(
        self, name: str, term: Iri, slot: Slot, text: str, said: list[Triple], axioms: int = 1
    ) -> Edited:
        return Edited(
            name,
            term,
            lambda e: e.add(term, slot, text),
            self._adds(said),
            lambda e: e.remove(term, slot, text),
            axioms=axioms,
        )

    def _between(self, name: str, slot: Slot, predicate: Iri, kind: TermKind) -> Edited | None:
        one, other = self._one_of(kind), self._one_of(kind)
        if one is None or other is None or not self._new(other, predicate, one):
            return None
        return self._axiom(name, one, slot, f"<{other}>", [(one, predicate, other)])

    def subclass(self) -> Edited | None:
        return self._between("subclass", "subclass_of", v.RDFS_SUBCLASS, "class")

    def disjoint(self) -> Edited | None:
        return self._between("disjoint", "disjoint_with", v.OWL_DISJOINT_WITH, "class")

    def inverse(self) -> Edited | None:
        return self._between("inverse", "inverse_of", v.OWL_INVERSE, "object_property")

    def same(self) -> Edited | None:
        return self._between("same", "same_as", v.OWL_SAME_AS, "individual")

    def different(self) -> Edited | None:
        return self._between("different", "different_from", v.OWL_DIFFERENT_FROM, "individual")

    def subproperty(self) -> Edited | None:
        kind = self.rng.choice(("object_property", "data_property", "annotation_property"))
        return self._between("subproperty", "subproperty_of", v.RDFS_SUBPROPERTY, kind)

    def _said(
        self, name: str, term: Iri | None, slot: Slot, predicate: Iri, part: Said | None
    ) -> Edited | None:
        if term is None or part is None or is_said(self.index, (term, predicate), part):
            return None
        return self._axiom(
            name, term, slot, part.text, [(term, predicate, part.node), *part.triples]
        )

    def expression(self) -> Edited | None:
        term = self._one_of("class")
        return self._said(
            "expression", term, "subclass_of", v.RDFS_SUBCLASS, self.draw.expression()
        )

    def equivalent(self) -> Edited | None:
        term, part = self._one_of("class"), self.draw.expression()
        return self._said("equivalent", term, "equivalent_to", v.OWL_EQUIVALENT_CLASS, part)

    def chain(self) -> Edited | None:
        term = self._one_of("object_property")
        return self._said("chain", term, "chain", v.OWL_CHAIN, self.draw.chain())

    def domain(self) -> Edited | None:
        term = self._one_of("object_property", "data_property")
        return self._said("domain", term, "domain", v.RDFS_DOMAIN, self.draw.expression(1))

    def range(self) -> Edited | None:
        term = self._one_of("object_property", "data_property")
        part = self.draw.expression(1)
        if term is not None and self.kinds[term] == "data_property":
            part = self.draw.range()
        if part is None or part.node in self.index.values(term or "", v.RDFS_RANGE):
            return None
        return self._said("range", term, "range", v.RDFS_RANGE, part)

    def member(self) -> Edited | None:
        part = self.draw.expression(1)
        return self._said("member", self._one_of("individual"), "type", v.RDF_TYPE, part)

    def characteristic(self) -> Edited | None:
        term = self._one_of("object_property", "data_property")
        if term is None:
            return None
        data = self.kinds[term] == "data_property"
        word = "functional" if data else self.rng.choice(list(CHARACTERISTICS))
        value = CHARACTERISTICS[word]
        if value in self.index.values(term, v.RDF_TYPE):
            return None
        said: list[Triple] = [(term, v.RDF_TYPE, value)]
        return self._axiom("characteristic", term, "characteristic", word, said)

    def _drawn_fact(self) -> tuple[Iri, Iri, Node, str] | None:
        subject, prop = self._one_of("individual"), self._one_of("object_property", "data_property")
        if subject is None or prop is None:
            return None
        value: Node | None = self._one_of("individual")
        if self.kinds[prop] == "data_property":
            value = self.draw.value()
        if value is None or value in self.index.values(subject, prop):
            return None
        text = written(value) if isinstance(value, Literal) else f"<{value}>"
        return subject, prop, value, f"<{prop}> {text}"

    def fact(self) -> Edited | None:
        found = self._drawn_fact()
        if found is None:
            return None
        subject, prop, value, text = found
        return self._axiom("fact", subject, "fact", text, [(subject, prop, value)])

    def denied(self) -> Edited | None:
        found = self._drawn_fact()
        if found is None:
            return None
        subject, prop, value, text = found
        node = Iri(f"_:denied{self.number}")
        target = "targetValue" if isinstance(value, Literal) else "targetIndividual"
        said: list[Triple] = [
            (node, v.RDF_TYPE, owl("NegativePropertyAssertion")),
            (node, owl("sourceIndividual"), subject),
            (node, owl("assertionProperty"), prop),
            (node, owl(target), value),
        ]
        return self._axiom("denied", subject, "fact", f"not {text}", said)

    def _annotated(self, name: str, prop: Iri, value: Literal) -> Edited | None:
        term = self._any()
        if term is None or value in self.index.values(term, prop):
            return None
        said: list[Triple] = [(term, prop, value)]
        needed = prop in drawn.SYNONYMS and prop not in self.kinds and not self.index.pairs(prop)
        declared: list[Triple] = [(prop, v.RDF_TYPE, v.OWL_ANNOTATION_PROPERTY)] * needed
        datatype = "" if value.language else f"<{value.datatype}>"
        how = {"language": value.language, "datatype": datatype}

        def undo(editor: Editor) -> None:
            editor.remove_annotation(term, f"<{prop}>", value.value, **how)

        return Edited(
            name,
            term,
            lambda e: e.annotate(term, f"<{prop}>", value.value, **how),
            self._adds([*declared, *said]),
            None
            if needed
            else lambda e: e.remove_annotation(term, f"<{prop}>", value.value, **how),
            axioms=1 + needed,
        )

    def label(self) -> Edited | None:
        return self._annotated("label", v.RDFS_LABEL, self.draw.worded())

    def note(self) -> Edited | None:
        own = self.of.get("annotation_property", [])
        prop = self.rng.choice([v.RDFS_COMMENT, *drawn.SYNONYMS, *own])
        return self._annotated("note", prop, self.draw.value())

    def link(self) -> Edited | None:
        term, prop = self._any(), Iri(v.RDFS + "seeAlso")
        value = Iri(f"https://example.org/{self.number}?a=1&b=2#c")
        if term is None:
            return None
        said: list[Triple] = [(term, prop, value)]
        return self._axiom("link", term, "annotation", f"rdfs:seeAlso {value}", said)

    def deprecate(self) -> Edited | None:
        term = self._any()
        if term is None or self.index.values(term, v.OWL_DEPRECATED):
            return None
        said: list[Triple] = [(term, v.OWL_DEPRECATED, typed("true", "boolean"))]
        return Edited(
            "deprecate",
            term,
            lambda e: e.deprecate(term),
            self._adds(said),
            lambda e: e.deprecate(term, deprecated=False),
            axioms=1,
        )
