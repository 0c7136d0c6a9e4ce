"""Constructs to triples: the mapping of the OWL 2 structural specification to RDF graphs."""

from collections.abc import Iterable
from itertools import count

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import Construct, Part, iri_of
from ontopilot.ontology.rdf.triples import Node, Triple
from ontopilot.ontology.terms import Iri, Literal


def owl(name: str) -> Iri:
    """A name of the OWL vocabulary."""
    return Iri(v.OWL + name)


BETWEEN = {
    "SubClassOf": v.RDFS_SUBCLASS,
    "EquivalentClasses": v.OWL_EQUIVALENT_CLASS,
    "DisjointClasses": v.OWL_DISJOINT_WITH,
    "SubObjectPropertyOf": v.RDFS_SUBPROPERTY,
    "SubDataPropertyOf": v.RDFS_SUBPROPERTY,
    "SubAnnotationPropertyOf": v.RDFS_SUBPROPERTY,
    "EquivalentObjectProperties": owl("equivalentProperty"),
    "EquivalentDataProperties": owl("equivalentProperty"),
    "DisjointObjectProperties": v.OWL_PROPERTY_DISJOINT,
    "DisjointDataProperties": v.OWL_PROPERTY_DISJOINT,
    "InverseObjectProperties": v.OWL_INVERSE,
    "ObjectPropertyDomain": v.RDFS_DOMAIN,
    "DataPropertyDomain": v.RDFS_DOMAIN,
    "AnnotationPropertyDomain": v.RDFS_DOMAIN,
    "ObjectPropertyRange": v.RDFS_RANGE,
    "DataPropertyRange": v.RDFS_RANGE,
    "AnnotationPropertyRange": v.RDFS_RANGE,
    "SameIndividual": v.OWL_SAME_AS,
    "DifferentIndividuals": v.OWL_DIFFERENT_FROM,
}
"""Axioms between two things, and the predicate that says them."""

CHARACTERISTICS = {
    "FunctionalObjectProperty": v.OWL_FUNCTIONAL,
    "FunctionalDataProperty": v.OWL_FUNCTIONAL,
    "InverseFunctionalObjectProperty": v.OWL_INVERSE_FUNCTIONAL,
    "TransitiveObjectProperty": v.OWL_TRANSITIVE,
    "SymmetricObjectProperty": v.OWL_SYMMETRIC,
    "AsymmetricObjectProperty": v.OWL_ASYMMETRIC,
    "ReflexiveObjectProperty": v.OWL_REFLEXIVE,
    "IrreflexiveObjectProperty": v.OWL_IRREFLEXIVE,
}
"""Axioms about one property, and the class that says them."""

DECLARATIONS = {
    "Class": v.OWL_CLASS,
    "ObjectProperty": v.OWL_OBJECT_PROPERTY,
    "DataProperty": v.OWL_DATA_PROPERTY,
    "AnnotationProperty": v.OWL_ANNOTATION_PROPERTY,
    "NamedIndividual": v.OWL_NAMED_INDIVIDUAL,
    "Datatype": v.RDFS_DATATYPE,
}
"""Kinds of entities, and the class that declares them."""

LISTS = {
    "ObjectIntersectionOf": (v.OWL_CLASS, v.OWL_INTERSECTION),
    "ObjectUnionOf": (v.OWL_CLASS, v.OWL_UNION),
    "ObjectOneOf": (v.OWL_CLASS, v.OWL_ONE_OF),
    "DataIntersectionOf": (v.RDFS_DATATYPE, v.OWL_INTERSECTION),
    "DataUnionOf": (v.RDFS_DATATYPE, v.OWL_UNION),
    "DataOneOf": (v.RDFS_DATATYPE, v.OWL_ONE_OF),
}
"""Expressions over a list, with their type and the predicate that leads to the list."""

VALUES = {
    "SomeValuesFrom": v.OWL_SOME,
    "AllValuesFrom": owl("allValuesFrom"),
    "HasValue": v.OWL_HAS_VALUE,
}
CARDINALITIES = {
    "MinCardinality": (owl("minCardinality"), owl("minQualifiedCardinality")),
    "MaxCardinality": (owl("maxCardinality"), owl("maxQualifiedCardinality")),
    "ExactCardinality": (owl("cardinality"), owl("qualifiedCardinality")),
}
"""Cardinalities, and their predicates without and with a filler."""

RESTRICTION = owl("Restriction")
ON_DATATYPE = owl("onDatatype")
WITH_RESTRICTIONS = owl("withRestrictions")
DATA_COMPLEMENT = owl("datatypeComplementOf")
COUNT = Iri(v.XSD + "nonNegativeInteger")
NEGATIVE = owl("NegativePropertyAssertion")


