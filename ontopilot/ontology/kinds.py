"""Which kind of term each IRI of an ontology is."""

from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.terms import Iri, TermKind
from ontopilot.ontology.triples import Triples, is_named

_DECLARATIONS: dict[Iri, TermKind] = {
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
_RANK = {kind: place for place, kind in enumerate(dict.fromkeys(_DECLARATIONS.values()))}


def kinds_of(triples: Triples) -> dict[Iri, TermKind]:
    """The kind of each named term.

    A term that is several things at once (punning) gets its first kind in the order class, object
    property, data property, annotation property, individual, datatype. What a property joins is an
    individual, declared or not.
    """
    kinds: dict[Iri, TermKind] = {}
    for subject, cls in triples.pairs(v.RDF_TYPE):
        kind = _DECLARATIONS.get(Iri(cls)) if isinstance(cls, str) else None
        if kind is None or not _is_own(subject):
            continue
        if subject not in kinds or _RANK[kind] < _RANK[kinds[subject]]:
            kinds[subject] = kind
    for iri, kind in _referred(triples):
        kinds.setdefault(iri, kind)
    for iri in [i for i, kind in kinds.items() if kind in ("object_property", "data_property")]:
        for one in _joined(triples, iri, both=kinds[iri] == "object_property"):
            kinds.setdefault(one, "individual")
    return kinds


def _referred(triples: Triples) -> Iterator[tuple[Iri, TermKind]]:
    """What is no declaration and yet tells what a term is: its class, or its place in a tree."""
    for subject, cls in triples.pairs(v.RDF_TYPE):
        if _is_own(subject) and isinstance(cls, str) and not cls.startswith(v.BUILT_IN):
            yield subject, "individual"
    for subject, sup in triples.pairs(v.RDFS_SUBCLASS):
        for cls in (subject, sup):
            if isinstance(cls, str) and _is_own(cls):
                yield Iri(cls), "class"


def _joined(triples: Triples, iri: Iri, *, both: bool) -> Iterator[Iri]:
    """The subjects of a property, and its objects too."""
    for subject, value in triples.pairs(iri):
        for one in (subject, value) if both else (subject,):
            if isinstance(one, str) and _is_own(one):
                yield Iri(one)


def _is_own(iri: Iri) -> bool:
    """Whether an IRI names a term of the ontology, not of the language."""
    return is_named(iri) and not iri.startswith(v.BUILT_IN)
