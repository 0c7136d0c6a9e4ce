"""Triples as description logic engines read them: logical axioms, in forms all of them know."""

from collections.abc import Iterable, Iterator
from itertools import combinations

from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.kinds import every_kind, kinds_of
from ontopilot.ontology.rdf.structure import members_of, of_type
from ontopilot.ontology.rdf.triples import Node, Triple, Triples, is_blank, is_named
from ontopilot.ontology.terms import Iri, Literal

_BOOLEAN = (v.OWL_INTERSECTION, v.OWL_UNION, v.OWL_ONE_OF, v.OWL_COMPLEMENT)
_BETWEEN_CLASSES = (v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS, v.OWL_DISJOINT_WITH)


def logical(triples: Triples) -> list[Triple]:
    """The triples that reasoning can depend on: no annotations, no ontology headers."""
    kinds = kinds_of(triples)
    silent = {iri for iri, kind in kinds.items() if kind == "annotation_property"}
    silent |= {*v.LABELS, *v.SYNONYMS, *v.DEFINITIONS}
    headers = set(of_type(triples, v.OWL_ONTOLOGY))
    notes = {*of_type(triples, v.OWL_AXIOM), *of_type(triples, v.OWL_ANNOTATION)}
    return [
        triple
        for triple in triples
        if triple[1] not in silent and triple[0] not in headers and triple[0] not in notes
    ]


def normalised(triples: Triples) -> Iterator[Triple]:
    """Logical triples, with three forms rewritten that engines overlook.

    `AllDisjointClasses` becomes pairs, a boolean expression on a named class (OWL 1) an equivalent
    class, and the complement of a class one that is disjoint from it, everything being in one of
    the two. Classes that are only referred to are declared, and individuals, without which rustdl
    does not justify what they are members of.
    """
    groups = set(of_type(triples, v.OWL_ALL_DISJOINT_CLASSES))
    declared = set(of_type(triples, v.OWL_CLASS))
    complements = _complements(triples)
    for number, ((negating, _, _), negated) in enumerate(complements.items()):
        yield from _divided(number, negating, negated)
    twins = 0
    for subject, predicate, value in logical(triples):
        if subject in groups or (subject, predicate, value) in complements:
            continue
        if predicate in _BOOLEAN and not is_blank(subject):
            twins += 1
            twin = Iri(f"_:named.{twins}")
            yield subject, v.OWL_EQUIVALENT_CLASS, twin
            yield twin, v.RDF_TYPE, v.OWL_CLASS
            yield twin, predicate, value
            continue
        yield subject, predicate, value
        if predicate in _BETWEEN_CLASSES:
            for cls in (subject, value):
                if isinstance(cls, str) and cls not in declared and not is_blank(cls):
                    declared.add(Iri(cls))
                    yield Iri(cls), v.RDF_TYPE, v.OWL_CLASS
    yield from _undeclared_individuals(triples)
    yield from _apart(triples, groups)


def _undeclared_individuals(triples: Triples) -> Iterator[Triple]:
    named = set(of_type(triples, v.OWL_NAMED_INDIVIDUAL))
    for iri, kinds in every_kind(triples).items():
        if "individual" in kinds and iri not in named:
            yield iri, v.RDF_TYPE, v.OWL_NAMED_INDIVIDUAL


def _apart(triples: Triples, groups: Iterable[Iri]) -> Iterator[Triple]:
    """The pairs of classes in groups of disjoint ones."""
    for group in groups:
        for one, other in combinations(members_of(triples, triples.one(group, v.OWL_MEMBERS)), 2):
            if isinstance(one, str):
                yield Iri(one), v.OWL_DISJOINT_WITH, other


def _complements(triples: Triples) -> dict[Triple, Iri]:
    """The triples that say that a named class is the complement of another, with the other."""
    said = [
        ((cls, v.OWL_EQUIVALENT_CLASS, value), negated)
        for cls, value in triples.pairs(v.OWL_EQUIVALENT_CLASS)
        for negated in triples.values(value, v.OWL_COMPLEMENT)
    ]
    said += [
        ((cls, v.OWL_COMPLEMENT, negated), negated)
        for cls, negated in triples.pairs(v.OWL_COMPLEMENT)
    ]
    return {
        triple: negated
        for triple, negated in said
        if is_named(triple[0]) and not isinstance(negated, Literal) and is_named(negated)
        if triple[0] != negated
    }


def _divided(number: int, cls: Iri, other: Iri) -> Iterator[Triple]:
    """Two classes are disjoint, and everything is in one of them."""
    union, first, second = (Iri(f"_:divided.{number}.{part}") for part in range(3))
    yield cls, v.OWL_DISJOINT_WITH, other
    yield v.OWL_THING, v.RDFS_SUBCLASS, union
    yield union, v.RDF_TYPE, v.OWL_CLASS
    yield union, v.OWL_UNION, first
    yield first, v.RDF_FIRST, cls
    yield first, v.RDF_REST, second
    yield second, v.RDF_FIRST, other
    yield second, v.RDF_REST, v.RDF_NIL


def rdf_xml(triples: Triples) -> bytes:
    """One RDF/XML document of the normalised triples."""
    import pyoxigraph as ox

    def thing(iri: str) -> ox.NamedNode | ox.BlankNode:
        return ox.BlankNode("b" + iri[2:].replace(".", "x")) if is_blank(iri) else ox.NamedNode(iri)

    def node(value: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
        if not isinstance(value, Literal):
            return thing(value)
        if value.language:
            return ox.Literal(value.value, language=value.language)
        return ox.Literal(value.value, datatype=ox.NamedNode(value.datatype))

    statements = (
        ox.Triple(thing(subject), ox.NamedNode(predicate), node(value))
        for subject, predicate, value in normalised(triples)
    )
    prefixes = {"owl": v.OWL}
    return ox.serialize(statements, format=ox.RdfFormat.RDF_XML, prefixes=prefixes) or b""
