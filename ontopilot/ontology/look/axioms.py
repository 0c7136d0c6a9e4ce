"""The axioms of an ontology one by one: of which kind, about which term, in which words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.compare.aspects import Aspect, aspect_of
from ontopilot.ontology.compare.compared import Compared
from ontopilot.ontology.compare.saying import Saying
from ontopilot.ontology.compare.versions import Version
from ontopilot.ontology.owl.axioms import AxiomKinds, is_logical, nested
from ontopilot.ontology.rdf.colours import coloured
from ontopilot.ontology.rdf.kinds import every_kind
from ontopilot.ontology.rdf.statements import Statement, Statements, mentioned
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Iri

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


@dataclass(frozen=True, slots=True)
class Axiom:
    """A statement with its kind, named as in the functional syntax, and what it is about."""

    kind: str
    aspect: Aspect
    statement: Statement

    @property
    def is_logical(self) -> bool:
        """Whether something can follow from it."""
        return is_logical(self.kind)


class Axioms:
    """All axioms of a snapshot, equal ones once (OWL 2 Structural Specification, section 9).

    Example:
        >>> axioms = Axioms(shop)  # doctest: +SKIP
        >>> [axioms.say(one) for one in axioms.of(kettle)]  # doctest: +SKIP
    """

    def __init__(self, ontology: "Ontology") -> None:
        version = Version.of(ontology)
        self._statements = statements = Statements(version.triples)
        self.triples = version.triples
        self.forms = statements.forms
        self.kinds = every_kind(version.triples)
        keys = self.forms.keys(coloured(statements, {}))
        self.keys: Mapping[Iri, str] = keys
        own = Compared(version, statements, {}, keys, mentioned(version.triples))
        self._version = version
        self._read_kind = AxiomKinds(version.triples, self.kinds, undeclared="Object").of
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
        yield from nested(self._statements)

    def _is_about(self, axiom: Axiom, iri: Iri) -> bool:
        statement = axiom.statement
        if statement.subject is not None:
            return statement.subject == iri
        return is_about_set(statement) and iri in statement.part.members

    def _read(self, statement: Statement) -> Axiom:
        return Axiom(
            self._read_kind(statement), aspect_of(statement, self._version.kinds), statement
        )


def is_about_set(statement: Statement) -> bool:
    """Whether an axiom is about several terms in the same way, as disjointness is."""
    return statement.subject is None and statement.part.shape == "set"
