"""What the parts of a query demand of each node, and which demands cannot be met together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.values import same_value
from ontopilot.ontology.query.classes import ANYTHING, Alternatives, alternatives, named, one_of
from ontopilot.ontology.query.meet import Apart, Meeting
from ontopilot.ontology.query.pattern import (
    Atom,
    Compared,
    Kind,
    Needs,
    Node,
    Same,
    Statement,
    Variable,
    nodes_of,
)
from ontopilot.ontology.query.properties import Properties
from ontopilot.ontology.query.ranges import admits, comparable, families
from ontopilot.ontology.rdf.triples import Node as RdfNode
from ontopilot.ontology.terms import Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

_MOST_WAYS = 200

Source = OneOf["type", "domain", "range", "only", "value", "use"]
"""Where a demand comes from: a type, an end of a property, allValuesFrom, a constant, a use."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a node must be.

    `said` is the part of the query that demands it, `origin` the property or class whose axiom
    does, `statement` the triple. Of a constant, `literal` or `iri` is what it is.
    """

    source: Source
    kind: Kind
    said: str
    classes: Alternatives = ANYTHING
    ranges: tuple[RdfNode, ...] = ()
    origin: Iri | None = None
    statement: Statement | None = None
    literal: Literal | None = None
    iri: Iri | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two demands on a node that nothing meets together.

    `apart` names the classes that cannot meet; without it the demands are of different kinds.
    """

    node: Node
    one: Demand
    other: Demand
    apart: Apart | None = None
    data: bool = False
    together: tuple[Demand, ...] = ()

    @property
    def about(self) -> frozenset[object]:
        """What clashes, whoever demands it."""
        return frozenset((each.kind, each.classes, each.ranges) for each in (self.one, self.other))


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an ontology says, ready to be asked by many queries."""

    ontology: "Ontology"
    meeting: Meeting
    properties: Properties

    @classmethod
    def of(cls, ontology: "Ontology") -> "Meaning":
        """The meaning of an ontology."""
        return cls(ontology, Meeting(ontology), Properties(ontology))


class Demands:
    """The demands of some atoms on each node; equal nodes are one."""

    def __init__(self, meaning: Meaning, atoms: Sequence[Atom]) -> None:
        self._meaning = meaning
        self._leader: dict[Node, Node] = {}
        for atom in atoms:
            if isinstance(atom, Same):
                self._unite(atom.one, atom.other)
        self._constants: dict[Node, list[Node]] = {}
        for node in list(self._leader):
            if not isinstance(node, Variable):
                self._constants.setdefault(self._find(node), []).append(node)
        self._of: dict[Node, dict[object, Demand]] = {}
        for atom in atoms:
            for node, demand in self._read(atom):
                self._add(node, demand)
        for node in {node for atom in atoms for node in nodes_of(atom)}:
            self._add_constants(node)
        for atom in atoms:
            if isinstance(atom, Statement):
                self._only(atom)

    def _add(self, node: Node, demand: Demand) -> None:
        same = replace(demand, said="", statement=None)
        self._of.setdefault(self._find(node), {}).setdefault(same, demand)

    def of(self, node: Node) -> list[Demand]:
        """What is demanded of a node, each thing once."""
        return list(self._of.get(self._find(node), {}).values())

    def conflicts(self) -> Iterator[Conflict]:
        """The pairs of demands on one node that nothing meets."""
        for node in self._of:
            found, told = self.of(node), set[frozenset[object]]()
            for at, one in enumerate(found):
                if one.source == "type" and any(
                    map(self._meaning.meeting.empty, named(one.classes))
                ):
                    yield Conflict(node, one, one)
                for other in found[:at]:
                    conflict = self._clash(node, other, one)
                    if conflict is not None and conflict.about not in told:
                        told.add(conflict.about)
                        yield conflict
            if not told:
                yield from self._together(node, found)

    def _together(self, node: Node, found: list[Demand]) -> Iterator[Conflict]:
        """Demands that go together two by two, but not all at once."""
        ways: Alternatives = ANYTHING
        for demand in found:
            meeting = self._meaning.meeting
            new = {
                way | part
                for way in ways
                for part in demand.classes
                if meeting.clash(way, part) is None
            }
            if not new:
                several = [one for one in found if one.classes != ANYTHING and one != demand]
                yield Conflict(node, several[0], demand, together=tuple(several))
                return
            if len(new) > _MOST_WAYS:
                return
            ways = frozenset(new)

    def _find(self, node: Node) -> Node:
        while node in self._leader and self._leader[node] != node:
            node = self._leader[node]
        return node

    def _unite(self, one: Node, other: Node) -> None:
        for node in (one, other):
            self._leader.setdefault(node, node)
        a, b = self._find(one), self._find(other)
        if isinstance(b, Variable):
            self._leader[b] = a
        else:
            self._leader[a] = b

    def _resolved(self, node: Node) -> Node:
        """The constant that a variable stands for, where there is one."""
        constants = self._constants.get(self._find(node)) if isinstance(node, Variable) else None
        return constants[0] if constants else node

    def _read(self, atom: Atom) -> Iterator[tuple[Node, Demand]]:
        if isinstance(atom, Needs):
            yield atom.node, Demand("use", atom.kind, atom.shown)
        elif isinstance(atom, Compared):
            yield atom.node, Demand("use", "literal", atom.shown, literal=atom.literal)
        elif isinstance(atom, Statement):
            predicate = self._resolved(atom.predicate)
            if predicate == v.RDF_TYPE:
                yield from self._type(atom)
            elif isinstance(predicate, str):
                yield from self._ends(atom, Iri(predicate))
            else:
                yield atom.subject, Demand("use", "thing", atom.shown, statement=atom)

    def _type(self, atom: Statement) -> Iterator[tuple[Node, Demand]]:
        cls = self._resolved(atom.object)
        known = isinstance(cls, str) and self._is_class(Iri(cls))
        classes = one_of([Iri(str(cls))]) if known else ANYTHING
        yield atom.subject, Demand("type", "thing", atom.shown, classes, statement=atom)

    def _is_class(self, iri: Iri) -> bool:
        ontology = self._meaning.ontology
        return ontology.has(iri) and ontology.term(iri).kind == "class"

    def _ends(self, atom: Statement, predicate: Iri) -> Iterator[tuple[Node, Demand]]:
        ends = self._meaning.properties.ends(predicate)
        if ends.kind == "annotation" or predicate.startswith(v.BUILT_IN):
            if not isinstance(atom.subject, Literal):
                yield atom.subject, Demand("use", "thing", atom.shown, statement=atom)
        else:
            for end in ends.starts or (None,):
                classes, origin = (end.classes, end.origin) if end else (ANYTHING, predicate)
                yield (
                    atom.subject,
                    Demand("domain", "thing", atom.shown, classes, (), origin, atom),
                )
        if ends.kind == "data":
            yield (
                atom.object,
                Demand("range", "literal", atom.shown, ANYTHING, ends.ranges, predicate, atom),
            )
        elif ends.kind == "object" or ends.leads:
            for end in ends.leads or (None,):
                classes, origin = (end.classes, end.origin) if end else (ANYTHING, predicate)
                yield (
                    atom.object,
                    Demand("range", "thing", atom.shown, classes, (), origin, atom),
                )

    def _add_constants(self, node: Node) -> None:
        """What the constants that a node stands for are known to be."""
        constants = self._constants.get(self._find(node), [])
        for constant in constants or ([] if isinstance(node, Variable) else [node]):
            if isinstance(constant, Literal):
                self._add(node, Demand("value", "literal", "", literal=constant))
            elif not isinstance(constant, Variable):
                types = self._meaning.ontology.types(constant)
                nearest = [t for t in types if not self._meaning.ontology.descendants(t) & types]
                demand = Demand("value", "thing", "", one_of(nearest), iri=constant)
                self._add(node, demand)

    def _only(self, atom: Statement) -> None:
        """What allValuesFrom says of the values that members of a class have."""
        predicate = self._resolved(atom.predicate)
        if not isinstance(predicate, str) or predicate.startswith(v.BUILT_IN):
            return
        roles = {
            iri for iri, turned in self._meaning.properties.implied(Iri(predicate)) if not turned
        }
        classes = [
            cls
            for demand in self.of(atom.subject)
            if len(demand.classes) == 1
            for cls in named(demand.classes)
        ]
        for cls in dict.fromkeys(classes):
            for demand in self._restricted(cls, roles, atom):
                self._add(atom.object, demand)

    def _restricted(self, cls: Iri, roles: set[Iri], atom: Statement) -> Iterator[Demand]:
        ontology, triples = self._meaning.ontology, self._meaning.ontology.asserted
        if not triples.pairs(v.OWL_ALL):
            return
        for above in sorted(self._meaning.meeting.above(cls)):
            for axiom in (v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS):
                for node in triples.values(above, axiom):
                    filler = triples.one(node, v.OWL_ALL)
                    if filler is None or triples.one(node, v.OWL_ON_PROPERTY) not in roles:
                        continue
                    found = alternatives(triples, filler, ontology.types)
                    if found != ANYTHING and all(map(self._is_class, named(found))):
                        yield Demand("only", "thing", atom.shown, found, (), above, atom)

    def _clash(self, node: Node, one: Demand, other: Demand) -> Conflict | None:
        things = (one.kind == "thing") + (other.kind == "thing")
        if things == 1:
            return Conflict(node, one, other)
        if things == 2:
            if one.iri and other.iri and one.iri != other.iri:
                return Conflict(node, one, other)
            apart = self._meaning.meeting.apart(one.classes, other.classes)
            return Conflict(node, one, other, apart) if apart else None
        if self._values_clash(one, other) or self._values_clash(other, one):
            return Conflict(node, one, other, data=True)
        return None

    def _values_clash(self, one: Demand, other: Demand) -> bool:
        """Whether no literal meets both; asked in both directions."""
        triples = self._meaning.ontology.asserted
        known = [families(triples, node) for node in one.ranges]
        if one.source == other.source == "value" and one.literal and other.literal:
            return not same_value(one.literal, other.literal)
        if other.literal is not None:
            if other.source == "value":
                return any(not admits(triples, node, other.literal) for node in one.ranges)
            return any(not comparable(triples, node, other.literal) for node in one.ranges)
        if other.kind == "number":
            return any(found is not None and "number" not in found for found in known)
        return any(
            found is not None and second is not None and not found & second
            for found in known
            for second in (families(triples, node) for node in other.ranges)
        )
