"""What a claimed statement implies at once, beside what is known."""

from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.structure import chains_of
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.snapshot.definitions import parts
from ontopilot.ontology.terms import Fact, Iri, Literal

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

MOST = 400
"""Statements that are followed; a claim that implies more is followed no further."""


def implied(ontology: "Ontology", fact: Fact) -> tuple[Fact, ...]:
    """The statement itself and what follows from it in steps: the properties above, the inverse,
    chains with known facts, domains and ranges, and what its classes say of their members.
    """
    found: dict[Fact, None] = {fact: None}
    waiting = deque([fact])
    while waiting and len(found) < MOST:
        for one in _next(ontology, waiting.popleft()):
            if one not in found:
                found[one] = None
                waiting.append(one)
    return tuple(found)


def _next(ontology: "Ontology", fact: Fact) -> Iterator[Fact]:
    if fact.predicate == v.RDF_TYPE:
        if not isinstance(fact.object, Literal):
            yield from _of_class(ontology, fact.subject, fact.object)
        return
    subject, predicate, value = fact.subject, fact.predicate, fact.object
    for above in (*ontology.parents(predicate), *equivalents(ontology, predicate)):
        yield Fact(subject, above, value)
    for cls in ontology.domains(predicate):
        yield Fact(subject, v.RDF_TYPE, cls)
    yield from _only(ontology, subject, predicate, value)
    if isinstance(value, Literal):
        return
    for cls in ontology.ranges(predicate):
        yield Fact(value, v.RDF_TYPE, cls)
    for back in inverses(ontology, predicate):
        yield Fact(value, back, subject)
    yield from _along(ontology, fact, value)


def _along(ontology: "Ontology", fact: Fact, value: Iri) -> Iterator[Fact]:
    """What transitivity and chains make of a statement with one known fact before or behind it."""
    for target, steps in _joins(ontology):
        if len(steps) != 2:
            continue
        (first, back), (second, back2) = steps
        if not back and first == fact.predicate:
            for end in _reached(ontology, value, second, back=back2):
                yield Fact(fact.subject, target, end)
        if not back2 and second == fact.predicate:
            for start in _reached(ontology, fact.subject, first, back=not back):
                if not isinstance(start, Literal):
                    yield Fact(start, target, value)


def _joins(ontology: "Ontology") -> Iterator[tuple[Iri, tuple[tuple[Iri, bool], ...]]]:
    yield from chains_of(ontology.asserted)
    for predicate, kind in ontology.asserted.pairs(v.RDF_TYPE):
        if kind == v.OWL_TRANSITIVE:
            yield predicate, ((predicate, False), (predicate, False))


def _reached(ontology: "Ontology", start: Iri, predicate: Iri, *, back: bool) -> Iterator[Node]:
    if back:
        for known in ontology.facts(predicate=predicate, object=start):
            yield known.subject
    else:
        for known in ontology.facts(start, predicate):
            yield known.object


def _only(ontology: "Ontology", subject: Iri, predicate: Iri, value: Node) -> Iterator[Fact]:
    """What `only` restrictions of the subject's classes make of the value."""
    if isinstance(value, Literal):
        return
    for cls in ontology.types(subject):
        for node in expressions(ontology, cls):
            filler = ontology.asserted.one(node, v.OWL_ALL)
            if isinstance(filler, str) and ontology.asserted.one(node, v.OWL_ON_PROPERTY) == (
                predicate
            ):
                yield Fact(value, v.RDF_TYPE, Iri(filler))


def _of_class(ontology: "Ontology", thing: Iri, cls: Iri) -> Iterator[Fact]:
    """What membership in a class says of a thing."""
    for above in ontology.parents(cls) if ontology.has(cls) else ():
        yield Fact(thing, v.RDF_TYPE, above)
    for node in [cls] if is_blank(cls) else expressions(ontology, cls):
        if not isinstance(node, Literal) and node != cls:
            yield Fact(thing, v.RDF_TYPE, node)
        predicate = ontology.asserted.one(node, v.OWL_ON_PROPERTY)
        if not isinstance(predicate, str):
            continue
        for given in ontology.asserted.values(node, v.OWL_HAS_VALUE):
            yield Fact(thing, Iri(predicate), given)
        if ontology.asserted.one(node, v.OWL_HAS_SELF) is not None:
            yield Fact(thing, Iri(predicate), thing)
        filler = ontology.asserted.one(node, v.OWL_ALL)
        if isinstance(filler, str):
            for known in ontology.facts(thing, Iri(predicate)):
                if not isinstance(known.object, Literal):
                    yield Fact(known.object, v.RDF_TYPE, Iri(filler))


def expressions(ontology: "Ontology", cls: Iri) -> Iterator[Node]:
    """The class expressions that every member of a class is in: superclasses and definition."""
    yield from ontology.asserted.values(cls, v.RDFS_SUBCLASS)
    yield from parts(ontology.asserted, cls)


def equivalents(ontology: "Ontology", predicate: Iri) -> set[Iri]:
    """The properties that are declared equivalent to a property."""
    pairs = ontology.asserted.pairs(v.OWL_EQUIVALENT_PROPERTY)
    return {Iri(str(b)) if a == predicate else a for a, b in pairs if predicate in (a, b)}


def inverses(ontology: "Ontology", predicate: Iri) -> set[Iri]:
    """The properties that hold the other way round, the property itself where it is symmetric."""
    stated = {Iri(str(o)) for o in ontology.asserted.values(predicate, v.OWL_INVERSE)}
    stated |= {s for s, o in ontology.asserted.pairs(v.OWL_INVERSE) if o == predicate}
    if v.OWL_SYMMETRIC in ontology.asserted.values(predicate, v.RDF_TYPE):
        stated.add(predicate)
    return {one for one in stated if not is_blank(one)}
