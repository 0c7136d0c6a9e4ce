"""Whether every part of a query can match: conflicts in a group, within what surrounds it."""

from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.query.demand import Conflict, Demands, Meaning
from ontopilot.ontology.query.pattern import (
    Atom,
    Group,
    Part,
    Statement,
    Variable,
    nodes_of,
)

_EFFORT = 100_000
"""Atoms read while alternatives are tried; when it is spent, they count as able to match."""


class Search:
    """Walks the groups of one query."""

    def __init__(self, meaning: Meaning) -> None:
        self._meaning = meaning
        self._effort = _EFFORT

    def conflicts(
        self, group: Group, around: tuple[Atom, ...] = (), choices: tuple[Part, ...] = ()
    ) -> Iterator[tuple[Conflict, Demands]]:
        """What cannot be met, with all that is demanded there.

        Each group is read with what must hold around it. A group that cannot match is told once:
        its parts are then read by themselves.
        """
        atoms = (*around, *group.atoms)
        choices = (*choices, *(part for part in group.parts if part.how == "either"))
        demands = Demands(self._meaning, atoms)
        found = list(demands.conflicts())
        yield from ((conflict, demands) for conflict in found)
        if not found:
            dead = self._dead(atoms, choices)
            found = [dead[0]] if dead else []
            yield from [dead] if dead else []
        context = () if found else atoms
        earlier: tuple[Atom, ...] = ()
        for part in group.parts:
            for inner in part.groups if part.how != "either" else ():
                if part.how == "negated":
                    yield from self._negated(inner, context)
                else:
                    extra = earlier if part.how == "optional" and _apart(inner, context) else ()
                    yield from self.conflicts(inner, (*context, *extra), () if found else choices)
                    earlier += inner.atoms if part.how == "optional" else ()

    def _negated(
        self, group: Group, around: tuple[Atom, ...]
    ) -> Iterator[tuple[Conflict, Demands]]:
        """What must not match: alone it must be able to.

        With what surrounds it only its properties count: to exclude a class that cannot occur is
        superfluous, to exclude a property that cannot occur excludes nothing by mistake.
        """
        found = list(self.conflicts(group))
        yield from found
        if not found:
            values = tuple(atom for atom in group.atoms if not _is_type(atom))
            yield from self.conflicts(Group(values, group.parts), around)

    def _dead(
        self, atoms: tuple[Atom, ...], choices: tuple[Part, ...]
    ) -> tuple[Conflict, Demands] | None:
        """Why no choice among the alternatives can match, or nothing if one can."""
        self._effort -= len(atoms) + 1
        if self._effort < 0:
            return None
        demands = Demands(self._meaning, atoms)
        conflict = next(demands.conflicts(), None)
        if conflict is not None:
            return conflict, demands
        if not choices:
            return None
        first, *rest = choices
        why = None
        for option in first.groups:
            more = tuple(part for part in option.parts if part.how == "either")
            found = self._dead((*atoms, *option.atoms), (*rest, *more))
            if found is None:
                return None
            why = why or found
        return why


def _is_type(atom: Atom) -> bool:
    return isinstance(atom, Statement) and atom.predicate == v.RDF_TYPE


def _apart(group: Group, around: tuple[Atom, ...]) -> bool:
    """Whether a group shares no variable with what surrounds it."""
    own = {node for atom in group.atoms for node in nodes_of(atom) if isinstance(node, Variable)}
    return own.isdisjoint(node for atom in around for node in nodes_of(atom))
