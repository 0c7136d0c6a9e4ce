"""Axioms and class expressions as values, named as in the OWL 2 structural specification."""

from collections.abc import Iterator
from dataclasses import dataclass

from ontopilot.ontology.terms import Iri, Literal, TermKind
from ontopilot.ontology.vocabulary import RDF_PLAIN_LITERAL, XSD


@dataclass(frozen=True, slots=True)
class Construct:
    """A constructor of OWL 2 with its arguments: `SubClassOf`, `ObjectSomeValuesFrom`, `Class`.

    The names are those of functional syntax, which are also the elements of OWL/XML. A named
    entity is a construct too: its kind, with its IRI as the only argument.
    """

    name: str
    parts: tuple["Part", ...]


Part = Construct | Iri | Literal | int

ENTITIES: dict[str, TermKind] = {
    "Class": "class",
    "ObjectProperty": "object_property",
    "DataProperty": "data_property",
    "AnnotationProperty": "annotation_property",
    "NamedIndividual": "individual",
    "Datatype": "datatype",
}
"""The constructors of named entities, and the kind of term that each stands for."""

ENTITY_OF: dict[TermKind, str] = {kind: name for name, kind in ENTITIES.items()}

_UNORDERED = frozenset(
    """
    ObjectIntersectionOf ObjectUnionOf ObjectOneOf DataIntersectionOf DataUnionOf DataOneOf
    EquivalentClasses DisjointClasses EquivalentObjectProperties EquivalentDataProperties
    DisjointObjectProperties DisjointDataProperties InverseObjectProperties SameIndividual
    DifferentIndividuals DatatypeRestriction
    """.split()
)


def entity(kind: TermKind, iri: Iri) -> Construct:
    """A named entity of a kind."""
    return Construct(ENTITY_OF[kind], (iri,))


def iri_of(part: Part) -> Iri | None:
    """The IRI of a named entity or of an IRI that stands for itself."""
    if isinstance(part, Construct):
        named = part.name in ENTITIES or part.name == "IRI"
        return iri_of(part.parts[0]) if named else None
    return part if isinstance(part, str) else None


def normal(part: Part) -> Part:
    """The same construct for everything that the structural specification calls equal.

    Axiom annotations are left out, arguments whose order means nothing are sorted, and so is the
    case of language tags (RFC 5646).
    """
    if isinstance(part, Literal):
        is_plain = part.datatype == RDF_PLAIN_LITERAL and not part.language
        datatype = Iri(XSD + "string") if is_plain else part.datatype
        return Literal(part.value, datatype, part.language.lower())
    if not isinstance(part, Construct):
        return part
    parts = tuple(normal(one) for one in part.parts if not is_annotation(one))
    if part.name in _UNORDERED:
        parts = tuple(sorted(dict.fromkeys(parts), key=repr))
    return Construct(part.name, parts)


def is_annotation(part: Part) -> bool:
    """Whether an argument is an annotation of the construct that it stands in."""
    return isinstance(part, Construct) and part.name == "Annotation"


def iris_in(part: Part) -> Iterator[Iri]:
    """Every IRI of a construct, those of datatypes of literals among them."""
    if isinstance(part, Literal):
        yield part.datatype
    elif isinstance(part, Construct):
        for one in part.parts:
            yield from iris_in(one)
    elif isinstance(part, str):
        yield part


def literals_in(part: Part) -> Iterator[Literal]:
    """Every literal of a construct."""
    if isinstance(part, Literal):
        yield part
    elif isinstance(part, Construct):
        for one in part.parts:
            yield from literals_in(one)
