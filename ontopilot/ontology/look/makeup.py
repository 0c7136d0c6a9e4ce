"""Class expressions, data ranges and property expressions, by what they are made of."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Final

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.forms import Forms, Part
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.terms import Iri, Literal, TermKind

_FILLED: Final = {
    v.OWL_SOME: "SomeValuesFrom",
    v.OWL_ALL: "AllValuesFrom",
    v.OWL_HAS_VALUE: "HasValue",
    v.OWL_HAS_SELF: "HasSelf",
}
_JOINED: Final = {
    v.OWL_INTERSECTION: "IntersectionOf",
    v.OWL_UNION: "UnionOf",
    v.OWL_ONE_OF: "OneOf",
    v.OWL_COMPLEMENT: "ComplementOf",
}
_COUNTED: Final = {"min": "MinCardinality", "max": "MaxCardinality"}


@dataclass(frozen=True, slots=True)
class Construct:
    """An expression: its name in the functional syntax without `Object` or `Data`, and its parts.

    A named class, datatype or property is `Name`, a blank node that is no expression `Malformed`.
    `data` tells expressions over literals from those over things.
    """

    name: str
    properties: tuple[Node, ...] = ()
    parts: tuple[Node, ...] = ()
    number: int = 0
    data: bool = False


class Constructs:
    """Reads the expressions of a graph (OWL 2 Mapping to RDF Graphs, section 3)."""

    def __init__(self, forms: Forms, kinds: Mapping[Iri, Set[TermKind]]) -> None:
        self._forms = forms
        self._kinds = kinds

    def read(self, node: Node) -> Construct:
        """What a node is as a class expression or a data range."""
        if isinstance(node, Literal):
            return Construct("Malformed")
        if not is_blank(node):
            return Construct("Name", parts=(node,), data=self.is_datatype(node))
        listed = [p for p in self._forms.parts.get(node, ()) if p.predicate != v.RDF_TYPE]
        parts = {part.predicate: part for part in listed}
        if len(parts) != len(listed) or node in self._forms.loose:
            return Construct("Malformed")
        on = parts.get(v.OWL_ON_PROPERTY) or parts.get(v.OWL_ON_PROPERTIES)
        if on is not None:
            return self._restriction(on, parts)
        return self._combined(node, parts)

    def is_datatype(self, node: Node) -> bool:
        """Whether a name is a datatype."""
        if isinstance(node, Literal):
            return False
        builtin = node.startswith(v.XSD) or node in DATATYPES
        return builtin or "datatype" in self._kinds.get(node, ())

    def is_data_property(self, node: Node) -> bool:
        """Whether a property joins things to literals."""
        if isinstance(node, Literal):
            return False
        return node == v.OWL_TOP_DATA or "data_property" in self._kinds.get(node, ())

    def inverted(self, node: Node) -> Node | None:
        """The property of which a nameless one is the inverse."""
        if isinstance(node, Literal) or not is_blank(node):
            return None
        return self._forms.triples.one(node, v.OWL_INVERSE)

    def _restriction(self, on: Part, parts: Mapping[Iri, Part]) -> Construct:
        data = any(self.is_data_property(one) for one in on.members)
        rest = [p for p in parts.values() if p is not on]
        if len(rest) == 1 and rest[0].predicate in _FILLED:
            name = _FILLED[rest[0].predicate]
            filled = () if name == "HasSelf" else rest[0].members
            return Construct(name, on.members, filled, data=data)
        counts = [p for p in rest if local_name(p.predicate).lower().endswith("cardinality")]
        fillers = [p for p in rest if p.predicate in (v.OWL_ON_CLASS, v.OWL_ON_DATA_RANGE)]
        if len(counts) != 1 or len(fillers) > 1 or len(rest) != len(counts) + len(fillers):
            return Construct("Malformed")
        number = counts[0].members[0]
        if not isinstance(number, Literal) or not number.value.strip().isdigit():
            return Construct("Malformed")
        name = _COUNTED.get(local_name(counts[0].predicate)[:3], "ExactCardinality")
        filled = fillers[0].members if fillers else ()
        return Construct(name, on.members, filled, int(number.value), data)

    def _combined(self, node: Iri, parts: Mapping[Iri, Part]) -> Construct:
        if parts.keys() == {v.OWL_ON_DATATYPE, v.OWL_WITH_RESTRICTIONS}:
            return Construct("Restriction", parts=parts[v.OWL_ON_DATATYPE].members, data=True)
        if len(parts) != 1:
            return Construct("Malformed")
        ((predicate, part),) = parts.items()
        if predicate == v.OWL_DATATYPE_COMPLEMENT:
            return Construct("ComplementOf", parts=part.members, data=True)
        if predicate not in _JOINED or not (part.shape != "one" or predicate == v.OWL_COMPLEMENT):
            return Construct("Malformed")
        data = v.RDFS_DATATYPE in self._forms.triples.values(node, v.RDF_TYPE)
        data = data or any(isinstance(one, Literal) for one in part.members)
        return Construct(_JOINED[predicate], parts=part.members, data=data)


DATATYPES: Final = {
    v.RDFS_LITERAL,
    v.RDF_PLAIN_LITERAL,
    v.RDF_LANG_STRING,
    Iri(v.RDF + "XMLLiteral"),
    Iri(v.OWL + "real"),
    Iri(v.OWL + "rational"),
}
"""The datatypes of OWL 2 that are not of XML Schema."""
