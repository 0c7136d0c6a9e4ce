"""What a name means by the text around it, as an encoder tells it."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ontopilot.ontology.linking.memo import Memo
from ontopilot.ontology.terms import Iri

Vectors = NDArray[np.float32]


class Encoder(Protocol):
    """What tells how near texts are in meaning; the encoders of `ontopilot.models` are such."""

    @property
    def name(self) -> str:
        """Identifies the weights."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Texts to rows of unit length."""
        ...


class Meanings:
    """What terms are, in words, and how near texts are to it."""

    def __init__(self, describe: Callable[[Iri], str]) -> None:
        self._describe = describe
        self._known: dict[str, Memo[Iri, Vectors]] = {}

    def near(self, text: str, terms: Sequence[Iri], encoder: Encoder) -> dict[Iri, float]:
        """The nearness of a text to each of the terms: the cosine of their vectors."""
        known = self._known.setdefault(
            encoder.name, Memo(lambda iri: encoder.encode([self._describe(iri)])[0])
        )
        own = encoder.encode([text])[0]
        return {iri: float(own @ known[iri]) for iri in terms}
