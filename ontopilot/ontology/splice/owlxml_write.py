"""Constructs as OWL/XML elements, spelled as the file around them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from ontopilot.errors import EditError
from ontopilot.ontology.owl.constructs import ENTITIES, Construct, Part
from ontopilot.ontology.splice.rdfxml_read import STRING
from ontopilot.ontology.splice.spelling import LOCAL_NAME, Spelling, escaped_attribute, namespace_of
from ontopilot.ontology.terms import Iri, Literal

ORDER = {
    name: rank
    for rank, name in enumerate(
        """
        Prefix Import Annotation Declaration EquivalentClasses SubClassOf DisjointClasses
        DisjointUnion ClassAssertion SameIndividual DifferentIndividuals ObjectPropertyAssertion
        NegativeObjectPropertyAssertion DataPropertyAssertion NegativeDataPropertyAssertion
        EquivalentObjectProperties SubObjectPropertyOf InverseObjectProperties
        FunctionalObjectProperty InverseFunctionalObjectProperty SymmetricObjectProperty
        AsymmetricObjectProperty TransitiveObjectProperty ReflexiveObjectProperty
        IrreflexiveObjectProperty ObjectPropertyDomain ObjectPropertyRange DisjointObjectProperties
        EquivalentDataProperties SubDataPropertyOf FunctionalDataProperty DataPropertyDomain
        DataPropertyRange DisjointDataProperties DatatypeDefinition HasKey AnnotationAssertion
        SubAnnotationPropertyOf AnnotationPropertyDomain AnnotationPropertyRange DLSafeRule
        """.split()
    )
}
"""The order in which the OWL API writes axioms."""


class Names:
    """Elements with the prefix of the root, and IRIs abbreviated where the file does so."""

    def __init__(
        self,
        spelling: Spelling,
        prefixes: Mapping[str, str],
        abbreviated: Iterable[Iri],
        *,
        root: str,
    ) -> None:
        self._prefix = root.removesuffix("Ontology")
        self._spelling = spelling
        self._prefixes = prefixes
        self._used = Counter(namespace_of(iri) for iri in abbreviated)

    def tag(self, name: str) -> str:
        """The name of an element."""
        return self._prefix + name

    def short(self, iri: Iri) -> str | None:
        """`prefix:Name`, where the file writes IRIs of that namespace so."""
        if namespace_of(iri) not in self._used:
            return None
        for prefix, namespace in self._prefixes.items():
            local = iri.removeprefix(namespace)
            if namespace and local != iri and LOCAL_NAME.match(local):
                return f"{prefix}:{local}"
        return None

    def full(self, iri: Iri) -> str:
        """The IRI as an attribute `IRI` or a text has it."""
        return self._spelling.attribute(iri)

    def datatype(self, iri: Iri) -> str:
        """The IRI as an attribute `datatypeIRI` has it; parsers read no relative one there."""
        full = self.full(iri)
        return full if ":" in full or "&" in full else escaped_attribute(iri)

    def attribute(self, iri: Iri) -> str:
        """The attribute that names an entity."""
        short = self.short(iri)
        return f'abbreviatedIRI="{short}"' if short else f'IRI="{self.full(iri)}"'


def element(part: Part, names: Names, *, indent: str, unit: str, newline: str) -> str:
    """A construct as an element and its content, each on a line of its own."""
    if isinstance(part, Literal):
        return indent + _literal(part, names)
    if not isinstance(part, Construct):
        raise EditError(f"{part!r} cannot stand alone in OWL/XML; make this edit in Protégé")
    name, parts = part.name, list(part.parts)
    if name == "IRI":
        return indent + iri_element(Iri(str(parts[0])), names)
    start = f"{indent}<{names.tag(name)}"
    if name in ENTITIES:
        return f"{start} {names.attribute(Iri(str(parts[0])))}/>"
    if parts and isinstance(parts[0], int):
        start += f' cardinality="{parts.pop(0)}"'
    if name == "FacetRestriction":
        start += f' facet="{names.full(Iri(str(parts.pop(0))))}"'
    inner = [element(one, names, indent=indent + unit, unit=unit, newline=newline) for one in parts]
    return newline.join([start + ">", *inner, f"{indent}</{names.tag(name)}>"])


def iri_element(iri: Iri, names: Names) -> str:
    """An IRI that stands for itself."""
    tag = names.tag("IRI")
    return f"<{tag}>{names.full(iri)}</{tag}>"


def _literal(literal: Literal, names: Names) -> str:
    text = escape(literal.value, {"\r": "&#13;"})
    tag, attribute = names.tag("Literal"), ""
    if literal.language:
        attribute = f' xml:lang="{literal.language}"'
    elif literal.datatype != STRING:
        attribute = f' datatypeIRI="{names.datatype(literal.datatype)}"'
    return f"<{tag}{attribute}>{text}</{tag}>"
