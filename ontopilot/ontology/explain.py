"""Why a fact holds, in words that a customer-service person understands."""

from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.terms import Explanation, Fact, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology


def explain(ontology: "Ontology", fact: Fact) -> Explanation:
    """One sentence with the statements from which the fact follows."""
    said = ontology.verbalise(fact)[:-1]
    if fact.triple in {
        known.triple for known in ontology.facts(fact.subject) if not known.inferred
    }:
        return Explanation(f"{said}: the ontology states it.", (_axiom(fact),))
    for rule in (_by_class, _by_property, _by_inverse, _by_hierarchy):
        reasons = rule(ontology, fact)
        if reasons:
            because = " and ".join(ontology.verbalise(one)[:-1] for one in reasons)
            return Explanation(f"{said}, because {because}.", tuple(map(_axiom, reasons)))
    return Explanation(f"{said}: it follows from the definitions in the ontology.", ())


def _by_class(ontology: "Ontology", fact: Fact) -> list[Fact]:
    if fact.predicate in (v.RDF_TYPE, v.RDFS_SUBCLASS):
        return []
    above = ontology.types(fact.subject) or ontology.ancestors(fact.subject)
    kind = v.RDF_TYPE if ontology.types(fact.subject) else v.RDFS_SUBCLASS
    for cls in sorted(above):
        for known in ontology.facts(cls, fact.predicate, fact.object):
            if not known.inferred:
                return [Fact(fact.subject, kind, cls), known]
    return []


def _by_property(ontology: "Ontology", fact: Fact) -> list[Fact]:
    for below in sorted(ontology.descendants(fact.predicate)):
        found = ontology.facts(fact.subject, below, fact.object)
        if found:
            return [found[0]]
    return []


def _by_inverse(ontology: "Ontology", fact: Fact) -> list[Fact]:
    if isinstance(fact.object, Literal):
        return []
    others = {Iri(str(o)) for o in ontology.asserted.values(fact.predicate, v.OWL_INVERSE)} | {
        s for s, o in ontology.asserted.pairs(v.OWL_INVERSE) if o == fact.predicate
    }
    if v.OWL_SYMMETRIC in ontology.asserted.values(fact.predicate, v.RDF_TYPE):
        others.add(fact.predicate)
    for other in sorted(others):
        found = [f for f in ontology.facts(fact.object, other, fact.subject) if not f.inferred]
        if found:
            return [found[0]]
    return []


def _by_hierarchy(ontology: "Ontology", fact: Fact) -> list[Fact]:
    if fact.predicate not in (v.RDF_TYPE, v.RDFS_SUBCLASS) or isinstance(fact.object, Literal):
        return []
    for known in ontology.facts(fact.subject, fact.predicate):
        if known.inferred or isinstance(known.object, Literal) or known.object == fact.object:
            continue
        if fact.object in ontology.ancestors(known.object):
            return [known, Fact(known.object, v.RDFS_SUBCLASS, fact.object)]
    return []


def _axiom(fact: Fact) -> str:
    value = fact.object.value if isinstance(fact.object, Literal) else fact.object
    return f"{fact.subject} {fact.predicate} {value}"
