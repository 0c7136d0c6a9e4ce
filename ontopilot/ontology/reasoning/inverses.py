"""What is said of a property, said of the one that says the same backwards."""

from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_named
from ontopilot.ontology.terms import Iri

_ENDS = ((v.RDFS_DOMAIN, v.RDFS_RANGE), (v.RDFS_RANGE, v.RDFS_DOMAIN))
_KINDS = (
    (v.OWL_FUNCTIONAL, v.OWL_INVERSE_FUNCTIONAL),
    (v.OWL_INVERSE_FUNCTIONAL, v.OWL_FUNCTIONAL),
    (v.OWL_TRANSITIVE, v.OWL_TRANSITIVE),
)


def read_backwards(triples: Triples) -> Iterator[Triple]:
    """What follows for the inverses of properties, and for symmetric ones, and is not said.

    Where a property leads its inverse starts, and so on: rustdl does not conclude that.
    """
    pairs = [(one, other) for one, other in triples.pairs(v.OWL_INVERSE) if _named(one, other)]
    pairs += [(one, one) for one in of_type(triples, v.OWL_SYMMETRIC)]
    turned = [*pairs, *((Iri(str(other)), one) for one, other in pairs)]
    backwards: dict[Node, list[Node]] = {}
    for one, other in turned:
        backwards.setdefault(one, []).append(other)
    found = (
        (Iri(str(other)), predicate, value)
        for one, other in turned
        for predicate, value in _turned(triples, one, backwards)
    )
    for subject, predicate, value in found:
        if value not in triples.values(subject, predicate):
            yield subject, predicate, value


def _named(one: Node, other: Node) -> bool:
    return is_named(one) and is_named(other)


def _turned(
    triples: Triples, one: Node, backwards: dict[Node, list[Node]]
) -> Iterator[tuple[Iri, Node]]:
    """What holds of an inverse of a property."""
    for end, opposite in _ENDS:
        for value in triples.values(one, end):
            yield opposite, value
    for kind, opposite in _KINDS:
        if kind in triples.values(one, v.RDF_TYPE):
            yield v.RDF_TYPE, opposite
    for wider in triples.values(one, v.RDFS_SUBPROPERTY):
        for other in backwards.get(wider, ()):
            yield v.RDFS_SUBPROPERTY, other
