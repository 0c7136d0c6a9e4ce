"""An annotation on an axiom takes nothing away from it, whatever the axiom is about."""

from pathlib import Path

import pytest

from ontopilot.ontology import Ontology
from ontopilot.ontology.rdf.statements import Statements
from tests.ontology.conftest import iri

TEXT = """\
Prefix(:=<http://example.org/t#>)
Prefix(rdfs:=<http://www.w3.org/2000/01/rdf-schema#>)
Prefix(xsd:=<http://www.w3.org/2001/XMLSchema#>)
Ontology(<http://example.org/t>
Declaration(Class(:A)) Declaration(Class(:B)) Declaration(Class(:C)) Declaration(Class(:D))
Declaration(ObjectProperty(:p)) Declaration(ObjectProperty(:q)) Declaration(ObjectProperty(:r))
Declaration(DataProperty(:d)) Declaration(DataProperty(:e)) Declaration(DataProperty(:f))
Declaration(Datatype(:t))
{}
)
"""
AXIOMS = """\
SubClassOf(% :A ObjectSomeValuesFrom(:p ObjectIntersectionOf(:B :C)))
SubClassOf(% ObjectUnionOf(:A :B) :C)
EquivalentClasses(% :A ObjectOneOf(:i :j))
EquivalentClasses(% :A :B ObjectSomeValuesFrom(:p :C))
DisjointClasses(% :A :B)
DisjointClasses(% :A :B ObjectComplementOf(:C) :D)
DisjointUnion(% :A :B :C)
SubObjectPropertyOf(% ObjectPropertyChain(:p ObjectInverseOf(:q)) :r)
EquivalentObjectProperties(% :p :q :r)
DisjointObjectProperties(% :p :q)
DisjointObjectProperties(% :p :q ObjectInverseOf(:r))
DisjointDataProperties(% :d :e :f)
HasKey(% :A (:p) (:d :e))
SameIndividual(% :i :j :k)
DifferentIndividuals(% :i :j)
DifferentIndividuals(% :i :j :k)
ClassAssertion(% ObjectOneOf(:i :j) :k)
NegativeObjectPropertyAssertion(% :p :i :j)
NegativeDataPropertyAssertion(% :d :i "1")
DatatypeDefinition(% :t DatatypeRestriction(xsd:integer xsd:maxInclusive "9"^^xsd:integer))
DataPropertyRange(% :d DataOneOf("1" "2"))
DLSafeRule(% Body(ClassAtom(:A Variable(<urn:v#x>))) Head(ClassAtom(:B Variable(<urn:v#x>))))
""".splitlines()
SAID = 'Annotation(Annotation(rdfs:label "deep") rdfs:comment "why")'


def statements(path: Path, axioms: str) -> Statements:
    path.write_text(TEXT.format(axioms), encoding="utf-8")
    return Statements(Ontology.load(path, reasoner="none").asserted)


def keys(found: Statements) -> set[str]:
    names = found.forms.keys({})
    return {statement.key(names) for statement in found.all}


@pytest.mark.parametrize("axiom", AXIOMS)
def test_an_annotated_axiom_says_what_it_says_without_the_annotation(
    tmp_path: Path, axiom: str
) -> None:
    bare = statements(tmp_path / "bare.ofn", axiom.replace("%", ""))
    annotated = statements(tmp_path / "annotated.ofn", axiom.replace("%", SAID))
    assert keys(annotated) == keys(bare)
    said = [part.members[0] for note in annotated.notes for part in note.parts]
    assert "why" in [getattr(one, "value", "") for one in said]
    assert not bare.notes


@pytest.mark.parametrize("annotation", ["", SAID])
def test_every_pair_of_a_group_of_disjoint_classes_is_disjoint(
    tmp_path: Path, annotation: str
) -> None:
    path = tmp_path / "t.ofn"
    path.write_text(TEXT.format(f"DisjointClasses({annotation} :A :B :C)"), encoding="utf-8")
    disjoint = Ontology.load(path).disjoint
    others = {iri("A"), iri("B"), iri("C")}
    assert {one: set(found) for one, found in disjoint.items()} == {
        one: others - {one} for one in others
    }


def test_all_axioms_in_one_file_stay_apart(tmp_path: Path) -> None:
    each = [keys(statements(tmp_path / "t.ofn", axiom.replace("%", SAID))) for axiom in AXIOMS]
    together = statements(
        tmp_path / "all.ofn", "\n".join(axiom.replace("%", SAID) for axiom in AXIOMS)
    )
    assert keys(together) == set().union(*each)


def test_one_axiom_with_and_without_annotation_is_kept_with_it(tmp_path: Path) -> None:
    axiom = "DisjointUnion(% :A :B :C)\nDisjointClasses(% :A :B :C)"
    both = axiom.replace("%", "") + "\n" + axiom.replace("%", SAID)
    found = statements(tmp_path / "t.ofn", both)
    assert keys(found) == keys(statements(tmp_path / "u.ofn", axiom.replace("%", "")))
    said = [part.members[0] for note in found.notes for part in note.parts]
    assert [getattr(one, "value", "") for one in said].count("why") == 2
