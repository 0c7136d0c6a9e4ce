"""Hand-made claims for each kind of axiom, judged under the reading that each is written for."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ontopilot.ontology import Fact, Iri, Literal, Ontology
from ontopilot.ontology.vocabulary import RDF_TYPE, XSD

FOLDER = Path(__file__).with_name("claims")
CASES = [
    json.loads(line) for line in (FOLDER / "cases.jsonl").read_text(encoding="utf-8").splitlines()
]
OUT_OF_REACH = {"K-161": "needs a case distinction over equalities"}


@cache
def world(name: str) -> Ontology:
    return Ontology.load(FOLDER / name)


def claim(ontology: Ontology, told: dict[str, Any]) -> Fact:
    base = ontology.prefixes[""]
    predicate = RDF_TYPE if told["predicate"] == "rdf:type" else Iri(base + told["predicate"])
    value = told["object"]
    if isinstance(value, dict):
        datatype = Iri(value["datatype"].replace("xsd:", XSD))
        return Fact(Iri(base + told["subject"]), predicate, Literal(value["value"], datatype))
    return Fact(Iri(base + told["subject"]), predicate, Iri(base + value))


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            case,
            id=f"{case['id']} {case['kind']}",
            marks=[pytest.mark.xfail(reason=OUT_OF_REACH[case["id"]], strict=True)]
            if case["id"] in OUT_OF_REACH
            else [],
        )
        for case in CASES
    ],
)
def test_each_claim_is_judged_as_by_hand(case: dict[str, Any]) -> None:
    ontology = world(case["ontology"])
    (found,) = ontology.check([claim(ontology, case["claim"])], closed_world=case["closed_world"])
    assert found.status == case["expect"], found.explanation.text
    assert found.explanation.text
    assert found.status == "unknown" or found.explanation.text.endswith((".", "'"))


DECIDED = [c for c in CASES if c["expect"] != "unknown" and c["id"] not in OUT_OF_REACH]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in DECIDED])
def test_a_justification_has_as_many_axioms_as_the_only_minimal_one(case: dict[str, Any]) -> None:
    ontology = world(case["ontology"])
    told = claim(ontology, case["claim"])
    found = ontology.justify(told, closed_world=case["closed_world"])
    assert len(set(found)) == len(found) == len(case["justification"]), found


def test_a_justification_is_in_manchester_syntax() -> None:
    library = world("library.ttl")
    told = claim(library, {"subject": "Eli", "predicate": "borrows", "object": "TideTables"})
    assert set(library.justify(told)) == {
        "'borrowed by' InverseOf borrows",
        "TideTables 'borrowed by' Eli",
    }


def test_an_unknown_claim_has_no_justification() -> None:
    library = world("library.ttl")
    told = claim(library, {"subject": "TideTables", "predicate": "borrows", "object": "Eli"})
    assert library.check([told], closed_world=False)[0].status == "unknown"
    assert library.justify(told, closed_world=False) == ()
