"""OWL/XML elements as constructs, without loss, so that axioms can be compared (OWL 2 XML)."""

from collections.abc import Mapping

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.constructs import Construct, Part
from ontopilot.ontology.splice.rdfxml_read import LANGUAGE, STRING, resolved
from ontopilot.ontology.splice.xmltree import Attribute, Element
from ontopilot.ontology.terms import Iri, Literal

IRI, ABBREVIATED, DATATYPE, FACET = "IRI", "abbreviatedIRI", "datatypeIRI", "facet"
REFERENCES = (IRI, ABBREVIATED, DATATYPE, FACET)
"""Attributes whose values are IRIs."""

_TEXTS = ("IRI", "AbbreviatedIRI", "Import")


class ConstructReader:
    """Reads elements; `prefixes` are those of the `Prefix` elements."""

    def __init__(self, base: str, prefixes: Mapping[str, str]) -> None:
        self._base = base
        self._prefixes = prefixes

    def construct(self, element: Element) -> Construct:
        """The construct that an element stands for, every attribute among its parts."""
        name = element.name.removeprefix(v.OWL)
        if name == "AbbreviatedIRI":
            return Construct("IRI", (self.iri(ABBREVIATED, "".join(element.text)),))
        if name in _TEXTS:
            return Construct(name, (self.iri(IRI, "".join(element.text)),))
        parts: list[Part] = []
        for one in element.attributes:
            parts += self._attribute(one)
        for child in element.children:
            is_literal = child.name == v.OWL + "Literal"
            parts.append(self._literal(child) if is_literal else self.construct(child))
        return Construct(name, tuple(parts))

    def iri(self, name: str, written: str) -> Iri:
        """The IRI that an attribute or a text means."""
        text = written.strip()
        if name == ABBREVIATED:
            prefix, _, local = text.partition(":")
            return Iri(self._prefixes.get(prefix, prefix + ":") + local)
        return Iri(resolved(text, self._base))

    def _attribute(self, one: Attribute) -> list[Part]:
        if one.written.startswith("xmlns") or one.written.startswith("xml:"):
            return []
        if one.written in REFERENCES:
            return [self.iri(one.written, one.value)]
        if one.written == "cardinality" and one.value.strip().isdecimal():
            return [int(one.value)]
        if one.written == "nodeID":
            return [Iri("_:" + one.value.removeprefix("_:"))]
        return [Construct("@" + one.written, (Literal(one.value, STRING),))]

    def _literal(self, element: Element) -> Literal:
        text = "".join(element.text)
        language = element.get(LANGUAGE) or ""
        datatype = next((a for a in element.attributes if a.written == DATATYPE), None)
        iri = self.iri(DATATYPE, datatype.value) if datatype else v.RDF_PLAIN_LITERAL
        if iri in (v.RDF_PLAIN_LITERAL, v.RDF_LANG_STRING):
            iri = v.RDF_LANG_STRING if language else STRING
        return Literal(text, iri, language)
