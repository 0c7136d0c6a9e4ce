"""Keys for nameless things that are used in several places: told apart by what is said of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ontopilot.ontology.rdf.forms import Forms, Part, hashed
from ontopilot.ontology.rdf.statements import Statement, Statements
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Iri

ROUNDS = 100
"""How far what is said of a thing may be from it, in steps from thing to thing."""
WORK = 100_000
"""Statements that are looked at in one web, so that a large one takes fewer rounds, at least 4."""


@dataclass(slots=True)
class _Web:
    """Loose nodes that hang together, the trees that hold them, and what is said of them."""

    nodes: list[Iri] = field(default_factory=list)
    trees: list[Iri] = field(default_factory=list)
    statements: list[tuple[Statement, frozenset[Node]]] = field(default_factory=list)


def coloured(statements: Statements, names: Mapping[Iri, str]) -> dict[Iri, str]:
    """Names for the loose nodes, by colour refinement (Weisfeiler and Leman 1968).

    Each round mixes into the colour of a node the statements and trees that hold it, until no more
    nodes are told apart. Polynomial: nodes in webs that only a search would tell apart, such as
    two strongly regular ones, get one colour.
    """
    forms = statements.forms
    if not forms.loose:
        return {}
    keys = forms.keys({**names, **dict.fromkeys(forms.loose, "")})
    for web in _webs(statements):
        _refine(forms, web, keys)
    return {node: keys[node] for node in forms.loose}


def _webs(statements: Statements) -> Iterable[_Web]:
    forms = statements.forms
    held = forms.holding(forms.loose)
    said = [(one, inside) for one in statements.all if (inside := one.holds(forms.loose, held))]
    over: dict[Node, Node] = {node: node for node in forms.loose}

    def top(node: Node) -> Node:
        while over[node] != node:
            over[node] = over[over[node]]
            node = over[node]
        return node

    for inside in (*held.values(), *(inside for _, inside in said)):
        first, *rest = inside
        for other in rest:
            over[top(other)] = top(first)
    webs: dict[Node, _Web] = {}
    for node in forms.loose:
        webs.setdefault(top(node), _Web()).nodes.append(node)
    for tree, inside in held.items():
        webs[top(next(iter(inside)))].trees.append(tree)
    for one, inside in said:
        webs[top(next(iter(inside)))].statements.append((one, inside))
    return webs.values()


def _refine(forms: Forms, web: _Web, keys: dict[Iri, str]) -> None:
    """Put in the colour of each node of a web, and the keys of the trees that hold them."""
    colours = dict.fromkeys(web.nodes, hashed(("loose", len(web.nodes))))
    for _ in range(min(ROUNDS, max(4, WORK // len(web.nodes)))):
        told_apart = len(set(colours.values()))
        keys.update(colours)
        forms.fill(keys, web.trees)
        around = _around(forms, web, keys)
        colours = {node: hashed([colours[node], *sorted(said)]) for node, said in around.items()}
        if len(set(colours.values())) == told_apart:
            break
    keys.update(colours)
    forms.fill(keys, web.trees)


def _around(forms: Forms, web: _Web, keys: Mapping[Iri, str]) -> dict[Iri, list[str]]:
    """What holds each node of a web, and in which place."""
    around: dict[Iri, list[str]] = {node: [] for node in web.nodes}
    for tree in web.trees:
        for part in forms.parts[tree]:
            _place(around, keys[tree], part, keys)
    for statement, inside in web.statements:
        key = hashed(statement.key(keys))
        for node in inside:
            around[Iri(str(node))].append(key)
        if statement.subject in around:
            around[statement.subject].append(f"of {key}")
        _place(around, key, statement.part, keys)
    return around


def _place(around: dict[Iri, list[str]], holder: str, part: Part, keys: Mapping[Iri, str]) -> None:
    for place, member in enumerate(part.members):
        if isinstance(member, str) and member in around:
            index = place if part.shape == "list" else 0
            said = repr((holder, keys.get(part.predicate, part.predicate), index))
            around[Iri(member)].append(said)
