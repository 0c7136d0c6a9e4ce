"""What an axiom is made of: class expressions, data ranges, properties and things, by place."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.look.axioms import Axiom, Axioms
from ontopilot.ontology.look.makeup import Construct, Constructs
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Iri, Literal

Role = OneOf["class", "range", "property", "thing", "literal"]
Place = OneOf["sub", "super", "equiv", "type", "key", "range", "property", "thing", "literal"]

_MEMBERS: dict[str, Place] = {
    "EquivalentClasses": "equiv",
    "DisjointClasses": "sub",
    "SameIndividual": "thing",
    "DifferentIndividuals": "thing",
    "DatatypeDefinition": "range",
}
_ENDS: dict[str, tuple[Place, Place]] = {
    "SubClassOf": ("sub", "super"),
    "DisjointUnion": ("equiv", "equiv"),
    "ClassAssertion": ("thing", "type"),
    "HasKey": ("key", "property"),
    "ObjectPropertyDomain": ("property", "super"),
    "DataPropertyDomain": ("property", "super"),
    "ObjectPropertyRange": ("property", "super"),
    "DataPropertyRange": ("property", "range"),
    "ObjectPropertyAssertion": ("thing", "thing"),
    "DataPropertyAssertion": ("thing", "literal"),
}


@dataclass(frozen=True, slots=True)
class Operand:
    """A node of an axiom and the place where it stands."""

    node: Node
    place: Place


class Operands:
    """Reads the operands of axioms, and the expressions within them."""

    def __init__(self, axioms: Axioms) -> None:
        self.constructs = Constructs(axioms.forms, axioms.kinds)

    def of(self, axiom: Axiom) -> Iterator[Operand]:
        """The outermost operands of a logical axiom."""
        subject, part = axiom.statement.subject, axiom.statement.part
        if axiom.kind in _MEMBERS:
            yield from (Operand(one, _MEMBERS[axiom.kind]) for one in part.members)
            return
        if axiom.kind == "DLSafeRule":
            return
        first, rest = _ENDS.get(axiom.kind, ("property", "property"))
        if "PropertyAssertion" in axiom.kind:
            yield from self._assertion(axiom)
            return
        if subject is not None:
            yield Operand(subject, first)
        if part.predicate != v.RDF_TYPE or axiom.kind == "ClassAssertion":
            yield from (Operand(one, rest) for one in part.members)

    def _assertion(self, axiom: Axiom) -> Iterator[Operand]:
        subject, part = axiom.statement.subject, axiom.statement.part
        members = part.members
        predicate: Node = part.predicate
        if axiom.kind.startswith("Negative"):
            predicate, members = members[0], members[1:]
        if subject is not None:
            yield Operand(subject, "thing")
        yield Operand(predicate, "property")
        for one in members:
            yield Operand(one, "literal" if isinstance(one, Literal) else "thing")

    def within(self, node: Node, place: Place) -> Iterator[tuple[Node, Role, Construct | None]]:
        """A class expression or data range and all that it is made of, outermost first."""
        waiting: list[tuple[Node, Role]] = [(node, "range" if place == "range" else "class")]
        seen: set[Node] = set()
        while waiting:
            at, role = waiting.pop()
            if role not in ("class", "range"):
                yield at, role, None
                continue
            construct = self.constructs.read(at)
            yield at, role, construct
            if at not in seen and construct.name not in ("Name", "Malformed"):
                seen.add(at)
                waiting += [(one, "property") for one in construct.properties]
                waiting += [(one, _role(construct, one)) for one in construct.parts]

    def each(self, axiom: Axiom) -> Iterator[tuple[Node, Role, Construct | None]]:
        """Every node of an axiom with its role."""
        for operand in self.of(axiom):
            if operand.place in ("property", "thing", "literal"):
                yield operand.node, _simple(operand.place), None
            else:
                yield from self.within(operand.node, operand.place)

    def names(self, axiom: Axiom, role: Role) -> Iterator[Iri]:
        """The names that stand in a role in an axiom; inverses count as their property."""
        for node, found, construct in self.each(axiom):
            inner = self.constructs.inverted(node) if found == "property" else None
            name = node if inner is None else inner
            named = construct is None or construct.name == "Name"
            if found == role and named and isinstance(name, str):
                yield Iri(name)


def _role(construct: Construct, node: Node) -> Role:
    if isinstance(node, Literal):
        return "literal"
    if construct.name in ("HasValue", "OneOf"):
        return "thing"
    return "range" if construct.data else "class"


def _simple(place: Place) -> Role:
    roles: dict[str, Role] = {"property": "property", "thing": "thing", "literal": "literal"}
    return roles[place]
