"""What the ontology adds to what turns find, and that it is gone when its names are dealt out."""

import random
import shutil

import pytest

from ontopilot.ontology.ontology import Ontology

pytestmark = pytest.mark.slow
BENCHMARK = "ontology_gain"


@pytest.mark.timeout(600)
def test_the_ontology_finds_more_and_with_names_dealt_out_it_does_not(benchmark):
    with benchmark.shop() as (agent, folder):
        half = benchmark.measure(agent, folder, splits=("dev",), seeds=2)["dev"]
    facts = half["facts"]
    assert facts["gain"]["value"] >= 0.1
    assert facts["gain_permuted"]["value"] <= 0.08
    assert facts["gain_permuted"]["value"] <= facts["gain"]["value"] - 0.1
    assert half["kinds"]["needs-property"]["gain"]["value"] >= 0.3


def test_names_are_dealt_out_and_nothing_else_is_changed(benchmark, tmp_path):
    sources = {path.name: path.read_bytes() for path in benchmark.EXAMPLE.glob("*.owl")}
    for name, text in benchmark.renamed(sources, random.Random(1)).items():
        (tmp_path / name).write_bytes(text)
    shutil.copy(benchmark.EXAMPLE / "catalog-v001.xml", tmp_path)
    before = Ontology.load(benchmark.EXAMPLE / "shop.owl")
    after = Ontology.load(tmp_path / "shop.owl")
    assert {fact.triple for fact in after.facts()} == {fact.triple for fact in before.facts()}
    for kind in ("class", "individual"):
        labels = {term.iri: term.label for term in before.terms(kind)}
        dealt = {term.iri: term.label for term in after.terms(kind)}
        assert sorted(dealt.values()) == sorted(labels.values())
        assert sum(labels[iri] == label for iri, label in dealt.items()) < len(labels) / 20
