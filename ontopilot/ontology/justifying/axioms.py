"""The axioms of a graph one by one, each as its triples, so that some of them can be left out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.from_forms import FormReader
from ontopilot.ontology.owl.manchester import written
from ontopilot.ontology.rdf.normal import logical
from ontopilot.ontology.rdf.statements import Statements
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal

_DECLARED = {
    v.OWL_CLASS, v.OWL_OBJECT_PROPERTY, v.OWL_DATA_PROPERTY, v.OWL_ANNOTATION_PROPERTY,
    v.OWL_NAMED_INDIVIDUAL, v.RDFS_DATATYPE, v.RDFS_CLASS,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Axiom:
    """One axiom as its triples; the first one is its root."""

    triples: tuple[Triple, ...]

    @property
    def terms(self) -> frozenset[Iri]:
        """The named terms that it mentions."""
        nodes = (node for triple in self.triples for node in triple)
        return frozenset(
            Iri(node)
            for node in nodes
            if not isinstance(node, Literal) and not is_blank(node)
            and not node.startswith(v.BUILT_IN)
        )  # fmt: skip

    def text(self, name: Callable[[Iri], str]) -> str:
        """The axiom in Manchester syntax."""
        statements = Statements(Triples.of(self.triples))
        reader = FormReader(statements.forms, {})
        return "; ".join(written(reader.axiom(one), name) for one in statements.all)


def axioms_of(triples: Triples) -> tuple[list[Axiom], list[Triple]]:
    """The logical axioms of a graph, and its declarations, which are no axioms of their own."""
    stated = Triples.of(logical(triples))
    led_to = {value for _, _, value in stated if is_blank(value)}
    axioms: list[Axiom] = []
    declared: list[Triple] = []
    for subject, about in stated.by_subject.items():
        if is_blank(subject):
            if subject not in led_to:
                axioms.append(Axiom(tuple(_below(stated, subject, set()))))
            continue
        for predicate, values in about.items():
            for value in values:
                triple = (subject, predicate, value)
                if predicate == v.RDF_TYPE and value in _DECLARED:
                    declared.append(triple)
                else:
                    inner = _below(stated, value, set()) if is_blank(value) else ()
                    axioms.append(Axiom((triple, *inner)))
    return axioms, declared


def _below(triples: Triples, node: Node, seen: set[Node]) -> Iterator[Triple]:
    """The triples of a blank node and of those below it."""
    if node in seen:
        return
    seen.add(node)
    for predicate, values in triples.about(node).items():
        for value in values:
            yield Iri(str(node)), predicate, value
            if is_blank(value):
                yield from _below(triples, value, seen)
