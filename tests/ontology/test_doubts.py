"""What a load leaves open is told: parts that may be missing, words that are not understood."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ontopilot.cli.app import build
from ontopilot.ontology import Iri, Ontology
from ontopilot.ontology.look.doubts import doubts
from tests.ontology.conftest import PREFIXES, SHARED, SHOP, Load, iri
from tests.ontology.test_syntaxes import FUNCTIONAL, MANCHESTER

LINES = [
    ":Thing a owl:Class ; rdfs:label 'thing' .",
    ":Kettle a owl:Class ; rdfs:subClassOf :Appliance ; rdfs:label 'kettle' .",
    ":Appliance a owl:Class ; rdfs:subClassOf :Thing ; rdfs:label 'appliance' .",
    ":part a owl:ObjectProperty ; rdfs:domain :Appliance ; rdfs:range :Part .",
    ":K1 a :Kettle ; :part :lid .",
    ":Part a owl:Class ; rdfs:label 'part' .",
    ":lid a :Lid .",
    ":Lid a owl:Class ; rdfs:subClassOf :Part ; rdfs:label 'lid' .",
]
DESCRIBED = [line[1 : line.index(" ")] for line in LINES]


def kinds(ontology: Ontology) -> list[str]:
    return [doubt.kind for doubt in doubts(ontology)]


def told(ontology: Ontology, kind: str) -> tuple[Iri, ...]:
    (found,) = [doubt for doubt in doubts(ontology) if doubt.kind == kind]
    assert str(len(found.terms)) in found.message or not found.terms
    return found.terms


def test_the_demo_leaves_nothing_open(shop: Ontology) -> None:
    assert doubts(shop) == ()


@given(kept=st.integers(0, len(LINES)))
def test_a_turtle_file_cut_after_a_statement_shows_by_what_it_still_mentions(
    tmp_path_factory: pytest.TempPathFactory, kept: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "cut.ttl"
    path.write_text(PREFIXES + "\n".join(LINES[:kept]), encoding="utf-8")
    left = "\n".join(LINES[:kept])
    lost = {iri(name) for name in DESCRIBED[kept:] if f":{name} " in left}
    lost -= {iri("lid")}  # the value of a property, which may be described anywhere
    found = {one for d in doubts(Ontology.load(path)) if "-term" in d.kind for one in d.terms}
    assert found == lost


def test_a_part_that_nothing_mentions_is_lost_without_a_sign(load: Load) -> None:
    """The limit: a Turtle file without its last statements may be a whole one."""
    assert kinds(load("\n".join(LINES[:-2]) + " :lid a :Part .")) == []
    assert kinds(load("\n".join([*LINES[:3], *LINES[5:6]]))) == []


def test_a_property_that_is_declared_nowhere_makes_no_facts_and_is_told(load: Load) -> None:
    ontology = load(":A a owl:Class ; rdfs:label 'a' . :i a :A ; :weight 3 .")
    assert ontology.facts(iri("i"), iri("weight")) == ()
    assert told(ontology, "undeclared-property") == (iri("weight"),)


def test_a_datatype_that_nobody_knows_keeps_its_values(load: Load) -> None:
    ontology = load(
        ":d a owl:DatatypeProperty ; rdfs:label 'weight' . :i a owl:NamedIndividual ; "
        ':d "5 kg"^^<http://example.org/unit#mass> ; rdfs:label "i" .'
    )
    assert ontology.verbalise(ontology.facts(iri("i"))[0]) == "The weight of i is 5 kg."
    assert told(ontology, "unknown-datatype") == ("http://example.org/unit#mass",)


def test_a_declared_datatype_is_no_doubt(load: Load) -> None:
    turtle = ":mass a rdfs:Datatype ; rdfs:label 'm' . :d a owl:DatatypeProperty . "
    assert kinds(load(turtle + ':i a owl:NamedIndividual ; :d "5 kg"^^:mass .')) == []


def test_class_expressions_in_a_circle_are_kept_and_told(load: Load) -> None:
    turtle = (
        ":A a owl:Class ; rdfs:label 'a' ; rdfs:subClassOf _:x . _:x a owl:Restriction ; "
        "owl:onProperty :p ; owl:someValuesFrom _:y . _:y a owl:Class ; owl:complementOf _:x . "
        ":p a owl:ObjectProperty ."
    )
    assert kinds(load(turtle)) == ["circular-nodes"]


def test_nameless_things_that_point_to_one_another_are_no_mistake(load: Load) -> None:
    turtle = ":p a owl:ObjectProperty ; rdfs:label 'p' . _:i :p _:j . _:j :p _:i . :k :p _:i ."
    assert kinds(load(turtle)) == []


def test_an_ontology_without_labels_is_called_by_the_ends_of_its_iris(load: Load) -> None:
    ontology = load(":ElectricKettle a owl:Class . :i a :ElectricKettle .")
    assert kinds(ontology) == ["no-labels"]
    assert ontology.label(iri("ElectricKettle")) == "ElectricKettle"
    assert [m.iri for m in ontology.link("my ElectricKettle")] == [iri("ElectricKettle")]


def test_an_ontology_of_nothing_loads_and_knows_nothing(load: Load) -> None:
    ontology = load("")
    assert ontology.terms() == ()
    assert ontology.facts() == ()
    assert ontology.link("kettle") == ()
    assert doubts(ontology) == ()


def test_a_missing_import_that_is_allowed_is_told(load: Load) -> None:
    turtle = "<http://example.org/t> owl:imports <http://example.org/none> ."
    ontology = load(turtle, allow_missing_imports=True)
    assert told(ontology, "missing-import") == ("http://example.org/none",)


def test_axioms_of_one_member_are_left_out_and_told(tmp_path: Path) -> None:
    path = tmp_path / "t.ofn"
    body = (
        "SameIndividual(:K1)\n DifferentIndividuals( <http://example.org/t#K1> )\nClassAssertion("
    )
    path.write_text(FUNCTIONAL.replace("ClassAssertion(", body), encoding="utf-8")
    ontology = Ontology.load(path)
    assert ontology.types(iri("K1")) == {iri("Kettle"), iri("Product")}
    (found,) = doubts(ontology)
    assert found.kind == "remark"
    assert found.message.endswith("with one member (2)")
    assert str(path) in found.message


@pytest.mark.parametrize("name", ["functional", "Manchester"])
def test_relative_iris_are_read_from_the_place_of_the_file(tmp_path: Path, name: str) -> None:
    texts = {
        "functional": "Prefix(:=<t.owl#>)\nOntology(<t.owl>\nDeclaration(Class(:A))\n"
        'AnnotationAssertion(<http://www.w3.org/2000/01/rdf-schema#label> :A "a < b > <c>")\n)',
        "Manchester": "Prefix: : <t.owl#>\nPrefix: rdfs: <http://www.w3.org/2000/01/rdf-schema#>\n"
        'Ontology: <t.owl>\nClass: :A\n Annotations: rdfs:label "a < b > <c>"',
    }
    path = tmp_path / "t.owl"
    path.write_text(texts[name], encoding="utf-8")
    ontology = Ontology.load(path)
    assert ontology.iri == path.as_uri()
    assert [term.iri for term in ontology.terms("class")] == [f"{path.as_uri()}#A"]
    assert ontology.label(Iri(f"{path.as_uri()}#A")) == "a < b > <c>"
    assert "relative IRIs" in doubts(ontology)[0].message


@pytest.mark.shared
def test_words_of_the_drafts_of_owl_are_told() -> None:
    ontology = Ontology.load(SHARED / "family/family.owl", reasoner="none")
    words = {one.rsplit("#", 1)[-1] for one in told(ontology, "unknown-word")}
    assert {"AntisymmetricProperty", "disjointObjectProperties"} <= words


@pytest.mark.shared
@pytest.mark.parametrize(
    "name", ["pizza/pizza.owl", "robot-examples/uberon_fragment.owl", "doid/DO_cancer_slim.owl"]
)
def test_whole_ontologies_leave_nothing_open(name: str) -> None:
    assert doubts(Ontology.load(SHARED / name, reasoner="none")) == ()


def test_the_command_tells_the_axioms_and_what_is_left_open(tmp_path: Path) -> None:
    path = tmp_path / "cut.ttl"
    path.write_text(PREFIXES + "\n".join(LINES[:2]), encoding="utf-8")
    done = CliRunner().invoke(build(), ["ontology", "load", str(path), "--json"])
    document = json.loads(done.stdout)
    assert done.exit_code == 0
    assert document["axioms"] == {"AnnotationAssertion": 2, "Declaration": 2, "SubClassOf": 1}
    assert document["logical_axioms"] == 1
    assert [d["terms"] for d in document["doubts"]] == [[iri("Appliance")]]


@pytest.mark.parametrize(("strict", "code"), [([], 0), (["--strict"], 1)])
def test_strict_exits_with_1_where_something_is_open(
    tmp_path: Path, strict: list[str], code: int
) -> None:
    path = tmp_path / "cut.ttl"
    path.write_text(PREFIXES + "\n".join(LINES[:2]), encoding="utf-8")
    done = CliRunner().invoke(build(), ["ontology", "load", str(path), *strict])
    assert done.exit_code == code
    assert "described nowhere (1)" in done.stdout
    assert CliRunner().invoke(build(), ["ontology", "load", str(SHOP), *strict]).exit_code == 0


def test_a_manchester_file_cut_between_frames_shows_too(tmp_path: Path) -> None:
    path = tmp_path / "cut.omn"
    whole = MANCHESTER.replace("Class: :Product\n", "") + "\nClass: :Product\n"
    path.write_text(whole, encoding="utf-8")
    assert doubts(Ontology.load(path)) == ()
    path.write_text(whole[: whole.index("\nClass: :Product")], encoding="utf-8")
    assert told(Ontology.load(path), "undescribed-term") == (iri("Product"),)
