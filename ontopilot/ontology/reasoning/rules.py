"""Reasoning by rules: OWL 2 RL (W3C OWL 2 Profiles, section 4.3), without Java."""

from collections import deque
from collections.abc import Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import Step
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank
from ontopilot.ontology.reasoning.rulebook import Link, Rulebook, facts_in, named_above
from ontopilot.ontology.terms import Iri, Literal


def materialise(triples: Triples) -> list[Triple]:
    """What the rules conclude from triples; sound, not complete.

    Of the classes above a class only the nearest named ones are told, and `owl:Nothing`: the
    others follow by transitivity. That two values of a data property with one value are too many
    is found among the contradictions, where it can be told of whom, and so is what a limit of
    values excludes: neither makes two names one thing.
    """
    rulebook = Rulebook.of(triples)
    facts = _Facts(rulebook)
    for triple in facts_in(triples):
        facts.add(triple)
    facts.close()
    return [*_hierarchy(rulebook), *facts]


def _hierarchy(rulebook: Rulebook) -> Iterator[Triple]:
    for cls, above in rulebook.above.items():
        if not is_blank(cls):
            for one in named_above(rulebook, cls):
                yield cls, v.RDFS_SUBCLASS, one
        if v.OWL_NOTHING in above:
            yield cls, v.RDFS_SUBCLASS, v.OWL_NOTHING
    for one, wider in rulebook.above_property.items():
        for other in wider:
            yield one, v.RDFS_SUBPROPERTY, other


