"""Of which kind an axiom is, and how many of each kind a graph states.

The kinds have their names in the OWL API, which are those of functional syntax but for chains
(OWL 2 Mapping to RDF Graphs, section 3).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Final
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.forms import Forms, Part
from ontopilot.ontology.rdf.kinds import DECLARATIONS, every_kind
from ontopilot.ontology.rdf.statements import Statement, Statements, is_tidy, tidied
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal, TermKind

Kinds = Mapping[Iri, Set[TermKind]]
Sort = OneOf["Object", "Data", "Annotation"]

HEADER: Final = "OntologyAnnotation"
"""What is said of the ontology itself, which is no axiom."""
NAMELESS: Final = "NamelessThing"
"""That there is something without a name, of which nothing else speaks; no axiom either."""
UNKNOWN: Final = "unknown"
"""A statement with a word of the language's own namespaces that the language does not have."""

_NAMES: Final = {
    v.RDFS_SUBCLASS: "SubClassOf",
    v.OWL_DISJOINT_WITH: "DisjointClasses",
    v.OWL_DISJOINT_UNION: "DisjointUnion",
    v.OWL_CHAIN: "SubPropertyChainOf",
    v.OWL_INVERSE: "InverseObjectProperties",
    v.OWL_SAME_AS: "SameIndividual",
    v.OWL_DIFFERENT_FROM: "DifferentIndividuals",
    v.OWL_HAS_KEY: "HasKey",
    v.SWRL_IMP: "DLSafeRule",
    v.OWL_NAMED_INDIVIDUAL: NAMELESS,
}
_OF_PROPERTIES: Final = {
    v.RDFS_SUBPROPERTY: "Sub{}PropertyOf",
    v.OWL_EQUIVALENT_PROPERTY: "Equivalent{}Properties",
    v.OWL_PROPERTY_DISJOINT: "Disjoint{}Properties",
    v.RDFS_DOMAIN: "{}PropertyDomain",
    v.RDFS_RANGE: "{}PropertyRange",
}
CHARACTERISTICS: Final = {
    v.OWL_FUNCTIONAL: "Functional{}Property",
    v.OWL_INVERSE_FUNCTIONAL: "InverseFunctionalObjectProperty",
    v.OWL_TRANSITIVE: "TransitiveObjectProperty",
    v.OWL_SYMMETRIC: "SymmetricObjectProperty",
    v.OWL_ASYMMETRIC: "AsymmetricObjectProperty",
    v.OWL_REFLEXIVE: "ReflexiveObjectProperty",
    v.OWL_IRREFLEXIVE: "IrreflexiveObjectProperty",
}
_NOTES: Final = {
    *(Iri(v.RDFS + name) for name in ("label", "comment", "seeAlso", "isDefinedBy")),
    *(Iri(v.OWL + name) for name in ("deprecated", "versionInfo", "priorVersion")),
    *(Iri(v.OWL + name) for name in ("backwardCompatibleWith", "incompatibleWith")),
}
"""The annotation properties of the language itself."""
_FACETS: Final = (v.XSD, v.RDF_LANG_RANGE)
"""How the predicates begin that narrow a datatype."""
_DEPRECATED: Final = (v.OWL_DEPRECATED_CLASS, v.OWL_DEPRECATED_PROPERTY)
_DECLARED: Final = {*DECLARATIONS, v.RDF_PROPERTY} - CHARACTERISTICS.keys()


def is_logical(kind: str) -> bool:
    """Whether something can follow from an axiom of a kind."""
    aside = kind in (HEADER, NAMELESS, UNKNOWN, "Declaration")
    return not aside and "Annotation" not in kind


def logical(counts: Mapping[str, int]) -> Counter[str]:
    """The counts of those axioms from which something can follow."""
    return Counter({kind: number for kind, number in counts.items() if is_logical(kind)})


def axiom_counts(triples: Triples, kinds: Kinds | None = None) -> Counter[str]:
    """The number of axioms of each kind.

    Axioms of equal structure count once, whatever their blank nodes are called. An axiom that
    makes n things equal is n-1 statements of RDF and counts n-1 times. A statement with an unknown
    word counts as an annotation. `kinds` are those of all files together where the triples are
    those of one file of several.

    Example:
        >>> axiom_counts(ontology.asserted)["SubClassOf"]  # doctest: +SKIP
        259
    """
    if not is_tidy(triples):
        triples = Triples.of(tidied(triples, Iri("urn:ontopilot:nameless")))
    found = Statements(triples)
    keys = _keys(found.forms)
    every = {statement.key(keys): statement for statement in found.all}
    read = AxiomKinds(triples, every_kind(triples) if kinds is None else kinds)
    each = (*every.values(), *nested(found), *_annotated_anew(found, keys))
    counted = Counter(read.of(_stated(statement, triples)) for statement in each)
    counted["AnnotationAssertion"] += counted.pop(UNKNOWN, 0)
    del counted[HEADER], counted[NAMELESS]
    return +counted


