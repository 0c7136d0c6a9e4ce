"""Whether two graphs say the same: blank nodes are compared by structure, in polynomial time.

This is about triples, in which every node and the order of each list counts; what they mean in OWL
is compared by `forms`.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

from ontopilot.ontology.rdf.triples import Node, Triple, is_blank
from ontopilot.ontology.terms import Iri, Literal

Numbers = dict[Hashable, int]
"""Numbers for what blank nodes look like, shared by the graphs that are compared."""
Tree = tuple[tuple[Iri, Iri] | None, int]
"""The subject and the predicate that lead to a tree of blank nodes, if any, and its number."""


def same(one: Iterable[Triple], other: Iterable[Triple]) -> bool:
    """Whether two graphs are isomorphic (RDF 1.1 Concepts, 3.6).

    Blank nodes that hang together as trees, which is all that OWL writes, are compared exactly by
    what hangs below them. The others, shared or in circles, are matched by colour refinement and a
    guess where it leaves a choice; the match is then checked. So True is always right, and False
    can be wrong only for such symmetric shared nodes.
    """
    left, right = Graph(one), Graph(other)
    if left.ground != right.ground or len(left.tangled) != len(right.tangled):
        return False
    numbers: Numbers = {}
    ours, theirs = (_counted(graph.trees(numbers)) for graph in (left, right))
    return ours == theirs and same_tangles(left, right)


def same_tangles(left: "Graph", right: "Graph") -> bool:
    """Whether the parts of two graphs that are no trees are isomorphic."""
    pairs = _matched(left, right)
    return pairs is not None and left.knots(pairs) == right.knots({})


def ground(triples: Iterable[Triple]) -> set[Triple]:
    """The triples without blank nodes, to say where two graphs differ."""
    return Graph(triples).ground


class Graph:
    """Triples without blank nodes, blank nodes that form trees, and those that are tangled."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.ground: set[Triple] = set()
        self.below: dict[Iri, list[tuple[Iri, Node]]] = defaultdict(list)
        self.above: dict[Iri, list[tuple[Iri, Iri]]] = defaultdict(list)
        for triple in dict.fromkeys((s, p, _folded(o)) for s, p, o in triples):
            subject, predicate, value = triple
            if is_blank(subject):
                self.below[subject].append((predicate, value))
            if isinstance(value, str) and is_blank(value):
                self.above[Iri(value)].append((subject, predicate))
            elif not is_blank(subject):
                self.ground.add(triple)
        self.nodes = [*dict.fromkeys((*self.below, *self.above))]
        self.tangled = self._tangled()

    def _tangled(self) -> set[Iri]:
        """Blank nodes that hang together with one that is shared or part of a circle."""
        started = [node for node in self.nodes if self._is_top(node)]
        reached = set(started)
        waiting = list(started)
        while waiting:
            for node in self._children(waiting.pop()):
                if node not in reached:
                    reached.add(node)
                    waiting.append(node)
        bad = [n for n in self.nodes if n not in reached or len(self.above.get(n, ())) > 1]
        found = set(bad)
        while bad:
            node = bad.pop()
            parents = (subject for subject, _ in self.above.get(node, ()) if is_blank(subject))
            for near in (*self._children(node), *parents):
                if near not in found:
                    found.add(near)
                    bad.append(near)
        return found

    def _is_top(self, node: Iri) -> bool:
        return not any(is_blank(subject) for subject, _ in self.above.get(node, ()))

    def _children(self, node: Iri) -> Iterator[Iri]:
        for _, value in self.below.get(node, ()):
            if isinstance(value, str) and is_blank(value):
                yield Iri(value)

    def trees(self, numbers: Numbers) -> dict[Tree, list[Iri]]:
        """The topmost nodes of each tree that occurs, with what it hangs on."""
        code: dict[Iri, int] = {}
        tops = [node for node in self.nodes if node not in self.tangled and self._is_top(node)]
        for node in reversed(list(self._downwards(tops))):
            about = Counter((p, _number(o, code)) for p, o in self._about(node))
            code[node] = numbers.setdefault(frozenset(about.items()), len(numbers))
        found: dict[Tree, list[Iri]] = {}
        for node in tops:
            held = self.above.get(node)
            found.setdefault((held[0] if held else None, code[node]), []).append(node)
        return found

    def _about(self, node: Iri) -> list[tuple[Iri, Node]]:
        return self.below.get(node, [])

    def _downwards(self, tops: list[Iri]) -> Iterator[Iri]:
        waiting = list(tops)
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(self._children(node))

    def classes(self, numbers: Numbers, start: dict[Iri, int]) -> dict[Iri, int]:
        """Stable colours of the tangled nodes, refined from a start."""
        colours = {node: start.get(node, 0) for node in self.tangled}
        for _ in range(len(colours) + 1):
            new = {node: self._refined(node, colours, numbers) for node in colours}
            stable = len(set(new.values())) == len(set(colours.values()))
            colours = new
            if stable:
                break
        return colours

    def _refined(self, node: Iri, colours: dict[Iri, int], numbers: Numbers) -> int:
        down = ((1, p, _number(o, colours)) for p, o in self._about(node))
        up = ((0, p, colours.get(s, s)) for s, p in self.above.get(node, ()))
        seen: Counter[Hashable] = Counter(down)
        seen.update(up)
        return numbers.setdefault((colours[node], frozenset(seen.items())), len(numbers) + 1)

    def knots(self, pairs: dict[Iri, Iri]) -> set[Triple]:
        """The triples with tangled nodes, these renamed."""
        found: set[Triple] = set()
        for node in self.tangled:
            name = pairs.get(node, node)
            for predicate, value in self._about(node):
                new = pairs.get(Iri(value), Iri(value)) if isinstance(value, str) else value
                found.add((name, predicate, new))
            found.update((pairs.get(s, s), p, name) for s, p in self.above.get(node, ()))
        return found


def _counted(trees: Mapping[Tree, Sequence[Iri]]) -> dict[Tree, int]:
    return {tree: len(tops) for tree, tops in trees.items()}


def _number(node: Node, known: dict[Iri, int]) -> Hashable:
    """The number of a blank node; other nodes stand for themselves."""
    return known.get(node, node) if isinstance(node, str) else node


def _folded(node: Node) -> Node:
    """A literal with its language tag in lower case: RFC 5646 tells no cases apart."""
    if isinstance(node, Literal) and node.language:
        return Literal(node.value, node.datatype, node.language.lower())
    return node


def _matched(left: Graph, right: Graph) -> dict[Iri, Iri] | None:
    """A bijection between the tangled nodes of two graphs, if refinement leads to one."""
    starts: tuple[dict[Iri, int], dict[Iri, int]] = ({}, {})
    for guess in range(len(left.tangled) + 1):
        numbers: Numbers = {}
        groups = [
            _grouped(graph.classes(numbers, start))
            for graph, start in zip((left, right), starts, strict=True)
        ]
        sizes = [{colour: len(nodes) for colour, nodes in group.items()} for group in groups]
        if sizes[0] != sizes[1]:
            return None
        open_ = next((colour for colour, nodes in groups[0].items() if len(nodes) > 1), None)
        if open_ is None:
            return {nodes[0]: groups[1][colour][0] for colour, nodes in groups[0].items()}
        for group, start in zip(groups, starts, strict=True):
            start[group[open_][0]] = -1 - guess
    return None


def _grouped(colours: dict[Iri, int]) -> dict[int, list[Iri]]:
    found: dict[int, list[Iri]] = defaultdict(list)
    for node, colour in colours.items():
        found[colour].append(node)
    return found
