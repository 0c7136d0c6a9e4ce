"""Contradictions among facts, in words (the rules of OWL 2 RL that conclude `false`)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.phrase import article
from ontopilot.ontology.claims.values import fits, same_value, value_of
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.rdf.structure import (
    different_pairs,
    disjoint_pairs,
    disjoint_properties,
    of_type,
)
from ontopilot.ontology.rdf.triples import Node, Triples, is_blank
from ontopilot.ontology.terms import Iri, Literal


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What cannot be true together: one clause in words, and the axioms behind it."""

    text: str
    axioms: tuple[str, ...]


class _Facts:
    """Facts with all that follows from them, and the names that people use."""

    def __init__(self, asserted: Triples, closed: Triples) -> None:
        self.asserted = asserted
        self.closed = closed
        self.types: dict[Iri, set[Iri]] = {}
        for thing, cls in closed.pairs(v.RDF_TYPE):
            if not isinstance(cls, Literal):
                self.types.setdefault(thing, set()).add(Iri(cls))
        self.different = different_pairs(closed)

    def name(self, node: Node) -> str:
        if isinstance(node, Literal):
            return repr(node.value)
        for label in self.asserted.values(node, v.RDFS_LABEL):
            if isinstance(label, Literal) and label.language.split("-")[0] in ("", "en"):
                return label.value
        return local_name(node)


def find_contradiction(asserted: Triples, closed: Triples) -> Contradiction | None:
    """The first contradiction among the triples of an ontology with all that follows from them."""
    facts = _Facts(asserted, closed)
    return next((found for rule in _RULES for found in rule(facts)), None)


def _impossible(facts: _Facts) -> Iterator[Contradiction]:
    impossible = {s for s, o in facts.closed.pairs(v.RDFS_SUBCLASS) if o == v.OWL_NOTHING}
    for thing, classes in facts.types.items():
        if v.OWL_NOTHING not in classes:
            continue
        named = sorted(cls for cls in classes & impossible if not is_blank(cls))
        cls = facts.name(named[0]) if named else "class that is empty"
        yield Contradiction(
            f"{facts.name(thing)} is {article(cls)}, and the axioms let nothing be one",
            (f"{cls} SubClassOf Nothing", f"{facts.name(thing)} Type {cls}"),
        )


def _disjoint(facts: _Facts) -> Iterator[Contradiction]:
    pairs = disjoint_pairs(facts.asserted)
    for thing, classes in facts.types.items():
        for one in sorted(classes & pairs.keys()):
            for other in sorted(pairs[one] & classes):
                a, b, it = facts.name(one), facts.name(other), facts.name(thing)
                yield Contradiction(
                    f"{it} is both {article(a)} and {article(b)}, which are declared disjoint",
                    (f"{a} DisjointWith {b}", f"{it} Type {a}", f"{it} Type {b}"),
                )


def _complement(facts: _Facts) -> Iterator[Contradiction]:
    for one, other in facts.asserted.pairs(v.OWL_COMPLEMENT):
        for thing, classes in facts.types.items():
            if one in classes and other in classes:
                a, it = facts.name(other), facts.name(thing)
                yield Contradiction(
                    f"{it} is {article(a)} and something that is no {a}",
                    (f"{it} Type {a}", f"{it} Type not {a}"),
                )


def _same_and_different(facts: _Facts) -> Iterator[Contradiction]:
    for one, other in facts.closed.pairs(v.OWL_SAME_AS):
        if other in facts.different.get(one, ()):
            a, b = facts.name(one), facts.name(other)
            yield Contradiction(
                f"{a} and {b} must be the same thing and are declared different",
                (f"{a} SameAs {b}", f"{a} DifferentFrom {b}"),
            )


def _too_many(facts: _Facts) -> Iterator[Contradiction]:
    for predicate in of_type(facts.asserted, v.OWL_FUNCTIONAL):
        subjects = {subject for subject, _ in facts.closed.pairs(predicate)}
        for subject in sorted(subjects):
            yield from _more_than(facts, subject, predicate, 1, None)
    for limit in limits(facts.asserted):
        for thing, classes in facts.types.items():
            if limit.node in classes:
                yield from _more_than(facts, thing, limit.predicate, limit.most, limit.filler)


@dataclass(frozen=True, slots=True)
class Limit:
    """A restriction to at most so many values of a property, or so many that are in `filler`."""

    node: Iri
    predicate: Iri
    most: int
    filler: Iri | None


def limits(triples: Triples) -> Iterator[Limit]:
    """The restrictions that limit how many values there are."""
    for cardinality in v.MAX_CARDINALITIES:
        for node, number in triples.pairs(cardinality):
            predicate = triples.one(node, v.OWL_ON_PROPERTY)
            if not isinstance(number, Literal) or not number.value.strip().isdigit():
                continue
            filler = triples.one(node, v.OWL_ON_CLASS) or triples.one(node, v.OWL_ON_DATA_RANGE)
            if isinstance(predicate, str) and not is_blank(predicate):
                wanted = None if filler in (None, v.OWL_THING, v.RDFS_LITERAL) else Iri(str(filler))
                yield Limit(node, Iri(predicate), int(number.value), wanted)


def _more_than(
    facts: _Facts, subject: Iri, predicate: Iri, most: int, filler: Iri | None
) -> Iterator[Contradiction]:
    values = [
        value
        for value in facts.closed.values(subject, predicate)
        if filler is None or _is_in(facts, value, filler)
    ]
    apart = distinct(values, facts.different)
    if len(apart) > most:
        it, what = facts.name(subject), facts.name(predicate)
        shown = " and ".join(facts.name(value) for value in apart[: most + 1])
        shown += "".join(_origin(facts, subject, predicate, value) for value in apart[: most + 1])
        yield Contradiction(
            f"{it} has {len(apart)} values of {what!r}, {shown}, and may have {most or 'none'}",
            (f"{what} max {most}", *(f"{it} {what} {facts.name(one)}" for one in apart)),
        )


