"""Whether any statement answers: what is read, and what decides."""

import pytest

from ontopilot.retrieval.passage import Evidence
from ontopilot.retrieval.reread import EVEN, MOST, NEAR, STRANGE, any_answers
from tests.conformance.reader import FixedReader

TEXT = "The pump hums. The hose is grey. The lamp is green."


@pytest.fixture
def evidence():
    return [Evidence("doc:a#1", "passage", TEXT, 1.0, "", title="Pumps > Parts")]


def test_the_nearest_statements_are_read_with_their_headings(evidence):
    reader = FixedReader(0.0)
    any_answers("Which colour has the hose?", evidence, ((0.1, 0.9, 0.2),), reader)
    assert reader.read[0] == ("Pumps > Parts: The hose is grey.", "Which colour has the hose?")
    assert reader.priors[0] == pytest.approx(0.9)


def test_no_more_are_read_than_pay(evidence):
    reader = FixedReader(0.0)
    many = evidence * 9
    any_answers("?", many, tuple((0.1, 0.2, 0.3) for _ in many), reader)
    assert len(reader.read) == MOST


@pytest.mark.parametrize(("odds", "answers"), [(EVEN, True), (EVEN - NEAR, False)])
def test_odds_and_nearness_decide_together(evidence, odds, answers):
    assert any_answers("?", evidence, ((0.0, 0.5, 0.0),), FixedReader(odds - 1e-3)) is answers


def test_without_statements_nothing_answers(evidence):
    reader = FixedReader(9.0)
    assert not any_answers("?", [], (), reader)
    assert not reader.read


def test_a_strange_name_wants_more(evidence):
    reader = FixedReader(EVEN + 0.1)
    near = ((0.0, 0.0, 0.0),)
    assert any_answers("?", evidence, near, reader)
    assert not any_answers("?", evidence, near, reader, strange=True)
    assert any_answers("?", evidence, near, FixedReader(EVEN + STRANGE + 0.1), strange=True)
