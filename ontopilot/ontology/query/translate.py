"""The parse tree of a query as groups of statements and conditions (SPARQL 1.1, section 18.2)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.query.expression import condition, named, used
from ontopilot.ontology.query.names import Names
from ontopilot.ontology.query.pattern import (
    Atom,
    Group,
    Node,
    Part,
    Same,
    Statement,
    Variable,
    joined,
)
from ontopilot.ontology.terms import Iri, Literal

_TRANSPARENT = {v.RDFS_SUBCLASS, v.RDFS_SUBPROPERTY}
MOST_ROWS = 200
"""Of a longer VALUES no row is looked at: each is one more way in which the query can match."""


@dataclass(frozen=True, slots=True)
class Translator:
    """Reads the groups of a tree; `own` tells whether an IRI is in a namespace of the ontology."""

    names: Names
    own: Callable[[str], bool]
    outer: "Translator | None" = None
    selected: frozenset[str] = frozenset()
    number: int = 0
    _numbers: "count[int]" = field(default_factory=count)

    def query(self, tree: Any) -> Group:
        """A query or subquery: its pattern, and what its head and modifiers demand."""
        found = self.group(tree.where) if tree.where else Group()
        for one in tree.projection or ():
            if one.evar:
                found = joined(found, named(one.expr, one.evar, self.node, self.group))
        for one in (tree.groupby.condition or ()) if tree.groupby else ():
            if getattr(one, "name", "") == "GroupAs" and one.var:
                found = joined(found, named(one.expr, one.var, self.node, self.group))
        for one in (tree.having.condition or ()) if tree.having else ():
            part = Part("each", (used(one, self.node, self.group),))
            found = joined(found, Group(parts=(part,)))
        return joined(found, self._rows(tree.valuesClause)) if tree.valuesClause else found

    def group(self, tree: Any) -> Group:
        """A group graph pattern."""
        if tree.name == "SubSelect":
            return self._subquery(tree)
        return joined(*(self._part(one) for one in tree.part or ()))

    def _part(self, part: Any) -> Group:
        simple = {
            "TriplesBlock": lambda: self.triples(part.triples),
            "Filter": lambda: condition(part.expr, self.node, self.group),
            "Bind": lambda: named(part.expr, part.var, self.node, self.group),
            "InlineData": lambda: self._rows(part),
        }
        return simple[part.name]() if part.name in simple else self._nested(part)

    def _nested(self, part: Any) -> Group:
        """A part with groups of its own."""
        if part.name == "GroupOrUnionGraphPattern":
            branches = tuple(self.group(one) for one in part.graph)
            if len(branches) == 1:
                return branches[0]
            return Group(parts=(Part("each", branches),))
        inner = self.group(part.graph)
        if part.name == "OptionalGraphPattern":
            return Group(parts=(Part("optional", (inner,)),))
        if part.name == "MinusGraphPattern":
            return Group(parts=(Part("negated", (inner,)),))
        return self._answered_elsewhere(inner) if part.name == "ServiceGraphPattern" else inner

    def _answered_elsewhere(self, group: Group) -> Group:
        """What a SERVICE asks; it may speak of things that the ontology is not about."""
        words = (
            node
            for atom in group.every()
            if isinstance(atom, Statement)
            for node in (atom.subject, atom.predicate, atom.object)
        )
        if any(isinstance(word, str) and self.own(word) for word in words):
            return group
        return _foreign(group)

    def _subquery(self, tree: Any) -> Group:
        """A subquery joined with what is around it; what it does not select has other names."""
        if not tree.projection:
            return self.query(tree)
        selected = frozenset(str(one.var or one.evar) for one in tree.projection)
        number = next(self._numbers) + 1
        return replace(self, outer=self, selected=selected, number=number).query(tree)

    def triples(self, blocks: Any) -> Group:
        """Triple patterns, property paths among them."""
        found = []
        for block in blocks or ():
            for at in range(0, len(block), 3):
                subject, predicate, value = block[at : at + 3]
                found.append(self._path(self.node(subject), predicate, self.node(value)))
        return joined(*found)

    def _path(self, subject: Node, path: Any, value: Node) -> Group:
        """A property or a property path (SPARQL 1.1, section 9) between two nodes."""
        name = getattr(path, "name", "")
        if not name:
            predicate = self.node(path)
            assert not isinstance(predicate, Literal)  # noqa: S101 - the grammar has none here
            return Group((self._statement(subject, predicate, value),))
        parts = list(path.part) if isinstance(path.part, list) else [path.part]
        if name == "PathNegatedPropertySet":
            return Group()
        if name == "PathSequence":
            return self._sequence(subject, parts, value)
        if name == "PathAlternative" and len(parts) > 1:
            branches = tuple(self._path(subject, one, value) for one in parts)
            return Group(parts=(Part("either", branches),))
        if name == "PathElt" and path.mod:
            return self._repeated(subject, parts[0], value, str(path.mod))
        ends = (value, subject) if name == "PathEltOrInverse" else (subject, value)
        return self._path(ends[0], parts[0], ends[1])

    def _sequence(self, subject: Node, steps: list[Any], value: Node) -> Group:
        if len(steps) > 1 and _up_the_hierarchy(steps[-1]):
            return self._sequence(subject, steps[:-1], value)
        found, start = [], subject
        for step in steps[:-1]:
            middle = self._fresh()
            found.append(self._path(start, step, middle))
            start = middle
        return joined(*found, self._path(start, steps[-1], value))

    def _repeated(self, subject: Node, step: Any, value: Node, times: str) -> Group:
        """A step that may be taken several times: what holds of its first and of its last one."""
        once = self._path(subject, step, value)
        first, last = self._fresh(), self._fresh()
        often = joined(self._path(subject, step, first), self._path(last, step, value))
        ways = [once] if times == "?" else [once, often]
        if times in ("?", "*"):
            ways.append(Group((Same(subject, value, f"a path with {times!r} of no step"),)))
        return Group(parts=(Part("either", tuple(ways)),))

    def _statement(self, subject: Node, predicate: Variable | Iri, value: Node) -> Statement:
        middle = self.names.predicate(predicate) if isinstance(predicate, str) else predicate.shown
        shown = f"{self.shown(subject)} {middle} {self.shown(value)}"
        return Statement(subject, predicate, value, shown)

    def _rows(self, values: Any) -> Group:
        """The rows of VALUES."""
        variables = [self.node(one) for one in values.var or ()]
        rows = list(values.value or ())
        if not variables or not rows or len(rows) > MOST_ROWS:
            return Group()
        groups = tuple(Group(tuple(self._row(variables, row))) for row in rows)
        return Group(parts=(Part("either", groups),))

    def _row(self, variables: list[Node], row: Any) -> Iterator[Atom]:
        cells = row if isinstance(row, list) else [row]
        for variable, cell in zip(variables, cells, strict=False):
            if str(cell) != "UNDEF" or not isinstance(cell, str):
                yield Same(variable, self.node(cell), "VALUES")

    def node(self, term: Any) -> Node:
        """A term of rdflib's tree."""
        from rdflib import BNode
        from rdflib import Variable as RdfVariable

        if isinstance(term, Literal):
            return term
        if isinstance(term, RdfVariable):
            return Variable(self._name(str(term)), f"?{term}")
        if isinstance(term, BNode):
            anonymous = len(term) > 30
            return Variable(f"_:{term}", "[…]" if anonymous else f"_:{term}")
        return Iri(str(term))

    def _name(self, name: str) -> str:
        """The name of a variable, which outside of its subquery may be another variable's."""
        if self.outer is None:
            return name
        return self.outer._name(name) if name in self.selected else f"{name} of {self.number}"

    def shown(self, node: Node) -> str:
        """A node as a message writes it."""
        if isinstance(node, Variable):
            return node.shown
        return self.names.literal(node) if isinstance(node, Literal) else self.names.iri(node)

    def _fresh(self) -> Variable:
        """What stands between two steps of a path."""
        number = next(self._numbers) + 1
        return Variable(f"step {number}", f"?step{number}")


def _up_the_hierarchy(step: Any) -> bool:
    """Whether a step is `rdfs:subClassOf*` or the like, which leads to what holds as well."""
    while getattr(step, "name", "") in ("PathAlternative", "PathSequence"):
        if len(step.part) != 1:
            return False
        step = step.part[0]
    return (
        getattr(step, "name", "") == "PathElt"
        and step.mod == "*"
        and _plain(step.part) in (_TRANSPARENT)
    )


def _plain(step: Any) -> str:
    while getattr(step, "name", "") or isinstance(step, list):
        parts = step if isinstance(step, list) else step.part
        if not isinstance(parts, list):
            step = parts
        elif len(parts) == 1:
            step = parts[0]
        else:
            return ""
    return str(step)


def _foreign(group: Group) -> Group:
    return Group(
        tuple(
            replace(atom, foreign=True) if isinstance(atom, Statement) else atom
            for atom in group.atoms
        ),
        tuple(replace(part, groups=tuple(map(_foreign, part.groups))) for part in group.parts),
    )
