"""As few of given things as suffice (QuickXplain, Junker 2004)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ontopilot.ontology.justifying.axioms import Axiom
from ontopilot.ontology.terms import Iri

T = TypeVar("T")

MOST = 400
"""Axioms around a term among which a justification is looked for."""


def enough(
    axioms: Sequence[Axiom], terms: set[Iri], holds: Callable[[Sequence[Axiom]], bool]
) -> Sequence[Axiom] | None:
    """Axioms around terms that suffice: those that mention them, then the terms of these.

    Without terms, all axioms; nothing where what is there does not suffice.
    """
    if not terms:
        return axioms if holds(axioms) else None
    known, chosen = set(terms), list[Axiom]()
    while True:
        found = [one for one in axioms if not known.isdisjoint(one.terms)]
        if len(found) == len(chosen) or len(found) > MOST:
            return found[:MOST] if holds(found[:MOST]) else None
        chosen = found
        if holds(chosen):
            return chosen
        known |= {term for one in chosen for term in one.terms}


def minimal(given: Sequence[T], holds: Callable[[Sequence[T]], bool]) -> list[T]:
    """A smallest part, of which nothing can be left out, that holds where the whole does."""
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
