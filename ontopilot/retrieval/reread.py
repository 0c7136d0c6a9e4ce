"""Whether any statement answers a question: the nearest ones are read together with it."""

from collections.abc import Sequence

import numpy as np

from ontopilot.models.encoding.pairs import PairReader
from ontopilot.retrieval.passage import Evidence
from ontopilot.retrieval.relevance import worded

MOST = 3
"""Statements that are read together with a question."""

NEAR, EVEN = 15.0, 7.2
"""How much nearness adds to the log-odds of the model, and where a statement is as likely as not to
answer; by the questions of the demo shop's half `dev`."""

STRANGE = 3.0
"""How much surer it must be where a question has a name that nothing known has."""

Nearness = tuple[tuple[float, ...], ...]
"""For each piece of evidence, for each of its statements: at most 1."""


def any_answers(
    question: str,
    evidence: Sequence[Evidence],
    near: Nearness,
    reader: PairReader,
    *,
    strange: bool = False,
) -> bool:
    """Whether one of the statements nearest to a question answers it.

    `strange` says that the question has a name that nothing known has.

    Two vectors tell whether a statement is about the same as a question; only both texts together
    tell whether it answers it (a cross-encoder, Nogueira and Cho 2019).
    """
    nearest = sorted(
        ((value, at, row) for at, values in enumerate(near) for row, value in enumerate(values)),
        reverse=True,
    )[:MOST]
    if not nearest:
        return False
    values = np.array([value for value, _, _ in nearest])
    told = {at: worded(evidence[at].title, evidence[at].text) for _, at, _ in nearest}
    pairs = [(told[at][row], question) for _, at, row in nearest]
    odds = reader.odds(pairs, values.tolist()) + NEAR * values
    return bool(odds.max() >= EVEN + STRANGE * strange)
