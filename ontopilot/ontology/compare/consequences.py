"""What follows from one version of an ontology and not from another, and what that touches."""

from collections.abc import Callable, Iterator

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.compare.difference import Consequence
from ontopilot.ontology.explain import sentence
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.rdf.triples import Triple
from ontopilot.ontology.terms import Fact, Iri, Literal

Canonical = Callable[[Iri], Iri]
"""The name of a term that both versions share, where it was renamed or is relative to a file."""


def gained(
    old: Ontology, new: Ontology, in_old: Canonical, in_new: Canonical
) -> tuple[Consequence, ...]:
    """What follows from `new` and not from `old`, without what `new` asserts.

    Told are direct superclasses, superproperties and types, and the values of the most specific
    property: everything else that is new follows from these and from the asserted changes.
    """
    before = {_renamed(fact, in_old) for fact in _everything(old)}
    found = [
        fact
        for fact in _direct(new)
        if _renamed(fact, in_new) not in before
        and fact.object not in new.asserted.values(fact.subject, fact.predicate)
    ]
    values = {(fact.subject, fact.predicate, fact.object) for fact in found}
    listed = [fact for fact in found if not _is_implied(new, fact, values)]
    listed.sort(key=lambda fact: repr(_renamed(fact, in_new)))
    return tuple(Consequence(fact, sentence(new, fact)) for fact in listed)


def touched(old: Ontology, new: Ontology, in_old: Canonical, in_new: Canonical) -> set[Iri]:
    """The terms of which the versions differ in words, place, types or facts."""
    before = {in_old(term.iri): term.iri for term in old.terms()}
    after = {in_new(term.iri): term.iri for term in new.terms()}
    return {
        iri
        for iri in before.keys() | after.keys()
        if iri not in before
        or iri not in after
        or _view(old, before[iri], in_old) != _view(new, after[iri], in_new)
    }


def _view(ontology: Ontology, iri: Iri, canonical: Canonical) -> tuple[object, ...]:
    """What retrieval reads of a term."""
    term = ontology.term(iri)
    return (
        (term.kind, term.label, frozenset(term.synonyms), term.definition, term.deprecated),
        {canonical(one) for one in ontology.ancestors(iri) | ontology.types(iri)},
        {_renamed(fact, canonical) for fact in ontology.facts(iri)},
    )


def _renamed(fact: Fact, canonical: Canonical) -> Triple:
    value = fact.object if isinstance(fact.object, Literal) else canonical(fact.object)
    return canonical(fact.subject), canonical(fact.predicate), value


def _everything(ontology: Ontology) -> Iterator[Fact]:
    for term in ontology.terms():
        predicate = v.RDFS_SUBCLASS if term.kind == "class" else v.RDFS_SUBPROPERTY
        for above in ontology.ancestors(term.iri):
            yield Fact(term.iri, predicate, above)
        for cls in ontology.types(term.iri):
            yield Fact(term.iri, v.RDF_TYPE, cls)
    yield from _values(ontology)
    yield from _empty(ontology)


def _direct(ontology: Ontology) -> Iterator[Fact]:
    for term in ontology.terms():
        predicate = v.RDFS_SUBCLASS if term.kind == "class" else v.RDFS_SUBPROPERTY
        for above in ontology.parents(term.iri):
            yield Fact(term.iri, predicate, above, inferred=True)
        types = ontology.types(term.iri)
        for cls in types:
            lower = types & ontology.descendants(cls)
            if not lower - ontology.ancestors(cls):
                yield Fact(term.iri, v.RDF_TYPE, cls, inferred=True)
    yield from _values(ontology)
    yield from _empty(ontology)


def _values(ontology: Ontology) -> Iterator[Fact]:
    """The values of properties of individuals; those of classes follow from the hierarchy."""
    for fact in ontology.facts():
        if fact.predicate != v.RDF_TYPE and ontology.term(fact.subject).kind == "individual":
            yield fact


def _empty(ontology: Ontology) -> Iterator[Fact]:
    for cls in ontology.reasoning.empty:
        yield Fact(cls, v.RDFS_SUBCLASS, v.OWL_NOTHING, inferred=True)


def _is_implied(ontology: Ontology, fact: Fact, found: set[Triple]) -> bool:
    """Whether a value is that of a more specific property among those found."""
    return any(
        (fact.subject, below, fact.object) in found
        for below in ontology.descendants(fact.predicate) - ontology.ancestors(fact.predicate)
    )
