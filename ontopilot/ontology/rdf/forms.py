"""Blank nodes by what they say: equal structure gives equal keys, whatever the nodes are called."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from hashlib import blake2b
from typing import Literal as OneOf

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal

Shape = OneOf["one", "set", "list"]
Kind = OneOf["expression", "axiom", "note", "thing"]
"""What a blank node stands for: a class expression or another construct of the language, an axiom
about several terms, an annotation of an axiom, or something that has no name."""

_SETS = {
    v.OWL_INTERSECTION,
    v.OWL_UNION,
    v.OWL_ONE_OF,
    v.OWL_MEMBERS,
    v.OWL_DISTINCT_MEMBERS,
    v.OWL_DISJOINT_UNION,
    v.OWL_HAS_KEY,
    v.OWL_WITH_RESTRICTIONS,
    v.SWRL_BODY,
    v.SWRL_HEAD,
}
"""Properties whose lists are sets: order and repetition mean nothing."""
_DEFINING = {
    v.OWL_ON_PROPERTY,
    v.OWL_ON_PROPERTIES,
    v.OWL_INTERSECTION,
    v.OWL_UNION,
    v.OWL_ONE_OF,
    v.OWL_COMPLEMENT,
    v.OWL_DATATYPE_COMPLEMENT,
    v.OWL_ON_DATATYPE,
    v.OWL_INVERSE,
    v.SWRL_CLASS,
    v.SWRL_PROPERTY,
    v.SWRL_BUILTIN,
    v.SWRL_DATA_RANGE,
    v.SWRL_ARGUMENTS,
    v.SWRL_FIRST,
}
"""What makes a node a construct of the language."""
AXIOMS = {
    v.OWL_ALL_DISJOINT_CLASSES,
    v.OWL_ALL_DISJOINT_PROPERTIES,
    v.OWL_ALL_DIFFERENT,
    v.OWL_NEGATIVE,
    v.SWRL_IMP,
}
"""Types of the nodes that are axioms themselves."""
ABOUT_EXPRESSIONS = {
    v.RDFS_SUBCLASS,
    v.OWL_EQUIVALENT_CLASS,
    v.OWL_DISJOINT_WITH,
    v.OWL_DISJOINT_UNION,
    v.OWL_HAS_KEY,
}
"""What makes an axiom about a class expression; it is no part of the expression."""
AXIOM_PARTS = {
    v.RDF_TYPE,
    v.OWL_MEMBERS,
    v.OWL_DISTINCT_MEMBERS,
    v.OWL_SOURCE,
    v.OWL_ASSERTION_PROPERTY,
    v.OWL_TARGET,
    v.OWL_TARGET_VALUE,
    v.SWRL_BODY,
    v.SWRL_HEAD,
}
"""What a node that is an axiom says; all else about it is an annotation."""
_IMPLIED_TYPES = {
    v.OWL_CLASS,
    v.RDFS_CLASS,
    v.OWL_RESTRICTION,
    v.OWL_OBJECT_PROPERTY,
}
_LIST_TYPES = {v.RDF_LIST, v.SWRL_ATOM_LIST}
_CARDINALITIES = {*v.MIN_CARDINALITIES, *v.MAX_CARDINALITIES}
REIFYING = (v.OWL_ANNOTATED_SOURCE, v.OWL_ANNOTATED_PROPERTY, v.OWL_ANNOTATED_TARGET)


@dataclass(frozen=True, slots=True)
class Part:
    """A property and its value; a list is one value with its members."""

    predicate: Iri
    members: tuple[Node, ...]
    shape: Shape = "one"


class Forms:
    """The blank nodes of a graph as structures (OWL 2 Structural Specification, section 2.1).

    A node that is used once, or is a construct of the language, is a tree: its key is a hash of
    its parts. Nodes in a circle, and nameless things that are used several times, have an identity
    of their own: they are `loose`, and whoever asks for keys gives their names. Linear in triples.
    """

    def __init__(self, triples: Triples) -> None:
        self.triples = triples
        self._lists: dict[Iri, tuple[Node, ...] | None] = {}
        self.kinds = {node: self._kind(node) for node in self._blank()}
        self.parts = {node: tuple(self._parts_of(node)) for node in self.kinds}
        self.uses = self._count()
        shared = {n for n, kind in self.kinds.items() if kind == "thing" and self.uses[n] > 1}
        self.order = self._sorted(shared)
        self.loose = frozenset(self.kinds.keys() - set(self.order))

    def part(self, predicate: Iri, value: Node) -> Part:
        """A property with its value, read as a list where it is one."""
        if isinstance(value, Literal):
            return Part(predicate, (_plain(predicate, value),))
        listed = is_blank(value) and predicate != v.RDF_REST
        members = self._list(value) if listed else None
        if members is None:
            return Part(predicate, (value,))
        return Part(predicate, members, "set" if predicate in _SETS else "list")

    def keys(self, names: Mapping[Iri, str]) -> dict[Iri, str]:
        """The key of every blank node, `names` giving those of loose nodes and of renamed terms."""
        keys = dict(names)
        self.fill(keys, self.order)
        return keys

    def fill(self, keys: dict[Iri, str], nodes: Iterable[Iri]) -> None:
        """Put in the keys of nodes, which must come after the nodes that they are made of."""
        for node in nodes:
            keys[node] = hashed(sorted(part_key(part, keys) for part in self.parts[node]))

    def holding(self, wanted: Set[Node]) -> dict[Iri, frozenset[Node]]:
        """The trees that hold some of the wanted nodes or terms, and which they hold."""
        held: dict[Iri, frozenset[Node]] = {}
        for node in self.order:
            found: set[Node] = set()
            for part in self.parts[node]:
                found.update(held_in(part, wanted, held))
            if found:
                held[node] = frozenset(found)
        return held

    def _blank(self) -> Iterator[Iri]:
        """Blank nodes, without the cells of lists."""
        subjects = [node for node in self.triples.by_subject if is_blank(node)]
        after = {cell for _, cell in self.triples.pairs(v.RDF_REST)}
        cells: set[Iri] = set()
        for node in subjects:
            if node not in after and self._list(node) is not None:
                cells.update(self._cells(node))
        values = (
            value
            for pairs in self.triples.by_predicate.values()
            for _, value in pairs
            if isinstance(value, str) and is_blank(value)
        )
        for node in dict.fromkeys((*subjects, *values)):
            if node not in cells:
                yield node

    def _list(self, head: Iri) -> tuple[Node, ...] | None:
        """The members of a well-formed list; nothing where the node is none."""
        if head not in self._lists:
            cells = list(self._cells(head))
            ends = cells and self.triples.values(cells[-1], v.RDF_REST) == (v.RDF_NIL,)
            firsts = tuple(self.triples.one(cell, v.RDF_FIRST) for cell in cells)
            members = tuple(one for one in firsts if one is not None)
            self._lists[head] = members if ends and len(members) == len(firsts) else None
        return self._lists[head]

    def _cells(self, head: Iri) -> Iterator[Iri]:
        """The cells of a list, as far as they are well-formed and do not repeat."""
        seen: set[Node] = set()
        at: Node | None = head
        while isinstance(at, str) and is_blank(at) and at not in seen and self._is_cell(at):
            seen.add(at)
            yield Iri(at)
            at = self.triples.one(at, v.RDF_REST)

    def _is_cell(self, node: Node) -> bool:
        about = self.triples.about(node)
        single = len(about.get(v.RDF_FIRST, ())) == len(about.get(v.RDF_REST, ())) == 1
        return single and all(
            predicate in (v.RDF_FIRST, v.RDF_REST)
            or (predicate == v.RDF_TYPE and _LIST_TYPES.issuperset(values))
            for predicate, values in about.items()
        )

    def _kind(self, node: Iri) -> Kind:
        about = self.triples.about(node)
        types = set(about.get(v.RDF_TYPE, ()))
        if types & {v.OWL_AXIOM, v.OWL_ANNOTATION}:
            return "note" if all(len(about.get(one, ())) == 1 for one in REIFYING) else "thing"
        if types & AXIOMS:
            return "axiom"
        return "expression" if _DEFINING & about.keys() else "thing"

    def _parts_of(self, node: Iri) -> Iterator[Part]:
        kind = self.kinds[node]
        expression = kind == "expression"
        for predicate, values in self.triples.about(node).items():
            if expression and predicate in ABOUT_EXPRESSIONS:
                continue
            if kind == "axiom" and predicate not in AXIOM_PARTS:
                continue
            for value in values:
                if predicate != v.RDF_TYPE or not expression:
                    yield self.part(predicate, value)
                elif value == v.OWL_DATA_RANGE:
                    yield Part(predicate, (v.RDFS_DATATYPE,))
                elif value not in _IMPLIED_TYPES:
                    yield Part(predicate, (value,))

    def _count(self) -> Counter[Node]:
        """How often a node is used, its annotations left out of account."""
        uses: Counter[Node] = Counter()
        for node, kind in self.kinds.items():
            if kind != "note":
                uses.update(one for part in self.parts[node] for one in part.members)
        for subject, about in self.triples.by_subject.items():
            named = not is_blank(subject)
            if named or self.kinds.get(subject) == "expression":
                for predicate, values in about.items():
                    if named or predicate in ABOUT_EXPRESSIONS:
                        for value in values:
                            if isinstance(value, str) and is_blank(value):
                                uses.update(self.part(predicate, value).members)
        return uses

    def _sorted(self, apart: set[Iri]) -> list[Iri]:
        """The nodes that are trees, each after the nodes that it is made of (Kahn 1962)."""
        waiting: dict[Iri, int] = {}
        within: dict[Node, list[Iri]] = {}
        for node, parts in self.parts.items():
            inner = {
                one
                for part in parts
                for one in part.members
                if isinstance(one, str) and is_blank(one) and one not in apart
            }
            waiting[node] = len(inner)
            for one in inner:
                within.setdefault(one, []).append(node)
        ready = deque(node for node, count in waiting.items() if not count and node not in apart)
        order: list[Iri] = []
        while ready:
            node = ready.popleft()
            order.append(node)
            for outer in within.get(node, ()):
                waiting[outer] -= 1
                if not waiting[outer] and outer not in apart:
                    ready.append(outer)
        return order


def node_key(node: Node, keys: Mapping[Iri, str]) -> str:
    """What tells a node from others: the form of a literal, the key of a blank node, an IRI."""
    if isinstance(node, Literal):
        return repr((node.value, node.datatype, node.language.lower()))
    return keys.get(node, node)


def part_key(part: Part, keys: Mapping[Iri, str]) -> str:
    """What tells a part from others."""
    members = [node_key(member, keys) for member in part.members]
    if part.shape == "set":
        members = sorted(set(members))
    return repr((keys.get(part.predicate, part.predicate), part.shape, members))


def held_in(part: Part, wanted: Set[Node], held: Mapping[Iri, frozenset[Node]]) -> Iterator[Node]:
    """The wanted nodes and terms that a part mentions, itself or within the trees of its value."""
    for one in (part.predicate, *part.members):
        if one in wanted:
            yield one
        elif isinstance(one, str) and one in held:
            yield from held[Iri(one)]


def hashed(content: object) -> str:
    """A key of fixed length for content of strings."""
    return "_:" + blake2b(repr(content).encode(errors="replace"), digest_size=12).hexdigest()


def _plain(predicate: Iri, value: Literal) -> Literal:
    """A literal; a cardinality always as the number that it is."""
    if predicate in _CARDINALITIES and value.value.strip().isdigit():
        return Literal(str(int(value.value)), Iri(v.XSD + "nonNegativeInteger"))
    return value
