"""IRIs of the vocabularies that the ontology layer reads."""

from ontopilot.ontology.terms import Iri

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_OWL = "http://www.w3.org/2002/07/owl#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_OBO_IN_OWL = "http://www.geneontology.org/formats/oboInOwl#"
_IAO = "http://purl.obolibrary.org/obo/IAO_"

OP = "urn:ontopilot:"
RDF = _RDF
RDFS = _RDFS
XSD = _XSD
OWL = _OWL
SWRL = "http://www.w3.org/2003/11/swrl#"

XSD_STRING = Iri(_XSD + "string")

RDF_TYPE = Iri(_RDF + "type")
RDF_FIRST = Iri(_RDF + "first")
RDF_REST = Iri(_RDF + "rest")
RDF_LIST = Iri(_RDF + "List")
RDF_NIL = Iri(_RDF + "nil")
RDF_PROPERTY = Iri(_RDF + "Property")
RDF_LANG_STRING = Iri(_RDF + "langString")
RDF_LANG_RANGE = Iri(_RDF + "langRange")
RDF_PLAIN_LITERAL = Iri(_RDF + "PlainLiteral")

RDFS_LABEL = Iri(_RDFS + "label")
RDFS_COMMENT = Iri(_RDFS + "comment")
RDFS_SUBCLASS = Iri(_RDFS + "subClassOf")
RDFS_SUBPROPERTY = Iri(_RDFS + "subPropertyOf")
RDFS_DOMAIN = Iri(_RDFS + "domain")
RDFS_RANGE = Iri(_RDFS + "range")
RDFS_DATATYPE = Iri(_RDFS + "Datatype")
RDFS_LITERAL = Iri(_RDFS + "Literal")
RDFS_CLASS = Iri(_RDFS + "Class")
RDFS_RESOURCE = Iri(_RDFS + "Resource")

OWL_THING = Iri(_OWL + "Thing")
OWL_NOTHING = Iri(_OWL + "Nothing")
OWL_ONTOLOGY = Iri(_OWL + "Ontology")
OWL_IMPORTS = Iri(_OWL + "imports")
OWL_VERSION_IRI = Iri(_OWL + "versionIRI")
OWL_CLASS = Iri(_OWL + "Class")
OWL_OBJECT_PROPERTY = Iri(_OWL + "ObjectProperty")
OWL_DATA_PROPERTY = Iri(_OWL + "DatatypeProperty")
OWL_ANNOTATION_PROPERTY = Iri(_OWL + "AnnotationProperty")
OWL_NAMED_INDIVIDUAL = Iri(_OWL + "NamedIndividual")
OWL_AXIOM = Iri(_OWL + "Axiom")
OWL_ANNOTATION = Iri(_OWL + "Annotation")
OWL_ANNOTATED_SOURCE = Iri(_OWL + "annotatedSource")
OWL_DEPRECATED = Iri(_OWL + "deprecated")
OWL_DEPRECATED_CLASS = Iri(_OWL + "DeprecatedClass")
OWL_DEPRECATED_PROPERTY = Iri(_OWL + "DeprecatedProperty")
OWL_EQUIVALENT_CLASS = Iri(_OWL + "equivalentClass")
OWL_DISJOINT_WITH = Iri(_OWL + "disjointWith")
OWL_COMPLEMENT = Iri(_OWL + "complementOf")
OWL_INTERSECTION = Iri(_OWL + "intersectionOf")
OWL_UNION = Iri(_OWL + "unionOf")
OWL_ONE_OF = Iri(_OWL + "oneOf")
OWL_DISJOINT_UNION = Iri(_OWL + "disjointUnionOf")
OWL_ALL_DISJOINT_CLASSES = Iri(_OWL + "AllDisjointClasses")
OWL_ALL_DISJOINT_PROPERTIES = Iri(_OWL + "AllDisjointProperties")
OWL_ALL_DIFFERENT = Iri(_OWL + "AllDifferent")
OWL_MEMBERS = Iri(_OWL + "members")
OWL_DISTINCT_MEMBERS = Iri(_OWL + "distinctMembers")
OWL_SAME_AS = Iri(_OWL + "sameAs")
OWL_DIFFERENT_FROM = Iri(_OWL + "differentFrom")
OWL_ON_PROPERTY = Iri(_OWL + "onProperty")
OWL_ON_CLASS = Iri(_OWL + "onClass")
OWL_ON_DATA_RANGE = Iri(_OWL + "onDataRange")
OWL_SOME = Iri(_OWL + "someValuesFrom")
OWL_ALL = Iri(_OWL + "allValuesFrom")
OWL_HAS_VALUE = Iri(_OWL + "hasValue")
OWL_HAS_SELF = Iri(_OWL + "hasSelf")
OWL_INVERSE = Iri(_OWL + "inverseOf")
OWL_EQUIVALENT_PROPERTY = Iri(_OWL + "equivalentProperty")
OWL_ON_DATATYPE = Iri(_OWL + "onDatatype")
OWL_CHAIN = Iri(_OWL + "propertyChainAxiom")
OWL_PROPERTY_DISJOINT = Iri(_OWL + "propertyDisjointWith")
OWL_SOURCE = Iri(_OWL + "sourceIndividual")
OWL_ASSERTION_PROPERTY = Iri(_OWL + "assertionProperty")
OWL_TARGET = Iri(_OWL + "targetIndividual")
OWL_TARGET_VALUE = Iri(_OWL + "targetValue")
OWL_NEGATIVE = Iri(_OWL + "NegativePropertyAssertion")
OWL_ANNOTATED_PROPERTY = Iri(_OWL + "annotatedProperty")
OWL_ANNOTATED_TARGET = Iri(_OWL + "annotatedTarget")
OWL_RESTRICTION = Iri(_OWL + "Restriction")
OWL_DATA_RANGE = Iri(_OWL + "DataRange")
OWL_ON_PROPERTIES = Iri(_OWL + "onProperties")
OWL_WITH_RESTRICTIONS = Iri(_OWL + "withRestrictions")
OWL_DATATYPE_COMPLEMENT = Iri(_OWL + "datatypeComplementOf")
OWL_HAS_KEY = Iri(_OWL + "hasKey")
OWL_TOP_OBJECT = Iri(_OWL + "topObjectProperty")
OWL_TOP_DATA = Iri(_OWL + "topDataProperty")

