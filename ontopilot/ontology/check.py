"""Checking a claimed fact: what OWL says, and what a closed world would say."""

from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.terms import Explanation, Fact, FactCheck, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


def check(ontology: "Ontology", fact: Fact) -> FactCheck:
    """Supported when it follows, contradicted when something known excludes it, else unknown."""
    held = _held(ontology, fact)
    if held is not None:
        return FactCheck(fact, "supported", ontology.explain(held))
    for rule in (_disjoint, _functional, _domain, _range):
        against = rule(ontology, fact)
        if against is not None:
            return FactCheck(fact, "contradicted", against)
    return FactCheck(fact, "unknown", Explanation("The ontology says nothing about it."))


def _held(ontology: "Ontology", fact: Fact) -> Fact | None:
    if fact.predicate in (v.RDF_TYPE, v.RDFS_SUBCLASS) and not isinstance(fact.object, Literal):
        return fact if ontology.is_a(fact.subject, fact.object) else None
    wanted = _value(fact.object)
    below = (fact.predicate, *ontology.descendants(fact.predicate))
    subjects = (fact.subject, *sorted(ontology.types(fact.subject)))
    for subject in subjects:
        for predicate in below:
            for known in ontology.facts(subject, predicate):
                if _value(known.object) == wanted:
                    return known
    return None


def _disjoint(ontology: "Ontology", fact: Fact) -> Explanation | None:
    if fact.predicate not in (v.RDF_TYPE, v.RDFS_SUBCLASS) or isinstance(fact.object, Literal):
        return None
    return _clash(ontology, fact.subject, fact.object, f"{ontology.label(fact.object)}")


def _clash(ontology: "Ontology", thing: Iri, cls: Iri, said: str) -> Explanation | None:
    claimed = {cls, *ontology.ancestors(cls)}
    known = {thing, *ontology.types(thing), *ontology.ancestors(thing)}
    for one in sorted(known):
        for other in sorted(ontology.disjoint.get(one, set()) & claimed):
            text = (
                f"{ontology.label(thing)} cannot be a {said}, because nothing is both a "
                f"{ontology.label(one)} and a {ontology.label(other)}."
            )
            return Explanation(text, (f"DisjointClasses({one} {other})",))
    return None


def _functional(ontology: "Ontology", fact: Fact) -> Explanation | None:
    if v.OWL_FUNCTIONAL not in ontology.asserted.values(fact.predicate, v.RDF_TYPE):
        return None
    for subject in (fact.subject, *sorted(ontology.types(fact.subject))):
        for known in ontology.facts(subject, fact.predicate):
            if _value(known.object) != _value(fact.object):
                return Explanation(
                    f"{ontology.verbalise(known)[:-1]}, and it can have only one such value.",
                    (f"FunctionalProperty({fact.predicate})",),
                )
    return None


def _domain(ontology: "Ontology", fact: Fact) -> Explanation | None:
    if fact.predicate == v.RDF_TYPE:
        return None
    label = ontology.label(fact.predicate)
    for cls in sorted(ontology.domains(fact.predicate)):
        found = _clash(
            ontology, fact.subject, cls, f"{ontology.label(cls)}, as {label!r} would make it"
        )
        if found is not None:
            return found
    return None


def _range(ontology: "Ontology", fact: Fact) -> Explanation | None:
    if fact.predicate == v.RDF_TYPE or isinstance(fact.object, Literal):
        return None
    label = ontology.label(fact.predicate)
    for cls in sorted(ontology.ranges(fact.predicate)):
        found = _clash(
            ontology, fact.object, cls, f"{ontology.label(cls)}, as {label!r} would make it"
        )
        if found is not None:
            return found
    return None


def _value(node: Iri | Literal) -> object:
    if not isinstance(node, Literal):
        return node
    try:
        return float(node.value)
    except ValueError:
        return node.value.strip().lower()
