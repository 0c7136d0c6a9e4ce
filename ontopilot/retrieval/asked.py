"""Which properties a question asks for, though it uses other words than their labels."""

import re
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.encoder import Encoder
from ontopilot.ontology.terms import Iri, Mention
from ontopilot.retrieval.concepts import Concepts, stands_in
from ontopilot.retrieval.dense import encode

MOST_NAMES = 1024
"""Names of properties that are encoded; what is beyond is matched by its words only."""

NOT_ASKED, ASKED = 0.2, 0.5
"""Cosines of a question and a property's name below which it is not asked for, and surely is."""

NEVER_CERTAIN = 0.9
"""A meaning that is near counts less than the property's own words."""


class Properties:
    """The names of an ontology's properties, encoded once."""

    def __init__(
        self, concepts: Concepts, encoder: Encoder, *, known: "Properties | None" = None
    ) -> None:
        ontology = concepts.ontology
        pairs = [
            (spaced(name), term.iri)
            for kind in ("object_property", "data_property")
            for term in ontology.terms(kind)
            for name in concepts.names(term.iri)
        ][:MOST_NAMES]
        self.vectors: dict[str, NDArray[np.float32]] = {} if known is None else {**known.vectors}
        new = sorted({name for name, _ in pairs}.difference(self.vectors))
        self.vectors.update(zip(new, encode(new, encoder), strict=True))
        self._iris = tuple(iri for _, iri in pairs)
        self._matrix = np.array([self.vectors[name] for name, _ in pairs], dtype=np.float32)

    def match(self, vector: NDArray[np.float32]) -> Mapping[Iri, float]:
        """How surely a question asks for each property, in (0, 1], given its vector.

        The vector is that of `wording(...)`; only properties that are asked for are returned.
        """
        if not self._iris:
            return {}
        cosines = self._matrix @ vector
        best = float(cosines.max())
        found: dict[Iri, float] = {}
        for at in np.flatnonzero(cosines > NOT_ASKED):
            cosine = float(cosines[at])
            sure = min((cosine - NOT_ASKED) / (ASKED - NOT_ASKED), 1.0) * (cosine / best) ** 2
            iri = self._iris[at]
            found[iri] = max(found.get(iri, 0.0), NEVER_CERTAIN * sure)
        return found


def wording(text: str, mentions: Iterable[Mention], concepts: Concepts) -> str:
    """A question with `it` for the things it is about, so that what it asks of them stands out."""
    at = 0
    parts: list[str] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if mention.start < at or not stands_in(mention, text) or not concepts.is_thing(mention.iri):
            continue
        parts.append(re.sub(r"\b(?:the|an?|my|your|our|this|that) $", "", text[at : mention.start]))
        parts.append("it")
        at = mention.end
    return "".join([*parts, text[at:]])


def canonical(text: str, mentions: Iterable[Mention], concepts: Concepts) -> str:
    """A question in the words of the ontology: each synonym is replaced by its term's label."""
    at = 0
    parts: list[str] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if mention.start < at or mention.value or not stands_in(mention, text):
            continue
        parts += [text[at : mention.start], concepts.ontology.label(mention.iri)]
        at = mention.end
    return "".join([*parts, text[at:]])


def spaced(name: str) -> str:
    """A name such as `hasWarrantyPeriod` with spaces between its words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", name)
