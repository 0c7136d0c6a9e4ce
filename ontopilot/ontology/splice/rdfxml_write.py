"""Triples as RDF/XML elements, laid out as Protégé lays them out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from xml.sax.saxutils import escape

from ontopilot.errors import EditError
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.owl.to_triples import DECLARATIONS, RESTRICTION
from ontopilot.ontology.rdf.triples import Node, Triple, is_blank
from ontopilot.ontology.splice.rdfxml_read import RDF, STRING
from ontopilot.ontology.splice.spelling import Prefixes, Spelling
from ontopilot.ontology.terms import Iri, Literal

_TYPES = (*DECLARATIONS.values(), RESTRICTION, v.OWL_AXIOM, v.OWL_ANNOTATION)
"""Classes that name the element of their members."""

_FIRST = [
    "equivalentClass",
    "equivalentProperty",
    "subClassOf",
    "subPropertyOf",
    "inverseOf",
    "type",
    "domain",
    "range",
    "propertyChainAxiom",
    "disjointWith",
    "propertyDisjointWith",
    "disjointUnionOf",
    "hasKey",
    "sameAs",
    "differentFrom",
    "annotatedSource",
    "annotatedProperty",
    "annotatedTarget",
    "onProperty",
]
_RANK = {
    namespace + name: rank
    for rank, name in enumerate(_FIRST)
    for namespace in (v.OWL, RDF, "http://www.w3.org/2000/01/rdf-schema#")
}
Key = tuple[int, str]


def rank(predicate: str) -> Key:
    """Where Protégé puts a predicate among those of a subject."""
    return _RANK.get(predicate, len(_FIRST)), predicate


class ElementWriter:
    """Writes the elements of added triples; indents by `unit`, ends lines with `newline`."""

    def __init__(
        self,
        added: Iterable[Triple],
        *,
        spelling: Spelling,
        prefixes: Prefixes,
        labels: Mapping[Iri, str],
        unit: str,
        newline: str,
    ) -> None:
        self._about: dict[Iri, list[tuple[Iri, Node]]] = defaultdict(list)
        for subject, predicate, value in added:
            self._about[subject].append((predicate, value))
        self._spelling = spelling
        self._prefixes = prefixes
        self._labels = labels
        self._unit = unit
        self._newline = newline

    def node(self, subject: Iri, indent: str) -> str:
        """A node element with everything that is added about its subject."""
        about = list(self._about[subject])
        tag = self._name(Iri(RDF + "Description"))
        for kind in _TYPES:
            if (v.RDF_TYPE, kind) in about:
                about.remove((v.RDF_TYPE, kind))
                tag = self._name(kind)
                break
        start = indent + "<" + tag + self._identity(subject)
        if not about:
            return start + "/>"
        if not is_blank(subject):
            about.sort(key=lambda pair: rank(pair[0]))
        inner = [
            self.statement(predicate, value, indent + self._unit) for predicate, value in about
        ]
        return self._newline.join([start + ">", *inner, f"{indent}</{tag}>"])

    def _identity(self, subject: Iri) -> str:
        if not is_blank(subject):
            return f' {self._rdf("about")}="{self._spelling.attribute(subject)}"'
        label = self._labels.get(subject)
        return f' {self._rdf("nodeID")}="{label}"' if label else ""

    def statement(self, predicate: Iri, value: Node, indent: str) -> str:
        """A property element."""
        name = self._name(predicate)
        start = indent + "<" + name
        if isinstance(value, Literal):
            return start + self._literal(value) + f"</{name}>"
        if not is_blank(value):
            return f'{start} {self._rdf("resource")}="{self._spelling.attribute(value)}"/>'
        if value in self._labels and value not in self._about:
            return f'{start} {self._rdf("nodeID")}="{self._labels[value]}"/>'
        items = self._items(value)
        if items is None:
            inner = self.node(value, indent + self._unit)
            return self._newline.join([start + ">", inner, f"{indent}</{name}>"])
        members = [self._member(item, indent + self._unit) for item in items]
        opened = f'{start} {self._rdf("parseType")}="Collection">'
        return self._newline.join([opened, *members, f"{indent}</{name}>"])

    def _member(self, item: Node, indent: str) -> str:
        if isinstance(item, Literal):
            raise EditError(
                f"a list with the value {item.value!r} cannot be written in RDF/XML as Protégé "
                "writes it; save the ontology as Turtle first"
            )
        if is_blank(item):
            return self.node(item, indent)
        tag = self._name(Iri(RDF + "Description"))
        return f'{indent}<{tag} {self._rdf("about")}="{self._spelling.attribute(item)}"/>'

    def _items(self, head: Iri) -> list[Node] | None:
        """The members of a list; nothing where the node is none, or holds a literal."""
        items: list[Node] = []
        at: Node = head
        while at != v.RDF_NIL:
            cell = dict(self._about.get(Iri(str(at)), ()))
            if set(cell) != {v.RDF_FIRST, v.RDF_REST} or isinstance(cell[v.RDF_FIRST], Literal):
                return None
            items.append(cell[v.RDF_FIRST])
            at = cell[v.RDF_REST]
        return items

    def _literal(self, literal: Literal) -> str:
        text = escape(literal.value, {"\r": "&#13;"})
        if literal.language:
            return f' xml:lang="{literal.language}">{text}'
        if literal.datatype == STRING:
            return f">{text}"
        datatype = self._spelling.attribute(literal.datatype)
        return f' {self._rdf("datatype")}="{datatype}">{text}'

    def _rdf(self, name: str) -> str:
        return self._name(Iri(RDF + name))

    def _name(self, iri: Iri) -> str:
        found = self._prefixes.name(iri)
        if found is None:
            raise EditError(
                f"the property {str(iri)!r} has no name that RDF/XML can write as an element; give "
                "it an IRI that ends in a letter and letters or digits after it"
            )
        return found
