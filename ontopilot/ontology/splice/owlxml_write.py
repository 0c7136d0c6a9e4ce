"""Constructs as OWL/XML elements, spelled as the file around them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from ontopilot.errors import EditError
from ontopilot.ontology.owl.constructs import ENTITIES, Construct, Part
from ontopilot.ontology.splice.rdfxml_read import STRING
from ontopilot.ontology.splice.rdfxml_write import FORBIDDEN
from ontopilot.ontology.splice.spelling import LOCAL_NAME, Spelling, namespace_of
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
    """IRIs as attributes: abbreviated where the file abbreviates their namespace."""

    def __init__(
        self, spelling: Spelling, prefixes: Mapping[str, str], abbreviated: Iterable[Iri]
    ) -> None:
        self._spelling = spelling
        self._prefixes = prefixes
        self._used = Counter(namespace_of(iri) for iri in abbreviated)

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
        return f"{indent}<IRI>{names.full(Iri(str(parts[0])))}</IRI>"
    start = f"{indent}<{name}"
    if name in ENTITIES:
        return f"{start} {names.attribute(Iri(str(parts[0])))}/>"
    if parts and isinstance(parts[0], int):
        start += f' cardinality="{parts.pop(0)}"'
    if name == "FacetRestriction":
        start += f' facet="{names.full(Iri(str(parts.pop(0))))}"'
    inner = [element(one, names, indent=indent + unit, unit=unit, newline=newline) for one in parts]
    return newline.join([start + ">", *inner, f"{indent}</{name}>"])


def _literal(literal: Literal, names: Names) -> str:
    if FORBIDDEN.search(literal.value):
        raise EditError(
            f"the text {literal.value[:40]!r} holds a control character, which XML cannot hold; "
            "leave it out"
        )
    text = escape(literal.value, {"\r": "&#13;"})
    if literal.language:
        return f'<Literal xml:lang="{literal.language}">{text}</Literal>'
    if literal.datatype == STRING:
        return f"<Literal>{text}</Literal>"
    return f'<Literal datatypeIRI="{names.full(literal.datatype)}">{text}</Literal>'
