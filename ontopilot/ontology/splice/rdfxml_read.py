"""RDF/XML to statements that know the element or attribute that says them (W3C, RDF 1.1 XML)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Literal as OneOf
from urllib.parse import urljoin
from xml.sax.saxutils import quoteattr

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triple
from ontopilot.ontology.splice.xmltree import Attribute, Element
from ontopilot.ontology.terms import Iri, Literal

RDF = v.RDF_TYPE.removesuffix("type")
XML = "http://www.w3.org/XML/1998/namespace"
ABOUT, RESOURCE, DATATYPE, NODE_ID, ID = (
    RDF + name for name in ("about", "resource", "datatype", "nodeID", "ID")
)
PARSE_TYPE = RDF + "parseType"
DESCRIPTION = RDF + "Description"
LANGUAGE = XML + "lang"
BASE = XML + "base"
STRING = Iri(v.XSD + "string")

_SYNTAX = frozenset({ABOUT, RESOURCE, DATATYPE, NODE_ID, ID, PARSE_TYPE, RDF + "bagID"})

Kind = OneOf["property", "type", "attribute", "implied"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple and where it is said.

    `property`: by a property element; `type`: by the name of a node element; `attribute`: by an
    attribute of the element; `implied`: by the element's content as a whole, as a list is.
    """

    triple: Triple
    kind: Kind
    element: Element
    attribute: Attribute | None = None


