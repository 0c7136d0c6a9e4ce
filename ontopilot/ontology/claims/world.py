"""Which names stand for one thing, and what a thing is known to be, for the checking of claims."""

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.contradiction import Limit, denials, limits
from ontopilot.ontology.claims.implied import expressions
from ontopilot.ontology.claims.ranges import in_range
from ontopilot.ontology.claims.values import alike, value_of
from ontopilot.ontology.rdf.structure import different_pairs, disjoint_properties, members_of
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.terms import Fact, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


class World:
    """What an ontology knows, read once. Its answers are those of the open world of OWL; where
    `closed` is given, two names stand for two things unless the ontology makes them one.
    """

    def __init__(self, ontology: "Ontology") -> None:
        # It belongs to its ontology, which is freed at once when nobody needs it.
        self._ontology = weakref.ref(ontology)

    @property
    def ontology(self) -> "Ontology":
        """The ontology, which outlives what it knows."""
        found = self._ontology()
        assert found is not None  # noqa: S101 - whoever asks holds it
        return found

    @cached_property
    def different(self) -> dict[Iri, set[Iri]]:
        """Every thing with those that are declared different from it."""
        return different_pairs(self.ontology.asserted)

    @cached_property
    def disjoint_properties(self) -> dict[Iri, set[Iri]]:
        """Every property with those that never hold between the same things."""
        return disjoint_properties(self.ontology.asserted)

    @cached_property
    def denied(self) -> frozenset[tuple[Iri, Iri, Node]]:
        """The statements that the ontology denies."""
        return frozenset(denials(self.ontology.asserted))

    @cached_property
    def limits(self) -> dict[Iri, list[Limit]]:
        """The restrictions on how many values there are, by property."""
        found: dict[Iri, list[Limit]] = {}
        for limit in limits(self.ontology.asserted):
            found.setdefault(limit.predicate, []).append(limit)
        return found

    @cached_property
    def _same(self) -> dict[Iri, frozenset[Iri]]:
        groups: dict[Iri, set[Iri]] = {}
        stated = self.ontology.asserted.pairs(v.OWL_SAME_AS)
        for one, other in (*stated, *self._by_key()):
            if isinstance(other, str):
                group = groups.get(one, {one}) | groups.get(Iri(other), {Iri(other)})
                groups.update(dict.fromkeys(group, group))
        return {one: frozenset(group) for one, group in groups.items()}

    @cached_property
    def _keys(self) -> tuple[tuple[Iri, tuple[Iri, ...]], ...]:
        """Classes and the properties by which their named members are told apart."""
        asserted = self.ontology.asserted
        return tuple(
            (cls, tuple(Iri(str(one)) for one in members_of(asserted, head)))
            for cls, head in asserted.pairs(v.OWL_HAS_KEY)
        )

    def _by_key(self) -> Iterator[tuple[Iri, Node]]:
        """Pairs of names that stand for one thing because their keys are the same."""
        for cls, keys in self._keys:
            known: dict[tuple[str, ...], Iri] = {}
            for thing in sorted(self.ontology.instances(cls)):
                for held in self._held(thing, keys):
                    yield thing, known.setdefault(held, thing)

    def _held(
        self, thing: Iri, keys: Sequence[Iri], more: Mapping[Iri, Node] | None = None
    ) -> Iterator[tuple[str, ...]]:
        """The keys of a thing, as they would be with more values."""
        found = []
        for key in keys:
            values = [known.object for known in self.ontology.facts(thing, key)]
            values += [more[key]] if more and key in more else []
            found.append([_spelled(value) for value in values])
        return product(*found)

    def sharing(self, fact: Fact) -> Iterator[tuple[Iri, tuple[Iri, ...]]]:
        """Things that would have a key in common with the subject of a claim, and the key."""
        for cls, keys in self._keys:
            if fact.predicate not in keys or not self.ontology.is_a(fact.subject, cls):
                continue
            mine = set(self._held(fact.subject, keys, {fact.predicate: fact.object}))
            for other in sorted(self.ontology.instances(cls) - self.names(fact.subject)):
                if not mine.isdisjoint(self._held(other, keys)):
                    yield other, keys

    def barred(self, thing: Iri) -> list[Node]:
        """The classes and expressions that a thing, or a class of it, is stated not to be."""
        ontology = self.ontology
        stated = [n for n in ontology.asserted.values(thing, v.RDF_TYPE) if is_blank(n)]
        own = [node for cls in ontology.types(thing) for node in expressions(ontology, cls)]
        return [
            other
            for node in (*stated, *own)
            for other in ontology.asserted.values(node, v.OWL_COMPLEMENT)
        ]

    def is_not(self, thing: Iri, cls: Node) -> bool:
        """Whether a thing surely is not in a class."""
        known = {thing, *self.ontology.types(thing)}
        apart: set[Iri] = set()
        for one in known:
            apart |= self.ontology.disjoint.get(one, frozenset())
        return cls in apart or cls in self.barred(thing)

    def names(self, thing: Iri) -> frozenset[Iri]:
        """All names of a thing."""
        return self._same.get(thing, frozenset({thing}))

    def same(self, one: Node, other: Node) -> bool:
        """Whether two nodes surely stand for one thing or value."""
        return alike(one, other) or (not isinstance(one, Literal) and other in self.names(one))

    def differ(self, one: Node, other: Node, *, closed: bool) -> bool:
        """Whether two nodes surely stand for two things or values."""
        if self.same(one, other):
            return False
        if closed or isinstance(one, Literal) or isinstance(other, Literal):
            return True
        apart: set[Iri] = set()
        for name in self.names(one):
            apart |= self.different.get(name, set())
        return bool(self.names(other) & apart)

    def count(self, values: Iterable[Node], *, closed: bool) -> int:
        """How many values there are at least."""
        apart: list[Node] = []
        for value in values:
            if all(self.differ(value, other, closed=closed) for other in apart):
                apart.append(value)
        return len(apart)

    def values(self, thing: Iri, predicate: Iri) -> list[Node]:
        """The known values of a property; a class among them only says of what kind one is."""
        ontology = self.ontology
        found: dict[Node, None] = {}
        own = self.names(thing)
        for name in (*own, *sorted(ontology.types(thing) - own)):
            for known in ontology.facts(name, predicate):
                if known.of_itself and name not in own:
                    continue
                if isinstance(known.object, Literal) or not ontology.is_class(known.object):
                    found[known.object] = None
        return list(found)

    def is_in(self, thing: Node, node: Node, *, closed: bool = False) -> bool:
        """Whether a thing surely is in a class or class expression, a value in a data range."""
        if isinstance(thing, Literal):
            return in_range(thing, node, self.ontology.asserted)
        if isinstance(node, Literal):
            return False
        if node == v.OWL_THING or self.ontology.is_a(thing, node):
            return True
        return self._left_over(thing, node) or any(
            self._meets(thing, one, closed=closed)
            for one in ([node] if is_blank(node) else self._definitions(node))
        )

    def _left_over(self, thing: Iri, cls: Iri) -> bool:
        """Whether a class is the only part of a disjoint union that a thing of it can be in."""
        asserted = self.ontology.asserted
        for whole, head in asserted.pairs(v.OWL_DISJOINT_UNION):
            each = list(members_of(asserted, head))
            others = [other for other in each if other != cls]
            if len(others) < len(each) and self.ontology.is_a(thing, whole):
                return all(self.is_not(thing, other) for other in others)
        return False

    def _definitions(self, cls: Iri) -> Sequence[Node]:
        return self.ontology.asserted.values(cls, v.OWL_EQUIVALENT_CLASS)

    def _meets(self, thing: Iri, node: Node, *, closed: bool) -> bool:
        if isinstance(node, Literal):
            return False
        if not is_blank(node):
            return self.ontology.is_a(thing, node)
        asserted = self.ontology.asserted
        tests = [
            *(
                test(self.is_in(thing, one, closed=closed) for one in members_of(asserted, listed))
                for join, test in ((v.OWL_INTERSECTION, all), (v.OWL_UNION, any))
                for listed in asserted.values(node, join)
            ),
            *(self.is_not(thing, other) for other in asserted.values(node, v.OWL_COMPLEMENT)),
            *(
                any(self.same(thing, one) for one in members_of(asserted, listed))
                for listed in asserted.values(node, v.OWL_ONE_OF)
            ),
        ]
        return all(tests) if tests else self._restricted(thing, node, closed=closed)

    def _restricted(self, thing: Iri, node: Iri, *, closed: bool) -> bool:
        asserted = self.ontology.asserted
        predicate = asserted.one(node, v.OWL_ON_PROPERTY)
        if not isinstance(predicate, str) or is_blank(predicate):
            return False
        values = self.values(thing, Iri(predicate))
        if asserted.one(node, v.OWL_HAS_SELF) is not None:
            return any(self.same(thing, value) for value in values)
        given, some = asserted.one(node, v.OWL_HAS_VALUE), asserted.one(node, v.OWL_SOME)
        if given is not None:
            return any(self.same(given, value) for value in values)
        if some is not None:
            return any(self.is_in(value, some, closed=closed) for value in values)
        for least in v.MIN_CARDINALITIES:
            number = asserted.one(node, least)
            if isinstance(number, Literal) and number.value.isdigit():
                of = asserted.one(node, v.OWL_ON_CLASS) or asserted.one(node, v.OWL_ON_DATA_RANGE)
                fitting = [x for x in values if of is None or self.is_in(x, of, closed=closed)]
                return self.count(fitting, closed=closed) >= int(number.value)
        return False


def _spelled(value: Node) -> str:
    """A key as it is compared: numbers by what they are worth."""
    return repr(value_of(value)) if isinstance(value, Literal) else str(value)
