"""What can be said of a term, by the names that Protégé's panels and Manchester frames use."""

import re
from collections.abc import Callable, Iterator
from typing import Literal as OneOf
from typing import get_args

from ontopilot.errors import EditError
from ontopilot.ontology.owl.constructs import Construct, Part, entity, iri_of, is_annotation
from ontopilot.ontology.owl.manchester_read import ManchesterReader, Names
from ontopilot.ontology.owl.named import absolute
from ontopilot.ontology.terms import Iri, Literal, TermKind
from ontopilot.ontology.vocabulary import XSD

Slot = OneOf[
    "subclass_of",
    "equivalent_to",
    "disjoint_with",
    "subproperty_of",
    "chain",
    "domain",
    "range",
    "inverse_of",
    "characteristic",
    "type",
    "fact",
    "same_as",
    "different_from",
    "annotation",
]
SLOTS: tuple[Slot, ...] = get_args(Slot)

_PROPERTY_SORTS: dict[TermKind, str] = {
    "object_property": "Object",
    "data_property": "Data",
    "annotation_property": "Annotation",
}
_ALL_KINDS: tuple[TermKind, ...] = (
    "class",
    "object_property",
    "data_property",
    "annotation_property",
    "individual",
    "datatype",
)
KINDS_OF: dict[Slot, tuple[TermKind, ...]] = {
    "subclass_of": ("class",),
    "equivalent_to": ("class", "object_property", "data_property"),
    "disjoint_with": ("class", "object_property", "data_property"),
    "subproperty_of": ("object_property", "data_property", "annotation_property"),
    "chain": ("object_property",),
    "domain": ("object_property", "data_property", "annotation_property"),
    "range": ("object_property", "data_property", "annotation_property"),
    "inverse_of": ("object_property",),
    "characteristic": ("object_property", "data_property"),
    "type": ("individual",),
    "fact": ("individual",),
    "same_as": ("individual",),
    "different_from": ("individual",),
    "annotation": _ALL_KINDS,
}
"""The kinds of terms that each slot is for."""

CHARACTERISTICS = (
    "functional",
    "inverse functional",
    "transitive",
    "symmetric",
    "asymmetric",
    "reflexive",
    "irreflexive",
)


def axiom_of(term: Iri, kind: TermKind, slot: Slot, text: str, names: Names) -> Construct:
    """The axiom that a text in a slot of a term stands for.

    Raises:
        EditError: the slot is not for terms of that kind, or the text is not of its form.
        UnknownTerm: the text names a term that the ontology does not have.
    """
    if kind not in KINDS_OF[slot]:
        kinds = ", ".join(one.replace("_", " ") for one in KINDS_OF[slot])
        raise EditError(
            f"{str(term)!r} is a term of the kind {kind.replace('_', ' ')!r}, and "
            f"{slot.replace('_', ' ')!r} is for: {kinds}"
        )
    if slot == "annotation":
        return _annotation(term, text, names)
    reader = ManchesterReader(text, names)
    return _BUILDERS[slot](entity(kind, term), kind, reader)


