"""The rules of OWL 2 RL beside owlrl, which applies the tables of the W3C to a whole graph."""

import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontopilot.ontology import Iri, Literal
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.rdf.triples import Node, Triple, Triples
from ontopilot.ontology.reasoning.rules import materialise
from tests.ontology.conftest import iri

CLASSES = [iri(name) for name in "ABC"]
PROPERTIES = [iri(name) for name in "pq"]
THINGS = [iri(name) for name in "ijk"]

classes, properties, things = map(st.sampled_from, (CLASSES, PROPERTIES, THINGS))


def one(*parts: st.SearchStrategy[Node] | Iri) -> st.SearchStrategy[list[Triple]]:
    """An axiom of one triple."""
    places = [part if isinstance(part, st.SearchStrategy) else st.just(part) for part in parts]
    return st.tuples(*places).map(lambda triple: [triple])  # type: ignore[return-value]


def restriction(kind: Iri, filler: st.SearchStrategy[Iri]) -> st.SearchStrategy[list[Triple]]:
    """A class that is, or is below, a restriction."""

    def made(drawn: tuple[int, Iri, Iri, Iri, Iri]) -> list[Triple]:
        number, cls, axiom, on, value = drawn
        node = Iri(f"_:r{number}")
        return [
            (cls, axiom, node),
            (node, v.RDF_TYPE, Iri(v.OWL + "Restriction")),
            (node, v.OWL_ON_PROPERTY, on),
            (node, kind, value),
        ]

    axioms = st.sampled_from([v.RDFS_SUBCLASS, v.OWL_EQUIVALENT_CLASS])
    return st.tuples(st.integers(0, 10**9), classes, axioms, properties, filler).map(made)


def listed(
    predicate: Iri, subject: st.SearchStrategy[Iri], members: st.SearchStrategy[Iri]
) -> st.SearchStrategy[list[Triple]]:
    """An axiom with a list of two: intersection, union, chain, enumeration."""

    def made(drawn: tuple[int, Iri, Iri, Iri]) -> list[Triple]:
        number, whole, first, second = drawn
        head, rest = Iri(f"_:l{number}a"), Iri(f"_:l{number}b")
        return [
            (whole, predicate, head),
            (head, v.RDF_FIRST, first),
            (head, v.RDF_REST, rest),
            (rest, v.RDF_FIRST, second),
            (rest, v.RDF_REST, v.RDF_NIL),
        ]

    return st.tuples(st.integers(0, 10**9), subject, members, members).map(made)


AXIOMS = st.one_of(
    one(classes, v.RDFS_SUBCLASS, classes),
    one(classes, v.OWL_EQUIVALENT_CLASS, classes),
    one(properties, v.RDFS_SUBPROPERTY, properties),
    one(properties, v.OWL_INVERSE, properties),
    one(properties, v.RDFS_DOMAIN, classes),
    one(properties, v.RDFS_RANGE, classes),
    one(
        properties,
        v.RDF_TYPE,
        st.sampled_from(
            [v.OWL_TRANSITIVE, v.OWL_SYMMETRIC, v.OWL_FUNCTIONAL, v.OWL_INVERSE_FUNCTIONAL]
        ),
    ),
    restriction(v.OWL_SOME, classes),
    restriction(v.OWL_ALL, classes),
    restriction(v.OWL_HAS_VALUE, things),
    listed(v.OWL_INTERSECTION, classes, classes),
    listed(v.OWL_UNION, classes, classes),
    listed(v.OWL_ONE_OF, classes, things),
    listed(v.OWL_CHAIN, properties, properties),
)
FACTS = st.one_of(
    one(things, v.RDF_TYPE, classes),
    one(things, properties, things),
    one(things, v.OWL_SAME_AS, things),
)
DECLARED: list[Triple] = [
    *((cls, v.RDF_TYPE, v.OWL_CLASS) for cls in CLASSES),
    *((predicate, v.RDF_TYPE, v.OWL_OBJECT_PROPERTY) for predicate in PROPERTIES),
]


def facts(triples: set[Triple]) -> set[Triple]:
    """Types and values of the things, without what is true of everything."""
    relevant = {*CLASSES, *THINGS}
    return {
        (s, p, o)
        for s, p, o in triples
        if s in THINGS and o in relevant and p in (v.RDF_TYPE, *PROPERTIES)
    }


def by_owlrl(triples: list[Triple]) -> set[Triple]:
    """The same with owlrl."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import owlrl
    from rdflib import BNode, Graph, URIRef

    def term(node: Node) -> URIRef | BNode:
        assert not isinstance(node, Literal)
        return BNode(node[2:]) if node.startswith("_:") else URIRef(node)

    graph = Graph()
    for triple in triples:
        graph.add(tuple(map(term, triple)))  # type: ignore[arg-type]
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return {(Iri(str(s)), Iri(str(p)), Iri(str(o))) for s, p, o in graph}


@settings(max_examples=40, deadline=None)
@given(st.lists(AXIOMS, min_size=1, max_size=9), st.lists(FACTS, min_size=2, max_size=12))
def test_the_rules_conclude_of_things_what_owlrl_concludes(
    axioms: list[list[Triple]], stated: list[list[Triple]]
) -> None:
    triples = [*DECLARED, *(triple for axiom in (*axioms, *stated) for triple in axiom)]
    assert facts(set(materialise(Triples.of(triples)))) == facts(by_owlrl(triples))


@pytest.mark.parametrize("late", [0, 1])
def test_a_transitive_property_joins_what_follows_late_on_either_side(late: int) -> None:
    steps = [[iri("i"), iri("p"), iri("j")], [iri("j"), iri("p"), iri("k")]]
    steps[late][1] = iri("q")
    axioms: list[Triple] = [
        (iri("p"), v.RDF_TYPE, v.OWL_TRANSITIVE),
        (iri("q"), v.RDFS_SUBPROPERTY, iri("p")),
        *((s, p, o) for s, p, o in steps),
    ]
    assert (iri("i"), iri("p"), iri("k")) in materialise(Triples.of(axioms))


@pytest.mark.parametrize("said", ["integer", "decimal"])
def test_a_literal_is_of_its_datatype_and_of_the_range_of_its_property(said: str) -> None:
    node, cls, d = Iri("_:r"), iri("Measured"), iri("d")
    five = Literal("5", Iri(v.XSD + "integer"))
    axioms: list[Triple] = [
        (cls, v.OWL_EQUIVALENT_CLASS, node),
        (node, v.OWL_ON_PROPERTY, d),
        (node, v.OWL_SOME, Iri(v.XSD + said)),
        (d, v.RDF_TYPE, v.OWL_DATA_PROPERTY),
        (d, v.RDFS_RANGE, Iri(v.XSD + "decimal")),
        (iri("i"), d, five),
    ]
    assert (iri("i"), v.RDF_TYPE, cls) in materialise(Triples.of(axioms))


def test_a_name_of_a_class_and_of_a_thing_shares_no_facts_between_them() -> None:
    axioms: list[Triple] = [
        (iri("Football"), v.RDFS_SUBCLASS, iri("Sport")),
        (iri("Football"), v.OWL_SAME_AS, iri("Soccer")),
    ]
    assert (iri("Soccer"), v.RDFS_SUBCLASS, iri("Sport")) not in materialise(Triples.of(axioms))