def nested(found: Statements) -> Iterator[Statement]:
    """What is said of nameless things where another statement mentions them."""
    for node, kind in found.forms.kinds.items():
        if kind == "thing" and node not in found.forms.loose:
            for part in found.forms.parts[node]:
                if not part.predicate.startswith(_FACETS):
                    yield Statement(node, part)


class AxiomKinds:
    """Tells the kind of each statement by its predicate and by the kinds of the terms in it."""

    def __init__(self, triples: Triples, kinds: Kinds, *, undeclared: Sort = "Annotation") -> None:
        """`undeclared` is the sort of a property that is declared nowhere and put in an axiom."""
        self._triples = triples
        self._kinds = kinds
        self._undeclared = undeclared
        self._headers = set(of_type(triples, v.OWL_ONTOLOGY))
        self._special: Mapping[Iri, Callable[[Statement], str]] = {
            v.RDF_TYPE: self._typed,
            v.OWL_EQUIVALENT_CLASS: self._equivalent,
            v.OWL_NEGATIVE: self._negative,
        }

    def of(self, statement: Statement) -> str:
        """The name of the axiom; `HEADER`, `NAMELESS` or `UNKNOWN` for what is none."""
        part = statement.part
        if statement.subject in self._headers:
            return HEADER
        if part.predicate in _NAMES:
            return _NAMES[part.predicate]
        if part.predicate in _OF_PROPERTIES:
            subject = statement.subject or Iri(str(part.members[0]))
            return _OF_PROPERTIES[part.predicate].format(self._sort(subject))
        special = self._special.get(part.predicate)
        return special(statement) if special else self._assertion(part.predicate)

    def _assertion(self, predicate: Iri) -> str:
        sort = self._known_sort(predicate)
        if sort in ("Object", "Data"):
            return f"{sort}PropertyAssertion"
        no_word = predicate.startswith(v.BUILT_IN) and predicate not in _NOTES
        return UNKNOWN if no_word and predicate not in self._kinds else "AnnotationAssertion"

    def _equivalent(self, statement: Statement) -> str:
        of_data = any(
            "datatype" in self._kinds.get(Iri(str(one)), ())
            or v.RDFS_DATATYPE in self._triples.values(one, v.RDF_TYPE)
            for one in statement.part.members
        )
        return "DatatypeDefinition" if of_data else "EquivalentClasses"

    def _negative(self, statement: Statement) -> str:
        literal = isinstance(statement.part.members[-1], Literal)
        return f"Negative{'Data' if literal else 'Object'}PropertyAssertion"

    def _typed(self, statement: Statement) -> str:
        if not statement.part.members:
            return UNKNOWN
        value = statement.part.members[0]
        if value in CHARACTERISTICS:
            return CHARACTERISTICS[Iri(str(value))].format(self._sort(statement.subject))
        if value in _DEPRECATED:
            return "AnnotationAssertion"
        return "Declaration" if value in _DECLARED else "ClassAssertion"

    def _sort(self, iri: Iri | None) -> Sort:
        """Of which sort of property an axiom is that is about this one."""
        if iri is None or is_blank(iri):
            return "Object"
        return self._known_sort(iri) or self._undeclared

    def _known_sort(self, iri: Iri) -> Sort | None:
        kinds = self._kinds.get(iri, frozenset())
        if "object_property" in kinds or iri == v.OWL_TOP_OBJECT:
            return "Object"
        if "data_property" in kinds or iri == v.OWL_TOP_DATA:
            return "Data"
        return "Annotation" if "annotation_property" in kinds else None


def _stated(statement: Statement, triples: Triples) -> Statement:
    """A statement, or the one that a statement makes that is an annotation of nothing asserted."""
    if statement.part.predicate != v.OWL_AXIOM:
        return statement
    node = statement.part.members[0]
    source = triples.one(node, v.OWL_ANNOTATED_SOURCE)
    predicate = triples.one(node, v.OWL_ANNOTATED_PROPERTY)
    value = triples.one(node, v.OWL_ANNOTATED_TARGET)
    if not isinstance(source, str) or not isinstance(predicate, str) or value is None:
        return statement
    return Statement(Iri(source), Part(Iri(predicate), (value,)))


def _keys(forms: Forms) -> dict[Iri, str]:
    """The keys of blank nodes: of expressions by their structure, while a thing is itself."""
    keys: dict[Iri, str] = {node: node for node in forms.loose}
    keys.update({node: node for node, kind in forms.kinds.items() if kind == "thing"})
    forms.fill(keys, (node for node in forms.order if node not in keys))
    return keys


def _annotated_anew(found: Statements, keys: Mapping[Iri, str]) -> Iterator[Statement]:
    """A statement once more for each further set of annotations: every set makes an axiom."""
    sets: dict[str, set[str]] = {}
    for note in found.notes:
        if not note.path:
            known = sets.setdefault(note.about.key(keys), set())
            if known and note.key(keys) not in known:
                yield note.about
            known.add(note.key(keys))
