"""Which kind of term each IRI of an ontology is."""

from collections.abc import Iterable, Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triples, is_named
from ontopilot.ontology.terms import Iri, Literal, TermKind

DECLARATIONS: dict[Iri, TermKind] = {
    v.OWL_CLASS: "class",
    v.RDFS_CLASS: "class",
    v.OWL_OBJECT_PROPERTY: "object_property",
    v.OWL_TRANSITIVE: "object_property",
    v.OWL_SYMMETRIC: "object_property",
    v.OWL_ASYMMETRIC: "object_property",
    v.OWL_REFLEXIVE: "object_property",
    v.OWL_IRREFLEXIVE: "object_property",
    v.OWL_INVERSE_FUNCTIONAL: "object_property",
    v.OWL_DATA_PROPERTY: "data_property",
    v.OWL_ANNOTATION_PROPERTY: "annotation_property",
    v.OWL_NAMED_INDIVIDUAL: "individual",
    v.RDFS_DATATYPE: "datatype",
}
_PROPERTIES: set[TermKind] = {"object_property", "data_property"}
_RANK = {kind: place for place, kind in enumerate(dict.fromkeys(DECLARATIONS.values()))}


def kinds_of(triples: Triples) -> dict[Iri, TermKind]:
    """The kind of each named term.

    A term that is several things at once (punning) gets its first kind in the order class, object
    property, data property, annotation property, individual, datatype. What a property joins is an
    individual, declared or not.
    """
    return {iri: first_kind(kinds) for iri, kinds in every_kind(triples).items()}


def first_kind(kinds: Iterable[TermKind]) -> TermKind:
    """The kind that comes first in the order of `kinds_of`."""
    return min(kinds, key=_RANK.__getitem__)


def every_kind(triples: Triples) -> dict[Iri, set[TermKind]]:
    """All kinds of each named term: a class may be an individual as well (OWL 2, punning)."""
    kinds: dict[Iri, set[TermKind]] = {}
    for subject, cls in triples.pairs(v.RDF_TYPE):
        kind = DECLARATIONS.get(Iri(cls)) if isinstance(cls, str) else None
        if kind is not None and _is_own(subject):
            kinds.setdefault(subject, set()).add(kind)
    for subject, cls in triples.pairs(v.RDF_TYPE):
        if _is_own(subject) and isinstance(cls, str) and not cls.startswith(v.BUILT_IN):
            kinds.setdefault(subject, set()).add("individual")
    for iri, kind in _referred(triples, kinds):
        kinds.setdefault(iri, {kind})
    return kinds


def is_deprecated(triples: Triples, iri: Iri) -> bool:
    """Whether a term is out of use, by an annotation or by its type (both are OWL 2)."""
    said = triples.values(iri, v.OWL_DEPRECATED)
    types = triples.values(iri, v.RDF_TYPE)
    return any(isinstance(one, Literal) and one.value in ("true", "1") for one in said) or any(
        one in (v.OWL_DEPRECATED_CLASS, v.OWL_DEPRECATED_PROPERTY) for one in types
    )


def _referred(triples: Triples, kinds: dict[Iri, set[TermKind]]) -> Iterator[tuple[Iri, TermKind]]:
    """What is not declared and yet has its place: in the tree of classes, beside a property."""
    for subject, sup in triples.pairs(v.RDFS_SUBCLASS):
        for cls in (subject, sup):
            if isinstance(cls, str) and _is_own(cls):
                yield Iri(cls), "class"
    for one in (*_things(triples), *_joined(triples, kinds)):
        if isinstance(one, str) and _is_own(one):
            yield Iri(one), "individual"


def _things(triples: Triples) -> Iterator[Node]:
    """What axioms name as individuals."""
    for predicate in (v.OWL_SAME_AS, v.OWL_DIFFERENT_FROM, v.OWL_HAS_VALUE):
        for pair in triples.pairs(predicate):
            yield from pair


def _joined(triples: Triples, kinds: dict[Iri, set[TermKind]]) -> Iterator[Node]:
    """What properties join: the subjects, and of object properties the objects."""
    for iri, known in list(kinds.items()):
        for subject, value in triples.pairs(iri) if known & _PROPERTIES else ():
            yield subject
            if "object_property" in known:
                yield value


def _is_own(iri: Iri) -> bool:
    """Whether an IRI names a term of the ontology, not of the language."""
    return is_named(iri) and not iri.startswith(v.BUILT_IN)