class TripleWriter:
    """Writes axioms as triples; its blank nodes are new in every graph that it is used for."""

    def __init__(self, name: str) -> None:
        self.triples: list[Triple] = []
        self._names = (Iri(f"_:{name}.{number}") for number in count())

    def axiom(self, axiom: Construct) -> None:
        """Add the triples of an axiom.

        Raises:
            EditError: an axiom of a kind that is not written.
        """
        name, parts = axiom.name, axiom.parts
        if name == "Declaration":
            (one,) = parts
            assert isinstance(one, Construct)  # noqa: S101 - a declaration declares an entity
            self._say(self.node(one), v.RDF_TYPE, DECLARATIONS[one.name])
        elif name in BETWEEN:
            self._between(name, parts)
        elif name in CHARACTERISTICS:
            self._say(self.node(parts[0]), v.RDF_TYPE, CHARACTERISTICS[name])
        elif name == "ClassAssertion":
            self._say(self.node(parts[1]), v.RDF_TYPE, self.node(parts[0]))
        elif name == "AnnotationAssertion" or name.endswith("PropertyAssertion"):
            self._assertion(name, parts)
        else:
            raise EditError(f"an axiom of the kind {name!r} cannot be written; use Protégé for it")

    def _between(self, name: str, parts: tuple[Part, ...]) -> None:
        first, second = parts
        if isinstance(first, Construct) and first.name == "ObjectPropertyChain":
            self._say(self.node(second), v.OWL_CHAIN, self._list(first.parts))
        else:
            self._say(self.node(first), BETWEEN[name], self.node(second))

    def _assertion(self, name: str, parts: tuple[Part, ...]) -> None:
        prop, subject, value = parts
        if not name.startswith("Negative"):
            self._say(self.node(subject), Iri(str(self.node(prop))), self.node(value))
            return
        node = self._typed(NEGATIVE)
        self._say(node, v.OWL_SOURCE, self.node(subject))
        self._say(node, v.OWL_ASSERTION_PROPERTY, self.node(prop))
        target = v.OWL_TARGET_VALUE if isinstance(value, Literal) else v.OWL_TARGET
        self._say(node, target, self.node(value))

    def node(self, part: Part) -> Node:
        """The node that a construct is written as, its triples added."""
        if isinstance(part, Literal):
            return part
        iri = iri_of(part)
        if iri is not None:
            return iri
        assert isinstance(part, Construct)  # noqa: S101 - no number stands for itself
        return self._expression(part)

    def _expression(self, part: Construct) -> Iri:
        name, parts = part.name, part.parts
        if name in LISTS:
            kind, predicate = LISTS[name]
            node = self._typed(kind)
            self._say(node, predicate, self._list(parts))
            return node
        if name == "ObjectInverseOf":
            return self._with(self._blank(), v.OWL_INVERSE, parts[0])
        if name == "ObjectComplementOf":
            return self._with(self._typed(v.OWL_CLASS), v.OWL_COMPLEMENT, parts[0])
        if name == "DataComplementOf":
            return self._with(self._typed(v.RDFS_DATATYPE), DATA_COMPLEMENT, parts[0])
        if name == "DatatypeRestriction":
            return self._facets(parts)
        return self._restriction(name, parts)

    def _restriction(self, name: str, parts: tuple[Part, ...]) -> Iri:
        sort = "Object" if name.startswith("Object") else "Data"
        what = name.removeprefix(sort)
        node = self._typed(RESTRICTION)
        at = 1 if what in CARDINALITIES else 0
        self._with(node, v.OWL_ON_PROPERTY, parts[at])
        if what in VALUES:
            return self._with(node, VALUES[what], parts[1])
        if what == "HasSelf":
            self._say(node, v.OWL_HAS_SELF, Literal("true", Iri(v.XSD + "boolean")))
            return node
        plain, qualified = CARDINALITIES[what]
        number = Literal(str(parts[0]), COUNT)
        self._say(node, qualified if len(parts) > 2 else plain, number)
        if len(parts) > 2:
            self._with(node, v.OWL_ON_CLASS if sort == "Object" else v.OWL_ON_DATA_RANGE, parts[2])
        return node

    def _facets(self, parts: tuple[Part, ...]) -> Iri:
        node = self._with(self._typed(v.RDFS_DATATYPE), ON_DATATYPE, parts[0])
        facets: list[Node] = []
        for facet in parts[1:]:
            assert isinstance(facet, Construct)  # noqa: S101 - a restriction holds facets
            facets.append(self._with(self._blank(), Iri(str(facet.parts[0])), facet.parts[1]))
        self._say(node, WITH_RESTRICTIONS, self._cells(facets))
        return node

    def _list(self, parts: Iterable[Part]) -> Iri:
        return self._cells([self.node(part) for part in parts])

    def _cells(self, nodes: list[Node]) -> Iri:
        head = v.RDF_NIL
        for node in reversed(nodes):
            cell = self._blank()
            self._say(cell, v.RDF_FIRST, node)
            self._say(cell, v.RDF_REST, head)
            head = cell
        return head

    def _typed(self, kind: Iri) -> Iri:
        node = self._blank()
        self._say(node, v.RDF_TYPE, kind)
        return node

    def _with(self, node: Iri, predicate: Iri, part: Part) -> Iri:
        self._say(node, predicate, self.node(part))
        return node

    def _say(self, subject: Node, predicate: Iri, value: Node) -> None:
        self.triples.append((Iri(str(subject)), predicate, value))

    def _blank(self) -> Iri:
        return next(self._names)