class StatementReader:
    """Walks the node and property elements of one file."""

    def __init__(self, text: str, base: str, entities: Mapping[str, str]) -> None:
        self._text = text
        self._base = base
        self._entities = entities
        self._anonymous = (Iri(f"_:at.{number}") for number in count())
        self.statements: list[Statement] = []
        self.nodes: dict[int, Iri] = {}
        """The node that each node element is about, by the identity of the element."""

    def read(self, root: Element) -> None:
        """Collect the statements of a document.

        Raises:
            EditError: a form of RDF/XML whose places are not known.
        """
        base, language = self._scope(root, self._base, "")
        if root.name != RDF + "RDF":
            self._node(root, self._base, "")
            return
        for child in root.children:
            self._node(child, base, language)

    def _scope(self, element: Element, base: str, language: str) -> tuple[str, str]:
        declared = element.get(BASE)
        own = element.get(LANGUAGE)
        base = base if declared is None else resolved(declared, base)
        return base, language if own is None else own

    def _node(self, element: Element, base: str, language: str) -> Iri:
        base, language = self._scope(element, base, language)
        subject = self._subject(element, base)
        self.nodes[id(element)] = subject
        if element.name != DESCRIPTION:
            self._say((subject, v.RDF_TYPE, Iri(element.name)), "type", element)
        self._attributes(element, subject, base, language)
        members = count(1)
        for child in element.children:
            self._property(child, subject, members, base, language)
        return subject

    def _subject(self, element: Element, base: str) -> Iri:
        about, name, label = element.get(ABOUT), element.get(ID), element.get(NODE_ID)
        if about is not None:
            return Iri(resolved(about, base))
        if name is not None:
            return Iri(resolved("#" + name, base))
        return Iri(f"_:id.{label}") if label is not None else next(self._anonymous)

    def _attributes(self, element: Element, subject: Iri, base: str, language: str) -> None:
        for one in element.attributes:
            if one.name in _SYNTAX or one.name.startswith(XML) or one.written.startswith("xmlns"):
                continue
            if one.name == v.RDF_TYPE:
                value: Node = Iri(resolved(one.value, base))
            else:
                value = text_literal(one.value, language)
            self._say((subject, Iri(one.name), value), "attribute", element, one)

    def _property(
        self, element: Element, subject: Iri, members: "count[int]", base: str, language: str
    ) -> None:
        base, language = self._scope(element, base, language)
        name = element.name if element.name != RDF + "li" else f"{RDF}_{next(members)}"
        value = self._value(element, base, language)
        self._say((subject, Iri(name), value), "property", element)
        if element.get(ID) is not None:
            raise EditError(
                f"the statement {element.get(ID)!r} has an rdf:ID of its own, whose place is not "
                "known; edit this file in Protégé"
            )

    def _value(self, element: Element, base: str, language: str) -> Node:
        parse = element.get(PARSE_TYPE)
        if parse == "Collection":
            return self._collection(element, base, language)
        if parse == "Resource":
            return self._resource(element, base, language)
        if parse is not None:
            return self._xml(element)
        if element.children:
            return self._node(element.children[0], base, language)
        return self._leaf(element, base, language)

    def _leaf(self, element: Element, base: str, language: str) -> Node:
        resource, label = element.get(RESOURCE), element.get(NODE_ID)
        value: Iri | None = None
        if resource is not None:
            value = Iri(resolved(resource, base))
        elif label is not None:
            value = Iri(f"_:id.{label}")
        elif self._has_properties(element):
            value = next(self._anonymous)
        if value is not None:
            self._attributes(element, value, base, language)
            return value
        datatype = element.get(DATATYPE)
        text = "".join(element.text)
        if datatype is not None:
            return Literal(text, Iri(resolved(datatype, base)))
        return text_literal(text, language)

    def _has_properties(self, element: Element) -> bool:
        return any(
            one.name not in _SYNTAX
            and not one.name.startswith(XML)
            and not one.written.startswith("xmlns")
            for one in element.attributes
        )

    def _resource(self, element: Element, base: str, language: str) -> Iri:
        node = next(self._anonymous)
        members = count(1)
        for child in element.children:
            self._property(child, node, members, base, language)
        return node

    def _xml(self, element: Element) -> Literal:
        """A value that is XML, as the bulk parser writes it."""
        import pyoxigraph

        inner = self._text[element.inside : element.closing].replace("\r\n", "\n")
        for name, value in self._entities.items():
            inner = inner.replace(f"&{name};", value)
        declared = " ".join(
            f"xmlns{':' * bool(name)}{name}={quoteattr(value)}"
            for name, value in element.namespaces.items()
            if name != "xml"
        )
        rdf = next(name for name, value in element.namespaces.items() if value == RDF and name)
        document = (
            f'<{rdf}:RDF {declared}><{rdf}:Description {rdf}:about="urn:x">'
            f'<{rdf}:value {rdf}:parseType="Literal">{inner}</{rdf}:value>'
            f"</{rdf}:Description></{rdf}:RDF>"
        )
        quads = pyoxigraph.parse(document, format=pyoxigraph.RdfFormat.RDF_XML)
        return Literal(next(iter(quads)).object.value, Iri(RDF + "XMLLiteral"))

    def _collection(self, element: Element, base: str, language: str) -> Iri:
        nodes = [self._node(child, base, language) for child in element.children]
        head = v.RDF_NIL
        for node in reversed(nodes):
            cell = next(self._anonymous)
            self._say((cell, v.RDF_FIRST, node), "implied", element)
            self._say((cell, v.RDF_REST, head), "implied", element)
            head = cell
        return head

    def _say(
        self, triple: Triple, kind: Kind, element: Element, attribute: Attribute | None = None
    ) -> None:
        self.statements.append(Statement(triple, kind, element, attribute))


def text_literal(text: str, language: str) -> Literal:
    """A literal without a datatype of its own."""
    return Literal(text, v.RDF_LANG_STRING if language else STRING, language)


def resolved(reference: str, base: str) -> str:
    """An IRI reference as an absolute IRI (RFC 3986, 5.2)."""
    before = base.partition("#")[0]
    if not reference:
        return before
    if reference.startswith("#"):
        return before + reference
    scheme = reference.partition(":")[0]
    if ":" in reference and scheme.replace("+", "").replace("-", "").replace(".", "").isalnum():
        return reference
    own, colon, rest = before.partition(":")
    return own + colon + urljoin("http:" + rest, reference).removeprefix("http:")


def within(element: Element) -> Iterator[Element]:
    """An element and those that it stands in, from the inside out."""
    at: Element | None = element
    while at is not None:
        yield at
        at = at.parent
