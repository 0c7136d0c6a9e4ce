"""Comparing versions: blank nodes by what they say, the terms that a change is about."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.ontology import Iri, Ontology
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.load import load as read
from ontopilot.ontology.rdf.changed import same_logic, touched
from ontopilot.ontology.rdf.isomorphic import same
from ontopilot.ontology.rdf.triples import Triple, Triples, is_blank
from tests.ontology.conftest import PREFIXES, SHARED, SHOP, Load, iri

BEFORE = """
:A a owl:Class ; rdfs:label "a" ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ;
    owl:someValuesFrom [ a owl:Class ; owl:unionOf ( :B :C ) ] ] .
:B a owl:Class . :C a owl:Class . :D a owl:Class . :p a owl:ObjectProperty .
:n a owl:DatatypeProperty . :i a :B ; :n 1 . :note a owl:AnnotationProperty .
[ a owl:AllDisjointClasses ; owl:members ( :B :C ) ] .
[ a owl:Axiom ; owl:annotatedSource :i ; owl:annotatedProperty rdf:type ; owl:annotatedTarget :B ;
    rdfs:comment "why" ] .
"""
LOGICAL = {
    "deep inside an expression": ("( :B :C ) ] ]", "( :B :D ) ] ]", "A"),
    "a property of a restriction": ("owl:someValuesFrom", "owl:allValuesFrom", "A"),
    "a value": (":n 1", ":n 2", "i"),
    "an axiom about several classes": ("members ( :B :C )", "members ( :B :D )", "BCD"),
    "a new term": (":D a owl:Class .", ":D a owl:Class . :E a owl:Class .", "E"),
    "a superclass": (":D a owl:Class", ":D a owl:Class ; rdfs:subClassOf :B", "D"),
}
SILENT = {
    "a label": ('"a"', '"b"', "A"),
    "the annotation of an axiom": ('"why"', '"because"', "i"),
    "a note": (":i a :B", ':i :note "x" ; a :B', "i"),
    "nothing": ("a owl:Class", "  a owl:Class", ""),
}


def triples_of(folder: Path, turtle: str) -> Triples:
    path = folder / "t.ttl"
    path.write_text(PREFIXES + turtle, encoding="utf-8")
    return read(path).triples


@pytest.mark.parametrize("name", LOGICAL | SILENT)
def test_a_change_is_about_the_terms_whose_axioms_differ(tmp_path: Path, name: str) -> None:
    old, new, terms = (LOGICAL | SILENT)[name]
    assert old in BEFORE
    before, after = triples_of(tmp_path, BEFORE), triples_of(tmp_path, BEFORE.replace(old, new))
    assert touched(before, after) == {iri(letter) for letter in terms}
    assert touched(after, before) == touched(before, after)
    assert same_logic(before, after) == (name in SILENT)


@pytest.mark.parametrize("name", LOGICAL | SILENT)
def test_a_snapshot_made_like_an_earlier_one_is_the_same_as_one_made_anew(
    tmp_path: Path, name: str
) -> None:
    old, new, _ = (LOGICAL | SILENT)[name]
    path = tmp_path / "t.ttl"
    path.write_text(PREFIXES + BEFORE, encoding="utf-8")
    first = Ontology.load(path)
    path.write_text(PREFIXES + BEFORE.replace(old, new), encoding="utf-8")
    after, anew = Ontology.load(path, like=first), Ontology.load(path)
    assert after.facts() == anew.facts()
    assert after.terms() == anew.terms()
    assert (after.reasoning is first.reasoning) == (name in SILENT)
    assert Ontology.load(path, like=first, reasoner="rules").reasoning.engine == "rules"


def relabelled(triples: Triples, order: random.Random) -> Triples:
    """The same triples in another order, with other names for the blank nodes."""
    blank = {n for t in triples for n in (t[0], t[2]) if isinstance(n, str) and is_blank(n)}
    named = dict(zip(sorted(blank), order.sample(range(10**6), len(blank)), strict=True))

    def other(triple: Triple) -> Triple:
        subject, predicate, value = triple
        renamed = Iri(f"_:r{named[value]}") if value in named else value
        return Iri(f"_:r{named[subject]}") if subject in named else subject, predicate, renamed

    shuffled = [other(triple) for triple in triples]
    order.shuffle(shuffled)
    return Triples.of(shuffled)


@given(st.randoms(use_true_random=False))
def test_the_names_and_the_order_of_blank_nodes_change_nothing(
    tmp_path_factory: pytest.TempPathFactory, order: random.Random
) -> None:
    triples = triples_of(tmp_path_factory.mktemp("ground"), BEFORE)
    again = relabelled(triples, order)
    assert same(triples, again)
    assert touched(triples, again) == frozenset()
    assert same_logic(triples, again)


def test_the_demo_read_twice_is_the_same(tmp_path: Path) -> None:
    first, second = read(SHOP).triples, read(SHOP).triples
    assert first.by_subject.keys() != second.by_subject.keys()
    assert touched(first, second) == frozenset()
    assert same_logic(first, second)


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["pizza/pizza.owl", "family/family.owl", "jerm-owlxml/JERM.owl", "koala/koala.owl"]
)
def test_real_ontologies_read_twice_are_the_same_and_lose_no_triple(name: str) -> None:
    first, second = read(SHARED / name).triples, read(SHARED / name).triples
    assert touched(first, second) == frozenset()
    assert same_logic(first, second)
    for place, triple in enumerate(first):
        if place % 97 == 0 and triple[1] != v.OWL_IMPORTS:
            fewer = Triples.of(one for one in first if one != triple)
            assert not same(fewer, second)


SHARED_NODE = ":i :p _:x . :j :p _:x . _:x a :B ."
TWO_NODES = ":i :p _:x . :j :p _:y . _:x a :B . _:y a :B ."


def test_two_things_without_a_name_are_not_one(tmp_path: Path) -> None:
    head = ":B a owl:Class . :p a owl:ObjectProperty . :i a :B . :j a :B . "
    shared, apart = triples_of(tmp_path, head + SHARED_NODE), triples_of(tmp_path, head + TWO_NODES)
    assert not same_logic(shared, apart)
    assert same_logic(shared, shared)
    assert touched(shared, apart) == {iri("i"), iri("j")}
    assert same_logic(apart, apart)


def test_blank_nodes_in_a_circle_end(tmp_path: Path) -> None:
    circle = triples_of(
        tmp_path, ":p a owl:ObjectProperty . _:x :p _:y . _:y :p _:z . _:z :p _:x ."
    )
    assert same_logic(circle, relabelled(circle, random.Random(1)))
    fewer = Triples.of(list(circle)[:-1])
    assert not same_logic(circle, fewer)


def test_a_long_list_is_no_recursion(load: Load) -> None:
    names = " ".join(f":c{number}" for number in range(5000))
    listed = Triples.of(
        load(
            f"[ a owl:AllDifferent ; owl:distinctMembers ( {names} ) ] .", reasoner="none"
        ).asserted
    )
    assert same_logic(listed, relabelled(listed, random.Random(1)))
    assert len(touched(listed, Triples.of(()))) >= 5000
