"""Exercises in copying: pieces of tokens that come again, in another order."""

import random
from collections.abc import Sequence

import numpy as np

from ontopilot.tune.rows import Encoded

KIND = "repeat"


def repeats(
    encoded: Sequence[Encoded], *, count: int, vocabulary: int, special: int, seed: int
) -> list[Encoded]:
    """So many exercises; the pieces are of chance tokens, or of the texts of examples.

    A model from nothing must first learn to go on with what stood after the same token before
    (induction heads: Olsson et al. 2022). In an example only the answer teaches that; here half of
    all tokens do. The lowest `special` tokens do not occur.
    """
    rng = random.Random(f"repeats {seed}")  # noqa: S311
    return [_exercise(rng, encoded, vocabulary, special) for _ in range(count)]


def _exercise(
    rng: random.Random, encoded: Sequence[Encoded], vocabulary: int, special: int
) -> Encoded:
    pieces = [_piece(rng, encoded, vocabulary, special) for _ in range(rng.randint(2, 5))]
    again = rng.sample(pieces, rng.randint(1, len(pieces)))
    first = np.concatenate(pieces)
    tokens = np.concatenate([first, *again]).astype(np.int32)
    return Encoded(tokens, len(first) + 1, KIND, KIND)


def _piece(
    rng: random.Random, encoded: Sequence[Encoded], vocabulary: int, special: int
) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    size = rng.randint(6, 24)
    if rng.random() < 0.5:
        chosen = [rng.randrange(special, vocabulary) for _ in range(size)]
        return np.array(chosen, dtype=np.int32)
    text = rng.choice(encoded).tokens
    at = rng.randrange(max(1, len(text) - size))
    return np.asarray(text[at : at + size], dtype=np.int32)
