"""Axioms compiled to lookup tables that the forward chainer joins over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ontopilot.ontology.axioms import (
    Assertion,
    Axiom,
    Characteristic,
    DifferentIndividuals,
    DisjointClasses,
    DisjointProperties,
    Domain,
    EquivalentClasses,
    EquivalentProperties,
    HasKey,
    InverseProperties,
    Range,
    SameIndividuals,
    SubClassOf,
    SubPropertyOf,
    Subsumption,
    TypeAssertion,
)
from ontopilot.ontology.expressions import (
    And,
    Count,
    Enumeration,
    Expression,
    Has,
    HasSelf,
    Inverse,
    Not,
    Only,
    Or,
    Property,
    Some,
)
from ontopilot.ontology.terms import Iri

Reason = Axiom | Subsumption | None
Step = tuple[Iri, bool]
"""A property in a chain, and whether it is walked backwards."""


@dataclass(slots=True)
class PropertyRules:
    """What follows from an edge of one property."""

    implies: list[tuple[Iri, bool, Reason]] = field(default_factory=list)
    domains: list[tuple[Expression, Reason]] = field(default_factory=list)
    ranges: list[tuple[Expression, Reason]] = field(default_factory=list)
    chains: list[tuple[tuple[Step, ...], Step, int, Reason]] = field(default_factory=list)
    traits: dict[str, Reason] = field(default_factory=dict)
    disjoint: list[tuple[Iri, bool, Reason]] = field(default_factory=list)
    somes: list[tuple[Some | Count, bool]] = field(default_factory=list)


@dataclass(slots=True)
class Rulebook:
    """The tables. Filled once, then only read."""

    supers: dict[Expression, list[tuple[Expression, Reason]]] = field(default_factory=dict)
    properties: dict[Iri, PropertyRules] = field(default_factory=dict)
    conjunctions: dict[Expression, list[And]] = field(default_factory=dict)
    disjunctions: dict[Expression, list[Or]] = field(default_factory=dict)
    somes: dict[Expression, list[Some | Count]] = field(default_factory=dict)
    has: dict[tuple[Iri, bool, object], list[Has]] = field(default_factory=dict)
    selves: dict[Iri, list[HasSelf]] = field(default_factory=dict)
    disjoint: dict[Expression, list[tuple[tuple[Expression, ...], Reason]]] = field(
        default_factory=dict
    )
    complements: dict[Expression, list[Not]] = field(default_factory=dict)
    enumerations: list[Enumeration] = field(default_factory=list)
    keys: dict[Expression, list[HasKey]] = field(default_factory=dict)
    different: dict[Iri, list[tuple[Iri, Reason]]] = field(default_factory=dict)
    negative: dict[tuple[Iri, Iri], list[Assertion]] = field(default_factory=dict)
    assertions: list[Axiom] = field(default_factory=list)
    wanted: set[Expression] = field(default_factory=set)

    def rules(self, prop: Iri) -> PropertyRules:
        """The rules of a property."""
        found = self.properties.get(prop)
        if found is None:
            found = self.properties[prop] = PropertyRules()
        return found

    def want(self, expression: Expression) -> None:
        """Have the chainer notice members of an expression."""
        if isinstance(expression, str) or expression in self.wanted:
            return
        self.wanted.add(expression)
        self._index(expression)
        for part in parts_of(expression):
            self.want(part)

    def _index(self, expression: Expression) -> None:
        if isinstance(expression, And):
            for part in expression.parts:
                self.conjunctions.setdefault(part, []).append(expression)
        elif isinstance(expression, Or):
            for part in expression.parts:
                self.disjunctions.setdefault(part, []).append(expression)
        elif isinstance(expression, Some) or is_at_least_one(expression):
            self._index_some(expression)
        elif isinstance(expression, Has):
            prop, backwards = step_of(expression.property)
            self.has.setdefault((prop, backwards, expression.value), []).append(expression)
        elif isinstance(expression, HasSelf):
            self.selves.setdefault(step_of(expression.property)[0], []).append(expression)
        elif isinstance(expression, Enumeration):
            self.enumerations.append(expression)

    def _index_some(self, expression: Expression) -> None:
        if isinstance(expression, Some | Count):
            prop, backwards = step_of(expression.property)
            self.somes.setdefault(expression.filler, []).append(expression)
            self.rules(prop).somes.append((expression, backwards))

    def imply(self, sub: Expression, sup: Expression, reason: Reason) -> None:
        """Members of `sub` are members of `sup`."""
        if sub != sup:
            self.supers.setdefault(sub, []).append((sup, reason))
            self.want(sub)
            self.watch_negations(sup)

    def watch_negations(self, expression: Expression) -> None:
        """A complement on the right is a clash as soon as its part holds."""
        if isinstance(expression, Not):
            if expression not in self.complements.setdefault(expression.part, []):
                self.complements[expression.part].append(expression)
            self.want(expression.part)
        elif isinstance(expression, And | Only):
            for part in parts_of(expression):
                self.watch_negations(part)


def step_of(prop: Property) -> Step:
    """The named property, and whether it is walked backwards."""
    return (prop.property, True) if isinstance(prop, Inverse) else (prop, False)


def parts_of(expression: Expression) -> tuple[Expression, ...]:
    """The expressions inside an expression."""
    if isinstance(expression, And | Or):
        return expression.parts
    if isinstance(expression, Not):
        return (expression.part,)
    if isinstance(expression, Some | Only | Count):
        return (expression.filler,)
    return ()


def is_at_least_one(expression: Expression) -> bool:
    """Whether an expression on the left asks for one value at least."""
    return isinstance(expression, Count) and expression.kind == "min" and expression.number == 1


def compile_rules(axioms: Iterable[Axiom | Subsumption]) -> Rulebook:
    """Compile axioms to tables."""
    book = Rulebook()
    for axiom in axioms:
        _class_axiom(book, axiom)
        _property_axiom(book, axiom)
        _individual_axiom(book, axiom)
    return book


def _class_axiom(book: Rulebook, axiom: Axiom | Subsumption) -> None:
    match axiom:
        case SubClassOf(sub, sup) | Subsumption(sub, sup):
            book.imply(sub, sup, axiom)
        case EquivalentClasses(classes):
            for sub in classes:
                for sup in classes:
                    book.imply(sub, sup, axiom)
        case DisjointClasses(classes):
            for cls in classes:
                book.disjoint.setdefault(cls, []).append((classes, axiom))
                book.want(cls)
        case HasKey(cls, _):
            book.keys.setdefault(cls, []).append(axiom)
            book.want(cls)
        case _:
            pass


def _property_axiom(book: Rulebook, axiom: Axiom | Subsumption) -> None:
    match axiom:
        case SubPropertyOf(chain, sup) if len(chain) == 1:
            _imply_property(book, chain[0], sup, axiom)
        case SubPropertyOf(chain, sup):
            _chain(book, tuple(map(step_of, chain)), step_of(sup), axiom)
        case EquivalentProperties(properties):
            for sub in properties:
                for sup in properties:
                    _imply_property(book, sub, sup, axiom)
        case InverseProperties(first, second):
            prop, backwards = step_of(second)
            _imply_property(book, first, prop if backwards else Inverse(prop), axiom)
            prop, backwards = step_of(first)
            _imply_property(book, second, prop if backwards else Inverse(prop), axiom)
        case Domain(prop, cls) | Range(prop, cls):
            named, backwards = step_of(prop)
            rules = book.rules(named)
            at_subject = isinstance(axiom, Domain) != backwards
            (rules.domains if at_subject else rules.ranges).append((cls, axiom))
            book.watch_negations(cls)
        case Characteristic(prop, kind):
            _trait(book, step_of(prop), kind, axiom)
        case DisjointProperties(properties):
            for first, second in _pairs(map(step_of, properties)):
                book.rules(first[0]).disjoint.append((second[0], first[1] != second[1], axiom))
        case _:
            pass


def _pairs(steps: Iterable[Step]) -> Iterator[tuple[Step, Step]]:
    known = tuple(steps)
    for first in known:
        for second in known:
            if first != second:
                yield first, second


def _imply_property(book: Rulebook, sub: Property, sup: Property, reason: Reason) -> None:
    (below, sub_back), (above, sup_back) = step_of(sub), step_of(sup)
    flips = sub_back != sup_back
    if below != above or flips:
        book.rules(below).implies.append((above, flips, reason))


def _chain(book: Rulebook, steps: tuple[Step, ...], sup: Step, reason: Reason) -> None:
    for place, (prop, _) in enumerate(steps):
        book.rules(prop).chains.append((steps, sup, place, reason))


def _trait(book: Rulebook, step: Step, kind: str, reason: Reason) -> None:
    prop, backwards = step
    swapped = {"Functional": "InverseFunctional", "InverseFunctional": "Functional"}
    if kind == "Transitive":
        _chain(book, ((prop, False), (prop, False)), (prop, False), reason)
    elif kind == "Symmetric":
        book.rules(prop).implies.append((prop, True, reason))
    book.rules(prop).traits[swapped.get(kind, kind) if backwards else kind] = reason


def _individual_axiom(book: Rulebook, axiom: Axiom | Subsumption) -> None:
    match axiom:
        case Assertion(subject, prop, _, negative=True):
            book.negative.setdefault((subject, prop), []).append(axiom)
        case DifferentIndividuals(individuals):
            for first in individuals:
                for second in individuals:
                    if first != second:
                        book.different.setdefault(first, []).append((second, axiom))
        case TypeAssertion() | Assertion() | SameIndividuals():
            book.assertions.append(axiom)
        case _:
            pass
