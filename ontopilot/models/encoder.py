"""The protocols of retrieval models: text to vectors, and a question with a text to a number."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
"""Array of shape (texts, dimension), rows of unit length."""


@runtime_checkable
class Encoder(Protocol):
    """A retrieval model. `encode` is synchronous and may be called from any thread."""

    @property
    def name(self) -> str:
        """Identifies the weights: an index made with another name is rebuilt."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to an array of shape (texts, dimension), float32, rows of unit length."""
        ...


@runtime_checkable
class Bulk(Protocol):
    """An encoder that has a faster way for very many texts."""

    def in_bulk(self) -> Encoder:
        """An encoder of the same name, whose vectors are nearly the same."""
        ...


@runtime_checkable
class Reranker(Protocol):
    """Reads a question with each text. `score` is synchronous and may be called in any thread."""

    @property
    def name(self) -> str:
        """Identifies the weights."""
        ...

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers a question, of shape (texts,); larger is better."""
        ...
