"""Axioms that py-horned-owl cannot write to RDF whole, carried through in others that it can.

As RDF the library writes a group of disjoint classes as the first against each of the others, and
of an annotated axiom that has a list (a union of disjoint classes, a key, a chain, a group of
properties or individuals) it loses the members of the list. It does write the list of an axiom
without annotations, and the annotations of a declaration. So each such axiom is replaced by one of
that kind about a term of its own, the carrier, and put together again from the triples.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.forms import AXIOMS, REIFYING
from ontopilot.ontology.rdf.triples import Node, Triple
from ontopilot.ontology.terms import Iri

_CARRIER = "urn:ontopilot:carrier:"
_LISTS = (v.OWL_DISJOINT_UNION, v.OWL_HAS_KEY, v.OWL_CHAIN)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a carrier stands for: a node of a type, or a named term that is the subject."""

    predicate: Iri
    type: Iri | None = None
    subject: Iri | None = None


def carry(ontology: Any) -> dict[Iri, Carried]:
    """Replace the axioms of a py-horned-owl ontology that would be lost; tell the carriers."""
    import pyhornedowl.model as m

    made: dict[Iri, Carried] = {}
    for one in ontology.get_axioms():
        name = Iri(f"{_CARRIER}{len(made):06}")
        found = _replacement(m, one, m.IRI.parse(name))
        if found is not None:
            _remove(ontology, one.component)
            ontology.add_axiom(found[0], set())
            if one.ann:
                ontology.add_axiom(m.DeclareClass(m.Class(m.IRI.parse(name))), one.ann)
            made[name] = found[1]
    return made


def _remove(ontology: Any, axiom: Any) -> None:
    """Take out an axiom, with and without annotations; the library raises once none is left."""
    with suppress(ValueError):
        while ontology.remove_axiom(axiom):
            pass


def _replacement(m: Any, one: Any, name: Any) -> tuple[Any, Carried] | None:
    """The axiom about a carrier that stands for another, and what the carrier stands for."""
    axiom, kind = one.component, type(one.component).__name__
    cls = m.Class(name)
    if kind == "DisjointClasses" and len(axiom.first) > 2:
        group = Carried(v.OWL_MEMBERS, type=v.OWL_ALL_DISJOINT_CLASSES)
        return m.DisjointUnion(cls, axiom.first), group
    if not one.ann:
        return None
    if kind in ("DisjointObjectProperties", "DisjointDataProperties") and len(axiom.first) > 2:
        group = Carried(v.OWL_MEMBERS, type=v.OWL_ALL_DISJOINT_PROPERTIES)
        return m.HasKey(cls, axiom.first), group
    if kind == "DifferentIndividuals" and len(axiom.first) > 2:
        group = Carried(v.OWL_MEMBERS, type=v.OWL_ALL_DIFFERENT)
        return m.EquivalentClasses([cls, m.ObjectOneOf(axiom.first)]), group
    return _about_a_term(m, axiom, cls)


def _about_a_term(m: Any, axiom: Any, cls: Any) -> tuple[Any, Carried] | None:
    """The same for axioms about a named term."""
    kind = type(axiom).__name__
    if kind == "DisjointUnion":
        subject = Iri(str(axiom.first.first))
        return m.DisjointUnion(cls, axiom.second), Carried(v.OWL_DISJOINT_UNION, subject=subject)
    if kind == "HasKey" and isinstance(axiom.ce, m.Class):
        subject = Iri(str(axiom.ce.first))
        return m.HasKey(cls, axiom.vpe), Carried(v.OWL_HAS_KEY, subject=subject)
    chain = kind == "SubObjectPropertyOf" and isinstance(axiom.sub, list)
    if chain and isinstance(axiom.sup, m.ObjectProperty):
        subject = Iri(str(axiom.sup.first))
        chained = m.SubObjectPropertyOf(axiom.sub, m.ObjectProperty(cls.first))
        return chained, Carried(v.OWL_CHAIN, subject=subject)
    return None


def restored(triples: list[Triple], made: Mapping[Iri, Carried], number: int) -> list[Triple]:
    """The triples with each axiom as OWL writes it in the place of its carrier.

    Annotations of an axiom that is a node are said of that node itself (OWL 2 Mapping to RDF
    Graphs, section 2.2); py-horned-owl annotates each of its triples.
    """
    nodes = {name: Iri(f"_:{number}.carried{place}") for place, name in enumerate(sorted(made))}
    lists = _lists(triples, made)
    enumerations = {o for s, p, o in triples if s in made and p == v.OWL_EQUIVALENT_CLASS}
    own = {s for s, p, o in triples if p == v.RDF_TYPE and o in AXIOMS}
    notes: dict[Node, Node] = {
        subject: value
        for subject, predicate, value in triples
        if predicate == v.OWL_ANNOTATED_SOURCE and (value in made or value in own)
    }
    if not made and not notes:
        return triples
    rest = (triple for triple in triples if triple[0] not in enumerations)
    return [*_assembled(made, lists, nodes), *_renamed(rest, made, lists, nodes, notes)]


def _lists(triples: Iterable[Triple], made: Mapping[Iri, Carried]) -> dict[Iri, Node]:
    """The list that each carrier has."""
    found: dict[Iri, Node] = {}
    enumerations: dict[Node, Iri] = {}
    for subject, predicate, value in triples:
        if subject in made and predicate in _LISTS:
            found[subject] = value
        elif subject in made and predicate == v.OWL_EQUIVALENT_CLASS:
            enumerations[value] = subject
    for subject, predicate, value in triples:
        if predicate == v.OWL_ONE_OF and subject in enumerations:
            found[enumerations[subject]] = value
    return found


def _assembled(
    made: Mapping[Iri, Carried], lists: Mapping[Iri, Node], nodes: Mapping[Iri, Iri]
) -> Iterator[Triple]:
    for name, what in made.items():
        if what.type is not None:
            yield nodes[name], v.RDF_TYPE, what.type
        yield what.subject or nodes[name], what.predicate, lists[name]


def _renamed(
    triples: Iterable[Triple],
    made: Mapping[Iri, Carried],
    lists: Mapping[Iri, Node],
    nodes: Mapping[Iri, Iri],
    notes: Mapping[Node, Node],
) -> Iterator[Triple]:
    """The triples without those of carriers, what was noted of a carrier said of what it is."""
    merged = {
        note: nodes.get(Iri(str(about)), Iri(str(about)))
        for note, about in notes.items()
        if about not in made or made[Iri(str(about))].type is not None
    }
    for subject, predicate, value in triples:
        if subject in made:
            continue
        about = notes.get(subject)
        if subject in merged:
            if predicate not in REIFYING and (predicate, value) != (v.RDF_TYPE, v.OWL_AXIOM):
                yield merged[subject], predicate, value
        elif about in made and predicate in REIFYING:
            what = made[Iri(str(about))]
            parts = (what.subject or subject, what.predicate, lists[Iri(str(about))])
            yield subject, predicate, parts[REIFYING.index(predicate)]
        else:
            yield subject, predicate, merged.get(value, value)
