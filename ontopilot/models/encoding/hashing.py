"""The hashing encoder: the deterministic double of an embedding model."""

import re
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from ontopilot.errors import ConfigError
from ontopilot.models.encoder import Vectors

_WORD = re.compile(r"[^\W_]+")
_EMPTY = 0.01
_PART = 0.3


class HashEncoder:
    """Words and their trigrams hashed into a vector (feature hashing, Weinberger et al. 2009).

    Texts that share words, or inflections of them, have similar vectors.
    """

    def __init__(self, dimension: int = 384) -> None:
        if dimension < 8:
            raise ConfigError(f"HashEncoder(dimension={dimension!r}): use 8 or more")
        self._dimension = dimension

    @property
    def name(self) -> str:
        """Identifies the hash function."""
        return f"hash-{self._dimension}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to an array of shape (texts, dimension), float32, rows of unit length."""
        vectors = np.zeros((len(texts), self._dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[0] = _EMPTY
            for feature, weight in _features(text):
                code = zlib.crc32(feature.encode())
                row[code % self._dimension] += weight if code & (1 << 31) else -weight
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors


def _features(text: str) -> Iterator[tuple[str, float]]:
    for word, count in Counter(_WORD.findall(text.lower())).items():
        weight = min(len(word), 6) / 6 * count**0.5
        yield word, weight
        padded = f"^{word}$"
        for start in range(len(padded) - 2):
            yield padded[start : start + 3], _PART * weight
