"""Passages found by meaning, by words, by the ontology and along names, in one order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.encoder import Vectors
from ontopilot.retrieval.approximate import Approximate
from ontopilot.retrieval.concepts import stands_in
from ontopilot.retrieval.dense import Dense, Rows
from ontopilot.retrieval.graph import Asked, Graph
from ontopilot.retrieval.hops import Hop, Hops, Words, follow
from ontopilot.retrieval.lexical import Lexical, stems
from ontopilot.retrieval.needs import covering
from ontopilot.retrieval.passage import Passage
from ontopilot.retrieval.scorings import ManyNeeds, OneNeed, Scored, Wanted
from ontopilot.retrieval.tags import Tags

Scores = NDArray[np.float32]

TITLED = 0.5
"""What it adds to a document's score that the question has its title."""

PAST = 0.85
"""What a past interaction's score is multiplied by: beside a document it has to be better."""


MOST_WORDS = 512
"""Words of a message that a hop can ask for: whoever sends a book does not fill the memory."""


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that a search considered, in ascending order, and what speaks for each.

    `scores` are in [0, 1]. `shares` say for each scoring how near a row is to its best one,
    `titled` has the rows whose title the question has, `ways` how names led to rows.
    """

    rows: Rows
    scores: Scores
    shares: Mapping[str, Scores]
    titled: frozenset[int] = frozenset()
    ways: Mapping[int, Hop] = field(default_factory=dict)


class Hybrid:
    """The scorings of the passages of one index; nothing in it changes."""

    def __init__(
        self, passages: Sequence[Passage], vectors: Vectors, approximate: Approximate | None
    ) -> None:
        self.size = len(passages)
        self.lexical = Lexical([stems(passage.indexed_text) for passage in passages])
        self._dense = Dense(vectors, approximate)
        self._graph = Graph(passages)
        self._documents = np.array([p.kind != "interaction" for p in passages], dtype=np.bool_)

    def search(self, wanted: Wanted, tags: Tags | None) -> Found:
        """Score the passages that are among the best of any scoring or that names lead to."""
        first: OneNeed | ManyNeeds = (
            ManyNeeds(wanted, self._dense, self.lexical)
            if wanted.needs
            else OneNeed(wanted, self._dense, self.lexical, tags)
        )
        rows = first.candidates()
        if "graph" in wanted.without or not len(rows):
            scored = first.score(rows, self._documents[rows])
            return Found(rows, self._told(rows, scored.scores), scored.shares)
        asked = self._graph.asked(_unlinked(wanted))
        titled = np.flatnonzero(asked.titled * self._open(wanted))[: wanted.size]
        rows = np.union1d(rows, titled)
        hops = self._hops(wanted, rows, first.score(rows, self._documents[rows]), asked)
        rows = np.union1d(rows, hops.reached)
        return self._led(wanted, rows, first.score(rows, self._documents[rows]), asked, hops)

    def _open(self, wanted: Wanted) -> NDArray[np.bool_]:
        """Which passages are of documents and may be found: names lead to no others."""
        if wanted.allowed is None:
            return self._documents
        allowed = np.zeros(self.size, dtype=np.bool_)
        allowed[wanted.allowed] = True
        return allowed & self._documents

    def _hops(self, wanted: Wanted, rows: Rows, scored: Scored, asked: Asked) -> Hops:
        """What the names of the best documents lead to."""
        if "hops" in wanted.without:
            return Hops(np.zeros(self.size, dtype=np.float32), {})
        first = np.zeros(self.size, dtype=np.float32)
        first[rows] = scored.scores + TITLED * asked.titled[rows]
        words = self._words(wanted.text)
        return follow(first, words, self._graph, asked, allowed=self._open(wanted))

    def _words(self, text: str) -> Words:
        words = list(dict.fromkeys(stems(text)))[:MOST_WORDS]
        found = np.zeros((len(words), self.size), dtype=np.bool_)
        for at, word in enumerate(words):
            found[at, self.lexical.rows(word)] = True
        return Words(found, np.array([self.lexical.rarity(word) for word in words], np.float32))

    def _led(self, wanted: Wanted, rows: Rows, scored: Scored, asked: Asked, hops: Hops) -> Found:
        """Documents in the order that titles, hops and the names of a long message give them.

        The scores that they share stay as they were, because these place them beside facts and past
        interactions.
        """
        scores = scored.scores.copy()
        at = np.flatnonzero(self._documents[rows])
        led = scores[at] + TITLED * asked.titled[rows[at]] + hops.scores[rows[at]]
        if wanted.needs:
            groups = [np.flatnonzero(np.isin(rows[at], group)) for group in asked.headed]
            led = covering(led / max(float(led.max(initial=0.0)), 1e-9), groups, wanted.size)
        scores[at[np.argsort(-led, kind="stable")]] = np.sort(scores[at])[::-1]
        titled = frozenset(np.flatnonzero(asked.titled).tolist())
        return Found(rows, self._told(rows, scores), scored.shares, titled, hops.ways)

    def _told(self, rows: Rows, scores: Scores) -> Scores:
        """The scores, those of past interactions behind documents that are as good."""
        return np.where(self._documents[rows], scores, np.float32(PAST) * scores)


def _unlinked(wanted: Wanted) -> str:
    """The question without the names that the ontology knows: those its concepts have counted."""
    at = 0
    kept: list[str] = []
    for mention in sorted(wanted.mentions, key=lambda m: (m.start, -m.end)):
        if mention.start >= at and stands_in(mention, wanted.text):
            kept += [wanted.text[at : mention.start], ","]
            at = mention.end
    return "".join([*kept, wanted.text[at:]])
