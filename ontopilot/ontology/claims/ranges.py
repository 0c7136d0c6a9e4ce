"""Whether a literal is in a data range: a datatype, a defined one, or one with facets."""

import re
from collections.abc import Callable

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.values import Value, family, fits, value_of
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Node, Triples
from ontopilot.ontology.terms import Literal

_Facet = Callable[[Value, Literal], bool]


def in_range(literal: Literal, node: Node, triples: Triples) -> bool:
    """Whether a literal is of a data range (OWL 2, section 7); one that is unknown holds any."""
    return _in(literal, node, triples, frozenset())


def _in(literal: Literal, node: Node, triples: Triples, seen: frozenset[Node]) -> bool:
    if isinstance(node, Literal) or node in seen:
        return True
    seen = seen | {node}
    about = triples.about(node)
    tests = [
        *(_listed(literal, one, triples) for one in about.get(v.OWL_ONE_OF, ())),
        *(_any(literal, one, triples, seen) for one in about.get(v.OWL_UNION, ())),
        *(_all(literal, one, triples, seen) for one in about.get(v.OWL_INTERSECTION, ())),
        *(not _in(literal, x, triples, seen) for x in about.get(v.OWL_DATATYPE_COMPLEMENT, ())),
        *(_in(literal, one, triples, seen) for one in about.get(v.OWL_EQUIVALENT_CLASS, ())),
        *(_faceted(literal, node, x, triples, seen) for x in about.get(v.OWL_ON_DATATYPE, ())),
    ]
    return all(tests) if tests else fits(literal, node)


def _listed(literal: Literal, head: Node, triples: Triples) -> bool:
    return any(_equal(literal, one) for one in members_of(triples, head))


def _any(literal: Literal, head: Node, triples: Triples, seen: frozenset[Node]) -> bool:
    return any(_in(literal, one, triples, seen) for one in members_of(triples, head))


def _all(literal: Literal, head: Node, triples: Triples, seen: frozenset[Node]) -> bool:
    return all(_in(literal, one, triples, seen) for one in members_of(triples, head))


def _faceted(
    literal: Literal, node: Node, base: Node, triples: Triples, seen: frozenset[Node]
) -> bool:
    facets = members_of(triples, triples.one(node, v.OWL_WITH_RESTRICTIONS))
    return _in(literal, base, triples, seen) and all(
        _meets(literal, facet, limit)
        for one in facets
        for facet, limits in triples.about(one).items()
        for limit in limits
    )


def _equal(literal: Literal, one: Node) -> bool:
    """Literals are compared as they stand, numbers by what they are worth."""
    if not isinstance(one, Literal):
        return False
    if family(literal.datatype) == family(one.datatype) == "text":
        return (literal.value, literal.language) == (one.value, one.language)
    return value_of(literal) == value_of(one)


def _meets(literal: Literal, facet: str, limit: Node) -> bool:
    check = _FACETS.get(facet.removeprefix(v.XSD))
    value = value_of(literal)
    if check is None or value is None or not isinstance(limit, Literal):
        return True
    return check(value, limit)


def _compared(test: Callable[[Value, Value], bool]) -> _Facet:
    def holds(value: Value, limit: Literal) -> bool:
        bound = value_of(limit)
        return bound is None or type(bound) is not type(value) or test(value, bound)

    return holds


def _length(test: Callable[[int, int], bool]) -> _Facet:
    def holds(value: Value, limit: Literal) -> bool:
        return not limit.value.isdigit() or test(len(str(value)), int(limit.value))

    return holds


def _pattern(value: Value, limit: Literal) -> bool:
    try:
        return re.fullmatch(limit.value, str(value)) is not None
    except re.error:
        return True


_FACETS: dict[str, _Facet] = {
    "minInclusive": _compared(lambda value, bound: value >= bound),  # type: ignore[operator]
    "maxInclusive": _compared(lambda value, bound: value <= bound),  # type: ignore[operator]
    "minExclusive": _compared(lambda value, bound: value > bound),  # type: ignore[operator]
    "maxExclusive": _compared(lambda value, bound: value < bound),  # type: ignore[operator]
    "length": _length(lambda size, bound: size == bound),
    "minLength": _length(lambda size, bound: size >= bound),
    "maxLength": _length(lambda size, bound: size <= bound),
    "pattern": _pattern,
}
