"""A reader of pairs for tests that are about something else."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class FixedReader:
    """Gives the same odds to every pair, and keeps the pairs and priors that it was given."""

    name = "fixed"

    def __init__(self, odds: float) -> None:
        self.value = odds
        self.read: list[tuple[str, str]] = []
        self.priors: list[float] = []

    def odds(
        self, pairs: Sequence[tuple[str, str]], priors: Sequence[float] = ()
    ) -> NDArray[np.float32]:
        self.read += pairs
        self.priors += priors
        return np.full(len(pairs), self.value, dtype=np.float32)
