"""Triples to axioms: the mapping of OWL 2 to RDF, read backwards."""

from collections.abc import Iterator
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.axioms import (
    Assertion,
    Axiom,
    Characteristic,
    DatatypeDefinition,
    DifferentIndividuals,
    DisjointClasses,
    DisjointProperties,
    Domain,
    EquivalentClasses,
    EquivalentProperties,
    HasKey,
    InverseProperties,
    Range,
    SameIndividuals,
    SubClassOf,
    SubPropertyOf,
    TypeAssertion,
)
from ontopilot.ontology.expressions import (
    And,
    Count,
    Enumeration,
    Expression,
    Facets,
    Has,
    HasSelf,
    Inverse,
    Not,
    Only,
    Or,
    Property,
    Some,
)
from ontopilot.ontology.terms import Iri, Literal, TermKind
from ontopilot.ontology.triples import Node, Triples, is_blank, is_named

_KINDS: tuple[tuple[Iri, TermKind], ...] = (
    (v.OWL_CLASS, "class"),
    (v.RDFS_CLASS, "class"),
    (v.OWL_OBJECT_PROPERTY, "object_property"),
    (v.OWL_DATA_PROPERTY, "data_property"),
    (v.OWL_ANNOTATION_PROPERTY, "annotation_property"),
    (v.OWL_NAMED_INDIVIDUAL, "individual"),
    (v.RDFS_DATATYPE, "datatype"),
)
_GROUPS = (v.OWL_ALL_DISJOINT_CLASSES, v.OWL_ALL_DISJOINT_PROPERTIES, v.OWL_ALL_DIFFERENT)
_OBJECT_ONLY = {"Transitive", "Symmetric", "Asymmetric", "Reflexive", "Irreflexive"}


@dataclass(frozen=True, slots=True)
class Theory:
    """The logical axioms of an ontology, and the kind of each named term.

    `kinds` gives a term that is several things at once (punning) its first kind in the order
    class, object property, data property, annotation property, individual, datatype.
    """

    axioms: tuple[Axiom, ...]
    kinds: dict[Iri, TermKind]


class _Malformed(Exception):
    """A node that is no class expression; the axiom around it is skipped."""


def theory_of(triples: Triples) -> Theory:
    """Read the axioms out of the triples."""
    kinds = _kinds(triples)
    reader = _Reader(triples, kinds)
    return Theory(tuple(dict.fromkeys(reader.axioms())), kinds)


def _kinds(triples: Triples) -> dict[Iri, TermKind]:
    kinds: dict[Iri, TermKind] = {}
    declared = {cls: kind for cls, kind in reversed(_KINDS)}
    rank = {kind: place for place, (_, kind) in enumerate(_KINDS)}
    for subject, cls in triples.pairs(v.RDF_TYPE):
        kind = declared.get(cls) if isinstance(cls, str) else None
        if kind is None and isinstance(cls, str) and cls in v.CHARACTERISTICS:
            is_object = v.CHARACTERISTICS[cls] in _OBJECT_ONLY | {"InverseFunctional"}
            kind = "object_property" if is_object else None
        if kind is None or is_blank(subject) or subject.startswith(v.BUILT_IN):
            continue
        if subject not in kinds or rank[kind] < rank[kinds[subject]]:
            kinds[subject] = kind
    for subject, cls in triples.pairs(v.RDF_TYPE):
        if is_named(subject) and isinstance(cls, str) and not cls.startswith(v.BUILT_IN):
            kinds.setdefault(subject, "individual")
    for subject, sup in triples.pairs(v.RDFS_SUBCLASS):
        for cls in (subject, sup):
            if isinstance(cls, str) and is_named(cls) and not cls.startswith(v.BUILT_IN):
                kinds.setdefault(cls, "class")
    return kinds