def _origin(facts: _Facts, subject: Iri, predicate: Iri, value: Node) -> str:
    """Which class gives a thing a value that nobody stated of it: `, as every kettle has '24'`."""
    if value in facts.asserted.values(subject, predicate):
        return ""
    for node, given in facts.asserted.pairs(v.OWL_HAS_VALUE):
        if given == value and predicate in facts.asserted.values(node, v.OWL_ON_PROPERTY):
            for cls, above in facts.asserted.pairs(v.RDFS_SUBCLASS):
                if above == node and cls in facts.types.get(subject, ()):
                    return f", as every {facts.name(cls)} has {facts.name(value)}"
    return ""


def _is_in(facts: _Facts, value: Node, filler: Iri) -> bool:
    if isinstance(value, Literal):
        return not is_blank(filler) and fits(value, filler)
    return filler in facts.types.get(Iri(value), ())


def distinct(values: list[Node], different: dict[Iri, set[Iri]]) -> list[Node]:
    """Values of which no two can be the same: unequal literals, things declared different."""
    apart: list[Node] = []
    for value in values:
        if all(_differ(value, other, different) for other in apart):
            apart.append(value)
    return apart


def _differ(one: Node, other: Node, different: dict[Iri, set[Iri]]) -> bool:
    if isinstance(one, Literal) and isinstance(other, Literal):
        return one.language == other.language and not same_value(one, other)
    if isinstance(one, Literal) or isinstance(other, Literal):
        return True
    return other in different.get(one, ())


def _with_itself(facts: _Facts) -> Iterator[Contradiction]:
    for predicate in of_type(facts.asserted, v.OWL_IRREFLEXIVE):
        for subject, value in facts.closed.pairs(predicate):
            if subject == value:
                it, what = facts.name(subject), facts.name(predicate)
                yield Contradiction(
                    f"{it} is related to itself by {what!r}, which is declared irreflexive",
                    (f"{what} Irreflexive", f"{it} {what} {it}"),
                )


def _both_ways(facts: _Facts) -> Iterator[Contradiction]:
    for predicate in of_type(facts.asserted, v.OWL_ASYMMETRIC):
        pairs = set(facts.closed.pairs(predicate))
        for subject, value in pairs:
            if not isinstance(value, Literal) and (value, subject) in pairs:
                it, to, what = facts.name(subject), facts.name(value), facts.name(predicate)
                yield Contradiction(
                    f"{what!r} holds between {it} and {to} both ways and is declared asymmetric",
                    (f"{what} Asymmetric", f"{it} {what} {to}", f"{to} {what} {it}"),
                )


def _disjoint_properties(facts: _Facts) -> Iterator[Contradiction]:
    for one, others in disjoint_properties(facts.asserted).items():
        for other in sorted(others):
            for subject, value in set(facts.closed.pairs(one)) & set(facts.closed.pairs(other)):
                a, b = facts.name(one), facts.name(other)
                it, to = facts.name(subject), facts.name(value)
                yield Contradiction(
                    f"{it} is related to {to} by {a!r} and by {b!r}, which are declared disjoint",
                    (f"{a} DisjointWith {b}", f"{it} {a} {to}", f"{it} {b} {to}"),
                )


def _denied(facts: _Facts) -> Iterator[Contradiction]:
    for subject, predicate, value in denials(facts.asserted):
        if value in facts.closed.values(subject, predicate):
            it, what, to = facts.name(subject), facts.name(predicate), facts.name(value)
            yield Contradiction(
                f"'{it} {what} {to}' is both stated and denied",
                (f"{it} {what} {to}", f"{it} not {what} {to}"),
            )


def denials(triples: Triples) -> Iterator[tuple[Iri, Iri, Node]]:
    """Negative property assertions: subject, property, value."""
    for node, subject in triples.pairs(v.OWL_SOURCE):
        predicate = triples.one(node, v.OWL_ASSERTION_PROPERTY)
        value = triples.one(node, v.OWL_TARGET) or triples.one(node, v.OWL_TARGET_VALUE)
        if isinstance(subject, str) and isinstance(predicate, str) and value is not None:
            yield Iri(subject), Iri(predicate), value


def _malformed(facts: _Facts) -> Iterator[Contradiction]:
    for predicate in of_type(facts.asserted, v.OWL_DATA_PROPERTY):
        ranges = [r for r in facts.asserted.values(predicate, v.RDFS_RANGE) if not is_blank(r)]
        for subject, value in facts.closed.pairs(predicate):
            if not isinstance(value, Literal):
                continue
            it, what = facts.name(subject), facts.name(predicate)
            wanted = next((r for r in ranges if not fits(value, str(r))), None)
            if value_of(value) is None:
                wanted = value.datatype
            if wanted is not None:
                kind = local_name(str(wanted))
                yield Contradiction(
                    f"{it} has the value {value.value!r} of {what!r}, which is no {kind}",
                    (f"{what} Range {kind}", f"{it} {what} {value.value!r}"),
                )


_RULES: tuple[Callable[[_Facts], Iterator[Contradiction]], ...] = (
    _malformed,
    _disjoint,
    _too_many,
    _same_and_different,
    _complement,
    _with_itself,
    _both_ways,
    _disjoint_properties,
    _denied,
    _impossible,
)
