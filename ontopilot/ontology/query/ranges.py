"""Data ranges (OWL 2, section 7): whether they admit a literal, whether two have one in common."""

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.values import family, fits, same_value, value_of
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Node, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal

_APART = {"number", "text", "boolean", "date", "dateTime", "time", "gYear", "gYearMonth"}
"""Families of datatypes of which no two share a value; of any other nothing is known."""


def admits(triples: Triples, node: Node, literal: Literal) -> bool:
    """Whether a literal can be in a data range; facets and unknown datatypes admit anything."""
    if isinstance(node, Literal):
        return True
    definition = triples.one(node, v.OWL_EQUIVALENT_CLASS)
    if not is_blank(node):
        if definition is not None:
            return admits(triples, definition, literal)
        return fits(literal, node)
    for axiom, combine in ((v.OWL_UNION, any), (v.OWL_INTERSECTION, all)):
        head = triples.one(node, axiom)
        if head is not None:
            listed = members_of(triples, head)
            return combine(admits(triples, member, literal) for member in listed)
    values = triples.one(node, v.OWL_ONE_OF)
    if values is not None:
        return any(_same(one, literal) for one in members_of(triples, values))
    base = triples.one(node, v.OWL_ON_DATATYPE)
    return base is None or admits(triples, base, literal)


def _same(one: Node, literal: Literal) -> bool:
    if not isinstance(one, Literal) or family(one.datatype) != family(literal.datatype):
        return False
    return same_value(one, literal)


def families(triples: Triples, node: Node) -> frozenset[str] | None:
    """The families of the values of a data range, or nothing where they are not known."""
    if isinstance(node, Literal):
        return None
    if not is_blank(node):
        definition = triples.one(node, v.OWL_EQUIVALENT_CLASS)
        if definition is not None:
            return families(triples, definition)
        known = node.startswith((v.XSD, v.RDF)) and family(node) in _APART
        return frozenset({family(node)}) if known else None
    values = triples.one(node, v.OWL_ONE_OF)
    if values is not None:
        listed = list(members_of(triples, values))
        return _all([_of(one) for one in listed])
    head = triples.one(node, v.OWL_UNION)
    if head is not None:
        return _all([families(triples, member) for member in members_of(triples, head)])
    base = triples.one(node, v.OWL_ON_DATATYPE)
    return None if base is None else families(triples, base)


def _of(node: Node) -> frozenset[str] | None:
    known = isinstance(node, Literal) and family(node.datatype) in _APART
    return frozenset({family(node.datatype)}) if known and isinstance(node, Literal) else None


def _all(found: list[frozenset[str] | None]) -> frozenset[str] | None:
    known = [one for one in found if one is not None]
    return frozenset().union(*known) if known and len(known) == len(found) else None


def comparable(triples: Triples, node: Node, literal: Literal) -> bool:
    """Whether comparing the values of a data range with a literal can be true.

    Dates compare with times. A plain text compares with what it reads as, since stores that map
    relational data convert it ('2019-01-01' beside an xsd:dateTime).
    """
    known = families(triples, node)
    if known is None:
        return True
    own = family(literal.datatype)
    if own in known or own not in _APART or {own, *known} <= {"date", "dateTime", "gYear"}:
        return True
    return own == "text" and any(_reads_as(literal, other) for other in known)


def _reads_as(literal: Literal, kind: str) -> bool:
    if kind not in ("number", "boolean", "date", "dateTime"):
        return True
    datatype = {"number": "decimal", "dateTime": "date"}.get(kind, kind)
    return value_of(Literal(literal.value, Iri(v.XSD + datatype))) is not None