class _Reader:
    """Walks the triples once; expressions are read once and shared."""

    def __init__(self, triples: Triples, kinds: dict[Iri, TermKind]) -> None:
        self.triples = triples
        self.kinds = kinds
        self.known: dict[Iri, Expression] = {}
        self.open: set[Iri] = set()

    def axioms(self) -> Iterator[Axiom]:
        for predicate, read in _BY_PREDICATE:
            for subject, value in self.triples.pairs(predicate):
                try:
                    yield from read(self, subject, value)
                except _Malformed:
                    continue
        yield from self._assertions()

    def sub_class(self, s: Iri, o: Node) -> Iterator[Axiom]:
        yield SubClassOf(self.expression(s), self.expression(o))

    def equivalent_class(self, s: Iri, o: Node) -> Iterator[Axiom]:
        if self.kinds.get(s) == "datatype":
            yield DatatypeDefinition(s, self.expression(o))
        else:
            yield EquivalentClasses((self.expression(s), self.expression(o)))

    def disjoint_class(self, s: Iri, o: Node) -> Iterator[Axiom]:
        yield DisjointClasses((self.expression(s), self.expression(o)))

    def named_boolean(self, s: Iri, o: Node) -> Iterator[Axiom]:
        """OWL 1 wrote a boolean expression on the named class itself."""
        if not is_blank(s):
            yield EquivalentClasses((s, self._boolean(s)))

    def disjoint_union(self, s: Iri, o: Node) -> Iterator[Axiom]:
        parts = tuple(self.expression(part) for part in self.members(o))
        yield EquivalentClasses((self.expression(s), Or(parts)))
        yield DisjointClasses(parts)

    def has_key(self, s: Iri, o: Node) -> Iterator[Axiom]:
        keys = tuple(self.property(key) for key in self.members(o))
        yield HasKey(self.expression(s), keys)

    def sub_property(self, s: Iri, o: Node) -> Iterator[Axiom]:
        if self._is_logical(s):
            yield SubPropertyOf((self.property(s),), self.property(o))

    def chain(self, s: Iri, o: Node) -> Iterator[Axiom]:
        steps = tuple(self.property(step) for step in self.members(o))
        yield SubPropertyOf(steps, self.property(s))

    def equivalent_property(self, s: Iri, o: Node) -> Iterator[Axiom]:
        yield EquivalentProperties((self.property(s), self.property(o)))

    def disjoint_property(self, s: Iri, o: Node) -> Iterator[Axiom]:
        yield DisjointProperties((self.property(s), self.property(o)))

    def inverse(self, s: Iri, o: Node) -> Iterator[Axiom]:
        if not is_blank(s):
            yield InverseProperties(s, self.property(o))

    def domain(self, s: Iri, o: Node) -> Iterator[Axiom]:
        if self._is_logical(s):
            yield Domain(self.property(s), self.expression(o))

    def range(self, s: Iri, o: Node) -> Iterator[Axiom]:
        if self._is_logical(s):
            yield Range(self.property(s), self.expression(o))

    def same(self, s: Iri, o: Node) -> Iterator[Axiom]:
        if isinstance(o, str):
            yield SameIndividuals((s, o))

    def different(self, s: Iri, o: Node) -> Iterator[Axiom]:
        if isinstance(o, str):
            yield DifferentIndividuals((s, o))

    def typed(self, s: Iri, o: Node) -> Iterator[Axiom]:
        """A type that says more than which kind of term the subject is."""
        if not isinstance(o, str):
            return
        if o in v.CHARACTERISTICS:
            yield Characteristic(self.property(s), v.CHARACTERISTICS[o])
        elif o in _GROUPS:
            yield self._group(s, o)
        elif o == v.OWL_NEGATIVE_ASSERTION:
            yield from self._negative(s)
        elif not o.startswith(v.BUILT_IN):
            yield TypeAssertion(s, self.expression(o))

    def _group(self, node: Iri, kind: Iri) -> Axiom:
        heads = self.triples.values(node, v.OWL_MEMBERS) + self.triples.values(
            node, v.OWL_DISTINCT_MEMBERS
        )
        members = [member for head in heads for member in self.members(head)]
        if kind == v.OWL_ALL_DISJOINT_CLASSES:
            return DisjointClasses(tuple(self.expression(member) for member in members))
        if kind == v.OWL_ALL_DISJOINT_PROPERTIES:
            return DisjointProperties(tuple(self.property(member) for member in members))
        return DifferentIndividuals(tuple(m for m in members if isinstance(m, str)))

    def _negative(self, node: Iri) -> Iterator[Axiom]:
        about = self.triples.about(node)
        values = about.get(v.OWL_TARGET, []) + about.get(v.OWL_TARGET_VALUE, [])
        for subject in about.get(v.OWL_SOURCE, []):
            for predicate in about.get(v.OWL_ASSERTION_PROPERTY, []):
                if isinstance(subject, str) and isinstance(predicate, str):
                    for value in values:
                        yield Assertion(subject, predicate, value, negative=True)

    def _assertions(self) -> Iterator[Axiom]:
        expressions = {
            subject
            for subject, cls in self.triples.pairs(v.RDF_TYPE)
            if is_blank(subject) and cls in (v.OWL_CLASS, v.OWL_RESTRICTION)
        }
        for predicate, pairs in self.triples.by_predicate.items():
            if self.kinds.get(predicate) in {"object_property", "data_property"}:
                for subject, value in pairs:
                    if subject not in expressions:
                        yield Assertion(subject, predicate, value)

    def _is_logical(self, node: Iri) -> bool:
        return is_blank(node) or self.kinds.get(node) in {"object_property", "data_property"}

    def members(self, head: Node) -> list[Node]:
        """The members of an RDF list; a list that runs in a circle ends where it repeats."""
        members: list[Node] = []
        seen: set[Node] = set()
        node: Node | None = head
        while node is not None and node != v.RDF_NIL and node not in seen:
            seen.add(node)
            first = self.triples.one(node, v.RDF_FIRST)
            if first is None:
                break
            members.append(first)
            node = self.triples.one(node, v.RDF_REST)
        return members

    def property(self, node: Node) -> Property:
        if isinstance(node, Literal):
            raise _Malformed
        if not is_blank(node):
            return node
        inner = self.triples.one(node, v.OWL_INVERSE)
        if not isinstance(inner, str) or is_blank(inner):
            raise _Malformed
        return Inverse(inner)

    def expression(self, node: Node) -> Expression:
        if isinstance(node, Literal):
            raise _Malformed
        if not is_blank(node):
            return node
        found = self.known.get(node)
        if found is not None:
            return found
        if node in self.open:
            raise _Malformed
        self.open.add(node)
        try:
            found = self.known[node] = self._blank(node)
        finally:
            self.open.discard(node)
        return found

    def _blank(self, node: Iri) -> Expression:
        about = self.triples.about(node)
        if v.OWL_ON_PROPERTY in about:
            return self._restriction(about)
        if v.OWL_ON_DATATYPE in about:
            return self._facets(about)
        return self._boolean(node)

    def _boolean(self, node: Iri) -> Expression:
        about = self.triples.about(node)
        if v.OWL_INTERSECTION in about:
            return And(tuple(map(self.expression, self.members(about[v.OWL_INTERSECTION][0]))))
        if v.OWL_UNION in about:
            return Or(tuple(map(self.expression, self.members(about[v.OWL_UNION][0]))))
        if v.OWL_ONE_OF in about:
            return Enumeration(tuple(self.members(about[v.OWL_ONE_OF][0])))
        for predicate in (v.OWL_COMPLEMENT, v.OWL_DATATYPE_COMPLEMENT):
            if predicate in about:
                return Not(self.expression(about[predicate][0]))
        raise _Malformed

    def _restriction(self, about: dict[Iri, list[Node]]) -> Expression:
        prop = self.property(about[v.OWL_ON_PROPERTY][0])
        if v.OWL_SOME in about:
            return Some(prop, self.expression(about[v.OWL_SOME][0]))
        if v.OWL_ALL in about:
            return Only(prop, self.expression(about[v.OWL_ALL][0]))
        if v.OWL_HAS_VALUE in about:
            return Has(prop, about[v.OWL_HAS_VALUE][0])
        if v.OWL_HAS_SELF in about:
            return HasSelf(prop)
        for predicate, kind in v.CARDINALITY.items():
            number = about.get(predicate, [None])[0]
            if isinstance(number, Literal) and number.value.strip().isdigit():
                return Count(kind, int(number.value), prop, self._counted(about, prop))
        raise _Malformed

    def _counted(self, about: dict[Iri, list[Node]], prop: Property) -> Expression:
        for predicate in (v.OWL_ON_CLASS, v.OWL_ON_DATA_RANGE):
            if predicate in about:
                return self.expression(about[predicate][0])
        is_data = isinstance(prop, str) and self.kinds.get(prop) == "data_property"
        return v.RDFS_LITERAL if is_data else v.OWL_THING

    def _facets(self, about: dict[Iri, list[Node]]) -> Expression:
        datatype = about[v.OWL_ON_DATATYPE][0]
        facets: list[tuple[str, Literal]] = []
        for head in about.get(v.OWL_WITH_RESTRICTIONS, []):
            for facet in self.members(head):
                for predicate, values in self.triples.about(facet).items():
                    facets += [
                        (predicate.rsplit("#", 1)[-1], value)
                        for value in values
                        if isinstance(value, Literal)
                    ]
        if not isinstance(datatype, str):
            raise _Malformed
        return Facets(datatype, tuple(facets))


