"""Checking a claimed fact: what OWL says, and what a closed world would say."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.contradiction import denials, limits
from ontopilot.ontology.phrase import article
from ontopilot.ontology.structure import members_of
from ontopilot.ontology.terms import Explanation, Fact, FactCheck, Iri, Literal
from ontopilot.ontology.triples import is_blank
from ontopilot.ontology.values import fits, same_value

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

_KINDS = (v.RDF_TYPE, v.RDFS_SUBCLASS)


def check(ontology: "Ontology", fact: Fact) -> FactCheck:
    """Supported when it follows, contradicted when something known excludes it, else unknown.

    OWL alone excludes little: it lets a thing have other names and unknown classes. So different
    names count as different things here, and a thing counts as what it is known to be.
    """
    held = _held(ontology, fact)
    if held is not None:
        return FactCheck(fact, "supported", ontology.explain(held))
    for rule in _KIND_RULES if fact.predicate in _KINDS else _VALUE_RULES:
        against = rule(ontology, fact)
        if against is not None:
            return FactCheck(fact, "contradicted", against)
    return FactCheck(fact, "unknown", Explanation("The ontology says nothing about it."))


def _held(ontology: "Ontology", fact: Fact) -> Fact | None:
    if fact.predicate in _KINDS and not isinstance(fact.object, Literal):
        return fact if ontology.is_a(fact.subject, fact.object) else None
    below = (fact.predicate, *sorted(ontology.descendants(fact.predicate)))
    for predicate in below:
        for known in _known(ontology, fact.subject, predicate):
            if _same(known.object, fact.object):
                return known
    return None


def _known(ontology: "Ontology", subject: Iri, predicate: Iri) -> Iterator[Fact]:
    """What is known of a thing, by itself and by its classes."""
    yield from ontology.facts(subject, predicate)
    for cls in sorted(ontology.types(subject)):
        yield from (fact for fact in ontology.facts(cls, predicate) if not fact.of_itself)


def _same(one: Iri | Literal, other: Iri | Literal) -> bool:
    if isinstance(one, Literal) and isinstance(other, Literal):
        return same_value(one, other)
    return one == other


def _disjoint(ontology: "Ontology", fact: Fact) -> Explanation | None:
    if isinstance(fact.object, Literal):
        return None
    return _clash(ontology, fact.subject, fact.object, article(ontology.label(fact.object)))


def _clash(ontology: "Ontology", thing: Iri, cls: Iri, said: str) -> Explanation | None:
    claimed = {cls, *ontology.ancestors(cls)}
    known = {thing, *ontology.types(thing), *ontology.ancestors(thing)}
    for one in sorted(known):
        for other in sorted(ontology.disjoint.get(one, frozenset()) & claimed):
            text = (
                f"{ontology.label(thing)} cannot be {said}, because nothing is both "
                f"{article(ontology.label(one))} and {article(ontology.label(other))}."
            )
            return Explanation(text, (f"DisjointClasses({one} {other})",))
    return None


def _denied(ontology: "Ontology", fact: Fact) -> Explanation | None:
    for subject, predicate, value in denials(ontology.asserted):
        if (subject, predicate) == (fact.subject, fact.predicate) and _same(value, fact.object):
            return Explanation(
                f"The ontology denies it: not true is {ontology.verbalise(fact)!r}",
                (f"NegativePropertyAssertion({predicate} {subject} {value})",),
            )
    return None


def _functional(ontology: "Ontology", fact: Fact) -> Explanation | None:
    if v.OWL_FUNCTIONAL not in ontology.asserted.values(fact.predicate, v.RDF_TYPE):
        return None
    for known in _values(ontology, fact):
        return Explanation(
            f"{ontology.verbalise(known)[:-1]}, and it can have only one such value.",
            (f"FunctionalProperty({fact.predicate})",),
        )
    return None


def _values(ontology: "Ontology", fact: Fact) -> list[Fact]:
    """Known values of the claimed property; a class among them only says of what kind one is."""
    classes = {term.iri for term in ontology.terms("class")}
    found: dict[Iri | Literal, Fact] = {}
    for known in _known(ontology, fact.subject, fact.predicate):
        if known.object not in classes:
            found.setdefault(known.object, known)
    return list(found.values())


def _too_many(ontology: "Ontology", fact: Fact) -> Explanation | None:
    above = {fact.predicate, *ontology.ancestors(fact.predicate)}
    classes = {fact.subject, *ontology.types(fact.subject), *ontology.ancestors(fact.subject)}
    for node, predicate, most, filler in limits(ontology.asserted):
        owners = sorted(classes & _owners(ontology, node)) if predicate in above else []
        if not owners or not (filler is None or _is_in(ontology, fact.object, filler)):
            continue
        known = [
            one
            for one in _values(ontology, fact)
            if not filler or _is_in(ontology, one.object, filler)
        ]
        if len(known) >= most:
            what, owner = ontology.label(fact.predicate), ontology.label(owners[0])
            values = " and ".join(ontology.verbalise(one)[:-1] for one in known[:3])
            return Explanation(
                f"{values or ontology.label(fact.subject)}, and {article(owner)} may have at most "
                f"{most} of {what!r}.",
                (f"MaxCardinality({most} {predicate} {owners[0]})",),
            )
    return None


def _owners(ontology: "Ontology", node: Iri) -> set[Iri]:
    """The classes whose members the restriction binds."""
    direct = {s for s, o in ontology.asserted.pairs(v.RDFS_SUBCLASS) if o == node}
    for cls, definition in ontology.asserted.pairs(v.OWL_EQUIVALENT_CLASS):
        listed = ontology.asserted.one(definition, v.OWL_INTERSECTION)
        if definition == node or node in set(members_of(ontology.asserted, listed)):
            direct.add(cls)
    return direct


def _is_in(ontology: "Ontology", value: Iri | Literal, filler: Iri) -> bool:
    if isinstance(value, Literal):
        return not is_blank(filler) and fits(value, filler)
    return ontology.is_a(value, filler)


def _domain(ontology: "Ontology", fact: Fact) -> Explanation | None:
    ends = ontology.domains(fact.predicate)
    return _misplaced(ontology, fact, fact.subject, ends)


def _range(ontology: "Ontology", fact: Fact) -> Explanation | None:
    ends = ontology.ranges(fact.predicate)
    if not isinstance(fact.object, Literal):
        return _misplaced(ontology, fact, fact.object, ends)
    for datatype in sorted(ends):
        if not fits(fact.object, datatype):
            kind = ontology.label(datatype)
            return Explanation(
                f"{fact.object.value!r} is no value of {ontology.label(fact.predicate)!r}, which "
                f"takes a value of type {kind}.",
                (f"Range({fact.predicate} {datatype})",),
            )
    return None


def _misplaced(
    ontology: "Ontology", fact: Fact, thing: Iri, ends: frozenset[Iri]
) -> Explanation | None:
    label = ontology.label(fact.predicate)
    for cls in sorted(ends):
        said = f"{article(ontology.label(cls))}, as {label!r} would make it"
        found = _clash(ontology, thing, cls, said) or _unlike(ontology, thing, cls, said)
        if found is not None:
            return found
    return None


def _unlike(ontology: "Ontology", thing: Iri, cls: Iri, said: str) -> Explanation | None:
    """Nothing known is both what the thing is known to be and what it would have to be."""
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


_KIND_RULES = (_disjoint,)
_VALUE_RULES = (_denied, _functional, _too_many, _domain, _range)
