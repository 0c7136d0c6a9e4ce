"""A conflict as one sentence from which a query can be repaired."""

from dataclasses import dataclass

from ontopilot.ontology.query.classes import ANYTHING, named
from ontopilot.ontology.query.demand import Conflict, Demand, Demands
from ontopilot.ontology.query.names import Names
from ontopilot.ontology.query.pattern import Node, Variable
from ontopilot.ontology.query.repair import Repair
from ontopilot.ontology.rdf.triples import is_blank
from ontopilot.ontology.terms import Literal, QueryViolation

_RULES = {
    ("type", "type"): "disjoint-classes",
    ("domain", "type"): "domain",
    ("range", "type"): "range",
    ("domain", "domain"): "double-domain",
    ("range", "range"): "double-range",
    ("domain", "range"): "domain-range",
    ("domain", "value"): "domain",
    ("range", "value"): "range",
    ("type", "value"): "disjoint-classes",
}
"""How a conflict is called, by where its two demands come from.

The names of the domain and range rules are those of the ontology-based query check of Allemang and
Sequeda (arXiv 2405.11706, 2024).
"""


@dataclass(frozen=True, slots=True)
class Teller:
    """Tells the conflicts of one query."""

    names: Names
    repair: Repair

    def violation(self, conflict: Conflict, demands: Demands) -> QueryViolation:
        """A conflict, named and told."""
        if conflict.one is conflict.other:
            return self._empty(conflict)
        repair = self.repair.of_conflict(conflict, demands) or self._in_kind(conflict)
        return QueryViolation(_rule(conflict), f"{self._said(conflict)}; {repair}.")

    def _empty(self, conflict: Conflict) -> QueryViolation:
        cls = self.names.list(named(conflict.one.classes))
        return QueryViolation(
            "empty-class",
            f"`{conflict.one.said}` can match nothing, because the axioms of the ontology let "
            f"nothing be a {cls}; use a class that can have members.",
        )

    def _said(self, conflict: Conflict) -> str:
        if conflict.together:
            every = dict.fromkeys((*conflict.together, conflict.other))
            clauses = ", ".join(self._clause(each, conflict.node) for each in every)
            return f"{clauses}, and nothing is all of that"
        one, other = conflict.one, conflict.other
        if one.source in ("value", "use") and other.source not in ("value", "use"):
            one, other = other, one
        first, second = self._clause(one, conflict.node), self._clause(other, conflict.node)
        return f"{first}, but {second}{self._why(conflict)}"

    def _clause(self, demand: Demand, node: Node) -> str:
        """What a part of the query makes of a node, and by which axiom."""
        it = self._shown(node)
        if demand.source == "value":
            return self._constant(demand)
        if demand.source == "use":
            if demand.literal is not None:
                return f"{demand.said} compares {it} with {self.names.literal(demand.literal)}"
            what = {"thing": "an IRI or blank node", "literal": "a literal", "number": "a number"}
            said = f"`{demand.said}`" if demand.statement else demand.said
            return f"{said} needs {it} to be {what[demand.kind]}"
        return f"`{demand.said}` makes {it} {self._what(demand)}{self._axiom(demand)}"

    def _constant(self, demand: Demand) -> str:
        if demand.literal is not None:
            return f"{self.names.literal(demand.literal)} is a literal"
        written = self.names.iri(demand.iri or "")
        known = self.names.list(named(demand.classes), word="and")
        return f"{written} is {_article(known)}" if known else f"{written} is an IRI"

    def _what(self, demand: Demand) -> str:
        if demand.kind == "thing":
            parts = [
                " and ".join(self._atomics(part)) for part in sorted(demand.classes, key=sorted)
            ]
            return " or ".join(parts) if demand.classes != ANYTHING else "a thing, not a literal"
        ranges = [one for one in demand.ranges if isinstance(one, str) and not is_blank(one)]
        return f"a literal of {self.names.list(ranges)}" if ranges else "a literal"

    def _atomics(self, part: frozenset[tuple[str, bool]]) -> list[str]:
        return [
            _article(self.names.told(cls)) if positive else f"no {self.names.told(cls)}"
            for cls, positive in sorted(part)
        ]

    def _axiom(self, demand: Demand) -> str:
        if demand.origin is None:
            return ""
        origin = self.names.iri(demand.origin)
        if demand.source == "only":
            return f" (as every {origin} has only such values)"
        if demand.kind == "thing" and demand.classes == ANYTHING:
            return f" ({origin} is an object property)" if demand.source == "range" else ""
        if demand.kind != "thing" and not demand.ranges:
            return f" ({origin} is a data property)"
        inherited = demand.statement is not None and demand.statement.predicate != demand.origin
        by = " through its axioms" if inherited else ""
        return f" (the {demand.source} of {origin}{by})"

    def _why(self, conflict: Conflict) -> str:
        if conflict.apart is None:
            return ""
        one, other = self.names.told(conflict.apart.one), self.names.told(conflict.apart.other)
        if conflict.apart.declared:
            return f", and the ontology keeps {one} and {other} apart"
        return f", and no class or individual of the ontology is both {one} and {other}"

    def _in_kind(self, conflict: Conflict) -> str:
        """A repair where only the kind of a value is wrong."""
        one, other = conflict.one, conflict.other
        if conflict.data:
            ranges = [
                self.names.iri(each)
                for demand in (one, other)
                for each in demand.ranges
                if isinstance(each, str) and not is_blank(each)
            ]
            literal = one.literal or other.literal
            if ranges and literal is not None:
                return f'write a value of its range, as in "…"^^{ranges[0]}'
            return "use values of one datatype"
        use = one if one.source == "use" else other
        if use.kind == "thing":
            return "use a property that leads to things, or drop that part"
        return "use one of its properties whose values are literals, or STR() of it"

    def _shown(self, node: Node) -> str:
        if isinstance(node, Variable):
            return node.shown
        return self.names.literal(node) if isinstance(node, Literal) else self.names.iri(node)


def _rule(conflict: Conflict) -> str:
    one, other = conflict.one, conflict.other
    if "number" in (one.kind, other.kind):
        return "aggregate"
    if conflict.data:
        return "datatype"
    if one.kind != other.kind:
        thing, value = (one, other) if one.kind == "thing" else (other, one)
        return _rule_of_kinds(thing, value)
    pair = sorted((_base(one), _base(other)))
    return _RULES.get((pair[0], pair[1]), "different-values")


def _rule_of_kinds(thing: Demand, value: Demand) -> str:
    """How it is called that a thing stands where a literal must, or the reverse."""
    if value.source == "value":
        return "literal-for-object"
    if thing.source == "value":
        return "object-for-literal"
    return "thing-as-literal" if value.source == "use" else "literal-as-thing"


def _base(demand: Demand) -> str:
    return "range" if demand.source == "only" else demand.source


def _article(name: str) -> str:
    local = name.partition(" ")[0].rsplit(":", 1)[-1].lstrip("<")
    return f"an {name}" if local[:1].lower() in tuple("aeio") else f"a {name}"
