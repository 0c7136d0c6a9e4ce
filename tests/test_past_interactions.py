"""Past interactions about the same problem are found: tickets, each left out in turn."""

from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
BENCHMARK = "past_interactions"
ROOT = Path(__file__).parents[1]
TICKETS = ROOT / "examples" / "customer_service" / "tickets.jsonl"


@pytest.fixture(scope="module")
def found(benchmark):
    return benchmark.measure(halves=("dev",))["found"]


@pytest.mark.timeout(600)
def test_questions_find_the_ticket_that_they_name(found):
    assert found["questions dev"]["search"]["value"] >= 0.8
    assert found["questions dev"]["turn"]["value"] >= 0.8


@pytest.mark.timeout(600)
def test_tickets_find_their_problem_more_often_than_plain_searches(found):
    figures = {way: figure["value"] for way, figure in found["tickets, message"].items()}
    assert figures["search"] >= 0.6
    assert figures["search"] > figures["bm25"]
    assert figures["search"] >= figures["cosine"]


def test_every_ticket_has_a_problem_and_no_agent_sees_it(benchmark):
    labelled = [row["ticket"] for row in benchmark.rows(benchmark.PROBLEMS)]
    tickets = benchmark.rows(TICKETS)
    assert sorted(labelled) == sorted(row["id"] for row in tickets)
    assert not any("problem" in row for row in tickets)
