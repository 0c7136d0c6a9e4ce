"""Triples in memory: what the parsers give and the axioms are read from."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ontopilot.ontology.terms import Iri, Literal

Node = Iri | Literal
Triple = tuple[Iri, Iri, Node]


@dataclass(frozen=True, slots=True)
class Triples:
    """A set of triples, indexed by subject and by predicate, in the order of the files."""

    by_subject: dict[Iri, dict[Iri, list[Node]]] = field(default_factory=dict)
    by_predicate: dict[Iri, list[tuple[Iri, Node]]] = field(default_factory=dict)

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> "Triples":
        """Index triples, each kept once."""
        by_subject: dict[Iri, dict[Iri, list[Node]]] = {}
        by_predicate: dict[Iri, list[tuple[Iri, Node]]] = {}
        for subject, predicate, value in dict.fromkeys(triples):
            about = by_subject.get(subject)
            if about is None:
                about = by_subject[subject] = {}
            about.setdefault(predicate, []).append(value)
            by_predicate.setdefault(predicate, []).append((subject, value))
        return cls(by_subject, by_predicate)

    def __len__(self) -> int:
        """How many triples."""
        return sum(map(len, self.by_predicate.values()))

    def __iter__(self) -> Iterator[Triple]:
        """Every triple, grouped by subject."""
        for subject, about in self.by_subject.items():
            for predicate, values in about.items():
                for value in values:
                    yield subject, predicate, value

    def pairs(self, predicate: Iri) -> list[tuple[Iri, Node]]:
        """Subjects and objects of a predicate."""
        return self.by_predicate.get(predicate, [])

    def about(self, subject: Node) -> dict[Iri, list[Node]]:
        """Predicates and objects of a subject."""
        return self.by_subject.get(subject, {}) if isinstance(subject, str) else {}

    def values(self, subject: Node, predicate: Iri) -> list[Node]:
        """Objects of a subject and predicate."""
        return self.about(subject).get(predicate, [])

    def one(self, subject: Node, predicate: Iri) -> Node | None:
        """The first object, if there is one."""
        values = self.values(subject, predicate)
        return values[0] if values else None


def is_blank(node: Node | str) -> bool:
    """Whether a node is a blank node."""
    return isinstance(node, str) and node.startswith("_:")


def is_named(node: Node | str) -> bool:
    """Whether a node is an IRI."""
    return isinstance(node, str) and not node.startswith("_:")
