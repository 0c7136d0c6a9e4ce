"""How many axioms of each kind a graph states (OWL 2 Mapping to RDF Graphs, section 3)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.forms import Forms, Part
from ontopilot.ontology.rdf.kinds import DECLARATIONS, every_kind
from ontopilot.ontology.rdf.statements import Statement, Statements, is_tidy, tidied
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Triples, is_blank
from ontopilot.ontology.terms import Iri, TermKind

Kinds = Mapping[Iri, Set[TermKind]]

ASIDE = frozenset(
    {
        "Declaration",
        "AnnotationAssertion",
        "SubAnnotationPropertyOf",
        "AnnotationPropertyDomain",
        "AnnotationPropertyRange",
    }
)
"""Kinds of axioms from which nothing follows; all others are logical."""

_NAMES = {
    v.RDFS_SUBCLASS: "SubClassOf",
    v.OWL_DISJOINT_WITH: "DisjointClasses",
    v.OWL_DISJOINT_UNION: "DisjointUnion",
    v.OWL_CHAIN: "ObjectPropertyChain",
    v.OWL_INVERSE: "InverseObjectProperties",
    v.OWL_SAME_AS: "SameIndividual",
    v.OWL_DIFFERENT_FROM: "DifferentIndividuals",
    v.OWL_HAS_KEY: "HasKey",
    v.SWRL_IMP: "DLSafeRule",
}
_OF_PROPERTIES = {
    v.RDFS_SUBPROPERTY: "Sub{}PropertyOf",
    v.OWL_EQUIVALENT_PROPERTY: "Equivalent{}Properties",
    v.OWL_PROPERTY_DISJOINT: "Disjoint{}Properties",
    v.RDFS_DOMAIN: "{}PropertyDomain",
    v.RDFS_RANGE: "{}PropertyRange",
}
_CHARACTERISTICS = {
    v.OWL_FUNCTIONAL: "Functional{}Property",
    v.OWL_INVERSE_FUNCTIONAL: "InverseFunctionalObjectProperty",
    v.OWL_TRANSITIVE: "TransitiveObjectProperty",
    v.OWL_SYMMETRIC: "SymmetricObjectProperty",
    v.OWL_ASYMMETRIC: "AsymmetricObjectProperty",
    v.OWL_REFLEXIVE: "ReflexiveObjectProperty",
    v.OWL_IRREFLEXIVE: "IrreflexiveObjectProperty",
}
_FACETS = (v.XSD, v.RDF_LANG_RANGE)
"""How the predicates begin that narrow a datatype."""
_DEPRECATED = (v.OWL_DEPRECATED_CLASS, v.OWL_DEPRECATED_PROPERTY)
_DECLARED = {*DECLARATIONS, v.RDF_PROPERTY} - _CHARACTERISTICS.keys()


def axiom_counts(triples: Triples, kinds: Kinds | None = None) -> Counter[str]:
    """The number of axioms of each kind, by their names in functional syntax.

    Axioms of equal structure count once, whatever their blank nodes are called. An axiom that
    makes n things equal is n-1 statements of RDF and counts n-1 times. `kinds` are those of all
    files together where the triples are those of one file of several.

    Example:
        >>> axiom_counts(ontology.asserted)["SubClassOf"]  # doctest: +SKIP
        259
    """
    if not is_tidy(triples):
        triples = Triples.of(tidied(triples, Iri("urn:ontopilot:nameless")))
    found = Statements(triples)
    keys = _keys(found.forms)
    every = {statement.key(keys): statement for statement in found.all}
    reader = _Reader(triples, every_kind(triples) if kinds is None else kinds)
    counted = Counter(reader.kind(statement) for statement in every.values())
    counted.update(reader.kind(statement) for statement in _nested(found))
    counted.update(reader.kind(statement) for statement in _annotated_anew(found, keys))
    del counted[""]
    return counted


def logical(counts: Mapping[str, int]) -> Counter[str]:
    """The counts of those axioms from which something can follow."""
    return Counter({kind: number for kind, number in counts.items() if kind not in ASIDE})


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


def _nested(found: Statements) -> Iterator[Statement]:
    """What is said of nameless things where another statement mentions them."""
    for node, kind in found.forms.kinds.items():
        if kind == "thing" and node not in found.forms.loose:
            for part in found.forms.parts[node]:
                if not part.predicate.startswith(_FACETS):
                    yield Statement(node, part)


class _Reader:
    """Tells the kind of each statement by its predicate and by the kinds of the terms in it."""

    def __init__(self, triples: Triples, kinds: Kinds) -> None:
        self._triples = triples
        self._kinds = kinds
        self._headers = set(of_type(triples, v.OWL_ONTOLOGY))
        self._special: Mapping[Iri, Callable[[Statement], str]] = {
            v.RDF_TYPE: self._typed,
            v.OWL_EQUIVALENT_CLASS: self._equivalent,
            v.OWL_NEGATIVE: self._negative,
            v.OWL_AXIOM: self._reified,
        }

    def kind(self, statement: Statement) -> str:
        """The name of the axiom; nothing for what is none, as the header of an ontology."""
        part = statement.part
        if statement.subject in self._headers or part.predicate == v.OWL_NAMED_INDIVIDUAL:
            return ""
        if part.predicate in _NAMES:
            return _NAMES[part.predicate]
        if part.predicate in _OF_PROPERTIES:
            subject = statement.subject or Iri(str(part.members[0]))
            return _OF_PROPERTIES[part.predicate].format(self._sort(subject))
        special = self._special.get(part.predicate)
        return special(statement) if special else self._assertion(statement)

    def _assertion(self, statement: Statement) -> str:
        sort = self._sort(statement.part.predicate)
        return "AnnotationAssertion" if sort == "Annotation" else f"{sort}PropertyAssertion"

    def _equivalent(self, statement: Statement) -> str:
        of_data = any(
            "datatype" in self._kinds.get(Iri(str(one)), ())
            or v.RDFS_DATATYPE in self._triples.values(one, v.RDF_TYPE)
            for one in statement.part.members
        )
        return "DatatypeDefinition" if of_data else "EquivalentClasses"

    def _negative(self, statement: Statement) -> str:
        return f"Negative{self._sort(Iri(str(statement.part.members[0])))}PropertyAssertion"

    def _typed(self, statement: Statement) -> str:
        value = statement.part.members[0] if statement.part.members else v.OWL_AXIOM
        if value in _CHARACTERISTICS:
            return _CHARACTERISTICS[Iri(str(value))].format(self._sort(statement.subject))
        if value in _DEPRECATED:
            return "AnnotationAssertion"
        return "Declaration" if value in _DECLARED else "ClassAssertion"

    def _reified(self, statement: Statement) -> str:
        """The kind of an axiom that is stated by its annotation alone."""
        node = statement.part.members[0]
        source = self._triples.one(node, v.OWL_ANNOTATED_SOURCE)
        predicate = self._triples.one(node, v.OWL_ANNOTATED_PROPERTY)
        value = self._triples.one(node, v.OWL_ANNOTATED_TARGET)
        if not isinstance(source, str) or not isinstance(predicate, str) or value is None:
            return "AnnotationAssertion"
        return self.kind(Statement(Iri(source), Part(Iri(predicate), (value,))))

    def _sort(self, iri: Iri | None) -> str:
        if iri is None or is_blank(iri):
            return "Object"
        kinds = self._kinds.get(iri, frozenset())
        if "object_property" in kinds or iri == v.OWL_TOP_OBJECT:
            return "Object"
        return "Data" if "data_property" in kinds or iri == v.OWL_TOP_DATA else "Annotation"
