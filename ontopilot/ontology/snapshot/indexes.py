"""The tables by which a snapshot looks things up."""

from collections.abc import Callable, Iterable, Mapping

from ontopilot.ontology.terms import Fact, Iri


def inverted(types: Mapping[Iri, frozenset[Iri]]) -> dict[Iri, frozenset[Iri]]:
    """The members of each class, by the classes of each individual."""
    members: dict[Iri, set[Iri]] = {}
    for individual, classes in types.items():
        for cls in classes:
            members.setdefault(cls, set()).add(individual)
    return {cls: frozenset(found) for cls, found in members.items()}


def grouped(facts: Iterable[Fact], key: Callable[[Fact], Iri]) -> dict[Iri, tuple[Fact, ...]]:
    """Facts by a key, in their order."""
    groups: dict[Iri, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(key(fact), []).append(fact)
    return {name: tuple(group) for name, group in groups.items()}
