"""Why a fact holds, in words that a customer-service person understands."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.implied import inverses
from ontopilot.ontology.claims.phrase import article
from ontopilot.ontology.rdf.structure import Step, chains_of, members_of
from ontopilot.ontology.rdf.triples import Node
from ontopilot.ontology.terms import Explanation, Fact, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

_KINDS = (v.RDF_TYPE, v.RDFS_SUBCLASS)


def explain(ontology: "Ontology", fact: Fact) -> Explanation:
    """One sentence with the statements from which the fact follows."""
    said = ontology.verbalise(fact)[:-1]
    known = ontology.facts(fact.subject, fact.predicate, fact.object)
    if any(not one.inferred for one in known):
        return Explanation(f"{said}: the ontology states it.", (_axiom(fact),))
    rules = _TYPE_RULES if fact.predicate in _KINDS else _VALUE_RULES
    for rule in rules:
        reasons = rule(ontology, fact)
        if reasons:
            because = " and ".join(_clause(ontology, one) for one in reasons)
            return Explanation(f"{said}, because {because}.", tuple(map(_axiom, reasons)))
    return Explanation(f"{said}: it follows from the definitions in the ontology.", ())


def sentence(ontology: "Ontology", fact: Fact) -> str:
    """A statement in words, those about what a class or a property is among them."""
    if fact.object == v.OWL_NOTHING:
        return f"Nothing can be a member of {ontology.label(fact.subject)!r}."
    if fact.predicate == v.RDFS_SUBPROPERTY and isinstance(fact.object, str):
        upper = ontology.label(Iri(fact.object))
        return f"What {ontology.label(fact.subject)!r} holds between, {upper!r} holds between too."
    return ontology.verbalise(fact)


def _by_definition(ontology: "Ontology", fact: Fact) -> list[Fact]:
    """The thing, or each of a kind, meets every part of what the class is defined to be."""
    if isinstance(fact.object, Literal):
        return []
    for definition in ontology.asserted.values(fact.object, v.OWL_EQUIVALENT_CLASS):
        listed = ontology.asserted.one(definition, v.OWL_INTERSECTION)
        parts = [definition] if listed is None else list(members_of(ontology.asserted, listed))
        reasons = [_meets(ontology, fact, part) for part in parts]
        if reasons and all(reason is not None for reason in reasons):
            return [reason for reason in reasons if reason is not None]
    return []


def _as_defined(ontology: "Ontology", fact: Fact) -> list[Fact]:
    """The class above is a part of what the class below is defined to be."""
    for definition in ontology.asserted.values(fact.subject, v.OWL_EQUIVALENT_CLASS):
        listed = ontology.asserted.one(definition, v.OWL_INTERSECTION)
        if listed is not None and fact.object in members_of(ontology.asserted, listed):
            return [Fact(fact.subject, v.OWL_EQUIVALENT_CLASS, fact.object)]
    return []


def _meets(ontology: "Ontology", fact: Fact, part: Node) -> Fact | None:
    thing = fact.subject
    if isinstance(part, Literal):
        return None
    if ontology.has(part):
        return Fact(thing, fact.predicate, part) if ontology.is_a(thing, part) else None
    predicate = ontology.asserted.one(part, v.OWL_ON_PROPERTY)
    if not isinstance(predicate, str):
        return None
    value = ontology.asserted.one(part, v.OWL_HAS_VALUE)
    filler = ontology.asserted.one(part, v.OWL_SOME)
    for known in ontology.facts(thing, Iri(predicate)):
        if value is not None and known.object == value:
            return known
        if filler is not None and _is_in(ontology, known.object, filler):
            return known
    return None


def _is_in(ontology: "Ontology", value: Iri | Literal, filler: Node) -> bool:
    if isinstance(value, Literal) or isinstance(filler, Literal):
        return isinstance(value, Literal)
    return filler == v.OWL_THING or ontology.is_a(value, filler)


def _by_hierarchy(ontology: "Ontology", fact: Fact) -> list[Fact]:
    if isinstance(fact.object, Literal):
        return []
    found = [
        known
        for known in ontology.facts(fact.subject, fact.predicate)
        if isinstance(known.object, str) and fact.object in ontology.ancestors(known.object)
    ]
    found.sort(key=lambda known: known.inferred)
    if not found or isinstance(found[0].object, Literal):
        return []
    return [found[0], Fact(found[0].object, v.RDFS_SUBCLASS, fact.object)]


def _by_end(ontology: "Ontology", fact: Fact) -> list[Fact]:
    """The thing has a property, or is the value of one, that only such things have."""
    if isinstance(fact.object, Literal) or fact.predicate != v.RDF_TYPE:
        return []
    below = {fact.object, *ontology.descendants(fact.object)}
    for known in ontology.facts(fact.subject):
        if below & ontology.domains(known.predicate):
            return [known]
    for term in ontology.terms("object_property"):
        if below & ontology.ranges(term.iri):
            found = ontology.facts(predicate=term.iri, object=fact.subject)
            if found:
                return [found[0]]
    return []


def _by_class(ontology: "Ontology", fact: Fact) -> list[Fact]:
    types = ontology.types(fact.subject)
    kind = v.RDF_TYPE if types else v.RDFS_SUBCLASS
    for cls in sorted(types or ontology.ancestors(fact.subject)):
        for known in ontology.facts(cls, fact.predicate, fact.object):
            if not (known.inferred or known.of_itself):
                return [Fact(fact.subject, kind, cls), known]
    return []


def _by_property(ontology: "Ontology", fact: Fact) -> list[Fact]:
    for below in sorted(ontology.descendants(fact.predicate)):
        found = ontology.facts(fact.subject, below, fact.object)
        if found:
            return [found[0]]
    return []


def _by_chain(ontology: "Ontology", fact: Fact) -> list[Fact]:
    for implied, steps in chains_of(ontology.asserted):
        if implied == fact.predicate:
            path = _path(ontology, fact.subject, steps, fact.object)
            if path:
                return path
    return []


def _by_transitivity(ontology: "Ontology", fact: Fact) -> list[Fact]:
    if v.OWL_TRANSITIVE not in ontology.asserted.values(fact.predicate, v.RDF_TYPE):
        return []
    step = (fact.predicate, False)
    return _path(ontology, fact.subject, (step, step), fact.object)


def _path(
    ontology: "Ontology", start: Iri, steps: tuple[Step, ...], end: Iri | Literal
) -> list[Fact]:
    """Facts that lead from a thing to another, one for each step."""
    for known, reached in _steps(ontology, start, steps[0]):
        if len(steps) == 1:
            if reached == end:
                return [known]
        elif reached not in (start, end):
            rest = _path(ontology, reached, steps[1:], end)
            if rest:
                return [known, *rest]
    return []


def _steps(ontology: "Ontology", start: Iri, step: Step) -> Iterator[tuple[Fact, Iri]]:
    predicate, backwards = step
    if backwards:
        for known in ontology.facts(predicate=predicate, object=start):
            yield known, known.subject
        return
    for known in ontology.facts(start, predicate):
        if not isinstance(known.object, Literal):
            yield known, known.object


def _by_inverse(ontology: "Ontology", fact: Fact) -> list[Fact]:
    if isinstance(fact.object, Literal):
        return []
    found = [
        known
        for other in sorted(inverses(ontology, fact.predicate))
        for known in ontology.facts(fact.object, other, fact.subject)
    ]
    found.sort(key=lambda known: known.inferred)
    return found[:1]


def _clause(ontology: "Ontology", fact: Fact) -> str:
    if fact.predicate == v.OWL_EQUIVALENT_CLASS and not isinstance(fact.object, Literal):
        kind, part = ontology.label(fact.subject), ontology.label(fact.object)
        return f'"{kind}" is defined as {article(part)} with something more'
    said = ontology.verbalise(fact)[:-1]
    common = said.startswith(("Every ", "The ")) or ontology.label(fact.subject)[:1].islower()
    return said[0].lower() + said[1:] if common else said


def _axiom(fact: Fact) -> str:
    value = fact.object.value if isinstance(fact.object, Literal) else fact.object
    return f"{fact.subject} {fact.predicate} {value}"


_TYPE_RULES = (_as_defined, _by_definition, _by_hierarchy, _by_end)
_VALUE_RULES = (_by_class, _by_property, _by_chain, _by_transitivity, _by_inverse)
