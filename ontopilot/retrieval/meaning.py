"""What retrieval asks of an ontology."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol, Self

from ontopilot.ontology.terms import Fact, Iri, Literal, Mention, Term, TermKind


class Meaning(Protocol):
    """The part of `Ontology` that retrieval reads: an immutable snapshot, safe in threads."""

    @property
    def version(self) -> str:
        """Changes when the ontology does."""
        ...

    @property
    def path(self) -> Path:
        """The file that the ontology came from."""
        ...

    def has(self, iri: Iri) -> bool:
        """Whether the ontology has a term."""
        ...

    def terms(self, kind: TermKind | None = None) -> Sequence[Term]:
        """All terms, or those of a kind."""
        ...

    def term(self, iri: Iri) -> Term:
        """A term with its label and synonyms."""
        ...

    def label(self, iri: Iri) -> str:
        """What people call a term."""
        ...

    def resolve(self, name: str) -> Iri:
        """A label, `prefix:Name` or IRI as the term that it names."""
        ...

    def parents(self, iri: Iri) -> frozenset[Iri]:
        """The classes or properties directly above."""
        ...

    def children(self, iri: Iri) -> frozenset[Iri]:
        """The classes or properties directly below."""
        ...

    def ancestors(self, iri: Iri) -> frozenset[Iri]:
        """All classes or properties above, without the term itself."""
        ...

    def descendants(self, iri: Iri) -> frozenset[Iri]:
        """All classes or properties below, without the term itself."""
        ...

    def types(self, individual: Iri) -> frozenset[Iri]:
        """All classes of an individual."""
        ...

    def instances(self, cls: Iri) -> frozenset[Iri]:
        """All individuals of a class."""
        ...

    def facts(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Iri | Literal | None = None,  # noqa: A002 - the word of RDF
    ) -> Sequence[Fact]:
        """Facts that match, asserted and inferred."""
        ...

    def link(self, text: str) -> Sequence[Mention]:
        """The terms that a text mentions."""
        ...

    def relinked(self, before: Self) -> Callable[[str], bool]:
        """Whether a text may mention other terms than in an earlier snapshot."""
        ...

    def verbalise(self, fact: Fact) -> str:
        """A fact as a sentence."""
        ...
