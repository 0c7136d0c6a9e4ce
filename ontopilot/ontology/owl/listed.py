"""The axioms of an ontology one by one: of which kind, about which term, in which words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.compare.aspects import CHARACTERISTICS, ENTITIES, Aspect, aspect_of
from ontopilot.ontology.compare.compared import Compared
from ontopilot.ontology.compare.saying import Saying
from ontopilot.ontology.compare.versions import Version
from ontopilot.ontology.rdf.colours import coloured
from ontopilot.ontology.rdf.kinds import every_kind
from ontopilot.ontology.rdf.statements import Statement, Statements, mentioned
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

_OF_CLASSES: Mapping[Iri, str] = {
    v.RDFS_SUBCLASS: "SubClassOf",
    v.OWL_EQUIVALENT_CLASS: "EquivalentClasses",
    v.OWL_DISJOINT_WITH: "DisjointClasses",
    v.OWL_DISJOINT_UNION: "DisjointUnion",
    v.OWL_HAS_KEY: "HasKey",
    v.OWL_SAME_AS: "SameIndividual",
    v.OWL_DIFFERENT_FROM: "DifferentIndividuals",
    v.OWL_CHAIN: "SubPropertyChainOf",
    v.OWL_INVERSE: "InverseObjectProperties",
    v.SWRL_IMP: "DLSafeRule",
}
_OF_PROPERTIES: Mapping[Iri, str] = {
    v.RDFS_SUBPROPERTY: "Sub{}PropertyOf",
    v.OWL_EQUIVALENT_PROPERTY: "Equivalent{}Properties",
    v.OWL_PROPERTY_DISJOINT: "Disjoint{}Properties",
    v.RDFS_DOMAIN: "{}PropertyDomain",
    v.RDFS_RANGE: "{}PropertyRange",
}
_CHARACTERISTICS: Mapping[Iri, str] = {
    one: f"{name.title().replace(' ', '')}{{}}Property" for one, name in CHARACTERISTICS.items()
}
_SORTS = {"object_property": "Object", "data_property": "Data", "annotation_property": "Annotation"}

_NOTES = {
    *(Iri(v.RDFS + name) for name in ("label", "comment", "seeAlso", "isDefinedBy")),
    *(Iri(v.OWL + name) for name in ("deprecated", "versionInfo", "priorVersion")),
    *(Iri(v.OWL + name) for name in ("backwardCompatibleWith", "incompatibleWith")),
}
"""The annotation properties of the language itself."""

HEADER = "OntologyAnnotation"
"""What is said of the ontology itself, which is no axiom."""
UNKNOWN = "unknown"
"""A statement that is no axiom of OWL 2."""


@dataclass(frozen=True, slots=True)
class Axiom:
    """A statement with its kind, named as in the functional syntax, and what it is about."""

    kind: str
    aspect: Aspect
    statement: Statement

    @property
    def is_logical(self) -> bool:
        """Whether something can follow from it."""
        return self.kind not in (HEADER, UNKNOWN, "Declaration") and "Annotation" not in self.kind


class Axioms:
    """All axioms of a snapshot, equal ones once (OWL 2 Structural Specification, section 9).

    Example:
        >>> axioms = Axioms(shop)  # doctest: +SKIP
        >>> [axioms.say(one) for one in axioms.of(kettle)]  # doctest: +SKIP
    """

    def __init__(self, ontology: "Ontology") -> None:
        version = Version.of(ontology)
        statements = Statements(version.triples)
        self.triples = version.triples
        self.forms = statements.forms
        self.kinds = every_kind(version.triples)
        keys = self.forms.keys(coloured(statements, {}))
        self.keys: Mapping[Iri, str] = keys
        own = Compared(version, statements, {}, keys, mentioned(version.triples))
        self._version = version
        self._saying = Saying(own, own)
        self.all = tuple(map(self._read, self._each(own.keyed().values())))
        self.notes = own.noted()

    @cached_property
    def logical(self) -> tuple[Axiom, ...]:
        """The axioms from which something can follow."""
        return tuple(one for one in self.all if one.is_logical)

    @cached_property
    def _by_term(self) -> Mapping[Iri, tuple[list[Axiom], list[Axiom]]]:
        """Under each term the axioms that are told of it, and the others that mention it."""
        terms = set(self.kinds)
        held = self.forms.holding(terms)
        found: dict[Iri, tuple[list[Axiom], list[Axiom]]] = {iri: ([], []) for iri in terms}
        for axiom in self.all:
            for iri in axiom.statement.holds(terms, held):
                if isinstance(iri, str) and iri in found:
                    found[Iri(iri)][0 if self._is_about(axiom, Iri(iri)) else 1].append(axiom)
        return found

    def of(self, iri: Iri) -> tuple[Axiom, ...]:
        """The axioms that are about a term, its labels and other annotations among them."""
        return tuple(self._by_term.get(iri, ((), ()))[0])

    def using(self, iri: Iri) -> tuple[Axiom, ...]:
        """The other axioms that mention a term."""
        return tuple(self._by_term.get(iri, ((), ()))[1])

    def say(self, axiom: Axiom) -> str:
        """A whole axiom in Manchester syntax, with labels for names."""
        return self._saying.whole(axiom.statement)

    def write(self, node: Node) -> str:
        """A class expression, a term or a value in Manchester syntax."""
        return self._saying.node(node)

    def said_of(self, axiom: Axiom, iri: Iri) -> tuple[str, str]:
        """What an axiom says of a term: the heading under which Protégé shows it, and the value."""
        statement = axiom.statement
        if statement.subject is None and axiom.aspect != "rule" and is_about_set(statement):
            return axiom.aspect, self._saying.others(statement, iri)
        fact = axiom.aspect in ("fact", "annotation", "label", "synonym", "definition")
        heading = self._saying.label(statement.part.predicate) if fact else axiom.aspect
        heading = "disjoint union" if axiom.kind == "DisjointUnion" else heading
        return heading, self._saying.value(statement).text

    def noted(self, axiom: Axiom) -> tuple[str, ...]:
        """The annotations of an axiom."""
        notes = self.notes.get(axiom.statement.key(self.keys), {}).values()
        return self._saying.value(axiom.statement, notes).notes

    def _each(self, statements: Iterable[Statement]) -> Iterator[Statement]:
        """The statements, and what is said of things without a name within them."""
        for statement in statements:
            if statement.part.predicate != v.OWL_NAMED_INDIVIDUAL:
                yield statement
        facets = {
            one
            for parts in self.forms.parts.values()
            for part in parts
            if part.predicate == v.OWL_WITH_RESTRICTIONS
            for one in part.members
        }
        for node in self.forms.order:
            if self.forms.kinds[node] == "thing" and node not in facets:
                for part in self.forms.parts[node]:
                    yield Statement(node, part)

    def _is_about(self, axiom: Axiom, iri: Iri) -> bool:
        statement = axiom.statement
        if statement.subject is not None:
            return statement.subject == iri
        return is_about_set(statement) and iri in statement.part.members

    def _read(self, statement: Statement) -> Axiom:
        return Axiom(self._kind(statement), aspect_of(statement, self._version.kinds), statement)

    def _kind(self, statement: Statement) -> str:
        predicate, subject = statement.part.predicate, statement.subject
        if subject is not None and v.OWL_ONTOLOGY in self.triples.values(subject, v.RDF_TYPE):
            return HEADER
        if predicate == v.RDF_TYPE:
            return self._of_type(statement)
        if predicate in _OF_CLASSES:
            defines = predicate == v.OWL_EQUIVALENT_CLASS and self._is(statement, "datatype")
            return "DatatypeDefinition" if defines else _OF_CLASSES[predicate]
        if predicate in _OF_PROPERTIES:
            return _OF_PROPERTIES[predicate].format(self._sort(statement))
        return self._assertion(statement)

    def _assertion(self, statement: Statement) -> str:
        predicate = statement.part.predicate
        if predicate == v.OWL_NEGATIVE:
            literal = isinstance(statement.part.members[-1], Literal)
            return f"Negative{'Data' if literal else 'Object'}PropertyAssertion"
        kinds = self.kinds.get(predicate, set())
        for kind in ("object_property", "data_property"):
            if kind in kinds:
                return f"{_SORTS[kind]}PropertyAssertion"
        builtin = predicate.startswith(v.BUILT_IN) and not kinds and predicate not in _NOTES
        return UNKNOWN if builtin else "AnnotationAssertion"

    def _of_type(self, statement: Statement) -> str:
        value = (*statement.part.members, None)[0]
        if value in ENTITIES or value in (v.RDFS_CLASS, v.RDF_PROPERTY):
            return "Declaration"
        if value in CHARACTERISTICS:
            return _CHARACTERISTICS[Iri(str(value))].format(self._sort(statement))
        return UNKNOWN if value is None else "ClassAssertion"

    def _sort(self, statement: Statement) -> str:
        """Whether an axiom is about object, data or annotation properties."""
        for kind, sort in _SORTS.items():
            if self._is(statement, kind):
                return sort
        return "Object"

    def _is(self, statement: Statement, kind: str) -> bool:
        ends = (statement.subject,) if statement.subject is not None else statement.part.members
        return any(kind in self.kinds.get(Iri(one), ()) for one in ends if isinstance(one, str))


def is_about_set(statement: Statement) -> bool:
    """Whether an axiom is about several terms in the same way, as disjointness is."""
    return statement.subject is None and statement.part.shape == "set"
