"""Whether two versions imply the same, and which terms a change is about, triple by triple."""

from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.isomorphic import Graph, Numbers, same, same_tangles
from ontopilot.ontology.rdf.normal import logical
from ontopilot.ontology.rdf.triples import Node, Triples, is_named
from ontopilot.ontology.terms import Iri, Literal


def same_logic(old: Triples, new: Triples) -> bool:
    """Whether two versions surely imply the same: at most annotations and headers differ."""
    return same(logical(old), logical(new))


def touched(old: Triples, new: Triples) -> frozenset[Iri]:
    """What the triples that only one of two versions has are about.

    That is their subject; an annotated axiom is about its own subject, and an axiom that is about
    no one thing, such as that several classes are disjoint, about everything that it names. Where
    nameless things that are used several times, or are part of a circle, are not the same in both,
    each of them counts as changed.
    """
    before, after = Graph(old), Graph(new)
    found = {subject for subject, _, _ in before.ground ^ after.ground}
    numbers: Numbers = {}
    ours, theirs = before.trees(numbers), after.trees(numbers)
    for trees, others, triples in ((ours, theirs, old), (theirs, ours, new)):
        for tree, tops in trees.items():
            if len(tops) != len(others.get(tree, ())):
                held, _ = tree
                found.update({held[0]} if held is not None else _named_by(triples, tops[0]))
    if not same_tangles(before, after):
        for graph in (before, after):
            found.update(subject for subject, _, _ in graph.knots({}))
    return frozenset(iri for iri in found if is_named(iri) and not iri.startswith(v.BUILT_IN))


def _named_by(triples: Triples, root: Iri) -> Iterator[Iri]:
    annotated = triples.values(root, v.OWL_ANNOTATED_SOURCE)
    waiting, seen = list(annotated) or [root], set[Node]()
    while waiting:
        node = waiting.pop()
        if isinstance(node, Literal) or node in seen:
            continue
        seen.add(node)
        if is_named(node):
            yield node
        else:
            waiting += [value for values in triples.about(node).values() for value in values]
