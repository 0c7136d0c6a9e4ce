"""Triples to constructs: the OWL 2 mapping read backwards, for single axioms."""

from collections.abc import Callable, Mapping, Sequence

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import Construct, Part, entity
from ontopilot.ontology.owl.to_triples import (
    BETWEEN,
    CARDINALITIES,
    CHARACTERISTICS,
    DATA_COMPLEMENT,
    DECLARATIONS,
    NEGATIVE,
    ON_DATATYPE,
    VALUES,
    WITH_RESTRICTIONS,
)
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal, TermKind

_LISTS = {
    v.OWL_INTERSECTION: "IntersectionOf",
    v.OWL_UNION: "UnionOf",
    v.OWL_ONE_OF: "OneOf",
}
_GROUPS = {
    v.OWL_ALL_DISJOINT_CLASSES: ("DisjointClasses", "class"),
    v.OWL_ALL_DISJOINT_PROPERTIES: ("DisjointObjectProperties", "object_property"),
    v.OWL_ALL_DIFFERENT: ("DifferentIndividuals", "individual"),
}
_SORTS = {"object_property": "Object", "data_property": "Data", "annotation_property": "Annotation"}
_VALUES = {predicate: name for name, predicate in VALUES.items()}
_COUNTS = {one: name for name, pair in CARDINALITIES.items() for one in pair}
_DECLARED = {cls: name for name, cls in DECLARATIONS.items()}
_SYMMETRIC = {
    v.OWL_EQUIVALENT_CLASS: "EquivalentClasses",
    v.OWL_DISJOINT_WITH: "DisjointClasses",
    v.RDFS_SUBCLASS: "SubClassOf",
}
_DEEPEST = 60


