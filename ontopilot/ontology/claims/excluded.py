"""Why a statement cannot hold beside what is known: one rule for each kind of axiom."""

from collections.abc import Callable, Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.contradiction import Limit
from ontopilot.ontology.claims.implied import expressions
from ontopilot.ontology.claims.phrase import article
from ontopilot.ontology.claims.ranges import in_range
from ontopilot.ontology.claims.world import World
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.terms import Explanation, Fact, Iri, Literal

Rule = Callable[[World, Fact, bool], Explanation | None]


def excluded(world: World, fact: Fact, *, closed: bool, because: str = "") -> Explanation | None:
    """The first reason why a statement cannot hold; nothing if none is found.

    `because` says after the name of a class why a thing would be in it.
    """
    kind = fact.predicate == v.RDF_TYPE
    found = _disjoint(world, fact, because) if kind else None
    if found is not None:
        return found
    for rule in _KIND_RULES if kind else _VALUE_RULES:
        found = rule(world, fact, closed)
        if found is not None:
            return found
    return None


def _empty(world: World, fact: Fact, closed: bool) -> Explanation | None:
    if fact.object == v.OWL_NOTHING or fact.object in world.ontology.reasoning.empty:
        name = world.ontology.label(Iri(str(fact.object)))
        return Explanation(
            f"Nothing can be {article(name)}.", (f"{fact.object} SubClassOf Nothing",)
        )
    return None


def _disjoint(world: World, fact: Fact, because: str) -> Explanation | None:
    if isinstance(fact.object, Literal) or is_blank(fact.object):
        return None
    said = article(world.ontology.label(fact.object)) + because
    return clash(world, fact.subject, fact.object, said)


def clash(world: World, thing: Iri, cls: Iri, said: str) -> Explanation | None:
    """Why a thing cannot be in a class: one of its own is disjoint with it."""
    ontology = world.ontology
    claimed = {cls, *ontology.ancestors(cls)}
    known = {thing, *ontology.types(thing), *ontology.ancestors(thing)}
    for one in sorted(known):
        for other in sorted(ontology.disjoint.get(one, frozenset()) & claimed):
            return Explanation(
                f"{ontology.label(thing)} cannot be {said}, because nothing is both "
                f"{article(ontology.label(one))} and {article(ontology.label(other))}.",
                (f"DisjointClasses({one} {other})",),
            )
    return None


def _complement(world: World, fact: Fact, closed: bool) -> Explanation | None:
    """The thing is in what the class excludes, or in a class that excludes this one."""
    ontology = world.ontology
    for other in ontology.asserted.values(fact.object, v.OWL_COMPLEMENT):
        if world.is_in(fact.subject, other, closed=closed):
            return _both(world, fact.subject, other)
    if isinstance(fact.object, Literal) or is_blank(fact.object):
        return None
    claimed = {fact.object, *ontology.ancestors(fact.object)}
    for other in world.barred(fact.subject):
        if other in claimed:
            return _both(world, fact.subject, other)
    return None


def _unmeant(world: World, fact: Fact, closed: bool) -> Explanation | None:
    """The thing is of a kind that has no such value."""
    asserted = world.ontology.asserted
    for node in world.barred(fact.subject):
        if asserted.one(node, v.OWL_ON_PROPERTY) != fact.predicate:
            continue
        given = asserted.values(node, v.OWL_HAS_VALUE)
        some = asserted.values(node, v.OWL_SOME)
        if any(world.same(one, fact.object) for one in given) or any(
            world.is_in(fact.object, one, closed=closed) for one in some
        ):
            what = world.ontology.label(fact.predicate)
            text = f"{world.ontology.label(fact.subject)} is of a kind without such a {what!r}."
            return Explanation(text, (f"ObjectComplementOf({fact.predicate})",))
    return None


def _keyed(world: World, fact: Fact, closed: bool) -> Explanation | None:
    """Something else has that key already."""
    for other, keys in world.sharing(fact):
        if world.differ(other, fact.subject, closed=closed):
            known, what = world.ontology.label(other), world.ontology.label(fact.predicate)
            return Explanation(
                f"{known} has the same {what!r}, which tells one from another.",
                (f"HasKey({' '.join(keys)})",),
            )
    return None


def _both(world: World, thing: Iri, other: Node) -> Explanation:
    ontology = world.ontology
    what = article(ontology.label(Iri(str(other)))) if not is_blank(other) else "of a kind"
    return Explanation(
        f"{ontology.label(thing)} would be {what} and no such thing at once.",
        (f"ObjectComplementOf({other})",),
    )


