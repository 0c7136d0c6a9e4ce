"""Reasoning by rules: OWL 2 RL (W3C OWL 2 Profiles, section 4.3), without Java."""

from collections.abc import Iterable, Iterator
from typing import Any

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.structure import of_type
from ontopilot.ontology.supplement import chained, chains_of, readied
from ontopilot.ontology.terms import Iri, Literal
from ontopilot.ontology.triples import Node, Triple, Triples

_READ_BY_RULES = {*v.MAX_CARDINALITIES, v.OWL_HAS_SELF}


def materialise(triples: Iterable[Triple]) -> list[Triple]:
    """All that the rules conclude from triples, these included; sound, not complete."""
    import reasonable

    given = Triples.of(triples)
    chains = chains_of(given)
    passage = _Passage()
    engine = reasonable.PyReasoner()
    new: Iterable[Triple] = (*_without_equal_literals(given), *readied(given))
    while True:
        engine.from_graph([passage.there(triple) for triple in new])
        found = [one for raw in engine.reason() if (one := passage.back(raw)) is not None]
        new = chained(chains, Triples.of(found)) if chains else ()
        if not new:
            return found


def _without_equal_literals(triples: Triples) -> Iterator[Triple]:
    """The triples but for what limits a data property to one value.

    From two values of such a property the rules conclude that the literals are one, and then
    change every other place where either of them stands. That two values are too many is found
    among the contradictions, where it can be told of whom.
    """
    data = set(of_type(triples, v.OWL_DATA_PROPERTY))
    limited = {node for node, on in triples.pairs(v.OWL_ON_PROPERTY) if on in data}
    for triple in triples:
        subject, predicate, value = triple
        functional = predicate == v.RDF_TYPE and value == v.OWL_FUNCTIONAL and subject in data
        if not functional and not (predicate in v.MAX_CARDINALITIES and subject in limited):
            yield triple


class _Passage:
    """To the terms of rdflib, which the engine takes, and back.

    The rules only compare literals, so that all but cardinalities travel as numbers: rdflib would
    interpret their text by datatype, which is slow, and parses XML.
    """

    def __init__(self) -> None:
        from rdflib import BNode, URIRef
        from rdflib import Literal as RdfLiteral

        self._iri, self._blank, self._literal = URIRef, BNode, RdfLiteral
        self._terms: dict[Node, Any] = {}
        self._nodes: dict[str, Literal] = {}

    def there(self, triple: Triple) -> tuple[Any, Any, Any]:
        subject, predicate, value = triple
        if predicate in _READ_BY_RULES and isinstance(value, Literal):
            known = self._literal(value.value, datatype=self._iri(value.datatype), normalize=False)
            return self._term(subject), self._term(predicate), known
        return self._term(subject), self._term(predicate), self._term(value)

    def _term(self, node: Node) -> Any:
        known = self._terms.get(node)
        if known is None:
            known = self._terms[node] = self._made(node)
        return known

    def _made(self, node: Node) -> Any:
        if isinstance(node, Literal):
            token = f"literal {len(self._nodes)}"
            self._nodes[token] = node
            return self._literal(token)
        return self._blank(node[2:]) if node.startswith("_:") else self._iri(node)

    def back(self, raw: tuple[Any, Any, Any]) -> Triple | None:
        subject, predicate = self._named(raw[0]), self._named(raw[1])
        if subject is None or predicate is None:
            return None
        if isinstance(raw[2], self._literal):
            literal = self._nodes.get(str(raw[2]))
            return None if literal is None else (subject, predicate, literal)
        value = self._named(raw[2])
        return None if value is None else (subject, predicate, value)

    def _named(self, term: Any) -> Iri | None:
        if isinstance(term, self._literal):
            return None
        return Iri(f"_:{term}") if isinstance(term, self._blank) else Iri(str(term))
