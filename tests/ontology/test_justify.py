"""Minimal justifications: every axiom of one is needed, and together they suffice."""

import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ontopilot.ontology import Fact, Literal, Ontology
from ontopilot.ontology import vocabulary as v
from ontopilot.ontology.justify import Question, justify
from ontopilot.ontology.reason_for import reason_for, statement
from tests.ontology.conftest import PREFIXES, SHARED, Load, iri


def named(load: Load, turtle: str) -> Ontology:
    return load(turtle, reasoner="none")


def why(ontology: Ontology, question: Question, **options: float) -> tuple[tuple[str, ...], str]:
    (found,) = justify(ontology, [question], **options)
    return found.axioms, found.note


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    length=st.integers(2, 6),
    noise=st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=6),
)
def test_of_a_chain_among_other_axioms_exactly_the_chain_is_told(
    tmp_path: Path, length: int, noise: list[tuple[int, int]]
) -> None:
    chain = [(f"A{n}", f"A{n + 1}") for n in range(length)]
    other = [(f"N{one}", f"N{two}") for one, two in noise if one < two]
    lines = [f":{one} rdfs:subClassOf :{two} ." for one, two in chain + other]
    names = sorted({name for pair in chain + other for name in pair})
    path = tmp_path / "chain.ttl"
    declared = [f":{name} a owl:Class ." for name in names]
    path.write_text(PREFIXES + "\n".join(declared + lines), encoding="utf-8")
    ontology = Ontology.load(path, reasoner="none")
    fact = Fact(iri("A0"), v.RDFS_SUBCLASS, iri(f"A{length}"))
    axioms, note = why(ontology, Question(fact))
    assert set(axioms) == {f"{one} SubClassOf {two}" for one, two in chain}
    assert note == ""


FAMILY = """
:A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class ; rdfs:subClassOf :C . :C a owl:Class .
:p a owl:ObjectProperty, owl:TransitiveProperty ; rdfs:subPropertyOf :q .
:q a owl:ObjectProperty ; owl:inverseOf :r . :r a owl:ObjectProperty .
:d a owl:DatatypeProperty .
:B rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :d ; owl:hasValue "x"@en ] .
:Hot a owl:Class ; owl:equivalentClass [ a owl:Class ; owl:intersectionOf ( :A
  [ a owl:Restriction ; owl:onProperty :hot ; owl:hasValue true ] ) ] .
:hot a owl:DatatypeProperty .
:i a owl:NamedIndividual, :A ; :p :j ; :hot true . :j a owl:NamedIndividual ; :p :k .
:k a owl:NamedIndividual .
"""
TEXT = Literal("x", v.RDF_LANG_STRING, "en")
FACTS = [
    (Fact(iri("i"), v.RDF_TYPE, iri("C")), {"A SubClassOf B", "B SubClassOf C", "i Type A"}),
    (Fact(iri("p"), v.RDFS_SUBPROPERTY, iri("q")), {"p SubPropertyOf q"}),
    (
        Fact(iri("k"), iri("r"), iri("i")),
        {"p SubPropertyOf q", "q InverseOf r", "p Characteristics: Transitive", "i p j", "j p k"},
    ),
    (
        Fact(iri("i"), iri("d"), TEXT),
        {"A SubClassOf B", 'B SubClassOf d value "x"@en', "i Type A"},
    ),
    (
        Fact(iri("i"), v.RDF_TYPE, iri("Hot")),
        {"Hot EquivalentTo A and (hot value true)", "i Type A", "i hot true"},
    ),
]


@pytest.mark.parametrize(("fact", "axioms"), FACTS)
def test_every_kind_of_fact_has_its_justification(load: Load, fact: Fact, axioms: set[str]) -> None:
    found, _ = why(named(load, FAMILY), Question(fact))
    assert set(found) == axioms


def test_what_does_not_follow_has_none_and_says_so(load: Load) -> None:
    for fact in (
        Fact(iri("C"), v.RDFS_SUBCLASS, iri("A")),
        Fact(iri("k"), v.RDF_TYPE, iri("A")),
        Fact(iri("k"), iri("d"), TEXT),
    ):
        assert why(named(load, FAMILY), Question(fact)) == (
            (),
            "no justification is found",
        )


def test_several_questions_are_answered_in_their_order(load: Load) -> None:
    ontology = named(load, FAMILY)
    found = justify(ontology, [Question(one) for one, _ in FACTS])
    assert [set(one.axioms) for one in found] == [axioms for _, axioms in FACTS]


def test_labels_stand_for_names_and_texts_of_literals_are_left_as_they_are(load: Load) -> None:
    hostile = 'see <http://example.org/t#A> \\"here\\"'
    ontology = named(
        load,
        f':A a owl:Class ; rdfs:label "tea pot" ; rdfs:subClassOf :B . :B a owl:Class ; '
        f'rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :d ; owl:hasValue "{hostile}" ] . '
        ":d a owl:DatatypeProperty . :i a :A .",
    )
    fact = Fact(iri("i"), iri("d"), Literal('see <http://example.org/t#A> "here"', v.XSD_STRING))
    axioms, _ = why(ontology, Question(fact))
    assert "'tea pot' SubClassOf B" in axioms
    assert any("see <http://example.org/t#A>" in axiom for axiom in axioms)


def test_the_time_limit_holds(load: Load) -> None:
    began = time.monotonic()
    _, note = why(named(load, FAMILY), Question.contradiction(), seconds=0.001)
    assert note == "no justification within 0.001 seconds"
    assert time.monotonic() - began < 5