def _listed(world: World, fact: Fact, closed: bool) -> Explanation | None:
    """The members of the class are listed, and the thing is none of them."""
    ontology = world.ontology
    cls = fact.object
    for node in (cls, *ontology.asserted.values(cls, v.OWL_EQUIVALENT_CLASS)):
        for listed in ontology.asserted.values(node, v.OWL_ONE_OF):
            members = list(members_of(ontology.asserted, listed))
            if all(world.differ(fact.subject, one, closed=closed) for one in members):
                names = ", ".join(ontology.label(Iri(str(one))) for one in members[:8])
                return Explanation(
                    f"{ontology.label(fact.subject)} is none of {names}, and there are no others.",
                    (f"ObjectOneOf({' '.join(map(str, members))})",),
                )
    return None


def _bounded(world: World, fact: Fact, closed: bool) -> Explanation | None:
    """The class limits how many values there are, or which, and the known ones are beyond it."""
    ontology = world.ontology
    predicate = ontology.asserted.one(fact.object, v.OWL_ON_PROPERTY)
    if not isinstance(predicate, str) or is_blank(predicate):
        return None
    values = world.values(fact.subject, Iri(predicate))
    what, it = ontology.label(Iri(predicate)), ontology.label(fact.subject)
    for limit in world.limits.get(Iri(predicate), ()):
        if limit.node == fact.object:
            fitting = [value for value in values if _counts(world, value, limit, closed)]
            if world.count(fitting, closed=closed) > limit.most:
                return Explanation(
                    f"{it} has {len(fitting)} values of {what!r}, and at most {limit.most} are "
                    "allowed.",
                    (f"MaxCardinality({limit.most} {predicate})",),
                )
    for allowed in ontology.asserted.values(fact.object, v.OWL_ALL):
        for value in values:
            if isinstance(value, Literal) and not in_range(value, allowed, ontology.asserted):
                return Explanation(
                    f"{it} has the value {value.value!r} of {what!r}, which is not allowed there.",
                    (f"DataAllValuesFrom({predicate})",),
                )
    return _apart(world, fact, Iri(predicate)) or _beyond(world, fact, Iri(predicate), values)


def _apart(world: World, fact: Fact, predicate: Iri) -> Explanation | None:
    """The class wants more values than another class of the thing allows."""
    asserted = world.ontology.asserted
    for minimum in v.MIN_CARDINALITIES:
        for number in asserted.values(fact.object, minimum):
            if not isinstance(number, Literal) or not number.value.isdigit():
                continue
            for limit in world.limits.get(predicate, ()):
                if limit.filler is not None or int(number.value) <= limit.most:
                    continue
                owner = next(_owners(world, fact.subject, limit.node), None)
                if owner is not None:
                    return Explanation(
                        f"It would have at least {number.value} of "
                        f"{world.ontology.label(predicate)!r}, and "
                        f"{article(world.ontology.label(owner))} has at most {limit.most}.",
                        (f"MaxCardinality({limit.most} {predicate} {owner})",),
                    )
    return None


def _beyond(world: World, fact: Fact, predicate: Iri, values: list[Node]) -> Explanation | None:
    """The class wants a value of a range, and the only value that there can be is outside."""
    asserted = world.ontology.asserted
    if v.OWL_FUNCTIONAL not in asserted.values(predicate, v.RDF_TYPE):
        return None
    for filler in asserted.values(fact.object, v.OWL_SOME):
        for value in values:
            if isinstance(value, Literal) and not in_range(value, filler, asserted):
                return Explanation(
                    f"The one value of {world.ontology.label(predicate)!r} is {value.value!r}, "
                    "which is outside.",
                    (f"FunctionalProperty({predicate})", f"DataSomeValuesFrom({predicate})"),
                )
    return None


def _denied(world: World, fact: Fact, closed: bool) -> Explanation | None:
    for subject, predicate, value in world.denied:
        alike = predicate == fact.predicate and world.same(subject, fact.subject)
        if alike and world.same(value, fact.object):
            return Explanation(
                f"The ontology denies it: not true is {world.ontology.verbalise(fact)!r}",
                (f"NegativePropertyAssertion({predicate} {subject} {value})",),
            )
    return None


def _functional(world: World, fact: Fact, closed: bool) -> Explanation | None:
    ontology = world.ontology
    if v.OWL_FUNCTIONAL not in ontology.asserted.values(fact.predicate, v.RDF_TYPE):
        return None
    for value in world.values(fact.subject, fact.predicate):
        if world.differ(value, fact.object, closed=closed):
            known = ontology.verbalise(Fact(fact.subject, fact.predicate, value))
            return Explanation(
                f"{known[:-1]}, and it can have only one such value.",
                (f"FunctionalProperty({fact.predicate})",),
            )
    return None


