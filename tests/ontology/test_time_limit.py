"""An ontology that keeps a reasoner busy for ever is served all the same, and that is told."""

import time
from pathlib import Path

import psutil
import pytest

from ontopilot.errors import ConfigError
from ontopilot.ontology import Iri, Ontology
from ontopilot.ontology.vocabulary import RDFS_LABEL
from ontopilot.ontology.watch import OntologyWatch
from tests.ontology.conftest import Load

E = "http://example.org/h#"
HOLES = 9
"""Ten things in nine holes, one in each: a tableau tries all ways to share them out."""


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """An ontology over which HermiT and the tableau would take hours."""
    holes = [f":H{number}" for number in range(HOLES)]
    somewhere = f"ObjectAllValuesFrom(:in ObjectUnionOf({' '.join(holes)}))"
    alone = [f"ObjectMaxCardinality(1 :in {hole})" for hole in holes]
    crowded = [
        f"SubClassOf(:A{number} {axiom})"
        for number in range(60)
        for axiom in (f"ObjectMinCardinality({HOLES + 1} :in)", somewhere, *alone)
    ]
    facts = "SubClassOf(:A :B) ClassAssertion(:A :i) ObjectPropertyAssertion(:in :i :j)"
    known = (
        "Declaration(ObjectProperty(:in)) Declaration(ObjectProperty(:holds)) "
        "InverseObjectProperties(:in :holds)"
    )
    path = tmp_path / "endless.ofn"
    path.write_text(f"Prefix(:=<{E}>) Ontology({facts} {known} {' '.join(crowded)})")
    return path


@pytest.mark.parametrize(
    "engine",
    ["auto", "rustdl", pytest.param("hermit", marks=[pytest.mark.java, pytest.mark.slow])],
)
def test_it_is_served_with_what_rules_find_when_the_time_is_up(endless: Path, engine: str) -> None:
    began = time.monotonic()
    ontology = Ontology.load(endless, reasoner=engine, reasoning_seconds=1)
    assert time.monotonic() - began < 6
    assert "was stopped after 1 seconds (reasoning_seconds)" in ontology.reasoning.note
    assert ontology.reasoning.complete is False
    assert Iri(E + "B") in ontology.types(Iri(E + "i"))
    held = ontology.facts(Iri(E + "j"), Iri(E + "holds"))
    assert [fact.object for fact in held] == [Iri(E + "i")]


def test_what_was_stopped_is_not_taken_over_by_the_next_snapshot(endless: Path) -> None:
    first = Ontology.load(endless, reasoning_seconds=0.3)
    assert first.reasoning.stopped
    text = endless.read_text()
    endless.write_text(text[:-1] + f'AnnotationAssertion(<{RDFS_LABEL}> :A "a"))')
    again = Ontology.load(endless, reasoning_seconds=0.3, like=first)
    assert again.reasoning is not first.reasoning
    assert again.reasoning.stopped


def test_a_watch_keeps_the_limit(endless: Path) -> None:
    with OntologyWatch.open(endless, reasoning_seconds=0.3) as watch:
        assert "after 0.3 seconds" in watch.current.reasoning.note


def test_no_process_is_left_behind(endless: Path) -> None:
    before = psutil.Process().children(recursive=True)
    Ontology.load(endless, reasoner="rustdl", reasoning_seconds=0.3)
    assert psutil.Process().children(recursive=True) == before


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_a_limit_that_is_none_is_refused(load: Load, seconds: float) -> None:
    with pytest.raises(ConfigError, match=r"reasoning_seconds=.*above 0"):
        load("", reasoning_seconds=seconds)
