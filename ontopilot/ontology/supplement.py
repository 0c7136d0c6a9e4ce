"""Rules of OWL 2 RL that the rule engine leaves out: chains, enumerations, at-least-one, unions."""

from collections.abc import Iterable, Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.structure import members_of
from ontopilot.ontology.terms import Iri, Literal
from ontopilot.ontology.triples import Triple, Triples, is_blank

Step = tuple[Iri, bool]
"""A property of a chain, and whether it is walked backwards."""
Chain = tuple[Iri, tuple[Step, ...]]


def readied(triples: Triples) -> Iterator[Triple]:
    """Triples to add so that the engine's other rules reach what these axioms imply."""
    for node, head in triples.pairs(v.OWL_ONE_OF):
        for member in members_of(triples, head):
            if isinstance(member, str):
                yield Iri(member), v.RDF_TYPE, node
    for cls, head in triples.pairs(v.OWL_DISJOINT_UNION):
        for part in members_of(triples, head):
            if isinstance(part, str):
                yield Iri(part), v.RDFS_SUBCLASS, cls
    for least in v.MIN_CARDINALITIES:
        for node, number in triples.pairs(least):
            if isinstance(number, Literal) and number.value.strip() == "1":
                yield node, v.OWL_SOME, triples.one(node, v.OWL_ON_CLASS) or v.OWL_THING


def chains_of(triples: Triples) -> tuple[Chain, ...]:
    """The property chains: the property that is implied, and the steps."""
    found: list[Chain] = []
    for implied, head in triples.pairs(v.OWL_CHAIN):
        steps = [_step(triples, node) for node in members_of(triples, head)]
        if steps and None not in steps and not is_blank(implied):
            found.append((implied, tuple(step for step in steps if step is not None)))
    return tuple(found)


def _step(triples: Triples, node: Iri | Literal) -> Step | None:
    if isinstance(node, Literal):
        return None
    if not is_blank(node):
        return node, False
    inner = triples.one(node, v.OWL_INVERSE)
    return (Iri(inner), True) if isinstance(inner, str) else None


def chained(chains: Iterable[Chain], known: Triples) -> set[Triple]:
    """What the chains imply that is not known yet."""
    new: set[Triple] = set()
    for implied, steps in chains:
        ends = _walk(known, steps[0])
        for step in steps[1:]:
            following = _walk(known, step)
            ends = {
                start: {end for middle in reached for end in following.get(middle, ())}
                for start, reached in ends.items()
            }
        for start, reached in ends.items():
            there = set(known.values(start, implied))
            new |= {(start, implied, end) for end in reached if end not in there}
    return new


def _walk(known: Triples, step: Step) -> dict[Iri, set[Iri]]:
    predicate, backwards = step
    found: dict[Iri, set[Iri]] = {}
    for subject, value in known.pairs(predicate):
        if isinstance(value, str):
            start, end = (Iri(value), subject) if backwards else (subject, Iri(value))
            found.setdefault(start, set()).add(end)
    return found