class _Facts:
    """Facts and what follows from them: each new one meets every rule once (semi-naive)."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._rules = rulebook
        self._types: dict[Node, set[Iri]] = {}
        self._values: dict[Iri, dict[Iri, set[Node]]] = {}
        self._sources: dict[Iri, dict[Node, set[Iri]]] = {}
        self._same: dict[Iri, set[Iri]] = {}
        self._new: deque[tuple[Node, Iri, Node]] = deque()
        self._all_are_things = rulebook.speaks_of_everything

    def __iter__(self) -> Iterator[Triple]:
        """Every fact, those given among them."""
        for thing, classes in self._types.items():
            if isinstance(thing, str):
                for cls in classes:
                    yield Iri(thing), v.RDF_TYPE, cls
        for predicate, starts in self._values.items():
            for start, values in starts.items():
                for value in values:
                    yield start, predicate, value
        for one, others in self._same.items():
            for other in others:
                yield one, v.OWL_SAME_AS, other

    def add(self, triple: Triple) -> None:
        """Take in a fact, unless it is known."""
        subject, predicate, value = triple
        if predicate == v.RDF_TYPE:
            if not isinstance(value, Literal):
                self._be(subject, Iri(value))
        elif predicate == v.OWL_SAME_AS:
            if not isinstance(value, Literal):
                self._equal(subject, Iri(value))
        else:
            self._have(subject, predicate, value)

    def close(self) -> None:
        """Apply the rules until nothing new follows."""
        while self._new:
            subject, predicate, value = self._new.popleft()
            if predicate == v.RDF_TYPE:
                self._membership(subject, Iri(str(value)))
            if isinstance(subject, Literal):
                continue
            if predicate != v.RDF_TYPE:
                self._relation(subject, predicate, value)
                self._restricted(subject, predicate, value)
                self._chained(subject, predicate, value)
            self._replace(subject, predicate, value)

    def _be(self, thing: Node, cls: Iri) -> None:
        known = self._types.setdefault(thing, set())
        if cls in known:
            return
        for one in (cls, *self._rules.above.get(cls, ())):
            if one not in known:
                known.add(one)
                self._new.append((thing, v.RDF_TYPE, one))

    def _have(self, subject: Iri, predicate: Iri, value: Node) -> None:
        values = self._values.setdefault(predicate, {}).setdefault(subject, set())
        if value not in values:
            values.add(value)
            self._sources.setdefault(predicate, {}).setdefault(value, set()).add(subject)
            self._new.append((subject, predicate, value))

    def _of(self, subject: Iri, predicate: Iri) -> tuple[Node, ...]:
        return tuple(self._values.get(predicate, {}).get(subject, ()))

    def _to(self, predicate: Iri, value: Node) -> tuple[Iri, ...]:
        return tuple(self._sources.get(predicate, {}).get(value, ()))

    def _is(self, thing: Node, cls: Iri) -> bool:
        return cls == v.OWL_THING or cls in self._types.get(thing, ())

    def _membership(self, thing: Node, cls: Iri) -> None:
        """What follows from a thing being of a class (cls-int1, -svf1, -avf, -hv1)."""
        rules = self._rules
        for on, node in rules.some_in.get(cls, ()):
            for subject in self._to(on, thing):
                self._be(subject, node)
        if not isinstance(thing, Literal):
            self._member(thing, cls)

    def _member(self, thing: Iri, cls: Iri) -> None:
        rules = self._rules
        if self._all_are_things:
            self._be(thing, v.OWL_THING)
        for whole, parts in rules.wholes.get(cls, ()):
            if all(self._is(thing, part) for part in parts):
                self._be(thing, whole)
        for on, filler in rules.only_in.get(cls, ()):
            for value in self._of(thing, on):
                if not isinstance(value, Literal):
                    self._be(value, filler)
        for on, value in rules.value_in.get(cls, ()):
            self._have(thing, on, value)

    def _relation(self, subject: Iri, predicate: Iri, value: Node) -> None:
        """What follows from a property (prp-dom, -rng, -spo1, -inv, -symp, -trp, -fp, -ifp)."""
        rules = self._rules
        for wider in rules.above_property.get(predicate, ()):
            self._have(subject, wider, value)
        for cls in rules.domains.get(predicate, ()):
            self._be(subject, cls)
        if self._all_are_things:
            self._be(subject, v.OWL_THING)
        if predicate in rules.inverse_functional:
            for other in self._to(predicate, value):
                self._equal(subject, other)
        for cls in rules.ranges.get(predicate, ()):
            self._be(value, cls)
        if isinstance(value, Literal):
            self._be(value, value.datatype)
        else:
            self._reached(subject, predicate, value)

    def _reached(self, subject: Iri, predicate: Iri, value: Iri) -> None:
        rules = self._rules
        if self._all_are_things:
            self._be(value, v.OWL_THING)
        for back in rules.inverse.get(predicate, ()):
            self._have(value, back, subject)
        if predicate in rules.transitive:
            for further in self._of(value, predicate):
                self._have(subject, predicate, further)
            for earlier in self._to(predicate, subject):
                self._have(earlier, predicate, value)
        if predicate in rules.functional:
            for other in self._of(subject, predicate):
                if not isinstance(other, Literal):
                    self._equal(value, other)

    def _restricted(self, subject: Iri, predicate: Iri, value: Node) -> None:
        """What follows from a value by restrictions (cls-svf, -avf, -hv2)."""
        rules = self._rules
        for node, filler in rules.some_of.get(predicate, ()):
            if self._is(value, filler):
                self._be(subject, node)
        for node in rules.value_of.get((predicate, value), ()):
            self._be(subject, node)
        if not isinstance(value, Literal):
            for node, filler in rules.only_of.get(predicate, ()):
                if self._is(subject, node):
                    self._be(value, filler)

    def _chained(self, subject: Iri, predicate: Iri, value: Node) -> None:
        """What follows from a property being a step of a chain (prp-spo2)."""
        for link in self._rules.chains.get((predicate, False), ()):
            self._follow(link, subject, value)
        if not isinstance(value, Literal):
            for link in self._rules.chains.get((predicate, True), ()):
                self._follow(link, value, subject)

    def _follow(self, link: Link, start: Iri, end: Node) -> None:
        implied, steps, number = link
        starts: set[Node] = {start}
        for step in reversed(steps[:number]):
            starts = {before for one in starts for before in self._step(one, step, back=True)}
        ends = {end}
        for step in steps[number + 1 :]:
            ends = {after for one in ends for after in self._step(one, step, back=False)}
        for one in starts:
            if not isinstance(one, Literal):
                for other in ends:
                    self._have(one, implied, other)

    def _step(self, node: Node, step: Step, *, back: bool) -> tuple[Node, ...]:
        predicate, backwards = step
        if backwards != back:
            return self._to(predicate, node)
        return () if isinstance(node, Literal) else self._of(node, predicate)

    def _equal(self, one: Iri, other: Iri) -> None:
        """Two names of one thing: what is known of each holds of both (eq-sym, -trans, -rep)."""
        if one == other or other in self._same.get(one, ()):
            return
        group = {one, other, *self._same.get(one, ()), *self._same.get(other, ())}
        for member in group:
            self._same[member] = group - {member}
        for member in group:
            for cls in tuple(self._types.get(member, ())):
                self._replace(member, v.RDF_TYPE, cls)
            for predicate in tuple(self._values):
                for value in self._of(member, predicate):
                    self._replace(member, predicate, value)
                for subject in self._to(predicate, member):
                    self._replace(subject, predicate, member)

    def _replace(self, subject: Iri, predicate: Iri, value: Node) -> None:
        for other in tuple(self._same.get(subject, ())):
            self.add((other, predicate, value))
        if predicate != v.RDF_TYPE and not isinstance(value, Literal):
            for other in tuple(self._same.get(value, ())):
                self.add((subject, predicate, other))