_BY_PREDICATE = (
    (v.RDFS_SUBCLASS, _Reader.sub_class),
    (v.OWL_EQUIVALENT_CLASS, _Reader.equivalent_class),
    (v.OWL_INTERSECTION, _Reader.named_boolean),
    (v.OWL_UNION, _Reader.named_boolean),
    (v.OWL_ONE_OF, _Reader.named_boolean),
    (v.OWL_COMPLEMENT, _Reader.named_boolean),
    (v.OWL_DISJOINT_WITH, _Reader.disjoint_class),
    (v.OWL_DISJOINT_UNION, _Reader.disjoint_union),
    (v.OWL_HAS_KEY, _Reader.has_key),
    (v.RDFS_SUBPROPERTY, _Reader.sub_property),
    (v.OWL_CHAIN, _Reader.chain),
    (v.OWL_EQUIVALENT_PROPERTY, _Reader.equivalent_property),
    (v.OWL_PROPERTY_DISJOINT, _Reader.disjoint_property),
    (v.OWL_INVERSE, _Reader.inverse),
    (v.RDFS_DOMAIN, _Reader.domain),
    (v.RDFS_RANGE, _Reader.range),
    (v.OWL_SAME_AS, _Reader.same),
    (v.OWL_DIFFERENT_FROM, _Reader.different),
    (v.RDF_TYPE, _Reader.typed),
)
