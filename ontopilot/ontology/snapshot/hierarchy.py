"""Closures over a directed graph of terms: everything above, everything below."""

from collections.abc import Iterable, Mapping

from ontopilot.ontology.terms import Iri

Graph = Mapping[Iri, frozenset[Iri]]


class Hierarchy:
    """Terms with those above and below them, directly and in all."""

    def __init__(self, edges: Iterable[tuple[Iri, Iri]]) -> None:
        up: dict[Iri, set[Iri]] = {}
        down: dict[Iri, set[Iri]] = {}
        for below, above in edges:
            if below != above:
                up.setdefault(below, set()).add(above)
                down.setdefault(above, set()).add(below)
        self._above = {term: closure(term, up) for term in up}
        self._below = {term: closure(term, down) for term in down}
        self._parents = {term: self._direct(term, up, self._above) for term in up}
        self._children = {term: self._direct(term, down, self._below) for term in down}

    @staticmethod
    def _direct(
        term: Iri, edges: Mapping[Iri, set[Iri]], closed: Mapping[Iri, frozenset[Iri]]
    ) -> frozenset[Iri]:
        near = edges[term]
        return frozenset(
            one
            for one in near
            if not any(
                one in closed.get(other, frozenset()) and other not in closed.get(one, frozenset())
                for other in near
                if other != one
            )
        )

    def parents(self, term: Iri) -> frozenset[Iri]:
        """The terms directly above."""
        return self._parents.get(term, frozenset())

    def children(self, term: Iri) -> frozenset[Iri]:
        """The terms directly below."""
        return self._children.get(term, frozenset())

    def ancestors(self, term: Iri) -> frozenset[Iri]:
        """All terms above, without the term itself."""
        return self._above.get(term, frozenset()) - {term}

    def descendants(self, term: Iri) -> frozenset[Iri]:
        """All terms below, without the term itself."""
        return self._below.get(term, frozenset()) - {term}


def closure(start: Iri, edges: Mapping[Iri, set[Iri]]) -> frozenset[Iri]:
    """Everything that can be reached from a term."""
    found: set[Iri] = set()
    waiting = list(edges.get(start, ()))
    while waiting:
        term = waiting.pop()
        if term not in found:
            found.add(term)
            waiting.extend(edges.get(term, ()))
    return frozenset(found)
