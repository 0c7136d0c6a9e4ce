"""Whether any statement answers: what is read, and what decides."""

import numpy as np
import pytest

from ontopilot.retrieval.passage import Evidence
from ontopilot.retrieval.reread import EVEN, MOST, NEAR, any_answers

TEXT = "The pump hums. The hose is grey. The lamp is green."


class Reader:
    """Gives the same odds to every pair and keeps what it was asked."""

    name = "fixed"

    def __init__(self, odds):
        self.value = odds
        self.read = []

    def odds(self, pairs, priors=()):
        self.read += list(zip(pairs, priors, strict=True))
        return np.full(len(pairs), self.value, dtype=np.float32)


@pytest.fixture
def evidence():
    return [Evidence("doc:a#1", "passage", TEXT, 1.0, "", title="Pumps > Parts")]


def test_the_nearest_statements_are_read_with_their_headings(evidence):
    reader = Reader(0.0)
    any_answers("Which colour has the hose?", evidence, ((0.1, 0.9, 0.2),), reader)
    (first, prior), *_ = reader.read
    assert first == ("Pumps > Parts: The hose is grey.", "Which colour has the hose?")
    assert prior == pytest.approx(0.9)


def test_no_more_are_read_than_pay(evidence):
    reader = Reader(0.0)
    many = evidence * 9
    any_answers("?", many, tuple((0.1, 0.2, 0.3) for _ in many), reader)
    assert len(reader.read) == MOST


@pytest.mark.parametrize(("odds", "answers"), [(EVEN, True), (EVEN - NEAR, False)])
def test_odds_and_nearness_decide_together(evidence, odds, answers):
    assert any_answers("?", evidence, ((0.0, 0.5, 0.0),), Reader(odds - 1e-3)) is answers


def test_without_statements_nothing_answers(evidence):
    reader = Reader(9.0)
    assert not any_answers("?", [], (), reader)
    assert not reader.read
