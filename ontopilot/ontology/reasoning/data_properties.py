"""A hierarchy of data properties, said without one.

rustdl forgets what a value must be where any data property is below another: it then concludes
from "has an age that is true or false" what follows from "has an age that is a number".
"""

from collections.abc import Iterator, Mapping

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import of_type
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.terms import Iri

_RISING = (v.OWL_SOME, v.OWL_HAS_VALUE, *v.MIN_CARDINALITIES)
_FALLING = (v.OWL_ALL, *v.MAX_CARDINALITIES[:2])
_ENDS = (v.RDFS_DOMAIN, v.RDFS_RANGE)


def without_data_hierarchy(triples: Triples) -> Triples:
    """What follows from one data property being below another, for each expression with them.

    Who has a value of the lower one has it of the upper one; what holds of all values of the upper
    one holds of those of the lower one. That values of two properties below one are the same, where
    that one has but one value, is not said.
    """
    below = _below(triples)
    if not below:
        return triples
    data = set(of_type(triples, v.OWL_DATA_PROPERTY))
    hierarchy = (v.RDFS_SUBPROPERTY, v.OWL_EQUIVALENT_PROPERTY)
    kept = (one for one in triples if not (one[1] in hierarchy and one[0] in data))
    return Triples.of((*kept, *_of_properties(triples, below), *_of_restrictions(triples, below)))


def _below(triples: Triples) -> dict[Iri, set[Iri]]:
    """Every data property with those below it, at any distance; itself not among them."""
    data = set(of_type(triples, v.OWL_DATA_PROPERTY))
    direct: dict[Iri, set[Iri]] = {}
    for lower, upper in triples.pairs(v.RDFS_SUBPROPERTY):
        if lower in data and isinstance(upper, str):
            direct.setdefault(Iri(upper), set()).add(lower)
    for one, other in triples.pairs(v.OWL_EQUIVALENT_PROPERTY):
        if one in data and isinstance(other, str):
            direct.setdefault(one, set()).add(Iri(other))
            direct.setdefault(Iri(other), set()).add(one)
    return {upper: _reached(upper, direct) - {upper} for upper in direct}


def _reached(start: Iri, direct: Mapping[Iri, set[Iri]]) -> set[Iri]:
    found, waiting = set[Iri](), [start]
    while waiting:
        more = direct.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found


def _of_properties(triples: Triples, below: Mapping[Iri, set[Iri]]) -> Iterator[Triple]:
    """Where the upper property starts and leads, and that it has one value, holds of the lower."""
    functional = set(of_type(triples, v.OWL_FUNCTIONAL))
    for upper, lowers in below.items():
        for number, lower in enumerate(sorted(lowers)):
            if upper in functional:
                yield lower, v.RDF_TYPE, v.OWL_FUNCTIONAL
            for end in _ENDS:
                for value in triples.values(upper, end):
                    yield lower, end, named_anew(value, f"lower{number}")
                    yield from copied(triples, value, f"lower{number}")


def _of_restrictions(triples: Triples, below: Mapping[Iri, set[Iri]]) -> Iterator[Triple]:
    for node, upper in triples.pairs(v.OWL_ON_PROPERTY):
        about = triples.about(node)
        rising = any(kind in about for kind in _RISING)
        if not rising and not any(kind in about for kind in _FALLING):
            continue
        for number, lower in enumerate(sorted(below.get(Iri(str(upper)), ()))):
            ends = f"below{number}", f"above{number}"
            of_lower, of_upper = (Iri(str(named_anew(node, one))) for one in ends)
            for subject, predicate, value in copied(triples, node, ends[0]):
                on_it = subject == of_lower and predicate == v.OWL_ON_PROPERTY
                yield subject, predicate, lower if on_it else value
            yield from copied(triples, node, ends[1])
            first, second = (of_lower, of_upper) if rising else (of_upper, of_lower)
            yield first, v.RDFS_SUBCLASS, second


def copied(triples: Triples, node: Node, mark: str) -> Iterator[Triple]:
    """The triples of a blank node and of those below it, under other names.

    Readers of RDF take a class expression that two axioms lead to for the part of only one.
    """
    waiting, seen = [node], {node}
    while waiting:
        one = waiting.pop()
        for predicate, values in triples.about(one).items() if is_blank(one) else ():
            for value in values:
                yield Iri(str(named_anew(one, mark))), predicate, named_anew(value, mark)
                if value not in seen:
                    seen.add(value)
                    waiting.append(value)


def named_anew(node: Node, mark: str) -> Node:
    """The name of the copy of a blank node; other nodes keep theirs."""
    return Iri(f"{node}.{mark}") if is_blank(node) else node