def _subclass(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    return Construct("SubClassOf", (one, reader.class_expression()))


def _equivalent(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    if kind == "class":
        return Construct("EquivalentClasses", (one, reader.class_expression()))
    name = f"Equivalent{_PROPERTY_SORTS[kind]}Properties"
    return Construct(name, (one, _alike(kind, reader)))


def _disjoint(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    if kind == "class":
        return Construct("DisjointClasses", (one, reader.class_expression()))
    name = f"Disjoint{_PROPERTY_SORTS[kind]}Properties"
    return Construct(name, (one, _alike(kind, reader)))


def _subproperty(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    return Construct(f"Sub{_PROPERTY_SORTS[kind]}PropertyOf", (one, _alike(kind, reader)))


def _alike(kind: TermKind, reader: ManchesterReader) -> Part:
    """A property of the same kind as the one that the axiom is about."""
    found = reader.property_expression()
    name = found.name if isinstance(found, Construct) else ""
    if name != "ObjectInverseOf" and name != entity(kind, Iri("")).name:
        raise EditError(
            f"{reader.text!r} is not a term of the kind {kind.replace('_', ' ')!r}, and this axiom "
            "joins properties of one kind"
        )
    return found


def _chain(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    steps = reader.chain()
    if len(steps) < 2:
        raise EditError(f"{reader.text!r}: a chain joins two properties or more, as in 'p o q'")
    return Construct("SubObjectPropertyOf", (Construct("ObjectPropertyChain", steps), one))


def _domain(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    end = _named(reader) if kind == "annotation_property" else reader.class_expression()
    return Construct(f"{_PROPERTY_SORTS[kind]}PropertyDomain", (one, end))


def _range(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    if kind == "data_property":
        end = reader.data_range()
    elif kind == "annotation_property":
        end = _named(reader)
    else:
        end = reader.class_expression()
    return Construct(f"{_PROPERTY_SORTS[kind]}PropertyRange", (one, end))


def _named(reader: ManchesterReader) -> Construct:
    iri = iri_of(reader.class_expression())
    if iri is None:
        raise EditError(f"{reader.text!r}: domain and range of an annotation property are names")
    return Construct("IRI", (iri,))


def _inverse(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    return Construct("InverseObjectProperties", (one, _alike(kind, reader)))


def _characteristic(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    word = " ".join(reader.text.replace("-", " ").split()).lower()
    word = {"inversefunctional": "inverse functional"}.get(word, word)
    if word not in CHARACTERISTICS or (kind == "data_property" and word != "functional"):
        allowed = "functional" if kind == "data_property" else ", ".join(CHARACTERISTICS)
        raise EditError(
            f"{reader.text!r} is no characteristic of this property; it may be {allowed}"
        )
    name = "".join(part.capitalize() for part in word.split())
    return Construct(f"{name}{_PROPERTY_SORTS[kind]}Property", (one,))


def _type(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    return Construct("ClassAssertion", (reader.class_expression(), one))


def _fact(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    denied, prop, value = reader.fact()
    name = prop.name if isinstance(prop, Construct) else ""
    if name not in ("ObjectProperty", "DataProperty"):
        raise EditError(f"{reader.text!r}: a fact needs an object or a data property")
    return Construct(f"{'Negative' * denied}{name}Assertion", (prop, one, value))


def _same(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    return Construct("SameIndividual", (one, _individual(reader)))


def _different(one: Construct, kind: TermKind, reader: ManchesterReader) -> Construct:
    return Construct("DifferentIndividuals", (one, _individual(reader)))


def _individual(reader: ManchesterReader) -> Construct:
    iri = iri_of(reader.class_expression())
    if iri is None:
        raise EditError(f"{reader.text!r}: the name of an individual is needed here")
    return entity("individual", iri)


def _annotation(term: Iri, text: str, names: Names) -> Construct:
    found = _PAIR.match(text)
    if found is None:
        raise EditError(f"{text!r}: an annotation is a property and a value, as in 'label kettle'")
    prop, rest = names.resolve(found[1].strip("'")), found[2]
    link = absolute(rest) if rest.startswith(("<", "http://", "https://", "urn:")) else None
    if link is not None:
        return annotation(prop, term, Construct("IRI", (link,)))
    if rest.startswith('"') or rest in ("true", "false"):
        return annotation(prop, term, ManchesterReader(rest, names).literal())
    return annotation(prop, term, Literal(rest, _STRING))


def annotation(prop: Iri, term: Iri, value: Part) -> Construct:
    """An annotation of a term."""
    return Construct(
        "AnnotationAssertion",
        (entity("annotation_property", prop), Construct("IRI", (term,)), value),
    )


_STRING = Iri(XSD + "string")
_PAIR = re.compile(r"\s*(<[^<>\s]+>|'[^']+'|\S+)\s+(\S.*?)\s*$", re.DOTALL)
_BUILDERS: dict[str, Callable[[Construct, TermKind, ManchesterReader], Construct]] = {
    "subclass_of": _subclass,
    "equivalent_to": _equivalent,
    "disjoint_with": _disjoint,
    "subproperty_of": _subproperty,
    "chain": _chain,
    "domain": _domain,
    "range": _range,
    "inverse_of": _inverse,
    "characteristic": _characteristic,
    "type": _type,
    "fact": _fact,
    "same_as": _same,
    "different_from": _different,
}
_SORTS = tuple(_PROPERTY_SORTS.values())
_SLOT_OF: dict[str, Slot] = {
    "SubClassOf": "subclass_of",
    "EquivalentClasses": "equivalent_to",
    "DisjointClasses": "disjoint_with",
    "InverseObjectProperties": "inverse_of",
    "ClassAssertion": "type",
    "SameIndividual": "same_as",
    "DifferentIndividuals": "different_from",
    **{f"Equivalent{sort}Properties": "equivalent_to" for sort in _SORTS},
    **{f"Disjoint{sort}Properties": "disjoint_with" for sort in _SORTS},
    **{f"Sub{sort}PropertyOf": "subproperty_of" for sort in _SORTS},
    **{f"{sort}PropertyDomain": "domain" for sort in _SORTS},
    **{f"{sort}PropertyRange": "range" for sort in _SORTS},
    **{
        "".join(map(str.capitalize, word.split())) + f"{sort}Property": "characteristic"
        for word in CHARACTERISTICS
        for sort in _SORTS
    },
}
_SYMMETRIC = ("Equivalent", "Disjoint", "Inverse", "Same", "Different")


def subjects_of(axiom: Construct) -> Iterator[Iri]:
    """The terms that an axiom is listed under."""
    parts = [part for part in axiom.parts if not is_annotation(part)]
    name = axiom.name
    if name.endswith("Assertion") or (name == "SubObjectPropertyOf" and _is_chain(parts[0])):
        parts = [parts[1]]
    elif not (name.startswith(_SYMMETRIC) and not name.endswith("Property")):
        parts = parts[:1]
    for part in parts:
        iri = iri_of(part)
        if iri is not None:
            yield iri


def slot_of(axiom: Construct) -> tuple[str, str, str]:
    """What `set` replaces: the slot and, where it has them, the property and the language.

    An axiom over more than two terms is in no slot, since it is not said of one of them alone.
    """
    parts = [part for part in axiom.parts if not is_annotation(part)]
    if axiom.name == "AnnotationAssertion":
        value = parts[2]
        language = value.language.lower() if isinstance(value, Literal) else ""
        return "annotation", str(iri_of(parts[0])), language
    if axiom.name.endswith("PropertyAssertion"):
        return axiom.name, str(iri_of(parts[0])), ""
    if axiom.name == "SubObjectPropertyOf" and _is_chain(parts[0]):
        return "chain", "", ""
    slot = _SLOT_OF.get(axiom.name, axiom.name)
    return slot if len(parts) <= 2 else axiom.name, "", ""


def _is_chain(part: Part) -> bool:
    return isinstance(part, Construct) and part.name == "ObjectPropertyChain"