def _inverse_functional(world: World, fact: Fact, closed: bool) -> Explanation | None:
    ontology = world.ontology
    kinds = ontology.asserted.values(fact.predicate, v.RDF_TYPE)
    if v.OWL_INVERSE_FUNCTIONAL not in kinds or isinstance(fact.object, Literal):
        return None
    for name in world.names(fact.object):
        for known in ontology.facts(predicate=fact.predicate, object=name):
            if world.differ(known.subject, fact.subject, closed=closed):
                return Explanation(
                    f"{ontology.verbalise(known)[:-1]}, and only one thing can have it.",
                    (f"InverseFunctionalProperty({fact.predicate})",),
                )
    return None


def _one_way(world: World, fact: Fact, closed: bool) -> Explanation | None:
    ontology = world.ontology
    kinds = ontology.asserted.values(fact.predicate, v.RDF_TYPE)
    what = ontology.label(fact.predicate)
    if isinstance(fact.object, Literal):
        return None
    itself = world.same(fact.subject, fact.object)
    for kind in (v.OWL_IRREFLEXIVE, v.OWL_ASYMMETRIC):
        if itself and kind in kinds:
            text = f"Nothing is related to itself by {what!r}."
            return Explanation(text, (f"{kind} {fact.predicate}",))
    if v.OWL_ASYMMETRIC in kinds and any(
        world.same(value, fact.subject) for value in world.values(fact.object, fact.predicate)
    ):
        return Explanation(
            f"{what!r} holds the other way round, and never both ways.",
            (f"AsymmetricProperty({fact.predicate})",),
        )
    return None


def _disjoint_properties(world: World, fact: Fact, closed: bool) -> Explanation | None:
    ontology = world.ontology
    for other in sorted(world.disjoint_properties.get(fact.predicate, ())):
        if any(world.same(value, fact.object) for value in world.values(fact.subject, other)):
            one, two = ontology.label(fact.predicate), ontology.label(other)
            return Explanation(
                f"{two!r} holds between the two, and {one!r} never does then.",
                (f"DisjointProperties({fact.predicate} {other})",),
            )
    return None


def _too_many(world: World, fact: Fact, closed: bool) -> Explanation | None:
    ontology = world.ontology
    predicate = fact.predicate
    for limit in world.limits.get(predicate, ()):
        owner = next(_owners(world, fact.subject, limit.node), None)
        if owner is None or not _counts(world, fact.object, limit, closed):
            continue
        values = world.values(fact.subject, predicate)
        known = [one for one in values if _counts(world, one, limit, closed)]
        if world.count([*known, fact.object], closed=closed) > limit.most:
            what = ontology.label(predicate)
            said = " and ".join(
                ontology.verbalise(Fact(fact.subject, predicate, one))[:-1] for one in known[:3]
            )
            return Explanation(
                f"{said or ontology.label(fact.subject)}, and {article(ontology.label(owner))} "
                f"may have at most {limit.most} of {what!r}.",
                (f"MaxCardinality({limit.most} {predicate} {owner})",),
            )
    return None


def _counts(world: World, value: Node, limit: Limit, closed: bool) -> bool:
    """Whether a value is one of those that a restriction limits."""
    return limit.filler is None or world.is_in(value, limit.filler, closed=closed)


def _owners(world: World, thing: Iri, node: Iri) -> Iterator[Iri]:
    """The classes of a thing whose members a restriction binds."""
    ontology = world.ontology
    for cls in sorted({thing, *ontology.types(thing), *ontology.ancestors(thing)}):
        if node in set(expressions(ontology, cls)):
            yield cls


def _malformed(world: World, fact: Fact, closed: bool) -> Explanation | None:
    """The value is none of the property's range."""
    if not isinstance(fact.object, Literal):
        return None
    ontology = world.ontology
    for node in ontology.asserted.values(fact.predicate, v.RDFS_RANGE):
        if not in_range(fact.object, node, ontology.asserted):
            kind = "another kind" if is_blank(node) else f"type {ontology.label(Iri(str(node)))}"
            return Explanation(
                f"{fact.object.value!r} is no value of {ontology.label(fact.predicate)!r}, which "
                f"takes a value of {kind}.",
                (f"Range({fact.predicate} {node})",),
            )
    return None


_KIND_RULES: tuple[Rule, ...] = (_empty, _complement, _listed, _bounded)
_VALUE_RULES: tuple[Rule, ...] = (
    _denied,
    _functional,
    _inverse_functional,
    _one_way,
    _disjoint_properties,
    _too_many,
    _malformed,
    _unmeant,
    _keyed,
)
