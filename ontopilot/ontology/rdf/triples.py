"""Triples in memory: what the parsers give and the axioms are read from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ontopilot.ontology.terms import Iri, Literal

Node = Iri | Literal
Triple = tuple[Iri, Iri, Node]

About = Mapping[Iri, tuple[Node, ...]]
"""What is said of a subject: the values of each predicate."""

_NOTHING: About = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Triples:
    """A set of triples, indexed by subject and by predicate, in the order of the files."""

    by_subject: Mapping[Iri, About] = field(default_factory=lambda: MappingProxyType({}))
    by_predicate: Mapping[Iri, tuple[tuple[Iri, Node], ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )

    @classmethod
    def of(cls, triples: Iterable[Triple]) -> "Triples":
        """Index triples, each kept once."""
        by_subject: dict[Iri, dict[Iri, tuple[Node, ...]]] = {}
        by_predicate: dict[Iri, list[tuple[Iri, Node]]] = {}
        several: dict[tuple[Iri, Iri], list[Node]] = {}
        for subject, predicate, value in dict.fromkeys(triples):
            about = by_subject.get(subject)
            if about is None:
                about = by_subject[subject] = {}
            if predicate in about:
                several.setdefault((subject, predicate), [*about[predicate]]).append(value)
            else:
                about[predicate] = (value,)
            pairs = by_predicate.get(predicate)
            if pairs is None:
                pairs = by_predicate[predicate] = []
            pairs.append((subject, value))
        for (subject, predicate), values in several.items():
            by_subject[subject][predicate] = tuple(values)
        return cls(
            MappingProxyType({s: MappingProxyType(about) for s, about in by_subject.items()}),
            MappingProxyType({p: tuple(pairs) for p, pairs in by_predicate.items()}),
        )

    def __len__(self) -> int:
        """How many triples."""
        return sum(map(len, self.by_predicate.values()))

    def __iter__(self) -> Iterator[Triple]:
        """Every triple, grouped by subject."""
        for subject, about in self.by_subject.items():
            for predicate, values in about.items():
                for value in values:
                    yield subject, predicate, value

    def pairs(self, predicate: Iri) -> tuple[tuple[Iri, Node], ...]:
        """Subjects and objects of a predicate."""
        return self.by_predicate.get(predicate, ())

    def about(self, subject: Node) -> About:
        """Predicates and objects of a subject."""
        return self.by_subject.get(subject, _NOTHING) if isinstance(subject, str) else _NOTHING

    def values(self, subject: Node, predicate: Iri) -> tuple[Node, ...]:
        """Objects of a subject and predicate."""
        about = self.by_subject.get(subject) if isinstance(subject, str) else None
        return about.get(predicate, ()) if about else ()

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
