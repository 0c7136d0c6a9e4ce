"""What belongs to an axiom in a graph, so that a test knows what must go with it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ontopilot.ontology import Iri, Literal
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import Construct, Part, normal
from ontopilot.ontology.owl.from_triples import TripleReader
from ontopilot.ontology.owl.manchester import written
from ontopilot.ontology.owl.slots import KINDS_OF, Slot
from ontopilot.ontology.rdf.isomorphic import same
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank, is_named
from ontopilot.ontology.terms import TermKind
from tests.ontology.drawn import Said

_SLOTS: dict[Iri, Slot] = {
    v.RDFS_SUBCLASS: "subclass_of",
    v.OWL_EQUIVALENT_CLASS: "equivalent_to",
    v.OWL_DISJOINT_WITH: "disjoint_with",
    v.RDFS_SUBPROPERTY: "subproperty_of",
    v.OWL_CHAIN: "chain",
    v.RDFS_DOMAIN: "domain",
    v.RDFS_RANGE: "range",
    v.OWL_INVERSE: "inverse_of",
    v.RDF_TYPE: "type",
    v.OWL_SAME_AS: "same_as",
    v.OWL_DIFFERENT_FROM: "different_from",
}
_SYMMETRIC = (
    v.OWL_EQUIVALENT_CLASS,
    v.OWL_DISJOINT_WITH,
    v.OWL_INVERSE,
    v.OWL_SAME_AS,
    v.OWL_DIFFERENT_FROM,
)
_UNREADABLE = ("Triple", "AnonymousIndividual")


@dataclass(frozen=True)
class Found:
    """An axiom of a graph: its first triple, and how the editor is told of it."""

    triple: Triple
    slot: Slot = "annotation"
    text: str = ""

    @property
    def mirrored(self) -> list["Found"]:
        """The same axiom said from its other end."""
        subject, predicate, value = self.triple
        is_mirrored = predicate in _SYMMETRIC and is_named(value)
        return [Found((Iri(str(value)), predicate, subject))] if is_mirrored else []


def roots(index: Triples, kinds: Mapping[Iri, TermKind], in_pairs: Iterable[Iri]) -> list[Found]:
    """The axioms of named terms that Manchester syntax can say, each said once."""
    reader = TripleReader(index, kinds)
    led_to = Counter(value for _, _, value in index if is_blank(value))
    found: dict[tuple[Iri, Iri, Part], Found] = {}
    twice: set[tuple[Iri, Iri, Part]] = set()
    for triple in _candidates(index, kinds, in_pairs):
        subject, predicate, value = triple
        axiom = reader.axiom(triple)
        slot = _SLOTS.get(predicate, "fact")
        if axiom.name == "Declaration" or kinds[subject] not in KINDS_OF[slot]:
            continue
        if not _is_readable(axiom, kinds) or not _is_tree(index, led_to, value):
            continue
        at = axiom.parts[0] if slot in ("chain", "type") else axiom.parts[-1]
        text = written(at, lambda iri: f"<{iri}>")
        if slot == "fact":
            text = f"<{predicate}> {text}"
        key = (subject, predicate, normal(at))
        twice |= {key} & found.keys()
        found[key] = Found(triple, slot, text)
    return [one for key, one in found.items() if key not in twice]


def _candidates(
    index: Triples, kinds: Mapping[Iri, TermKind], in_pairs: Iterable[Iri]
) -> Iterator[Triple]:
    facts = [iri for iri, kind in kinds.items() if kind in ("object_property", "data_property")]
    for predicate in (*_SLOTS, *facts):
        for subject, value in index.pairs(predicate) if predicate not in in_pairs else ():
            if subject not in kinds or not _is_known(value, kinds):
                continue
            if predicate == v.RDF_TYPE and str(value).startswith(v.BUILT_IN):
                continue
            yield subject, predicate, value


def _is_known(value: Node, kinds: Mapping[Iri, TermKind]) -> bool:
    return isinstance(value, Literal) or is_blank(value) or value in kinds


def _is_readable(part: Part, kinds: Mapping[Iri, TermKind]) -> bool:
    """Whether an axiom is one of OWL 2 over terms whose kinds are known."""
    if isinstance(part, Construct):
        return part.name not in _UNREADABLE and all(_is_readable(one, kinds) for one in part.parts)
    return not isinstance(part, str) or part in kinds or part.startswith(v.BUILT_IN)


def _is_tree(index: Triples, led_to: Counter[Node], top: Node) -> bool:
    """Whether what hangs below a blank node hangs nowhere else."""
    return all(led_to[subject] == 1 for subject, _, _ in _below(index, top))


def _below(index: Triples, top: Node) -> set[Triple]:
    found: set[Triple] = set()
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if is_blank(node):
            for predicate, values in index.about(node).items():
                for value in values:
                    if (Iri(str(node)), predicate, value) not in found:
                        found.add((Iri(str(node)), predicate, value))
                        waiting.append(value)
    return found


def without(triples: list[Triple], gone: Iterable[Found]) -> list[Triple]:
    """A graph without some axioms, their expressions and their annotations."""
    index = Triples.of(triples)
    lost: set[Triple] = set()
    for one in gone:
        lost |= {one.triple, *_below(index, one.triple[2])}
        for note in _notes(index, one.triple):
            lost |= (
                _below(index, note)
                if is_blank(note)
                else {(note, p, o) for p, values in index.about(note).items() for o in values}
            )
    return [triple for triple in triples if triple not in lost]


def _notes(index: Triples, triple: Triple) -> Iterator[Iri]:
    """The `owl:Axiom` nodes that annotate a triple, some by a copy of its expression."""
    subject, predicate, value = triple
    for note, source in index.pairs(v.OWL_ANNOTATED_SOURCE):
        if source != subject or index.one(note, v.OWL_ANNOTATED_PROPERTY) != predicate:
            continue
        target = index.one(note, v.OWL_ANNOTATED_TARGET)
        if target == value or (
            target is not None and is_blank(target) and _shape(index, target, value)
        ):
            yield note


def is_said(index: Triples, about: tuple[Iri, Iri], part: Said) -> bool:
    """Whether a value of a term is said already, by an expression of the same shape."""
    at = about[0]
    wanted = [(at, at, part.node), *part.triples]
    return any(same(wanted, [(at, at, o), *_below(index, o)]) for o in index.values(*about))


def _shape(index: Triples, one: Node, other: Node) -> bool:
    at = Iri("urn:at")
    return same([(at, at, one), *_below(index, one)], [(at, at, other), *_below(index, other)])


def mentions(triple: Triple, term: Iri) -> bool:
    """Whether a term is in a triple, be it as the datatype of a value."""
    value = triple[2]
    return term in triple or (isinstance(value, Literal) and value.datatype == term)


def trees_without(triples: list[Triple], term: Iri, in_pairs: Iterable[Iri] = ()) -> int:
    """How many triples hang, over blank nodes, on nothing that mentions a term."""
    near: dict[Iri, list[Triple]] = {}
    for triple in triples:
        for node in (triple[0], triple[2]):
            if isinstance(node, str) and not is_named(node):
                near.setdefault(Iri(node), []).append(triple)
    touched = {t for t in triples if mentions(t, term)}
    waiting = list(touched)
    while waiting:
        one = waiting.pop()
        for node in (one[0], one[2]):
            for other in near.get(Iri(node), []) if isinstance(node, str) else []:
                if other not in touched:
                    touched.add(other)
                    waiting.append(other)
    notes = {
        s for s, p, o in triples if p == v.OWL_ANNOTATED_SOURCE and any(t[0] == s for t in touched)
    }
    left = (t for t in triples if t not in touched and t[0] not in notes)
    return len({t for t in left if t[1] not in in_pairs})
