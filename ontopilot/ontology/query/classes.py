"""Class expressions as alternatives of named classes, which is all that a query can clash with."""

from collections.abc import Callable, Iterable
from itertools import product

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Node, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal

Atomic = tuple[Iri, bool]
"""A named class, and whether a thing is in it (or is not)."""

Alternatives = frozenset[frozenset[Atomic]]
"""A thing is in all that one of the alternatives names: a disjunctive normal form."""

ANYTHING: Alternatives = frozenset({frozenset()})
"""Demands nothing."""

_MOST = 64
"""An expression of more alternatives demands nothing: that never raises a false alarm."""

TypesOf = Callable[[Iri], Iterable[Iri]]


def one_of(classes: Iterable[Iri]) -> Alternatives:
    """At least one of some classes; anything when there are none."""
    return frozenset(frozenset({(cls, True)}) for cls in classes) or ANYTHING


def alternatives(triples: Triples, node: Node, types: TypesOf) -> Alternatives:
    """What a class expression (OWL 2, section 8) demands of its members, as far as classes go.

    Restrictions demand nothing, an enumeration what its individuals are.
    """
    return _read(triples, node, types, frozenset())


def _read(triples: Triples, node: Node, types: TypesOf, seen: frozenset[Node]) -> Alternatives:
    if isinstance(node, Literal) or node in seen or node.startswith(v.BUILT_IN):
        return ANYTHING
    if not is_blank(node):
        return one_of([node])
    inside = seen | {node}
    for axiom, combine in ((v.OWL_UNION, union), (v.OWL_INTERSECTION, intersection)):
        head = triples.one(node, axiom)
        if head is not None:
            listed = members_of(triples, head)
            return combine([_read(triples, member, types, inside) for member in listed])
    return _enumerated(triples, node, types) or _complement(triples, node) or ANYTHING


def _enumerated(triples: Triples, node: Iri, types: TypesOf) -> Alternatives | None:
    head = triples.one(node, v.OWL_ONE_OF)
    if head is None:
        return None
    individuals = [one for one in members_of(triples, head) if isinstance(one, str)]
    return union([one_of(types(Iri(one))) for one in individuals])


def _complement(triples: Triples, node: Iri) -> Alternatives | None:
    other = triples.one(node, v.OWL_COMPLEMENT)
    if not isinstance(other, str) or is_blank(other) or other.startswith(v.BUILT_IN):
        return None
    return frozenset({frozenset({(Iri(other), False)})})


def union(expressions: list[Alternatives]) -> Alternatives:
    """One of the expressions holds."""
    found = frozenset(part for expression in expressions for part in expression)
    return ANYTHING if not found or frozenset() in found or len(found) > _MOST else found


def intersection(expressions: list[Alternatives]) -> Alternatives:
    """All of the expressions hold."""
    found = ANYTHING
    for expression in expressions:
        found = frozenset(one | other for one, other in product(found, expression))
        if len(found) > _MOST:
            return ANYTHING
    return found


def named(expression: Alternatives) -> list[Iri]:
    """The classes that an expression names, in order."""
    return sorted({cls for part in expression for cls, positive in part if positive})
