"""Fusion: several scorings of the same passages become one."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


def fuse(
    scorings: Sequence[tuple[Scores, float]], *, among: NDArray[np.bool_] | None = None
) -> Scores:
    """The weighted mean of scorings, each as a share of its best score, at most 1.

    Every scoring gives a number per passage, larger is better; what is not positive counts
    nothing, and a scoring that found nothing takes no part. The result is in [0, 1] and reaches
    1 for a passage that is best in every scoring. With `among`, the best score is the best of
    those passages, if they have one.

    Unlike reciprocal ranks, this keeps by how much a passage is better: where one scoring sees
    little difference and the other a clear winner, the winner stays in front.
    """
    size = len(scorings[0][0]) if scorings else 0
    total = np.zeros(size, dtype=np.float32)
    shares = 0.0
    for scores, weight in scorings:
        best = _best(scores, among)
        if best <= 0.0 or weight <= 0.0:
            continue
        total += np.float32(weight) * np.clip(scores / best, 0.0, 1.0)
        shares += weight
    return total if shares == 0.0 else np.clip(total / np.float32(shares), 0.0, 1.0)


def _best(scores: Scores, among: NDArray[np.bool_] | None) -> float:
    chosen = 0.0 if among is None else float(scores[among].max(initial=0.0))
    return chosen if chosen > 0.0 else float(scores.max(initial=0.0))
