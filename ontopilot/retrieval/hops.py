"""The second hop: passages that carry on from what the first search found.

`Where did the composer of The Straw Hat die?` finds the page of the film. It names a composer,
whose page says where he died and shares no word with the film. So the best of the passages that
have a name of the question are followed along their other names, and what these join counts by
what it says of the rest of the question: of the words that the first passage does not have.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ontopilot.retrieval.graph import Asked, Graph, Rows, Scores

SEEDS = 8
"""The best passages of the first search that may be followed."""

JOINED, ANSWERS = 0.5, 1.0
"""How much it counts to be joined by a name, and to say all that is still asked."""

ONWARD = 0.5
"""What is left of a score where passages that were reached are followed in their turn."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a question: which passages have them, and how rare each is.

    `found` has shape (words, passages).
    """

    found: NDArray[np.bool_]
    rarity: Scores

    def rest(self, seed: int, rows: Rows) -> Scores:
        """The share, by rarity, of the words that the seed lacks which each row has."""
        left = self.rarity * ~self.found[:, seed]
        total = float(left.sum())
        if total <= 0.0:
            return np.zeros(len(rows), dtype=np.float32)
        return np.asarray(left @ self.found[:, rows] / total, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Hop:
    """How a passage was reached: from which row, along which name."""

    seed: int
    name: str


@dataclass(frozen=True, slots=True)
class Hops:
    """What the second hop gives every passage, and the best way to each that it reached."""

    scores: Scores
    ways: Mapping[int, Hop]

    @property
    def reached(self) -> Rows:
        """The rows that were reached, in ascending order."""
        return np.flatnonzero(self.scores)


def follow(
    first: Scores, words: Words, graph: Graph, asked: Asked, *, allowed: NDArray[np.bool_]
) -> Hops:
    """Score the passages that names join to the best ones, whose first scores are about in [0, 1].

    The question's own names join nothing: the first search found the passages that have them. A
    question that names nothing is followed nowhere. What was reached is followed once more. Rows
    that are not `allowed` lead nowhere and are not reached.
    """
    scores = np.zeros(graph.size, dtype=np.float32)
    ways: dict[int, Hop] = {}
    for weight in (1.0, ONWARD):
        known = (first + scores) * allowed
        best = np.argsort(-known, kind="stable")[:SEEDS].tolist()
        for seed in [row for row in best if row in asked.rows or row in ways]:
            for joint in graph.joints(seed, without=asked.names):
                said = JOINED + ANSWERS * words.rest(seed, joint.rows)
                gained = np.float32(weight) * known[seed] * joint.strengths * said
                better = (gained > scores[joint.rows]) & (joint.rows != seed) & allowed[joint.rows]
                scores[joint.rows[better]] = gained[better]
                hop = Hop(seed, joint.name)
                ways.update((row, hop) for row in joint.rows[better].tolist())
    return Hops(scores, ways)
