"""The engines without Java beside HermiT, on random ontologies out of chosen constructs."""

from pathlib import Path
from random import Random

import pytest

from ontopilot.ontology.load import load as read
from ontopilot.ontology.reasoning.proven import PROVEN, PROVEN_BESIDE_FACTS, SATURATED
from ontopilot.ontology.reasoning.used import constructs_of
from tests.ontology.generated import (
    AXIOMS,
    EXPRESSIONS,
    RANGES,
    axioms,
    document,
    load,
    missed_and_false,
)

EVERY = frozenset((*AXIOMS, *EXPRESSIONS, *RANGES))
FACTS = frozenset(name for name in EVERY if name.endswith(("Assertion", "Individual")))
SEEDS = [*range(2), *(pytest.param(seed, marks=pytest.mark.sweep) for seed in range(2, 40))]


def modules(
    seed: str, constructs: frozenset[str], *, always: frozenset[str]
) -> dict[str, list[str]]:
    """Ontologies over some of the constructs each, and over those that are always there."""
    random = Random(seed)
    chosen = sorted(constructs - always)
    return {
        f"m{at}": axioms(
            random,
            always | set(random.sample(chosen, min(len(chosen), random.randint(1, 4)))),
            random.randint(5, 12),
        )
        for at in range(12)
    }


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("engine", "proven"), [("auto", SATURATED), ("rustdl", PROVEN)], ids=["auto", "rustdl"]
)
def test_on_proven_constructs_all_that_hermit_finds_is_found(
    tmp_path: Path, seed: int, engine: str, proven: frozenset[str]
) -> None:
    always = frozenset({"SubClassOf", "ObjectSomeValuesFrom"})
    made = modules(f"schema {seed}", proven, always=always)
    missed, false = missed_and_false(tmp_path, made, engine)
    assert (missed, false) == ({}, {}), {name: made[name] for name in (*missed, *false)}


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_called_complete_misses_nothing(tmp_path: Path, seed: int) -> None:
    made = modules(f"complete {seed}", PROVEN, always=frozenset({"SubClassOf"}))
    complete = {
        name: module
        for name, module in made.items()
        if (found := load(tmp_path, {name: module}, "auto")) and found.reasoning.complete
    }
    assert complete
    missed, _ = missed_and_false(tmp_path, complete, "auto")
    assert missed == {}, {name: made[name] for name in missed}


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.parametrize("engine", ["auto", "rustdl"])
@pytest.mark.parametrize("seed", SEEDS)
def test_beside_facts_too(tmp_path: Path, seed: int, engine: str) -> None:
    always = frozenset({"SubClassOf", "ClassAssertion", "ObjectPropertyAssertion"})
    made = modules(f"facts {seed}", PROVEN_BESIDE_FACTS, always=always)
    missed, false = missed_and_false(tmp_path, made, engine)
    assert (missed, false) == ({}, {}), {name: made[name] for name in (*missed, *false)}


@pytest.mark.java
@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_on_all_other_constructs_nothing_false_is_found(tmp_path: Path, seed: int) -> None:
    made = modules(f"any {seed}", EVERY, always=frozenset({"SubClassOf"}))
    _, false = missed_and_false(tmp_path, made, "auto")
    assert false == {}, {name: made[name] for name in false}


@pytest.mark.parametrize("name", sorted(EVERY))
def test_an_ontology_is_known_to_use_a_construct(tmp_path: Path, name: str) -> None:
    around = []
    if name not in AXIOMS:
        around = ["SubClassOf", "EquivalentClasses"]
    if name in RANGES:
        around += ["DataSomeValuesFrom"]
    made = axioms(Random(1), [name, *around], 12)
    path = tmp_path / "one.ofn"
    path.write_text(document({"m": made}), encoding="utf-8")
    used = constructs_of(read(path).triples)
    assert name in used
    assert used <= {name, *around, "DifferentIndividuals", "SubClassOf"}


def test_every_proven_construct_is_among_the_generated_ones() -> None:
    assert PROVEN <= EVERY - FACTS
    assert PROVEN_BESIDE_FACTS <= EVERY
