"""What rustdl overlooks or mistakes by itself, and what the engines on it say all the same."""

from pathlib import Path

import pytest

from ontopilot.errors import InconsistentOntology
from ontopilot.ontology import Ontology
from ontopilot.ontology.load import load as read
from ontopilot.ontology.reasoning.overlooked import named_through, spelled_out
from tests.ontology.conftest import Load, iri

ENGINES = ["auto", "rustdl", pytest.param("hermit", marks=[pytest.mark.java, pytest.mark.slow])]
DECLARED = """
Declaration(Class(:A)) Declaration(Class(:B)) Declaration(Class(:C)) Declaration(Class(:D))
Declaration(ObjectProperty(:p)) Declaration(ObjectProperty(:q)) Declaration(ObjectProperty(:r))
Declaration(ObjectProperty(:s))
Declaration(DataProperty(:d)) Declaration(DataProperty(:e))
"""
AT_LEAST_5 = 'DatatypeRestriction(xsd:integer xsd:minInclusive "5"^^xsd:integer)'
AT_MOST_3 = 'DatatypeRestriction(xsd:integer xsd:maxInclusive "3"^^xsd:integer)'

HIERARCHY = ["SubDataPropertyOf(:d :e)", "EquivalentDataProperties(:d :e)"]
NOT_BELOW = {
    "another datatype": ("DataSomeValuesFrom(:e xsd:integer)", "DataSomeValuesFrom(:d xsd:string)"),
    "apart by facets": (
        f"DataSomeValuesFrom(:e {AT_LEAST_5})",
        f"DataSomeValuesFrom(:d {AT_MOST_3})",
    ),
    "another value": ('DataHasValue(:e "1"^^xsd:integer)', 'DataHasValue(:d "2"^^xsd:integer)'),
    "on the lower one": ("DataSomeValuesFrom(:d xsd:integer)", "DataSomeValuesFrom(:d xsd:string)"),
}
BELOW = {
    "the same one": ("DataSomeValuesFrom(:e xsd:integer)", "DataSomeValuesFrom(:d xsd:integer)"),
    "a wider one": ("DataSomeValuesFrom(:e xsd:decimal)", "DataSomeValuesFrom(:d xsd:integer)"),
    "wider facets": ("DataSomeValuesFrom(:e xsd:integer)", f"DataSomeValuesFrom(:d {AT_LEAST_5})"),
    "the same value": ('DataHasValue(:e "1"^^xsd:integer)', 'DataHasValue(:d "1"^^xsd:integer)'),
}


def loaded(folder: Path, axioms: str, engine: str) -> Ontology:
    """Axioms in functional syntax, over the declared names."""
    path = folder / "t.ofn"
    prefixes = "Prefix(:=<http://example.org/t#>) Prefix(xsd:=<http://www.w3.org/2001/XMLSchema#>)"
    owl = "Prefix(owl:=<http://www.w3.org/2002/07/owl#>)"
    path.write_text(f"{prefixes} {owl} Ontology({DECLARED} {axioms})", encoding="utf-8")
    return Ontology.load(path, reasoner=engine)


def is_below(folder: Path, axioms: str, engine: str) -> bool:
    """Whether A is a subclass of B."""
    return iri("B") in loaded(folder, axioms, engine).ancestors(iri("A"))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("hierarchy", HIERARCHY)
@pytest.mark.parametrize("case", [*NOT_BELOW, *BELOW])
def test_a_property_below_another_leaves_what_a_value_must_be(
    tmp_path: Path, case: str, hierarchy: str, engine: str
) -> None:
    upper, lower = (NOT_BELOW | BELOW)[case]
    axioms = f"{hierarchy} SubClassOf({upper} :B) SubClassOf(:A {lower})"
    assert is_below(tmp_path, axioms, engine) == (case in BELOW)


