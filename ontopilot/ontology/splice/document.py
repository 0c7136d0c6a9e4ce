"""What every RDF syntax gives to the editor: triples, and texts with edits spliced in."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from ontopilot.ontology.rdf.triples import Triple, is_blank
from ontopilot.ontology.terms import Iri, Literal


class RdfDocument(Protocol):
    """The text of an RDF file, and the places of its triples."""

    text: str

    @property
    def triples(self) -> Sequence[Triple]:
        """Every triple that the text says; blank nodes have names of this document."""

    def spliced(self, removed: set[Triple], added: Sequence[Triple]) -> str:
        """The text without some triples and with others."""

    def renamed(self, old: Iri, new: Iri) -> str:
        """The text with an IRI written as another one."""


def rename(triples: Iterable[Triple], old: Iri, new: Iri) -> list[Triple]:
    """Triples with an IRI replaced by another one, as datatype too."""

    def swapped(node: Iri | Literal) -> Iri | Literal:
        if isinstance(node, Literal):
            return Literal(node.value, new, node.language) if node.datatype == old else node
        return new if node == old else node

    return [
        (Iri(str(swapped(subject))), Iri(str(swapped(predicate))), swapped(value))
        for subject, predicate, value in triples
    ]


def by_subject(triples: Iterable[Triple]) -> dict[Iri, list[Triple]]:
    """Triples to add, grouped by the node under which they are written, in order.

    A blank node that another triple leads to is written within that one.
    """
    every = list(triples)
    led_to = {value for _, _, value in every if isinstance(value, str) and is_blank(value)}
    found: dict[Iri, list[Triple]] = {}
    for triple in every:
        if triple[0] not in led_to:
            found.setdefault(triple[0], []).append(triple)
    return found
