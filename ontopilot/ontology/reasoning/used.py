"""Which constructs of OWL 2 an ontology uses, by their names in the structural specification."""

from collections.abc import Iterator, Set

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.kinds import kinds_of
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal

_AXIOMS = {
    v.RDFS_SUBCLASS: "SubClassOf",
    v.OWL_EQUIVALENT_CLASS: "EquivalentClasses",
    v.OWL_DISJOINT_WITH: "DisjointClasses",
    v.OWL_DISJOINT_UNION: "DisjointUnion",
    v.OWL_HAS_SELF: "ObjectHasSelf",
    v.OWL_CHAIN: "ObjectPropertyChain",
    v.OWL_SAME_AS: "SameIndividual",
    v.OWL_DIFFERENT_FROM: "DifferentIndividuals",
    v.OWL_HAS_KEY: "HasKey",
    v.OWL_WITH_RESTRICTIONS: "DatatypeRestriction",
    v.OWL_ON_PROPERTIES: "DataSomeValuesFrom of several properties",
    v.SWRL_BODY: "SWRL rules",
}
_OF_TYPE = {
    v.OWL_ALL_DISJOINT_CLASSES: "DisjointClasses",
    v.OWL_ALL_DISJOINT_PROPERTIES: "DisjointObjectProperties",
    v.OWL_ALL_DIFFERENT: "DifferentIndividuals",
    v.OWL_TRANSITIVE: "TransitiveObjectProperty",
    v.OWL_SYMMETRIC: "SymmetricObjectProperty",
    v.OWL_ASYMMETRIC: "AsymmetricObjectProperty",
    v.OWL_REFLEXIVE: "ReflexiveObjectProperty",
    v.OWL_IRREFLEXIVE: "IrreflexiveObjectProperty",
    v.OWL_INVERSE_FUNCTIONAL: "InverseFunctionalObjectProperty",
}
_ON_PROPERTIES = {
    v.RDFS_DOMAIN: "{}PropertyDomain",
    v.RDFS_RANGE: "{}PropertyRange",
    v.RDFS_SUBPROPERTY: "Sub{}PropertyOf",
    v.OWL_EQUIVALENT_PROPERTY: "Equivalent{}Properties",
    v.OWL_PROPERTY_DISJOINT: "Disjoint{}Properties",
}
_RESTRICTIONS = {
    v.OWL_SOME: "{}SomeValuesFrom",
    v.OWL_ALL: "{}AllValuesFrom",
    v.OWL_HAS_VALUE: "{}HasValue",
    **dict.fromkeys(v.MIN_CARDINALITIES, "{}MinCardinality"),
    **dict.fromkeys(v.MAX_CARDINALITIES[:2], "{}MaxCardinality"),
    **dict.fromkeys(v.MAX_CARDINALITIES[2:], "{}ExactCardinality"),
}
_EXPRESSIONS = {
    v.OWL_INTERSECTION: "{}IntersectionOf",
    v.OWL_UNION: "{}UnionOf",
    v.OWL_COMPLEMENT: "{}ComplementOf",
    v.OWL_ONE_OF: "{}OneOf",
}


def constructs_of(triples: Triples) -> frozenset[str]:
    """The constructs in the axioms, facts included; declarations and annotations are none."""
    kinds = kinds_of(triples)
    data = {iri for iri, kind in kinds.items() if kind == "data_property"}
    found = {name for predicate, name in _AXIOMS.items() if triples.pairs(predicate)}
    found |= {name for kind, name in _OF_TYPE.items() if of_type(triples, kind)}
    found.update(_of_properties(triples, data), _of_restrictions(triples, data))
    found.update(_of_expressions(triples), _of_facts(triples, data))
    return frozenset(found)


def _word(is_data: bool) -> str:
    return "Data" if is_data else "Object"


def _of_properties(triples: Triples, data: Set[Iri]) -> Iterator[str]:
    for predicate, name in _ON_PROPERTIES.items():
        for subject, _ in triples.pairs(predicate):
            yield name.format(_word(subject in data))
    for subject in of_type(triples, v.OWL_FUNCTIONAL):
        yield f"Functional{_word(subject in data)}Property"
    for subject, _ in triples.pairs(v.OWL_INVERSE):
        yield "ObjectInverseOf" if is_blank(subject) else "InverseObjectProperties"


def _of_restrictions(triples: Triples, data: Set[Iri]) -> Iterator[str]:
    for predicate, name in _RESTRICTIONS.items():
        for node, _ in triples.pairs(predicate):
            yield name.format(_word(triples.one(node, v.OWL_ON_PROPERTY) in data))


def _of_expressions(triples: Triples) -> Iterator[str]:
    ranges = {*of_type(triples, v.RDFS_DATATYPE), *of_type(triples, v.OWL_DATA_RANGE)}
    for predicate, name in _EXPRESSIONS.items():
        for node, _ in triples.pairs(predicate):
            yield name.format(_word(node in ranges))
    if triples.pairs(v.OWL_DATATYPE_COMPLEMENT):
        yield "DataComplementOf"


def _of_facts(triples: Triples, data: Set[Iri]) -> Iterator[str]:
    kinds = kinds_of(triples)
    for iri, kind in kinds.items():
        if kind in ("object_property", "data_property") and triples.pairs(iri):
            yield f"{_word(iri in data)}PropertyAssertion"
    for subject, cls in triples.pairs(v.RDF_TYPE):
        if cls == v.OWL_NEGATIVE:
            is_data = triples.one(subject, v.OWL_ASSERTION_PROPERTY) in data
            yield f"Negative{_word(is_data)}PropertyAssertion"
        elif kinds.get(subject) == "individual" and not _is_built_in(cls):
            yield "ClassAssertion"


def _is_built_in(cls: Iri | Literal) -> bool:
    return isinstance(cls, str) and cls.startswith(v.BUILT_IN)


def share_of_cases(triples: Triples) -> float:
    """How many unions, complements, enumerations and "only" there are for each class.

    Expressions that only say where a property starts or leads are not counted, nor are limits on
    the number of values.
    """
    ends = {value for axiom in (v.RDFS_DOMAIN, v.RDFS_RANGE) for _, value in triples.pairs(axiom)}
    ranges = {*of_type(triples, v.RDFS_DATATYPE), *of_type(triples, v.OWL_DATA_RANGE)}
    predicates = (v.OWL_UNION, v.OWL_COMPLEMENT, v.OWL_ALL, v.OWL_ONE_OF, v.OWL_DISJOINT_UNION)
    nodes = [node for predicate in predicates for node, _ in triples.pairs(predicate)]
    cases = sum(node not in ends and node not in ranges for node in nodes)
    if not cases:
        return 0.0
    return cases / max(1, sum(kind == "class" for kind in kinds_of(triples).values()))
