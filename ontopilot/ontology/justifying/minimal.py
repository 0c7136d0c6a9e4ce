"""As few of given things as suffice (QuickXplain, Junker 2004)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ontopilot.ontology.justifying.axioms import Axiom
from ontopilot.ontology.terms import Iri

T = TypeVar("T")


def enough(
    axioms: Sequence[Axiom], terms: set[Iri], holds: Callable[[Sequence[Axiom]], bool]
) -> Sequence[Axiom] | None:
    """Axioms around terms that suffice, the nearest first: those that mention them, then those
    that mention the terms of these, and so on. Without terms, all axioms; nothing where all that
    can be reached does not suffice.
    """
    if not terms:
        return axioms if holds(axioms) else None
    known, chosen, left = set(terms), list[Axiom](), list(axioms)
    while True:
        near = [one for one in left if not known.isdisjoint(one.terms)]
        if not near:
            return None
        left = [one for one in left if known.isdisjoint(one.terms)]
        chosen += near
        if holds(chosen):
            return chosen
        known.update(*(one.terms for one in near))


def minimal(given: Sequence[T], holds: Callable[[Sequence[T]], bool]) -> list[T]:
    """A part, of which nothing can be left out, that holds where the whole does.

    Earlier things are preferred to later ones.
    """
    return _needed([], list(given), holds, tried=True)


def _needed(
    kept: list[T], given: list[T], holds: Callable[[Sequence[T]], bool], *, tried: bool
) -> list[T]:
    if tried and holds(kept):
        return []
    if len(given) == 1:
        return given
    half = len(given) // 2
    first, second = given[:half], given[half:]
    of_second = _needed(kept + first, second, holds, tried=bool(first))
    of_first = _needed(kept + of_second, first, holds, tried=bool(of_second))
    return of_first + of_second