MAX_CARDINALITIES = tuple(
    Iri(_OWL + name)
    for name in (
        "maxCardinality",
        "maxQualifiedCardinality",
        "cardinality",
        "qualifiedCardinality",
    )
)
"""What says how many values there may be at most."""

MIN_CARDINALITIES = (Iri(_OWL + "minCardinality"), Iri(_OWL + "minQualifiedCardinality"))
"""What says how many values there must be at least."""

OWL_FUNCTIONAL = Iri(_OWL + "FunctionalProperty")
OWL_INVERSE_FUNCTIONAL = Iri(_OWL + "InverseFunctionalProperty")
OWL_TRANSITIVE = Iri(_OWL + "TransitiveProperty")
OWL_SYMMETRIC = Iri(_OWL + "SymmetricProperty")
OWL_ASYMMETRIC = Iri(_OWL + "AsymmetricProperty")
OWL_REFLEXIVE = Iri(_OWL + "ReflexiveProperty")
OWL_IRREFLEXIVE = Iri(_OWL + "IrreflexiveProperty")

SWRL_IMP = Iri(SWRL + "Imp")
SWRL_VARIABLE = Iri(SWRL + "Variable")
SWRL_BODY = Iri(SWRL + "body")
SWRL_HEAD = Iri(SWRL + "head")
SWRL_ATOM_LIST = Iri(SWRL + "AtomList")
SWRL_CLASS = Iri(SWRL + "classPredicate")
SWRL_PROPERTY = Iri(SWRL + "propertyPredicate")
SWRL_BUILTIN = Iri(SWRL + "builtin")
SWRL_DATA_RANGE = Iri(SWRL + "dataRange")
SWRL_FIRST = Iri(SWRL + "argument1")
SWRL_SECOND = Iri(SWRL + "argument2")
SWRL_ARGUMENTS = Iri(SWRL + "arguments")

SKOS_PREF_LABEL = Iri(_SKOS + "prefLabel")
SKOS_ALT_LABEL = Iri(_SKOS + "altLabel")
SKOS_HIDDEN_LABEL = Iri(_SKOS + "hiddenLabel")
SKOS_DEFINITION = Iri(_SKOS + "definition")
OBO_EXACT_SYNONYM = Iri(_OBO_IN_OWL + "hasExactSynonym")
IAO_DEFINITION = Iri(_IAO + "0000115")
IAO_ALTERNATIVE_TERM = Iri(_IAO + "0000118")

LABELS = (RDFS_LABEL, SKOS_PREF_LABEL)
SYNONYMS = (SKOS_ALT_LABEL, OBO_EXACT_SYNONYM, IAO_ALTERNATIVE_TERM, SKOS_HIDDEN_LABEL)
DEFINITIONS = (SKOS_DEFINITION, IAO_DEFINITION, RDFS_COMMENT)

OP_IDENTIFIER_PATTERN = Iri(OP + "identifierPattern")
OP_UNIT = Iri(OP + "unit")


BUILT_IN = (_RDF, _RDFS, _OWL, _XSD)
"""Namespaces whose terms are the language, not the ontology."""
