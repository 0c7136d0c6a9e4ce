"""Whether one thing can be in two classes, as OWL and a closed world say."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.query.classes import Alternatives, Atomic
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Node, is_blank, is_named
from ontopilot.ontology.terms import Iri

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

Edges = dict[Iri, set[Iri]]
Pair = tuple[Iri, Iri]


@dataclass(frozen=True, slots=True)
class Apart:
    """Two classes that cannot meet; `declared` when an axiom says so, not only the closed world."""

    one: Iri
    other: Iri
    declared: bool


class Meeting:
    """Answers for one ontology, each worked out once.

    Declared disjoint classes do not meet. In the closed world neither do classes that have no
    subclass and no individual in common. A class that has a definition (`EquivalentTo`) or that
    something unnamed is a subclass of can have members that nobody listed: of it, only what all
    its members are counts.
    """

    def __init__(self, ontology: "Ontology") -> None:
        self._ontology = ontology
        self._triples = ontology.asserted
        self._empty = frozenset(ontology.reasoning.empty)
        self._up: Edges = {}
        self._down: Edges = {}
        self._above: dict[Iri, frozenset[Iri]] = {}
        self._below: dict[Iri, frozenset[Iri]] = {}
        self._open: set[Iri] = set()
        self._unions: Edges = {}
        self._whole: Edges = {}
        self._known: dict[Pair, Apart | None] = {}
        self._read()

    def empty(self, cls: Iri) -> bool:
        """Whether nothing can be in a class."""
        return cls in self._empty

    def above(self, cls: Iri) -> frozenset[Iri]:
        """A class and all that its members are in as well."""
        if cls not in self._above:
            found = self._closed(cls, self._up, self._ontology.ancestors)
            self._above[cls] = frozenset(found)
        return self._above[cls]

    def below(self, cls: Iri) -> frozenset[Iri]:
        """A class and all whose members are in it."""
        if cls not in self._below:
            found = self._closed(cls, self._down, self._ontology.descendants)
            self._below[cls] = frozenset(found)
        return self._below[cls]

    def apart(self, one: Alternatives, other: Alternatives) -> Apart | None:
        """Why nothing meets both expressions, or nothing if something can."""
        why: Apart | None = None
        for first in sorted(one, key=sorted):
            for second in sorted(other, key=sorted):
                found = self.clash(first, second)
                if found is None:
                    return None
                why = why or found
        return why

    def clash(self, one: Iterable[Atomic], other: Iterable[Atomic]) -> Apart | None:
        """Why nothing is in all classes of two alternatives together."""
        for cls, positive in sorted(one):
            for second, also in sorted(other):
                found = self._atomic(cls, positive, second, also)
                if found is not None:
                    return found
        return None

    def _atomic(self, one: Iri, positive: bool, other: Iri, also: bool) -> Apart | None:
        if positive and also:
            return self.pair(one, other)
        if positive != also:
            inside, outside = (one, other) if positive else (other, one)
            if outside in self.above(inside):
                return Apart(one, other, declared=True)
        return None

    def pair(self, one: Iri, other: Iri) -> Apart | None:
        """Why nothing is in two named classes, or nothing if something can be."""
        key = (one, other) if one < other else (other, one)
        if key not in self._known:
            self._known[key] = self._pair(*key, frozenset({key}))
        return self._known[key]

    def _pair(self, one: Iri, other: Iri, asked: frozenset[Pair]) -> Apart | None:
        """`asked` are the pairs that are being worked out: definitions may run in a circle."""
        above, below = self.above(one), self.above(other)
        disjoint = self._ontology.disjoint
        for cls in sorted(above & disjoint.keys()):
            for second in sorted(disjoint[cls] & below):
                return Apart(cls, second, declared=True)
        if one in below or other in above:
            return None
        if self._have_a_member(one, other) or self._covered(above, other):
            return None
        if self._covered(below, one):
            return None
        return self._undefined(one, other, asked)

    def _have_a_member(self, one: Iri, other: Iri) -> bool:
        if (self.below(one) & self.below(other)) - self._empty:
            return True
        return not self._members(one).isdisjoint(self._members(other))

    def _members(self, cls: Iri) -> frozenset[Iri]:
        if not self._down:
            return self._ontology.instances(cls)
        return frozenset().union(*(self._ontology.instances(one) for one in self.below(cls)))

    def _covered(self, classes: Iterable[Iri], other: Iri) -> bool:
        """Whether some class is a union of which one member may be the other class."""
        parts = {part for cls in classes for part in self._unions.get(cls, ())}
        return any(part in self.above(other) or other in self.above(part) for part in parts)

    def _undefined(self, one: Iri, other: Iri, asked: frozenset[Pair]) -> Apart | None:
        """Apart in the closed world, unless a definition lets in what nobody listed."""
        for cls, against in ((one, other), (other, one)):
            if cls in self._whole:
                found = [self._then(part, against, asked) for part in sorted(self._whole[cls])]
                return None if None in found else found[0]
            if cls in self._open:
                bases = sorted(self.above(cls) - {cls})
                beyond = (self._then(base, against, asked) for base in bases)
                return next((apart for apart in beyond if apart is not None), None)
        return Apart(one, other, declared=False)

    def _then(self, one: Iri, other: Iri, asked: frozenset[Pair]) -> Apart | None:
        """A pair on which another depends."""
        key = (one, other) if one < other else (other, one)
        if key in self._known:
            return self._known[key]
        return None if key in asked or one == other else self._pair(*key, asked | {key})

    def _closed(self, cls: Iri, edges: Edges, known: Callable[[Iri], frozenset[Iri]]) -> set[Iri]:
        """What the hierarchy reaches from a class, and what the definitions add to it."""
        found = {cls} | known(cls)
        waiting = [one for one in found if one in edges]
        while waiting:
            for step in edges[waiting.pop()] - found:
                new = ({step} | known(step)) - found
                found |= new
                waiting += [one for one in new if one in edges]
        return found

    def _read(self) -> None:
        """What definitions add to the hierarchy, and which classes they leave open."""
        for cls, node in self._triples.pairs(v.OWL_EQUIVALENT_CLASS):
            if isinstance(node, str):
                self._equivalent(cls, Iri(node))
        for cls, node in self._triples.pairs(v.RDFS_SUBCLASS):
            if is_blank(cls) and is_named(node):
                self._open.add(Iri(str(node)))
            elif is_named(cls) and is_blank(node):
                self._unions.setdefault(cls, set()).update(self._parts(node, v.OWL_UNION))
        for axiom in (v.OWL_UNION, v.OWL_DISJOINT_UNION, v.OWL_INTERSECTION):
            for cls, _ in self._triples.pairs(axiom):
                if is_named(cls):
                    self._defined(cls, cls, axiom)
        self._open |= {cls for cls, _ in self._triples.pairs(v.OWL_COMPLEMENT) if is_named(cls)}

    def _equivalent(self, cls: Iri, node: Iri) -> None:
        if is_blank(cls):
            cls, node = node, cls
        if is_blank(cls):
            return
        if not is_blank(node):
            self._edge(cls, node)
            self._edge(node, cls)
            return
        if not self._enumerated(node):
            self._open.add(cls)
        for axiom in (v.OWL_UNION, v.OWL_INTERSECTION):
            self._defined(cls, node, axiom)

    def _defined(self, cls: Iri, node: Iri, axiom: Iri) -> None:
        parts = list(self._parts(node, axiom))
        if axiom in (v.OWL_UNION, v.OWL_DISJOINT_UNION) and parts:
            self._unions.setdefault(cls, set()).update(parts)
            if len(parts) == sum(
                1 for _ in members_of(self._triples, self._triples.one(node, axiom))
            ):
                self._whole[cls] = set(parts)
            for part in parts:
                self._edge(part, cls)
        elif axiom == v.OWL_INTERSECTION:
            if not self._enumerated(node):
                self._open.add(cls)
            for part in parts:
                self._edge(cls, part)

    def _enumerated(self, node: Iri) -> bool:
        """Whether a definition lists the members, so that the class is not open."""
        listed = members_of(self._triples, self._triples.one(node, v.OWL_INTERSECTION))
        return any(self._triples.one(one, v.OWL_ONE_OF) is not None for one in (node, *listed))

    def _parts(self, node: Node, axiom: Iri) -> Iterator[Iri]:
        for head in self._triples.values(node, axiom):
            for part in members_of(self._triples, head):
                if is_named(part) and isinstance(part, str):
                    yield Iri(part)

    def _edge(self, lower: Iri, upper: Iri) -> None:
        self._up.setdefault(lower, set()).add(upper)
        self._down.setdefault(upper, set()).add(lower)
