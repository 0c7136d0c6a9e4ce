"""What every reasoner must do: conclude nothing that does not follow, and what it promises.

A test class takes `ReasonerConformance`, names its engine, and lists the cases that it leaves out.
"""

from pathlib import Path
from typing import ClassVar

import pytest

from ontopilot.errors import InconsistentOntology
from ontopilot.ontology import Iri, Ontology

E = "http://example.org/r#"
HEAD = """\
Prefix(:=<http://example.org/r#>)
Prefix(owl:=<http://www.w3.org/2002/07/owl#>)
Prefix(xsd:=<http://www.w3.org/2001/XMLSchema#>)
Ontology(<http://example.org/r>
Declaration(Class(:A)) Declaration(Class(:B)) Declaration(Class(:C)) Declaration(Class(:D))
Declaration(ObjectProperty(:p)) Declaration(ObjectProperty(:q)) Declaration(ObjectProperty(:r))
Declaration(DataProperty(:d)) Declaration(DataProperty(:e))
Declaration(NamedIndividual(:i)) Declaration(NamedIndividual(:j)) Declaration(NamedIndividual(:k))
"""

Case = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Axioms in functional syntax, what follows, and what does not: `i a B`, `A < B`, `i p j`."""

CASES: dict[str, Case] = {
    "subclasses": (
        "SubClassOf(:A :B) SubClassOf(:B :C) ClassAssertion(:A :i)",
        ("A < C", "i a C"),
        ("C < A", "j a A", "B < A"),
    ),
    "equivalent classes": (
        "EquivalentClasses(:A :B) ClassAssertion(:A :i)",
        ("A < B", "B < A", "i a B"),
        ("i a C",),
    ),
    "intersection": (
        "EquivalentClasses(:A ObjectIntersectionOf(:B :C)) ClassAssertion(:B :i) "
        "ClassAssertion(:C :i) ClassAssertion(:B :j)",
        ("i a A", "A < B", "A < C"),
        ("j a A", "B < A"),
    ),
    "union": (
        "EquivalentClasses(:A ObjectUnionOf(:B :C)) ClassAssertion(:B :i) ClassAssertion(:A :j)",
        ("i a A", "B < A", "C < A"),
        ("j a B", "A < B"),
    ),
    "domain and range": (
        "ObjectPropertyDomain(:p :A) ObjectPropertyRange(:p :B) ObjectPropertyAssertion(:p :i :j)",
        ("i a A", "j a B"),
        ("i a B", "j a A"),
    ),
    "subproperty": (
        "SubObjectPropertyOf(:p :q) ObjectPropertyAssertion(:p :i :j)",
        ("i q j",),
        ("j q i", "i r j"),
    ),
    "inverse": (
        "InverseObjectProperties(:p :q) ObjectPropertyAssertion(:p :i :j)",
        ("j q i",),
        ("i q j", "j p i"),
    ),
    "symmetric": (
        "SymmetricObjectProperty(:p) ObjectPropertyAssertion(:p :i :j)",
        ("j p i",),
        ("i p i",),
    ),
    "transitive": (
        "TransitiveObjectProperty(:p) ObjectPropertyAssertion(:p :i :j) "
        "ObjectPropertyAssertion(:p :j :k)",
        ("i p k",),
        ("k p i",),
    ),
    "chain": (
        "SubObjectPropertyOf(ObjectPropertyChain(:p :q) :r) ObjectPropertyAssertion(:p :i :j) "
        "ObjectPropertyAssertion(:q :j :k)",
        ("i r k",),
        ("i r j", "k r i"),
    ),
    "chain upon chain, backwards": (
        "SubObjectPropertyOf(ObjectPropertyChain(ObjectInverseOf(:p) :q) :r) "
        "SubObjectPropertyOf(ObjectPropertyChain(:r :q) :r) ObjectPropertyAssertion(:p :i :j) "
        "ObjectPropertyAssertion(:q :i :k) ObjectPropertyAssertion(:q :k :i)",
        ("j r k", "j r i"),
        ("k r j",),
    ),
    "a value for every member": (
        "SubClassOf(:A ObjectHasValue(:p :j)) ClassAssertion(:A :i)",
        ("i p j",),
        ("j p i",),
    ),
    "defined by a value": (
        "EquivalentClasses(:A ObjectHasValue(:p :j)) ObjectPropertyAssertion(:p :i :j) "
        "ObjectPropertyAssertion(:p :k :i)",
        ("i a A",),
        ("k a A",),
    ),
    "defined by having some": (
        "EquivalentClasses(:A ObjectIntersectionOf(:C ObjectSomeValuesFrom(:p :B))) "
        "ClassAssertion(:C :i) ObjectPropertyAssertion(:p :i :j) ClassAssertion(:B :j) "
        "ClassAssertion(:C :k) ObjectPropertyAssertion(:p :k :i)",
        ("i a A", "A < C"),
        ("k a A", "C < A"),
    ),
    "at least one": (
        "EquivalentClasses(:A ObjectMinCardinality(1 :p)) ObjectPropertyAssertion(:p :i :j)",
        ("i a A",),
        ("j a A",),
    ),
    "only": (
        "SubClassOf(:A ObjectAllValuesFrom(:p :B)) ClassAssertion(:A :i) "
        "ObjectPropertyAssertion(:p :i :j) ObjectPropertyAssertion(:p :k :i)",
        ("j a B",),
        ("i a B",),
    ),
    "enumeration": (
        "EquivalentClasses(:A ObjectOneOf(:i :j))",
        ("i a A", "j a A"),
        ("k a A",),
    ),
    "disjoint union": (
        "DisjointUnion(:A :B :C) ClassAssertion(:B :i)",
        ("B < A", "C < A", "i a A"),
        ("A < B", "i a C"),
    ),
    "the same thing": (
        "FunctionalObjectProperty(:p) ObjectPropertyAssertion(:p :i :j) "
        "ObjectPropertyAssertion(:p :i :k) ClassAssertion(:A :j)",
        ("k a A",),
        ("i a A",),
    ),
    "some through a subclass": (
        "EquivalentClasses(:A ObjectSomeValuesFrom(:p :B)) SubClassOf(:C :B) "
        "SubClassOf(:D ObjectSomeValuesFrom(:p :C))",
        ("D < A",),
        ("A < D", "C < A"),
    ),
    "by cases": (
        "SubClassOf(:A ObjectUnionOf(:B :C)) SubClassOf(:B :D) SubClassOf(:C :D)",
        ("A < D",),
        ("A < B", "D < A"),
    ),
    "by complement": (
        "EquivalentClasses(:A ObjectComplementOf(:B)) EquivalentClasses(:C ObjectComplementOf(:D)) "
        "SubClassOf(:B :D)",
        ("C < A",),
        ("A < C",),
    ),
    "a literal for every member": (
        'SubClassOf(:A DataHasValue(:d "007"^^xsd:string)) ClassAssertion(:A :i)',
        ("i d 007",),
        ("i e 007", "i d 7"),
    ),
    "data subproperty": (
        'SubDataPropertyOf(:d :e) DataPropertyAssertion(:d :i "15.0"^^xsd:decimal)',
        ("i e 15.0",),
        ("i e 15", "j e 15.0"),
    ),
}

INCONSISTENT = {
    "disjoint": "DisjointClasses(:A :B) ClassAssertion(:A :i) ClassAssertion(:B :i)",
    "disjoint by inference": (
        "DisjointClasses(:A :B :C) SubClassOf(:D :C) ObjectPropertyDomain(:p :D) "
        "ObjectPropertyAssertion(:p :i :j) ClassAssertion(:A :i)"
    ),
    "functional data": (
        'FunctionalDataProperty(:d) DataPropertyAssertion(:d :i "1"^^xsd:integer) '
        'DataPropertyAssertion(:d :i "2"^^xsd:integer)'
    ),
    "too many": (
        "SubClassOf(:A ObjectMaxCardinality(1 :p)) ClassAssertion(:A :i) "
        "ObjectPropertyAssertion(:p :i :j) ObjectPropertyAssertion(:p :i :k) "
        "DifferentIndividuals(:j :k)"
    ),
    "same and different": "SameIndividual(:i :j) DifferentIndividuals(:i :j)",
}


class ReasonerConformance:
    """Every entailment that the engine reports holds, and those that it promises are there."""

    engine: ClassVar[str]
    misses: ClassVar[frozenset[str]] = frozenset()
    """Cases of which the engine finds something less; it is a failure when it finds all."""

    @pytest.mark.parametrize("case", CASES)
    def test_it_concludes_what_follows_and_nothing_else(self, tmp_path: Path, case: str) -> None:
        axioms, follows, not_follows = CASES[case]
        ontology = self.load(tmp_path, axioms)
        wrong = [one for one in not_follows if holds(ontology, one)]
        assert wrong == [], f"{self.engine} is unsound"
        missing = [one for one in follows if not holds(ontology, one)]
        assert bool(missing) == (case in self.misses), f"{self.engine} does not find {missing}"

    @pytest.mark.parametrize("case", INCONSISTENT)
    def test_it_refuses_a_contradiction_with_its_axioms(self, tmp_path: Path, case: str) -> None:
        with pytest.raises(InconsistentOntology, match=r"contradicts itself: .+\(.+\)"):
            self.load(tmp_path, INCONSISTENT[case])

    def test_an_empty_ontology_follows_nothing(self, tmp_path: Path) -> None:
        assert [fact for fact in self.load(tmp_path, "").facts() if fact.inferred] == []

    def test_a_class_that_is_empty_is_told_and_no_contradiction(self, tmp_path: Path) -> None:
        axioms = "DisjointClasses(:A :B) SubClassOf(:C :A) SubClassOf(:C :B) ClassAssertion(:A :i)"
        ontology = self.load(tmp_path, axioms)
        if "empty classes" not in self.misses:
            assert ontology.reasoning.empty == (Iri(E + "C"),)

    def test_it_reports_on_itself(self, tmp_path: Path) -> None:
        report = self.load(tmp_path, CASES["chain"][0]).reasoning
        assert report.engine == self.engine
        assert report.seconds >= 0.0
        assert report.complete or report.note

    def load(self, folder: Path, axioms: str) -> Ontology:
        path = folder / "r.ofn"
        path.write_text(f"{HEAD}{axioms})", encoding="utf-8")
        return Ontology.load(path, reasoner=self.engine)


def holds(ontology: Ontology, statement: str) -> bool:
    """Whether a statement of a case is among what the ontology says."""
    subject, relation, value = statement.split(" ")
    one = Iri(E + subject)
    if relation == "<":
        return Iri(E + value) in ontology.ancestors(one)
    if relation == "a":
        return Iri(E + value) in ontology.types(one)
    found = ontology.facts(one, Iri(E + relation))
    return any(
        fact.object == Iri(E + value) or getattr(fact.object, "value", "") == value
        for fact in found
    )
