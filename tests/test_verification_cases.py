"""The checker on claims that were written without knowledge of it."""

import json
from pathlib import Path

import pytest

from ontopilot.models.pool import Pool

pytestmark = pytest.mark.slow
BENCHMARK = "verification"
ROOT = Path(__file__).parents[1]
SETS = ("cases", "everyday_dev", "everyday_test")
"""About the shop, and about other domains: the ones that the checker was made on and others."""


def read(name):
    file = Path(__file__).parent / "verification" / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def cases():
    return read("cases")


@pytest.fixture(scope="module", params=SETS)
def figures(request, benchmark):
    return benchmark.measure(read(request.param), Pool().small.reader("entailment"))


def test_there_are_enough_cases_of_every_kind(figures):
    counts = dict(figures["cases"])
    true = counts.pop("verbatim") + counts.pop("paraphrase")
    assert true >= 160
    assert sum(counts.values()) >= 160
    assert min(counts.values()) >= 25


def test_what_is_cited_stands_in_the_pages(cases):
    pages = " ".join(
        " ".join(page.read_text(encoding="utf-8").split())
        for page in (ROOT / "examples" / "customer_service" / "docs").glob("*.md")
    )
    for case in cases:
        for item in case["evidence"]:
            if item["kind"] == "passage":
                assert " ".join(item["text"].split()) in pages, case["id"]


def test_quotations_pass_and_wrong_amounts_do_not(figures):
    assert figures["withheld"]["verbatim"] <= 0.01
    assert figures["withheld"]["number"] >= 0.95
    assert figures["withheld"]["unit"] >= 0.9


def test_most_changed_claims_are_caught(figures):
    assert figures["caught"] >= 0.8
    assert figures["flagged"] <= 0.32


def test_a_claim_that_repeats_the_evidence_is_judged_nearly_as_by_people(figures):
    repeating = figures["wording"]["repeats the evidence"]
    assert repeating["changed"] >= 40
    assert repeating["caught"] >= 0.85
    assert repeating["flagged"] <= 0.06
