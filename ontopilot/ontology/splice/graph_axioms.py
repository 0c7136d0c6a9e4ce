"""The axioms of an RDF graph: which triples each consists of, and which mention a term."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import Construct
from ontopilot.ontology.owl.from_triples import TripleReader
from ontopilot.ontology.owl.to_triples import NEGATIVE
from ontopilot.ontology.rdf.isomorphic import same
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.splice.store import Placed
from ontopilot.ontology.terms import Iri, Literal, TermKind

_SWRL = "http://www.w3.org/2003/11/swrl#"
_STRUCTURE = (v.OWL, v.XSD, _SWRL)
"""Namespaces of the predicates of expressions, facets and rules."""

_RULE = Iri(_SWRL + "Imp")
_ANNOTATED = (
    Iri(v.OWL + "annotatedSource"),
    Iri(v.OWL + "annotatedProperty"),
    Iri(v.OWL + "annotatedTarget"),
)
_UNITS = {
    v.OWL_ALL_DISJOINT_CLASSES,
    v.OWL_ALL_DISJOINT_PROPERTIES,
    v.OWL_ALL_DIFFERENT,
    NEGATIVE,
    _RULE,
}
"""Types of nodes that are one axiom with all that is said of them."""

_GENERAL = (v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS, v.OWL_DISJOINT_WITH)
"""What makes an expression without a name the subject of a general axiom."""


class GraphAxioms:
    """A graph seen as axioms."""

    def __init__(self, triples: Sequence[Triple], kinds: Mapping[Iri, TermKind]) -> None:
        self._triples = triples
        self._index = Triples.of(triples)
        self._reader = TripleReader(self._index, kinds)
        self._above: dict[Iri, list[Triple]] = defaultdict(list)
        self._notes: dict[tuple[Node, Node], list[Iri]] = defaultdict(list)
        for triple in self._index:
            if isinstance(triple[2], str) and is_blank(triple[2]):
                self._above[Iri(triple[2])].append(triple)
            elif triple[1] == _ANNOTATED[0]:
                self._notes[triple[2], self._one(triple[0], _ANNOTATED[1])].append(triple[0])

    def under(self, term: Iri) -> list[Placed]:
        """The axioms that a term is the subject of, or one side of."""
        roots = [(term, p, o) for p, values in self._index.about(term).items() for o in values]
        for predicate in _SYMMETRIC:
            roots += [(s, predicate, o) for s, o in self._index.pairs(predicate) if o == term]
        for node, source in self._index.pairs(v.OWL_SOURCE):
            if source == term:
                roots.append((node, v.RDF_TYPE, NEGATIVE))
        return [self._placed(root, is_whole=root[2] == NEGATIVE) for root in dict.fromkeys(roots)]

    def mentioning(self, term: Iri) -> list[Placed]:
        """Every axiom, annotation, rule and note in which a term occurs."""
        roots: dict[tuple[Triple, bool], None] = {}
        for triple in self._triples:
            if term in triple or _is_typed(triple[2], term):
                roots.update(dict.fromkeys(self._roots(triple)))
        units: dict[frozenset[Triple], Placed] = {}
        for root, is_whole in roots:
            placed = self._placed(root, is_whole=is_whole)
            units.setdefault(placed.triples, placed)
        found = list(units.values())
        if len(found) <= _MANY:
            found = [one for one in found if not any(one.triples < two.triples for two in found)]
        gone = {triple for one in found for triple in one.triples}
        if shared := self._hanging(gone) - gone:
            found[-1] = replace(found[-1], triples=found[-1].triples | shared)
        return found

    def _roots(self, triple: Triple) -> Iterator[tuple[Triple, bool]]:
        """The triples at which the axioms begin that a triple is part of.

        With each, whether the axiom is everything that is said of the subject.
        """
        waiting, seen, is_circle = [triple], {triple}, True
        while waiting:
            one = waiting.pop()
            above = self._above.get(one[0], []) if is_blank(one[0]) else []
            if not above:
                is_circle = False
                yield self._root(one)
            for upper in above:
                if upper not in seen:
                    seen.add(upper)
                    waiting.append(upper)
        if is_circle:
            yield self._root(triple)

    def _root(self, triple: Triple) -> tuple[Triple, bool]:
        subject = triple[0]
        kinds = self._index.values(subject, v.RDF_TYPE)
        for kind in kinds:
            if kind in _UNITS:
                return (subject, v.RDF_TYPE, kind), True
        if v.OWL_AXIOM in kinds:
            is_end = triple[1] in _ANNOTATED
            return ((subject, v.RDF_TYPE, v.OWL_AXIOM) if is_end else triple), is_end
        if is_blank(subject) and self._is_structure(subject) and triple[1] not in _GENERAL:
            general = [one for one in self._about(subject) if one[1] in _GENERAL]
            return (general or [triple])[0], True
        return triple, False

    def _placed(self, root: Triple, *, is_whole: bool = False) -> Placed:
        if is_whole:
            triples = self._all_of(root[0])
        else:
            triples = {root, *self._hanging({root}), *self._last(root)}
        for note in self._annotating(root):
            triples |= self._all_of(note)
        return Placed(self._said(root), frozenset(triples))

    def _last(self, root: Triple) -> set[Triple]:
        """What is left of a subject that the last axiom or annotation is taken from."""
        subject, predicate, _ = root
        others = [one for one in self._about(subject) if one != root]
        if v.OWL_AXIOM in self._index.values(subject, v.RDF_TYPE):
            is_used = any(one[1] not in (v.RDF_TYPE, *_ANNOTATED) for one in others)
        elif is_blank(subject) and predicate in _GENERAL and self._is_structure(subject):
            is_used = any(one[1] in _GENERAL for one in others)
        else:
            return set()
        return set() if is_used else self._all_of(subject)

    def _said(self, root: Triple) -> Construct:
        subject, predicate, value = root
        if predicate == v.RDF_TYPE and value == _RULE:
            return Construct("Rule", (subject,))
        if predicate == v.RDF_TYPE and value == v.OWL_AXIOM:
            ends = [self._one(subject, one) for one in _ANNOTATED]
            return Construct("AnnotationOfAxiom", tuple(ends))
        return self._reader.axiom(root)

    def _about(self, subject: Iri) -> Iterator[Triple]:
        for predicate, values in self._index.about(subject).items():
            for value in values:
                yield subject, predicate, value

    def _all_of(self, subject: Iri) -> set[Triple]:
        found = set(self._about(subject))
        return found | self._hanging(found)

    def _hanging(self, gone: Set[Triple]) -> set[Triple]:
        """The triples of the expressions that triples lead to, and nothing else does.

        Individuals without a name are no expressions and stay.
        """
        inside = {node for *_, value in gone for node in self._expression(value)}
        waiting = list(inside)
        while waiting:
            node = waiting.pop()
            stays = (one not in gone and one[0] not in inside for one in self._above[node])
            if node in inside and any(stays):
                inside.discard(node)
                values = (value for _, _, value in self._about(node))
                waiting += [Iri(str(value)) for value in values if value in inside]
        return {triple for node in inside for triple in self._about(node)}

    def _expression(self, node: Node) -> set[Iri]:
        """The blank nodes of the expression that a node is."""
        found: set[Iri] = set()
        waiting = [node]
        while waiting:
            at = waiting.pop()
            if is_blank(at) and at not in found and self._is_structure(Iri(str(at))):
                found.add(Iri(str(at)))
                waiting.extend(value for _, _, value in self._about(Iri(str(at))))
        return found

    def _is_structure(self, node: Iri) -> bool:
        """Whether a blank node is part of an expression, not an individual without a name."""
        about = self._index.about(node)
        kinds = about.get(v.RDF_TYPE, ())
        return any(p.startswith(_STRUCTURE) or p == v.RDF_FIRST for p in about) or any(
            str(kind).startswith((v.OWL, _SWRL)) or kind == v.RDFS_DATATYPE for kind in kinds
        )

    def _annotating(self, root: Triple) -> Iterator[Iri]:
        """The `owl:Axiom` nodes that annotate a triple."""
        subject, predicate, value = root
        for note in self._notes.get((subject, predicate), ()):
            target = self._one(note, _ANNOTATED[2])
            if target == value or (is_blank(value) and self._alike(target, value)):
                yield note

    def _alike(self, one: Node, other: Node) -> bool:
        if not is_blank(one):
            return False
        at = Iri("urn:x")
        shapes = [
            [(at, at, top), *(t for node in self._expression(top) for t in self._about(node))]
            for top in (one, other)
        ]
        return same(*shapes)

    def _one(self, subject: Iri, predicate: Iri) -> Node:
        found = self._index.one(subject, predicate)
        return Literal("", Iri("")) if found is None else found


_MANY = 2_000
"""Beyond so many axioms, those within others are not looked for, which takes their square."""

_SYMMETRIC = (
    v.OWL_EQUIVALENT_CLASS,
    v.OWL_DISJOINT_WITH,
    v.OWL_INVERSE,
    v.OWL_SAME_AS,
    v.OWL_DIFFERENT_FROM,
    v.OWL_PROPERTY_DISJOINT,
    Iri(v.OWL + "equivalentProperty"),
)


def _is_typed(node: Node, datatype: Iri) -> bool:
    return isinstance(node, Literal) and node.datatype == datatype
