"""Which properties a question asks for, though it uses other words than their labels."""

import re
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.encoder import Encoder
from ontopilot.ontology.terms import Iri, Mention
from ontopilot.prose import split
from ontopilot.retrieval.concepts import Concepts, stands_in
from ontopilot.retrieval.dense import encode

MOST_NAMES = 1024
"""Names of properties that are encoded; what is beyond is matched by its words only."""

NOT_ASKED, ASKED = 0.2, 0.5
"""Cosines of a question and a property's name below which it is not asked for, and surely is."""

MOST_PARTS = 4

_ANOTHER = re.compile(
    r"(?:,?\s+(?:and|but|or)|,|\s[-–—])\s+"
    r"(?=(?:how|what|which|where|when|why|who|until when|from which|from when|at what|for how)\b)",
    re.IGNORECASE,
)

_HOW_MUCH = re.compile(r"how (?:much|many|long|big|heavy|loud)\b", re.IGNORECASE)

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

    def match(self, vectors: NDArray[np.float32]) -> Mapping[Iri, float]:
        """How surely a question asks for each property, in (0, 1], given the vectors of its parts.

        `vectors` has shape (parts, dimension), each row that of `wording(...)`; only properties
        that are asked for are returned.
        """
        found: dict[Iri, float] = {}
        for vector in vectors:
            for iri, sure in self._match(vector).items():
                found[iri] = max(found.get(iri, 0.0), sure)
        return found

    def _match(self, vector: NDArray[np.float32]) -> Mapping[Iri, float]:
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
    said: list[str] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if mention.start < at or not stands_in(mention, text) or not concepts.is_thing(mention.iri):
            continue
        said.append(re.sub(r"\b(?:the|an?|my|your|our|this|that) $", "", text[at : mention.start]))
        said.append("it")
        at = mention.end
    return "".join([*said, text[at:]])


def canonical(text: str, mentions: Iterable[Mention], concepts: Concepts) -> str:
    """A question in the words of the ontology: each synonym is replaced by its term's label."""
    at = 0
    said: list[str] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        if mention.start < at or mention.value or not stands_in(mention, text):
            continue
        said += [text[at : mention.start], concepts.ontology.label(mention.iri)]
        at = mention.end
    return "".join([*said, text[at:]])


def parts(text: str) -> tuple[str, ...]:
    """The questions in a message: its sentences, cut where another question word begins.

    A message with a single question is one part. Of one or two words only `how much` is a question.
    """
    found = [
        piece.strip()
        for start, end in split(text)
        for piece in _ANOTHER.split(text[start:end])
        if len(piece.split()) > 2 or _HOW_MUCH.match(piece.strip())
    ]
    return tuple(found[:MOST_PARTS]) or (text,)


def spaced(name: str) -> str:
    """A name such as `hasWarrantyPeriod` with spaces between its words."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", name)
