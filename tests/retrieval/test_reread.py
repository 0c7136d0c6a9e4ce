"""Whether any statement answers: what is read, and what decides."""

import pytest

from ontopilot.retrieval.passage import Evidence
from ontopilot.retrieval.reread import EVEN, MOST, NEAR, any_answers, without_other_codes
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


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("What does error E24 mean?", (0.0, 0.5)),
        ("What does error e20 mean?", (0.9, 0.5)),
        ("E20 or E24?", (0.9, 0.5)),
        ("Does the K2 fit?", (0.9, 0.5)),
        ("What does the code mean?", (0.9, 0.5)),
    ],
)
def test_a_statement_about_another_code_is_not_near(question, kept):
    text = "The error code of a blocked drain is E20. Clean the filter."
    evidence = [Evidence("doc:a.md#1", "passage", text, 1.0, "", title="Washers")]
    assert without_other_codes(question, evidence, ((0.9, 0.5),)) == (kept,)
