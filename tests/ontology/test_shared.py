"""Real ontologies, as their authors saved them: each loads, or is refused for a reason."""

from pathlib import Path

import pytest

from ontopilot.errors import InconsistentOntology, OntologyImportError, OntologySyntaxError
from ontopilot.ontology import Ontology
from tests.ontology.conftest import SHARED

pytestmark = pytest.mark.shared

SMALL = """
bao/bao_core.owl bao/bao_gpcr_v1.1.owl bao/bao_module_biology.owl bao/bao_metadata.owl
cognee-basic/basic_ontology.owl doid/DO_cancer_slim.owl doid/DO_infectious_disease_slim.owl
ecommerce-small/ecommerce.owl family/family.owl functional-swrl/swrl_tutorial.owl
functional-swrl/tutorial.owl imports-cyclic/A.owl imports-cyclic/D.owl
imports-cyclic/reprMath.owl jerm-owlxml/JERM.owl jerm-owlxml/ingedients_hierarchy.owl
koala/koala.owl omn-imports/thesubont.omn owl2bench/UNIV-BENCH-OWL2DL.owl
owl2bench/UNIV-BENCH-OWL2EL.owl owl2bench/UNIV-BENCH-OWL2QL.owl owl2bench/UNIV-BENCH-OWL2RL.owl
pizza/pizza.owl robot-examples/catalog_test.owl robot-examples/edit.owl
robot-examples/import_test.owl robot-examples/nucleus.ttl robot-examples/ro-base.owl
robot-examples/simple.owl robot-examples/simple_parts.owl robot-examples/uberon_fragment.owl
uvula-functional/uvula.ofn uvula-functional/uvula_unsat.ofn
uvula-functional/uvula_multiple_unsat.ofn
""".split()
IMPORTS_ABSENT = """
bao/bao_external.owl bao/bao_ro_combinator.owl pizza-omn/pizza.omn pizza-omn/pizza.owl
wine/wine.rdf wine/wine-cip.owl
""".split()
LARGE = """
pato/pato.owl bao/bao_complete.owl bao/bao_complete_bfo_dev.owl
fibo/AboutFIBOProd-TBoxOnly.rdf ncit-test/NCItTest.owl
""".split()


def check(ontology: Ontology) -> None:
    """What holds of every snapshot, whatever the ontology is about."""
    for term in ontology.terms("class")[:200]:
        assert term.iri not in ontology.ancestors(term.iri)
        for parent in ontology.parents(term.iri):
            assert parent in ontology.ancestors(term.iri)
            assert ontology.ancestors(parent) <= ontology.ancestors(term.iri) | {term.iri}
    for fact in ontology.facts()[:300]:
        sentence = ontology.verbalise(fact)
        assert sentence.endswith(".")
        assert ontology.explain(fact).text
    named = [t for t in ontology.terms() if t.kind in ("class", "individual") and not t.deprecated]
    for term in named[:50]:
        found = ontology.link(f"What about {term.label}?")
        assert found or not any(letter.isalpha() for letter in term.label) or len(term.label) < 3


@pytest.mark.parametrize("name", SMALL)
def test_it_loads_with_its_imports(name: str) -> None:
    ontology = Ontology.load(SHARED / name)
    assert ontology.missing == ()
    check(ontology)


@pytest.mark.parametrize("name", IMPORTS_ABSENT)
def test_it_is_refused_for_an_absent_import_and_loads_when_that_is_allowed(name: str) -> None:
    with pytest.raises(OntologyImportError, match="cannot resolve the import of '"):
        Ontology.load(SHARED / name)
    ontology = Ontology.load(SHARED / name, allow_missing_imports=True)
    assert ontology.missing
    check(ontology)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.sweep) for name in LARGE[1:]] + [LARGE[0]],
)
def test_a_large_one_loads(name: str) -> None:
    ontology = Ontology.load(SHARED / name, allow_missing_imports=True)
    assert len(ontology.terms()) > 1000
    check(ontology)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("wine/wine-malformed.rdf", r"line 22, column 5: not well-formed XML \(mismatched tag\)"),
        ("family/primer.ttl", "not valid Turtle .*line 84"),
        ("family/families-manchester.omn", "not valid Manchester syntax .line 95"),
    ],
)
def test_a_malformed_one_is_refused_with_its_place(name: str, said: str) -> None:
    with pytest.raises(OntologySyntaxError, match=said) as caught:
        Ontology.load(SHARED / name)
    assert "\n" not in str(caught.value)


def test_an_inconsistent_one_is_refused_with_its_reason() -> None:
    with pytest.raises(InconsistentOntology, match="palatal muscle and a uvular muscle"):
        Ontology.load(SHARED / "uvula-functional/uvula_inconsistent.ofn")


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("koala/koala.owl", 3),
        ("pizza/pizza.owl", 2),
        ("uvula-functional/uvula_unsat.ofn", 1),
        ("uvula-functional/uvula_multiple_unsat.ofn", 6),
        ("uvula-functional/uvula.ofn", 0),
    ],
)
def test_classes_that_can_have_no_member_are_reported(name: str, empty: int) -> None:
    assert len(Ontology.load(SHARED / name).reasoning.empty) == empty


def test_the_modules_of_a_project_are_found_without_a_catalog() -> None:
    ontology = Ontology.load(SHARED / "bao/bao_core.owl")
    folders = {path.parent.name for path in map(Path, ontology.sources)}
    assert len(ontology.sources) > 5
    assert "bao" in folders
