"""Which passages mention which terms, and how strongly that speaks for them."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from ontopilot.ontology.terms import Iri, Mention
from ontopilot.retrieval.concepts import Concept, Concepts
from ontopilot.retrieval.meaning import Meaning
from ontopilot.retrieval.passage import Passage

IN_HEADING, IN_TEXT = 1.0, 0.7
"""A term in the title or a heading says what the passage is about, one in the text less so."""

_NOTHING = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))


class Tags:
    """The terms of every passage; made when an index is opened, never stored.

    `before` are the tags of the same passages under an earlier snapshot of the ontology: only
    the passages that may mention other terms now are read again. `read` says how many were.
    """

    def __init__(
        self, passages: Sequence[Passage], ontology: Meaning, *, before: "Tags | None" = None
    ) -> None:
        self.size = len(passages)
        self.concepts = Concepts(ontology)
        if before is None:
            self.terms = tuple(_terms(passage, ontology) for passage in passages)
            self.read = self.size
        else:
            touched = ontology.relinked(before.concepts.ontology)
            again = [touched(passage.indexed_text) for passage in passages]
            self.terms = tuple(
                _terms(passage, ontology) if anew else terms
                for passage, terms, anew in zip(passages, before.terms, again, strict=True)
            )
            self.read = sum(again)
        rows: dict[Iri, list[tuple[int, float]]] = {}
        for row, terms in enumerate(self.terms):
            for iri, strength in terms.items():
                rows.setdefault(iri, []).append((row, strength))
        self._rows = {
            iri: (
                np.array([row for row, _ in found], dtype=np.int64),
                np.array([strength for _, strength in found], dtype=np.float32),
            )
            for iri, found in rows.items()
        }
        self._present = lru_cache(maxsize=4096)(self._tagged)
        self._gains = lru_cache(maxsize=1024)(self._gained)

    def match(self, mentions: Sequence[Mention]) -> NDArray[np.float32]:
        """Score passages by the concepts around the mentions: per mention the best counts."""
        total = np.zeros(self.size, dtype=np.float32)
        for mention in mentions:
            rows, gains = self._gains(mention.iri)
            total[rows] += np.float32(mention.score) * gains
        return total

    def reasons(self, row: int, mentions: Sequence[Mention]) -> tuple[str, ...]:
        """What in a passage speaks to the mentions, in words, at most one reason a mention."""
        terms = self.terms[row]
        found: list[str] = []
        for mention in mentions:
            concepts = self._present(mention.iri)
            why = next((concept.why for concept in concepts if concept.iri in terms), "")
            if why and why not in found:
                found.append(why)
        return tuple(found)

    def about(self, iris: Iterable[Iri]) -> NDArray[np.int64]:
        """The rows that mention any of some terms, in ascending order."""
        found = [self._rows[iri][0] for iri in iris if iri in self._rows]
        return np.unique(np.concatenate(found or [_NOTHING[0]]))

    def _tagged(self, iri: Iri) -> tuple[Concept, ...]:
        """The concepts around a term that any passage mentions, best first."""
        return tuple(c for c in self.concepts.around(iri) if c.iri in self._rows)

    def _gained(self, iri: Iri) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The rows that mention a concept around a term, and what the best concept gives each."""
        best = np.zeros(self.size, dtype=np.float32)
        for concept in self._present(iri):
            rows, strengths = self._rows[concept.iri]
            gains = np.float32(concept.weight * self.rarity(concept.iri)) * strengths
            best[rows] = np.maximum(best[rows], gains)
        found = np.flatnonzero(best)
        return found, best[found]

    def rarity(self, iri: Iri) -> float:
        """How telling a term is: near 0 when every passage mentions it, 1 when only one does."""
        count = len(self._rows.get(iri, _NOTHING)[0])
        return float(np.log1p(self.size / max(count, 1)) / np.log1p(self.size)) if count else 0.0


def _terms(passage: Passage, ontology: Meaning) -> dict[Iri, float]:
    text = passage.indexed_text
    head = len(text) - len(passage.text)
    found: dict[Iri, float] = {}
    for mention in ontology.link(text):
        strength = mention.score * (IN_HEADING if mention.start < head else IN_TEXT)
        found[mention.iri] = max(strength, found.get(mention.iri, 0.0))
    return found
