"""What a query asks for, freed of syntax: statements, conditions, and how groups combine."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal as OneOf

from ontopilot.ontology.terms import Iri, Literal


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable, blank node or step of a path; `name` is unique in the query."""

    name: str
    shown: str


Node = Variable | Iri | Literal
Kind = OneOf["thing", "literal", "number"]
"""What a value is: an IRI or blank node, a literal, or a literal that is a number."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A triple that must be in the data.

    `foreign` is one that another endpoint answers, in words that are not the ontology's.
    """

    subject: Node
    predicate: Variable | Iri
    object: Node
    shown: str
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Same:
    """Two nodes that stand for one value."""

    one: Node
    other: Node
    shown: str


@dataclass(frozen=True, slots=True)
class Needs:
    """A node that must be of a kind, or an expression has no value."""

    node: Node
    kind: Kind
    shown: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A node that is compared with a literal, for equality or order."""

    node: Node
    literal: Literal
    shown: str


Atom = Statement | Same | Needs | Compared
How = OneOf["each", "optional", "either", "negated"]


@dataclass(frozen=True, slots=True)
class Part:
    """Groups inside a group.

    Of `each` (the branches of a UNION, the inside of EXISTS, an expression) and `optional` every
    group must be able to match, of `either` (the rows of VALUES, the branches of a path) one must,
    and `negated` groups are those that must not match (MINUS, NOT EXISTS).
    """

    how: How
    groups: tuple["Group", ...]


@dataclass(frozen=True, slots=True)
class Group:
    """What must hold together, and the parts that refine it."""

    atoms: tuple[Atom, ...] = ()
    parts: tuple[Part, ...] = ()

    def every(self) -> Iterator[Atom]:
        """All atoms, those of the parts among them."""
        yield from self.atoms
        for part in self.parts:
            for group in part.groups:
                yield from group.every()


def joined(*groups: Group) -> Group:
    """Groups that must hold together, as one."""
    return Group(
        tuple(atom for group in groups for atom in group.atoms),
        tuple(part for group in groups for part in group.parts),
    )


def nodes_of(atom: Atom) -> tuple[Node, ...]:
    """The nodes that an atom is about."""
    if isinstance(atom, Statement):
        return (atom.subject, atom.object)
    if isinstance(atom, Same):
        return (atom.one, atom.other)
    return (atom.node,)
