"""What a statement is about: its place in the hierarchy, a restriction, a label, a fact."""

from collections.abc import Mapping
from typing import Literal as OneOf
from typing import get_args

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.statements import Statement
from ontopilot.ontology.rdf.triples import is_blank
from ontopilot.ontology.terms import Iri, Literal, TermKind

Aspect = OneOf[
    "declaration",
    "superclass",
    "superproperty",
    "restriction",
    "equivalent class",
    "equivalent property",
    "inverse",
    "disjoint",
    "characteristic",
    "domain",
    "range",
    "chain",
    "key",
    "type",
    "fact",
    "negative fact",
    "same",
    "different",
    "label",
    "synonym",
    "definition",
    "deprecated",
    "annotation",
    "import",
    "version",
    "rule",
    "general axiom",
    "nameless thing",
    "axiom annotation",
    "statement",
]
"""The kinds of change, in the order in which they are told."""

ORDER: Mapping[str, int] = {aspect: place for place, aspect in enumerate(get_args(Aspect))}
PLACES = ("superclass", "superproperty")

ENTITIES: Mapping[Iri, TermKind] = {
    v.OWL_CLASS: "class",
    v.OWL_OBJECT_PROPERTY: "object_property",
    v.OWL_DATA_PROPERTY: "data_property",
    v.OWL_ANNOTATION_PROPERTY: "annotation_property",
    v.OWL_NAMED_INDIVIDUAL: "individual",
    v.RDFS_DATATYPE: "datatype",
}
CHARACTERISTICS: Mapping[Iri, str] = {
    v.OWL_FUNCTIONAL: "functional",
    v.OWL_INVERSE_FUNCTIONAL: "inverse functional",
    v.OWL_TRANSITIVE: "transitive",
    v.OWL_SYMMETRIC: "symmetric",
    v.OWL_ASYMMETRIC: "asymmetric",
    v.OWL_REFLEXIVE: "reflexive",
    v.OWL_IRREFLEXIVE: "irreflexive",
}
_BY_PREDICATE: Mapping[Iri, Aspect] = {
    v.RDFS_SUBPROPERTY: "superproperty",
    v.OWL_EQUIVALENT_CLASS: "equivalent class",
    v.OWL_EQUIVALENT_PROPERTY: "equivalent property",
    v.OWL_INVERSE: "inverse",
    v.OWL_DISJOINT_WITH: "disjoint",
    v.OWL_DISJOINT_UNION: "disjoint",
    v.OWL_PROPERTY_DISJOINT: "disjoint",
    v.RDFS_DOMAIN: "domain",
    v.RDFS_RANGE: "range",
    v.OWL_CHAIN: "chain",
    v.OWL_HAS_KEY: "key",
    v.OWL_NEGATIVE: "negative fact",
    v.OWL_SAME_AS: "same",
    v.OWL_DIFFERENT_FROM: "different",
    v.OWL_DEPRECATED: "deprecated",
    v.OWL_IMPORTS: "import",
    v.OWL_VERSION_IRI: "version",
    v.SWRL_IMP: "rule",
    v.SWRL_BODY: "rule",
    v.SWRL_HEAD: "rule",
    v.OWL_NAMED_INDIVIDUAL: "nameless thing",
    v.OWL_AXIOM: "statement",
    **dict.fromkeys(v.LABELS, "label"),
    **dict.fromkeys(v.SYNONYMS, "synonym"),
    **dict.fromkeys(v.DEFINITIONS, "definition"),
}


def aspect_of(statement: Statement, kinds: Mapping[Iri, TermKind]) -> Aspect:
    """What a statement of an ontology with terms of these kinds is about."""
    predicate, value = statement.part.predicate, (*statement.part.members, None)[0]
    if predicate == v.RDF_TYPE:
        return _of_type(value)
    if predicate == v.RDFS_SUBCLASS:
        if is_blank(statement.subject or ""):
            return "general axiom"
        return "restriction" if isinstance(value, str) and is_blank(value) else "superclass"
    if predicate in _BY_PREDICATE:
        return _BY_PREDICATE[predicate]
    if kinds.get(predicate) in ("object_property", "data_property"):
        return "fact"
    return "annotation"


def _of_type(value: Iri | Literal | None) -> Aspect:
    if value in ENTITIES or value == v.OWL_ONTOLOGY:
        return "declaration"
    return "characteristic" if value in CHARACTERISTICS else "type"
