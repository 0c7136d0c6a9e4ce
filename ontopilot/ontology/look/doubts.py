"""What was read and yet may not mean what its author thinks: parts missing, words unknown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.query.declared import in_vocabulary
from ontopilot.ontology.rdf.forms import Forms
from ontopilot.ontology.rdf.kinds import DECLARATIONS, every_kind
from ontopilot.ontology.rdf.names import namespace
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Triples, is_named
from ontopilot.ontology.terms import Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

DoubtKind = OneOf[
    "remark",
    "missing-import",
    "undescribed-term",
    "undeclared-property",
    "unknown-word",
    "unknown-datatype",
    "circular-nodes",
    "no-labels",
    "rules",
]
_SHOWN = 3
_BETWEEN_TERMS = {
    v.RDF_TYPE,
    v.RDFS_SUBCLASS,
    v.RDFS_SUBPROPERTY,
    v.RDFS_DOMAIN,
    v.RDFS_RANGE,
    v.RDF_FIRST,
    v.OWL_EQUIVALENT_CLASS,
    v.OWL_EQUIVALENT_PROPERTY,
    v.OWL_DISJOINT_WITH,
    v.OWL_PROPERTY_DISJOINT,
    v.OWL_COMPLEMENT,
    v.OWL_INVERSE,
    v.OWL_ON_PROPERTY,
    v.OWL_ON_CLASS,
    v.OWL_SOME,
    v.OWL_ALL,
    v.OWL_HAS_VALUE,
    v.OWL_SAME_AS,
    v.OWL_DIFFERENT_FROM,
}
"""What joins terms in axioms; what else points to an IRI may point anywhere."""
_STANDARD_DATATYPES = ("http://www.w3.org/2001/XMLSchema#", v.OWL, v.RDF, v.RDFS)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something to look at: what kind it is, a sentence, and the IRIs that it is about."""

    kind: DoubtKind
    message: str
    terms: tuple[Iri, ...] = ()


def doubts(ontology: "Ontology") -> tuple[Doubt, ...]:
    """What the load of an ontology leaves open.

    A Turtle, N-Triples, Manchester or OBO file that was cut off after a whole statement is valid.
    It shows here if what is left mentions a term of its own namespace that only the lost part
    described. A lost part that nothing mentions cannot be noticed.

    Example:
        >>> [doubt.kind for doubt in doubts(Ontology.load("cut.ttl"))]  # doctest: +SKIP
        ['undescribed-term']
    """
    found = [Doubt("remark", note) for note in ontology.notes]
    if ontology.missing:
        said = "imports that are not on this disk, so that nothing of them is known ({}): {}"
        found.append(_about("missing-import", said, ontology.missing))
    return (*found, *(one for look in _LOOKS for one in look(ontology.asserted)))


def _about(kind: DoubtKind, said: str, terms: Sequence[Iri]) -> Doubt:
    """A doubt about terms: `said` takes their number and the first of them."""
    shown = ", ".join(terms[:_SHOWN]) + (", …" if len(terms) > _SHOWN else "")
    return Doubt(kind, said.format(len(terms), shown), tuple(terms))


def _undescribed(triples: Triples) -> Iterator[Doubt]:
    own = {namespace(iri) for iri in _declared(triples)}
    used = (
        Iri(value)
        for predicate in _BETWEEN_TERMS
        for _, value in triples.pairs(predicate)
        if isinstance(value, str) and is_named(value)
    )
    lost = sorted(
        iri
        for iri in set(used)
        if iri not in triples.by_subject
        and namespace(iri) in own
        and not iri.startswith(v.BUILT_IN)
    )
    if lost:
        yield _about(
            "undescribed-term",
            "terms of the ontology's own namespaces that are used and described nowhere ({}); the "
            "file may have been cut off, or a name is misspelt: {}",
            lost,
        )


def _declared(triples: Triples) -> Iterator[Iri]:
    for subject, cls in triples.pairs(v.RDF_TYPE):
        if cls in DECLARATIONS and is_named(subject):
            yield subject


def _undeclared(triples: Triples) -> Iterator[Doubt]:
    """Properties of things that no axiom makes a property of."""
    kinds = every_kind(triples)
    things = {iri for iri, own in kinds.items() if "individual" in own}
    found = sorted(
        predicate
        for predicate, pairs in triples.by_predicate.items()
        if predicate not in kinds
        and not in_vocabulary(predicate)
        and not predicate.startswith((*v.BUILT_IN, v.SWRL))
        and any(subject in things for subject, _ in pairs)
    )
    if found:
        yield _about(
            "undeclared-property",
            "properties that are used and declared nowhere, so that what they say of things counts "
            "as annotation and not as fact ({}): {}",
            found,
        )


def _unknown_words(triples: Triples) -> Iterator[Doubt]:
    types = {value for _, value in triples.pairs(v.RDF_TYPE) if isinstance(value, str)}
    words = (Iri(one) for one in (*triples.by_predicate, *types) if one.startswith(_LANGUAGE))
    found = sorted({word for word in words if not in_vocabulary(word)})
    if found:
        yield _about(
            "unknown-word",
            "names in a namespace of RDF or OWL that are no words of it, as those of the OWL 1.1 "
            "drafts; what they say is kept and not understood ({}): {}",
            found,
        )


def _unknown_datatypes(triples: Triples) -> Iterator[Doubt]:
    known = set(of_type(triples, v.RDFS_DATATYPE))
    used = {
        value.datatype
        for about in triples.by_subject.values()
        for values in about.values()
        for value in values
        if isinstance(value, Literal)
    }
    found = sorted(one for one in used - known if not _is_datatype(one))
    if found:
        yield _about(
            "unknown-datatype",
            "datatypes that are declared nowhere and none of XML Schema; their values are kept and "
            "compared letter by letter ({}): {}",
            found,
        )


def _is_datatype(iri: Iri) -> bool:
    return iri.startswith(_STANDARD_DATATYPES) and in_vocabulary(iri)


def _circular(triples: Triples) -> Iterator[Doubt]:
    forms = Forms(triples)
    found = [node for node in forms.loose if forms.kinds[node] == "expression"]
    if found:
        yield Doubt(
            "circular-nodes",
            "class expressions that are made of themselves, which OWL does not allow, are kept, "
            f"and no fact is read from them ({len(found)})",
        )


def _unlabelled(triples: Triples) -> Iterator[Doubt]:
    kinds = every_kind(triples)
    if kinds and not any(triples.pairs(label) for label in v.LABELS):
        yield Doubt(
            "no-labels",
            "terms without any label are called by the ends of their IRIs, which people do not "
            f"write ({len(kinds)}, which is all)",
        )


def _rules(triples: Triples) -> Iterator[Doubt]:
    count = len(of_type(triples, v.SWRL_IMP))
    if count:
        yield Doubt(
            "rules",
            f"SWRL rules are kept, and only reasoner='hermit' applies them ({count})",
        )


_LANGUAGE = (v.OWL, v.RDF, v.RDFS)
_LOOKS: Iterable[Callable[[Triples], Iterator[Doubt]]] = (
    _undescribed,
    _undeclared,
    _unknown_words,
    _unknown_datatypes,
    _circular,
    _unlabelled,
    _rules,
)
