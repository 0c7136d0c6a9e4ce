"""Checking a claimed fact: what OWL says, and what a closed world would say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.excluded import clash, excluded
from ontopilot.ontology.claims.implied import equivalents, implied
from ontopilot.ontology.claims.phrase import article
from ontopilot.ontology.claims.values import alike
from ontopilot.ontology.claims.world import World
from ontopilot.ontology.explain import sentence
from ontopilot.ontology.terms import Explanation, Fact, FactCheck, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

_KINDS = (v.RDF_TYPE, v.RDFS_SUBCLASS)


def check(ontology: "Ontology", fact: Fact, *, closed_world: bool = True) -> FactCheck:
    """Supported when it follows, contradicted when something known excludes it, else unknown.

    OWL alone excludes little: it lets a thing have other names and unknown classes. In a closed
    world different names are different things, and a thing is what it is known to be.
    """
    if fact.predicate == v.RDFS_SUBPROPERTY or fact.object == v.OWL_NOTHING:
        return _of_terms(ontology, fact)
    held = _held(ontology, fact)
    if held is not None:
        return FactCheck(fact, "supported", ontology.explain(held))
    world = ontology.world
    met = _met(world, fact, closed=closed_world)
    if met is not None:
        return FactCheck(fact, "supported", met)
    against = _against(world, fact, closed=closed_world)
    if against is not None:
        return FactCheck(fact, "contradicted", against)
    return FactCheck(fact, "unknown", Explanation("The ontology says nothing about it."))


def _of_terms(ontology: "Ontology", fact: Fact) -> FactCheck:
    """Whether one property is below another, or nothing can be a member of a class."""
    if fact.object == v.OWL_NOTHING and fact.predicate == v.RDFS_SUBCLASS:
        held, unknown = fact.subject in ontology.reasoning.empty, "It may have members."
    else:
        held = not isinstance(fact.object, Literal) and ontology.is_a(fact.subject, fact.object)
        unknown = "The ontology says nothing about it."
    text = sentence(ontology, fact) if held else unknown
    return FactCheck(fact, "supported" if held else "unknown", Explanation(text))


def _held(ontology: "Ontology", fact: Fact) -> Fact | None:
    if fact.predicate in _KINDS and not isinstance(fact.object, Literal):
        return fact if ontology.is_a(fact.subject, fact.object) else None
    below = (fact.predicate, *sorted(ontology.descendants(fact.predicate)))
    for predicate in below:
        for known in _known(ontology, fact.subject, predicate):
            if alike(known.object, fact.object):
                return known
    return None


def _known(ontology: "Ontology", subject: Iri, predicate: Iri) -> Iterator[Fact]:
    """What is known of a thing, by itself and by its classes."""
    yield from ontology.facts(subject, predicate)
    for cls in sorted(ontology.types(subject)):
        yield from (fact for fact in ontology.facts(cls, predicate) if not fact.of_itself)


def _met(world: World, fact: Fact, *, closed: bool) -> Explanation | None:
    """Why a fact holds that reasoning over rules does not find."""
    ontology = world.ontology
    said = ontology.verbalise(fact)[:-1]
    if fact.predicate == v.RDF_TYPE and not isinstance(fact.object, Literal):
        for cls in (fact.object, *sorted(ontology.descendants(fact.object))):
            if world.is_in(fact.subject, cls, closed=closed):
                name = ontology.label(cls)
                return Explanation(
                    f"{said}, because it meets the definition of {name!r}.",
                    (f"EquivalentClasses({cls})",),
                )
        return None
    if isinstance(fact.object, Literal):
        return None
    kinds = ontology.asserted.values(fact.predicate, v.RDF_TYPE)
    if v.OWL_REFLEXIVE in kinds and world.same(fact.subject, fact.object):
        text = f"{said}, because everything is related to itself in this way."
        return Explanation(text, (f"ReflexiveProperty({fact.predicate})",))
    return _by_other_words(world, fact, said)


def _by_other_words(world: World, fact: Fact, said: str) -> Explanation | None:
    """The same thing under another name, or by a property that means the same."""
    same = (fact.predicate, *sorted(equivalents(world.ontology, fact.predicate)))
    for predicate in same:
        for value in world.values(fact.subject, predicate):
            if world.same(value, fact.object):
                return Explanation(f"{said}: the ontology states it in other words.", ())
    if world.same(fact.subject, fact.object) and any(
        one.predicate == fact.predicate and world.same(one.object, fact.object)
        for cls in world.ontology.types(fact.subject)
        for one in implied(world.ontology, Fact(fact.subject, v.RDF_TYPE, cls))
        if one.object == fact.subject
    ):
        return Explanation(f"{said}, because it is of a kind that is related to itself.", ())
    return None


def _against(world: World, fact: Fact, *, closed: bool) -> Explanation | None:
    if fact.predicate == v.RDFS_SUBCLASS:
        return _unmixed(world, fact)
    for one in implied(world.ontology, fact):
        kept = one == fact or fact.predicate == v.RDF_TYPE
        because = "" if kept else f", as {world.ontology.label(fact.predicate)!r} would make it"
        found = excluded(world, one, closed=closed, because=because)
        if found is not None:
            return found
    return _misplaced(world, fact) if closed and fact.predicate != v.RDF_TYPE else None


def _unmixed(world: World, fact: Fact) -> Explanation | None:
    if isinstance(fact.object, Literal):
        return None
    return clash(world, fact.subject, fact.object, article(world.ontology.label(fact.object)))


def _misplaced(world: World, fact: Fact) -> Explanation | None:
    """In a closed world a property starts from and leads to what is known to be of its ends."""
    ontology = world.ontology
    for predicate in (fact.predicate, *sorted(ontology.ancestors(fact.predicate))):
        label = ontology.label(predicate)
        for thing, ends in (
            (fact.subject, ontology.domains(predicate)),
            (fact.object, ontology.ranges(predicate)),
        ):
            for cls in sorted(ends):
                said = f"{article(ontology.label(cls))}, as {label!r} would make it"
                found = _unlike(ontology, thing, cls, said)
                if found is not None:
                    return found
    return None


def _unlike(ontology: "Ontology", thing: Iri | Literal, cls: Iri, said: str) -> Explanation | None:
    """Nothing known is both what the thing is known to be and what it would have to be."""
    if isinstance(thing, Literal):
        return None
    types = ontology.types(thing)
    nearest = sorted(one for one in types if not ontology.descendants(one) & types)
    if not nearest or not ontology.has(cls) or cls in types:
        return None
    if any(_may_meet(ontology, one, cls) for one in nearest):
        return None
    return Explanation(
        f"{ontology.label(thing)} is known as {article(ontology.label(nearest[0]))}, and nothing "
        f"known is both that and {said}.",
        (f"{thing} {v.RDF_TYPE} {nearest[0]}",),
    )


def _may_meet(ontology: "Ontology", one: Iri, other: Iri) -> bool:
    below = {one, *ontology.descendants(one)} & {other, *ontology.descendants(other)}
    return bool(below or ontology.instances(one) & ontology.instances(other))