def test_a_worker_that_stops_is_told(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    _, note = why(named(load, FAMILY), Question.contradiction())
    assert note == "rustdl stopped before it found a justification"


def test_a_reason_has_a_sentence_and_axioms(load: Load) -> None:
    ontology = load(FAMILY)
    found = reason_for(ontology, statement(ontology, iri("i"), None, iri("C")))
    assert found.status == "supported"
    assert found.fact.inferred
    assert set(found.axioms) == {"A SubClassOf B", "B SubClassOf C", "i Type A"}
    assert "because" in found.text
    stated = reason_for(ontology, statement(ontology, iri("A"), None, iri("B")))
    assert not stated.fact.inferred
    assert stated.axioms == ("A SubClassOf B",)
    unknown = reason_for(ontology, statement(ontology, iri("C"), None, iri("A")))
    assert (unknown.status, unknown.axioms) == ("unknown", ())


@pytest.mark.shared
def test_without_one_of_its_axioms_a_justification_is_none(tmp_path: Path) -> None:
    """Each justified axiom of a real contradiction is left out, and the contradiction is gone."""
    folder = SHARED / "uvula-functional"
    ontology = Ontology.load(folder / "uvula_multiple_unsat.ofn")
    empty = ontology.reasoning.empty
    found = justify(ontology, [Question.empty(one) for one in empty])
    muscle = next(one for one in found if len(one.axioms) == 2)
    text = (folder / "uvula_multiple_unsat.ofn").read_text(encoding="utf-8")
    lines = [
        line
        for line in text.splitlines()
        if "UBERON_0010235" in line
        and "UBERON_0003682" in line
        and line.startswith(("SubClassOf", "DisjointClasses"))
    ]
    assert len(lines) == len(muscle.axioms)
    cls = next(one for one in empty if one.endswith("UBERON_0010235"))
    assert cls in empty
    for line in lines:
        path = tmp_path / "less.ofn"
        path.write_text(text.replace(line, ""), encoding="utf-8")
        less = Ontology.load(path)
        (again,) = justify(less, [Question.empty(cls)])
        assert set(again.axioms) != set(muscle.axioms)


CASES = """
:A a owl:Class ; rdfs:subClassOf [ a owl:Class ; owl:unionOf ( :B :C ) ] .
:B a owl:Class ; rdfs:subClassOf :D . :C a owl:Class ; rdfs:subClassOf :D .
:D a owl:Class ; owl:disjointWith :E . :E a owl:Class . :i a owl:NamedIndividual, :A .
"""


@pytest.mark.parametrize(
    ("question", "more", "least"),
    [
        (
            Question(Fact(iri("A"), v.RDFS_SUBCLASS, iri("D"))),
            "",
            {"A SubClassOf B or C", "B SubClassOf D", "C SubClassOf D"},
        ),
        (
            Question.empty(iri("A")),
            ":A rdfs:subClassOf :E .",
            {
                "A SubClassOf B or C",
                "A SubClassOf E",
                "B SubClassOf D",
                "C SubClassOf D",
                "D DisjointWith E",
            },
        ),
        (
            Question.contradiction(),
            ":i a [ a owl:Class ; owl:complementOf :B ], [ a owl:Class ; owl:complementOf :C ] .",
            {"A SubClassOf B or C", "i Type A", "i Type not B", "i Type not C"},
        ),
    ],
)
def test_what_needs_a_distinction_of_cases_is_justified(
    tmp_path: Path, question: Question, more: str, least: set[str]
) -> None:
    path = tmp_path / "cases.ttl"
    path.write_text(PREFIXES + CASES + more, encoding="utf-8")
    axioms, note = why(Ontology.load(path, reasoner="none"), question)
    assert (set(axioms), note) == (least, "")


def test_a_claim_that_cannot_hold_is_justified_by_what_is_against_it(load: Load) -> None:
    ontology = load(FAMILY + ":C owl:disjointWith :N . :N a owl:Class .")
    found = reason_for(ontology, statement(ontology, iri("i"), None, iri("N")))
    assert found.status == "contradicted"
    assert set(found.axioms) == {
        "A SubClassOf B",
        "B SubClassOf C",
        "C DisjointWith N",
        "i Type A",
    }


def test_a_property_below_another_and_an_empty_class_are_checked_as_claims(load: Load) -> None:
    more = ":F a owl:Class ; rdfs:subClassOf :A, :N . :N a owl:Class ; owl:disjointWith :B ."
    ontology = load(FAMILY + more)
    empty = Fact(iri("F"), v.RDFS_SUBCLASS, v.OWL_NOTHING)
    below = Fact(iri("p"), v.RDFS_SUBPROPERTY, iri("q"))
    other = Fact(iri("q"), v.RDFS_SUBPROPERTY, iri("p"))
    statuses = [one.status for one in ontology.check([empty, below, other])]
    assert statuses == ["supported", "supported", "unknown"]
    assert set(ontology.justify(empty)) == {
        "A SubClassOf B",
        "F SubClassOf A",
        "F SubClassOf N",
        "N DisjointWith B",
    }


def test_a_term_that_much_is_said_of_does_not_hide_the_axioms(load: Load) -> None:
    crowd = "".join(f":n{n} a :A .\n" for n in range(500))
    ontology = load(f"{crowd}:i a :A . :A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class .")
    assert set(ontology.justify(Fact(iri("i"), v.RDF_TYPE, iri("B")))) == {
        "A SubClassOf B",
        "i Type A",
    }
