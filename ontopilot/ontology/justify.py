"""Minimal justifications: as few axioms as make a claim hold, or keep it from holding."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.from_triples import TripleReader
from ontopilot.ontology.owl.manchester import written
from ontopilot.ontology.rdf.kinds import kinds_of
from ontopilot.ontology.rdf.names import prefixed
from ontopilot.ontology.rdf.normal import logical
from ontopilot.ontology.rdf.triples import Triple, Triples, is_blank
from ontopilot.ontology.reason import RuleReasoner
from ontopilot.ontology.reasoning.tableau import Tableau
from ontopilot.ontology.terms import Fact, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

T = TypeVar("T")

_DECLARED = {
    v.OWL_CLASS, v.OWL_OBJECT_PROPERTY, v.OWL_DATA_PROPERTY, v.OWL_ANNOTATION_PROPERTY,
    v.OWL_NAMED_INDIVIDUAL, v.RDFS_DATATYPE, v.RDFS_CLASS,
}  # fmt: skip
MOST = 400
"""Axioms among which a justification is looked for."""


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


def justify(ontology: "Ontology", fact: Fact, *, closed_world: bool = True) -> tuple[str, ...]:
    """A minimal set of axioms, in Manchester syntax, by which a claim is what it is found to be.

    With any of them left out, the claim would no longer be supported, or no longer contradicted;
    an unknown claim has none. Axioms are tried from near the claim outwards, and what suffices is
    then thinned by halves (QuickXplain, Junker 2004).
    """
    status = ontology.check([fact], closed_world=closed_world)[0].status
    if status == "unknown":
        return ()
    axioms, background = axioms_of(ontology.asserted)

    def holds(chosen: Sequence[Axiom]) -> bool:
        part = _part(ontology, [*background, *(t for one in chosen for t in one.triples)])
        return part.check([fact], closed_world=closed_world)[0].status == status

    near = _enough(axioms, _terms(fact), holds)
    if near is None:
        return ()
    reader = TripleReader(ontology.asserted, kinds_of(ontology.asserted))
    return tuple(_text(ontology, reader, one) for one in minimal(near, holds))


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


def _below(triples: Triples, node: object, seen: set[object]) -> Iterator[Triple]:
    """The triples of a blank node and of those below it."""
    if node in seen:
        return
    seen.add(node)
    for predicate, values in triples.by_subject.get(Iri(str(node)), {}).items():
        for value in values:
            yield Iri(str(node)), predicate, value
            if is_blank(value):
                yield from _below(triples, value, seen)


def _part(ontology: "Ontology", triples: Iterable[Triple]) -> "Ontology":
    """The ontology with some of its axioms only, reasoned over without case distinctions."""
    loaded = replace(ontology.loaded, triples=Triples.of(triples))
    reasoner = RuleReasoner(ontology.reasoning.engine, Tableau("saturation", 10.0))
    inference = reasoner.infer(loaded.triples)
    return type(ontology)(loaded, inference.triples, inference.report, ("en", ""))


def _terms(fact: Fact) -> set[Iri]:
    return {node for node in fact.triple if not isinstance(node, Literal)} - {v.RDF_TYPE}


def _enough(
    axioms: Sequence[Axiom], terms: set[Iri], holds: Callable[[Sequence[Axiom]], bool]
) -> list[Axiom] | None:
    """Axioms around a claim that suffice: those that mention its terms, then the terms of these."""
    known, chosen = set(terms), list[Axiom]()
    while True:
        found = [one for one in axioms if not known.isdisjoint(one.terms)]
        if len(found) == len(chosen) or len(found) > MOST:
            return None if not holds(found[:MOST]) else found[:MOST]
        chosen = found
        if holds(chosen):
            return chosen
        known |= {term for one in chosen for term in one.terms}


def minimal(given: Sequence[T], holds: Callable[[Sequence[T]], bool]) -> list[T]:
    """A smallest part, of which nothing can be left out, that holds where the whole does."""
    return _needed([], list(given), holds, tried=False)


def _needed(
    kept: list[T], given: list[T], holds: Callable[[Sequence[T]], bool], *, tried: bool
) -> list[T]:
    if tried and holds(kept):
        return []
    if len(given) == 1:
        return given
    half = len(given) // 2
    first, second = given[:half], given[half:]
    of_second = _needed(kept + first, second, holds, tried=bool(first))
    of_first = _needed(kept + of_second, first, holds, tried=bool(of_second))
    return of_first + of_second


def _text(ontology: "Ontology", reader: TripleReader, axiom: Axiom) -> str:
    def short(iri: Iri) -> str:
        return prefixed(iri, ontology.prefixes).removeprefix(":") or f"<{iri}>"

    return written(reader.axiom(axiom.triples[0]), short)
