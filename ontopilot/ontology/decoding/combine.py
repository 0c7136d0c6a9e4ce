"""Which statements the terms of a context can make together, as an ontology allows."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.claims.contradiction import denials
from ontopilot.ontology.claims.implied import inverses
from ontopilot.ontology.claims.values import fits
from ontopilot.ontology.rdf.structure import members_of
from ontopilot.ontology.rdf.triples import Node, is_blank
from ontopilot.ontology.terms import Fact, Iri, Literal, Term

if TYPE_CHECKING:
    from ontopilot.ontology.ontology import Ontology

Ends = tuple[frozenset[Iri], ...]
"""Where a property may start or lead: a thing has to be in one class of every set."""

_NOT_TO_ITSELF = {v.OWL_IRREFLEXIVE, v.OWL_ASYMMETRIC}


def combined(
    ontology: "Ontology", terms: Iterable[Iri], facts: Iterable[Fact]
) -> Iterator[tuple[Iri, Iri, frozenset[Node]]]:
    """For a thing and a property among the terms, the things and values that it may have.

    The subject is known to be of the property's domain, the object of its range, those of the
    properties above it among them. A data property gets values that facts of the context give to
    it. A functional property keeps the value that is known; what is denied is left out.

    Raises:
        UnknownTerm: the ontology does not have one of the terms.
    """
    described = [ontology.term(iri) for iri in dict.fromkeys(terms)]
    things = _Things(ontology, described)
    denied = _denied(ontology)
    values = _values(ontology, facts)
    for term in described:
        if term.kind == "object_property":
            objects: frozenset[Node] = things.within(_ends(ontology, term.iri, v.RDFS_RANGE))
        elif term.kind == "data_property":
            objects = _fitting(ontology, term.iri, values.get(term.iri, ()))
        else:
            continue
        kinds = set(ontology.asserted.values(term.iri, v.RDF_TYPE))
        for subject in things.within(_ends(ontology, term.iri, v.RDFS_DOMAIN)):
            barred = denied.get((subject, term.iri), frozenset())
            if kinds & _NOT_TO_ITSELF:
                barred |= {subject}
            held = _held(ontology, subject, term.iri) if v.OWL_FUNCTIONAL in kinds else None
            allowed = held & objects if held else objects
            if allowed - barred:
                yield subject, term.iri, allowed - barred if barred else allowed


class _Things:
    """The classes and individuals among the terms, by what they are known to be."""

    def __init__(self, ontology: "Ontology", terms: Iterable[Term]) -> None:
        found: dict[Iri, set[Iri]] = {}
        self._every = frozenset(t.iri for t in terms if t.kind in ("class", "individual"))
        for thing in self._every:
            for cls in (thing, *ontology.types(thing), *ontology.ancestors(thing)):
                found.setdefault(cls, set()).add(thing)
        self._of = found

    def within(self, ends: Ends) -> frozenset[Iri]:
        """Those that are in one class of every set."""
        found = self._every
        for classes in ends:
            found &= {thing for cls in classes for thing in self._of.get(cls, ())}
        return found


def _denied(ontology: "Ontology") -> dict[tuple[Iri, Iri], frozenset[Node]]:
    found: dict[tuple[Iri, Iri], frozenset[Node]] = {}
    for subject, predicate, value in denials(ontology.asserted):
        known = found.get((subject, predicate), frozenset())
        found[subject, predicate] = known | {value}
    return found


def _values(ontology: "Ontology", facts: Iterable[Fact]) -> dict[Iri, set[Literal]]:
    """The literals that facts give to each property, and thereby to those above it."""
    found: dict[Iri, set[Literal]] = {}
    for fact in facts:
        if isinstance(fact.object, Literal):
            for predicate in (fact.predicate, *ontology.ancestors(fact.predicate)):
                found.setdefault(predicate, set()).add(fact.object)
    return found


def _fitting(ontology: "Ontology", predicate: Iri, values: Iterable[Literal]) -> frozenset[Node]:
    """The values that are of the datatypes of a property's range."""
    ends = _ends(ontology, predicate, v.RDFS_RANGE)
    return frozenset(
        value for value in values if all(any(fits(value, one) for one in end) for end in ends)
    )


def _ends(ontology: "Ontology", iri: Iri, axiom: Iri) -> Ends:
    """The domains or ranges of a property and of those above it, unions of classes among them; an
    inverse property has them the other way round.

    Any other class expression, and a data range, restricts nothing here.
    """
    found: list[frozenset[Iri]] = []
    other = v.RDFS_RANGE if axiom == v.RDFS_DOMAIN else v.RDFS_DOMAIN
    for predicate in (iri, *sorted(ontology.ancestors(iri))):
        nodes = list(ontology.asserted.values(predicate, axiom))
        for back in sorted(inverses(ontology, predicate)):
            nodes += ontology.asserted.values(back, other)
        for node in nodes:
            listed: Iterable[Node] = (node,)
            if is_blank(node):
                listed = members_of(ontology.asserted, ontology.asserted.one(node, v.OWL_UNION))
            named = [Iri(one) for one in listed if isinstance(one, str)]
            if named and not any(is_blank(one) for one in named) and v.OWL_THING not in named:
                found.append(frozenset(named))
    return tuple(found)


def _held(ontology: "Ontology", subject: Iri, predicate: Iri) -> frozenset[Node]:
    """The known values of a property, of the thing itself or of its classes.

    A class among them only says of what kind the value is.
    """
    about = (subject, *ontology.types(subject))
    facts = (fact for one in about for fact in ontology.facts(one, predicate))
    found = {fact.object for fact in facts if not fact.of_itself or fact.subject == subject}
    return frozenset(value for value in found if not _is_class(ontology, value))


def _is_class(ontology: "Ontology", node: Node) -> bool:
    return isinstance(node, str) and ontology.has(node) and ontology.term(node).kind == "class"