class TripleReader:
    """Reads axioms out of a graph; the kinds of terms tell object from data properties."""

    def __init__(self, triples: Triples, kinds: Mapping[Iri, TermKind]) -> None:
        self._triples = triples
        self._kinds = kinds

    def axiom(self, triple: Triple) -> Construct:
        """The axiom that a triple is the root of; `Triple` where it is none of OWL 2."""
        subject, predicate, value = triple
        if predicate == v.RDF_TYPE:
            return self._typed(subject, value)
        if predicate in _SYMMETRIC:
            return Construct(_SYMMETRIC[predicate], (self._class(subject), self._class(value)))
        if predicate in (v.OWL_SAME_AS, v.OWL_DIFFERENT_FROM):
            name = "SameIndividual" if predicate == v.OWL_SAME_AS else "DifferentIndividuals"
            return Construct(name, (self._individual(subject), self._individual(value)))
        if predicate == v.OWL_CHAIN:
            steps = tuple(self._property(one) for one in members_of(self._triples, value))
            chain = Construct("ObjectPropertyChain", steps)
            return Construct("SubObjectPropertyOf", (chain, self._property(subject)))
        if predicate in BETWEEN.values():
            return self._about_property(subject, predicate, value)
        return self._assertion(subject, predicate, value)

    def _typed(self, subject: Iri, value: Node) -> Construct:
        if value in _DECLARED and not is_blank(subject):
            return Construct("Declaration", (Construct(_DECLARED[Iri(str(value))], (subject,)),))
        if value in _GROUPS:
            return self._group(subject, Iri(str(value)))
        if value == NEGATIVE:
            return self._negative(subject)
        sort = "Data" if self._kinds.get(subject) == "data_property" else "Object"
        for name, cls in CHARACTERISTICS.items():
            if cls == value and sort in name:
                return Construct(name, (self._property(subject),))
        return Construct("ClassAssertion", (self._class(value), self._individual(subject)))

    def _group(self, subject: Iri, kind: Iri) -> Construct:
        name, sort = _GROUPS[kind]
        head = self._triples.one(subject, v.OWL_MEMBERS)
        head = head or self._triples.one(subject, v.OWL_DISTINCT_MEMBERS)
        read: dict[str, Callable[[Node], Part]] = {
            "class": self._class,
            "object_property": self._property,
            "individual": self._individual,
        }
        return Construct(name, tuple(read[sort](one) for one in members_of(self._triples, head)))

    def _negative(self, subject: Iri) -> Construct:
        prop = self._property(self._triples.one(subject, v.OWL_ASSERTION_PROPERTY))
        source = self._individual(self._triples.one(subject, v.OWL_SOURCE))
        literal = self._triples.one(subject, v.OWL_TARGET_VALUE)
        if isinstance(literal, Literal):
            return Construct("NegativeDataPropertyAssertion", (prop, source, literal))
        target = self._individual(self._triples.one(subject, v.OWL_TARGET))
        return Construct("NegativeObjectPropertyAssertion", (prop, source, target))

    def _about_property(self, subject: Iri, predicate: Iri, value: Node) -> Construct:
        sort = _SORTS.get(self._kinds.get(subject, "object_property"), "Object")
        named = [name for name, one in BETWEEN.items() if one == predicate]
        name = next((name for name in named if sort in name), named[0])
        if name.endswith(("Domain", "Range")):
            return Construct(name, (self._property(subject), self._end(sort, predicate, value)))
        return Construct(name, (self._property(subject), self._property(value)))

    def _end(self, sort: str, predicate: Iri, value: Node) -> Part:
        if sort == "Annotation":
            return Construct("IRI", (Iri(str(value)),))
        data = sort == "Data" and predicate == v.RDFS_RANGE
        return self._range(value) if data else self._class(value)

    def _assertion(self, subject: Iri, predicate: Iri, value: Node) -> Construct:
        kind = self._kinds.get(predicate, "annotation_property")
        prop = self._property(predicate)
        if kind == "object_property" and not isinstance(value, Literal):
            parts = (prop, self._individual(subject), self._individual(value))
            return Construct("ObjectPropertyAssertion", parts)
        if kind == "data_property" and isinstance(value, Literal):
            return Construct("DataPropertyAssertion", (prop, self._individual(subject), value))
        said = value if isinstance(value, Literal) else Construct("IRI", (value,))
        subject_part = Construct("IRI", (subject,))
        return Construct("AnnotationAssertion", (prop, subject_part, said))

    def _property(self, node: Node | None) -> Part:
        if node is None or isinstance(node, Literal):
            return Construct("Triple", ())
        if is_blank(node):
            return Construct("ObjectInverseOf", (self._property(self._one(node, v.OWL_INVERSE)),))
        default: TermKind = "annotation_property" if node not in self._kinds else "object_property"
        kind = self._kinds.get(node, default)
        if kind not in _SORTS:
            kind = "object_property"
        return entity(kind, node)

    def _one(self, node: Node, predicate: Iri) -> Node | None:
        return self._triples.one(node, predicate)

    def _individual(self, node: Node | None) -> Part:
        if node is None or isinstance(node, Literal):
            return node if isinstance(node, Literal) else Construct("Triple", ())
        if is_blank(node):
            return Construct("AnonymousIndividual", (node,))
        return entity("individual", node)

    def _class(self, node: Node, depth: int = 0) -> Part:
        if isinstance(node, Literal) or depth > _DEEPEST:
            return Construct("Triple", ())
        if not is_blank(node):
            return entity("class", node)
        if v.OWL_ON_PROPERTY in self._triples.about(node):
            return self._restriction(node, depth)
        return self._boolean(node, depth)

    def _boolean(self, node: Iri, depth: int) -> Construct:
        about = self._triples.about(node)
        for predicate, name in _LISTS.items():
            if predicate in about:
                members = members_of(self._triples, about[predicate][0])
                if name == "OneOf":
                    return Construct("ObjectOneOf", tuple(map(self._individual, members)))
                parts = tuple(self._class(one, depth + 1) for one in members)
                return Construct("Object" + name, parts)
        if v.OWL_COMPLEMENT in about:
            inner = self._class(about[v.OWL_COMPLEMENT][0], depth + 1)
            return Construct("ObjectComplementOf", (inner,))
        return Construct("Triple", (node,))

    def _restriction(self, node: Iri, depth: int) -> Construct:
        about = self._triples.about(node)
        prop = self._property(about[v.OWL_ON_PROPERTY][0])
        data = isinstance(prop, Construct) and prop.name == "DataProperty"
        sort = "Data" if data else "Object"
        for predicate, name in _VALUES.items():
            if predicate in about:
                filler = self._filler(name, sort, about[predicate][0], depth)
                return Construct(sort + name, (prop, filler))
        if v.OWL_HAS_SELF in about:
            return Construct("ObjectHasSelf", (prop,))
        for predicate, name in _COUNTS.items():
            if predicate in about:
                return self._count(sort + name, prop, about, predicate, depth)
        return Construct("Triple", (node,))

    def _count(
        self, name: str, prop: Part, about: Mapping[Iri, Sequence[Node]], predicate: Iri, depth: int
    ) -> Construct:
        number = about[predicate][0]
        text = number.value.strip() if isinstance(number, Literal) else ""
        parts: tuple[Part, ...] = (int(text) if text.isdecimal() else Iri(text), prop)
        if v.OWL_ON_CLASS in about:
            parts += (self._class(about[v.OWL_ON_CLASS][0], depth + 1),)
        elif v.OWL_ON_DATA_RANGE in about:
            parts += (self._range(about[v.OWL_ON_DATA_RANGE][0], depth + 1),)
        return Construct(name, parts)

    def _filler(self, name: str, sort: str, value: Node, depth: int) -> Part:
        if name == "HasValue":
            return value if isinstance(value, Literal) else self._individual(value)
        if sort == "Data":
            return self._range(value, depth + 1)
        return self._class(value, depth + 1)

    def _range(self, node: Node, depth: int = 0) -> Part:
        if isinstance(node, Literal) or depth > _DEEPEST:
            return node if isinstance(node, Literal) else Construct("Triple", ())
        if not is_blank(node):
            return entity("datatype", node)
        about = self._triples.about(node)
        for predicate, name in _LISTS.items():
            if predicate in about:
                members = members_of(self._triples, about[predicate][0])
                parts = tuple(self._range(one, depth + 1) for one in members)
                return Construct("Data" + name, parts)
        if DATA_COMPLEMENT in about:
            inner = self._range(about[DATA_COMPLEMENT][0], depth + 1)
            return Construct("DataComplementOf", (inner,))
        if ON_DATATYPE in about and WITH_RESTRICTIONS in about:
            return self._facets(about)
        return Construct("Triple", (node,))

    def _facets(self, about: Mapping[Iri, Sequence[Node]]) -> Construct:
        parts: list[Part] = [entity("datatype", Iri(str(about[ON_DATATYPE][0])))]
        for cell in members_of(self._triples, about[WITH_RESTRICTIONS][0]):
            for facet, values in self._triples.about(cell).items():
                parts.extend(Construct("FacetRestriction", (facet, value)) for value in values)
        return Construct("DatatypeRestriction", tuple(parts))