ENDS = {
    "where it starts": "DataPropertyDomain(:e :B) SubClassOf(:A DataSomeValuesFrom(:d xsd:string))",
    "all its values": (
        "SubClassOf(:A DataAllValuesFrom(:e xsd:integer)) "
        "SubClassOf(DataAllValuesFrom(:d xsd:integer) :B)"
    ),
    "where it starts, in words": (
        "DataPropertyDomain(:e ObjectSomeValuesFrom(:p :C)) "
        "SubClassOf(:A DataSomeValuesFrom(:d xsd:string)) "
        "SubClassOf(ObjectSomeValuesFrom(:p :C) :B)"
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", ENDS)
def test_what_holds_of_a_data_property_holds_of_those_below(
    tmp_path: Path, case: str, engine: str
) -> None:
    assert is_below(tmp_path, f"SubDataPropertyOf(:d :e) {ENDS[case]}", engine)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "axioms",
    [
        'DataPropertyRange(:e xsd:string) SubClassOf(:A DataHasValue(:d "1"^^xsd:integer))',
        'FunctionalDataProperty(:e) SubClassOf(:A DataHasValue(:d "1"^^xsd:integer)) '
        'SubClassOf(:A DataHasValue(:d "2"^^xsd:integer))',
    ],
)
def test_what_a_data_property_excludes_those_below_exclude(
    tmp_path: Path, axioms: str, engine: str
) -> None:
    found = loaded(tmp_path, f"SubDataPropertyOf(:d :e) {axioms}", engine)
    assert found.reasoning.empty == (iri("A"),)


FOLLOWS = {
    "an end that is no name": (
        "ObjectPropertyDomain(:p ObjectSomeValuesFrom(:q :C)) "
        "SubClassOf(:A ObjectSomeValuesFrom(:r ObjectSomeValuesFrom(:p :D))) "
        "SubClassOf(ObjectSomeValuesFrom(:r ObjectSomeValuesFrom(:q :C)) :B)"
    ),
    "a range that is no name": (
        "ObjectPropertyRange(:p ObjectSomeValuesFrom(:q :C)) "
        "SubClassOf(:A ObjectSomeValuesFrom(:p :D)) "
        "SubClassOf(ObjectSomeValuesFrom(:p ObjectSomeValuesFrom(:q :C)) :B)"
    ),
    "a value that may be anything": (
        "ObjectPropertyRange(:p :C) SubClassOf(:A ObjectSomeValuesFrom(:p owl:Thing)) "
        "SubClassOf(ObjectSomeValuesFrom(:p :C) :B)"
    ),
    "a value with a value that may be anything": (
        "ObjectPropertyRange(:r :C) "
        "SubClassOf(:A ObjectSomeValuesFrom(:p ObjectSomeValuesFrom(:r owl:Thing))) "
        "SubClassOf(ObjectSomeValuesFrom(:p ObjectSomeValuesFrom(:r :C)) :B)"
    ),
    "any value": (
        "SubClassOf(:A ObjectSomeValuesFrom(:p ObjectSomeValuesFrom(:r :C))) "
        "SubClassOf(ObjectSomeValuesFrom(:p owl:Thing) :B)"
    ),
    "a value that everything has": (
        "SubClassOf(owl:Thing ObjectSomeValuesFrom(:q :C)) "
        "SubClassOf(:A ObjectSomeValuesFrom(:p :D)) "
        "SubClassOf(ObjectSomeValuesFrom(:p ObjectSomeValuesFrom(:q :C)) :B)"
    ),
    "itself": (
        "ReflexiveObjectProperty(:p) SubObjectPropertyOf(:p :q) SubClassOf(:A :C) "
        "EquivalentClasses(:B ObjectIntersectionOf(:C ObjectHasSelf(:q)))"
    ),
    "itself alone": "ReflexiveObjectProperty(:p) EquivalentClasses(:B ObjectHasSelf(:p))",
    "a value that it is": (
        "ReflexiveObjectProperty(:p) SubClassOf(ObjectSomeValuesFrom(:p :A) :B)"
    ),
    "at least one value": (
        "SubClassOf(:A ObjectSomeValuesFrom(:p :C)) SubClassOf(ObjectMinCardinality(1 :p :C) :B)"
    ),
    "at least one value of any kind": (
        "SubClassOf(:A ObjectSomeValuesFrom(:p :C)) SubClassOf(ObjectMinCardinality(1 :p) :B)"
    ),
    "where the inverse leads": (
        "InverseObjectProperties(:p :q) ObjectPropertyRange(:q :B) "
        "SubClassOf(:A ObjectSomeValuesFrom(:p :C))"
    ),
    "where the inverse of one above starts": (
        "InverseObjectProperties(:p :q) InverseObjectProperties(:r :s) "
        "SubObjectPropertyOf(:q :s) ObjectPropertyDomain(:r :B) "
        "SubClassOf(:A ObjectSomeValuesFrom(:p :C))"
    ),
    "one value backwards": (
        "InverseFunctionalObjectProperty(:q) InverseObjectProperties(:q :p) "
        "SubClassOf(ObjectAllValuesFrom(:q ObjectAllValuesFrom(:p :A)) :B)"
    ),
    "one value backwards and forwards": (
        "InverseFunctionalObjectProperty(:p) SymmetricObjectProperty(:p) "
        "SubClassOf(ObjectAllValuesFrom(:p ObjectAllValuesFrom(:p :A)) :B)"
    ),
    "only values, itself one": (
        "ReflexiveObjectProperty(:p) SubClassOf(:A ObjectAllValuesFrom(:p :B))"
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", FOLLOWS)
def test_a_class_is_below_another_by(tmp_path: Path, case: str, engine: str) -> None:
    found = loaded(tmp_path, FOLLOWS[case], engine)
    assert iri("B") in found.ancestors(iri("A"))
    assert not any("stand-in" in term.iri for term in found.terms())


@pytest.mark.parametrize("engine", ENGINES)
def test_a_limit_of_values_may_be_spelled_as_in_owl_1_1(load: Load, engine: str) -> None:
    found = load(
        ":M a owl:Class . :p a owl:ObjectProperty ; rdfs:domain :B . :B a owl:Class . "
        ":A a owl:Class ; owl:equivalentClass [ a owl:Restriction ; owl:onProperty :p ; "
        'owl:minCardinality "2"^^xsd:nonNegativeInteger ; owl:onClass :M ] .',
        reasoner=engine,
    )
    assert iri("B") in found.ancestors(iri("A"))


def test_properties_that_nothing_declares_keep_nothing_from_being_read(load: Load) -> None:
    found = load(
        ":p owl:equivalentProperty :q . :r owl:inverseOf :s . :t rdfs:subPropertyOf :u . "
        ":u a owl:DatatypeProperty . :A a owl:Class ; rdfs:subClassOf :B . :B a owl:Class . ",
        reasoner="rustdl",
    )
    assert "could not read" not in found.reasoning.note


@pytest.mark.parametrize("engine", ENGINES)
def test_a_class_that_is_its_own_complement_contradicts_itself(tmp_path: Path, engine: str) -> None:
    with pytest.raises(InconsistentOntology):
        loaded(tmp_path, "EquivalentClasses(:A ObjectComplementOf(:A))", engine)


def test_a_contradiction_is_told_in_the_words_of_the_ontology(tmp_path: Path) -> None:
    some = "ObjectSomeValuesFrom(:p ObjectSomeValuesFrom(:q owl:Thing))"
    axioms = (
        f"ObjectPropertyDomain(:r {some}) SubClassOf({some} :A) SubClassOf(:B :A) "
        "DisjointClasses(:A :B) SubClassOf(owl:Thing :B) ObjectPropertyAssertion(:r :i :j)"
    )
    with pytest.raises(InconsistentOntology, match="Thing SubClassOf B") as caught:
        loaded(tmp_path, axioms, "rustdl")
    assert "stand-in" not in str(caught.value)
    assert "_:" not in str(caught.value)
    assert "SubClassOf ;" not in str(caught.value)


def test_axioms_that_are_understood_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "t.ofn"
    path.write_text(f"Prefix(:=<http://example.org/t#>) Ontology({DECLARED} SubClassOf(:A :B))")
    triples = read(path).triples
    assert named_through(spelled_out(triples)) is triples
