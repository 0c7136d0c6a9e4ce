"""Passages found by meaning, by words, by the ontology and along names, in one scoring."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ConfigError
from ontopilot.models.encoder import Vectors
from ontopilot.ontology.terms import Mention
from ontopilot.retrieval.dense import Dense, Rows
from ontopilot.retrieval.fuse import fuse
from ontopilot.retrieval.graph import Asked, Graph
from ontopilot.retrieval.hops import Hop, Hops, Words, follow
from ontopilot.retrieval.lexical import Lexical, stems, weights
from ontopilot.retrieval.passage import Passage
from ontopilot.retrieval.tags import Tags

Scores = NDArray[np.float32]

DENSE, LEXICAL, CONCEPT = 1.0, 1.0, 0.5
"""The weights of the three scorings."""

TITLED = 0.5
"""What it adds to a document's score that the question has its title."""

SYNONYM = 0.5
"""How much a stem of a mentioned term's other names counts in lexical search."""

PAST = 0.85
"""What a past interaction's score is multiplied by: beside a document it has to be better."""

Part = Literal["dense", "lexical", "graph", "hops"]
"""What a search can do without: `graph` is concepts and names, `hops` what names lead to."""


def parts(names: Collection[str]) -> frozenset[Part]:
    """Names as parts of a search.

    Raises:
        ConfigError: a name is none of a part, or nothing would be left to search with.
    """
    known: tuple[Part, ...] = get_args(Part)
    unknown = sorted(set(names).difference(known))
    if unknown:
        raise ConfigError(f"a search has no part {unknown[0]!r}; leave out {', '.join(known)}")
    if {"dense", "lexical"} <= set(names):
        raise ConfigError("a search needs 'dense' or 'lexical'; leave out one of them at most")
    return frozenset(part for part in known if part in names)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for: a question, its vector and terms, and the rows that may be found."""

    text: str
    vector: NDArray[np.float32]
    mentions: Sequence[Mention]
    size: int
    allowed: Rows | None = None
    without: frozenset[Part] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that a search considered, in ascending order, and what speaks for each.

    `scores` are in [0, 1]. `shares` say for each scoring how near a row is to its best one.
    `titled` are the rows whose title the question has, `ways` how names led to rows.
    """

    rows: Rows
    scores: Scores
    shares: Mapping[str, Scores]
    titled: frozenset[int] = frozenset()
    ways: Mapping[int, Hop] = field(default_factory=dict)


class Hybrid:
    """The scorings of the passages of one index; nothing in it changes."""

    def __init__(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        self.size = len(passages)
        self.lexical = Lexical([stems(passage.indexed_text) for passage in passages])
        self._dense = Dense(vectors)
        self._graph = Graph(passages)
        self._documents = np.array([p.kind != "interaction" for p in passages], dtype=np.bool_)

    def search(self, wanted: Wanted, tags: Tags | None) -> Found:
        """Score the passages that are among the best of any scoring or that names lead to."""
        whole = self._whole(wanted, tags)
        rows = self._candidates(wanted, whole)
        found = self._fused(wanted, whole, rows)
        if "graph" in wanted.without or not len(rows):
            return self._told(found)
        asked = self._graph.asked(wanted.text)
        more = np.flatnonzero(asked.titled)[: wanted.size]
        found = self._fused(wanted, whole, self._with(rows, more, wanted.allowed))
        hops = self._hops(wanted, found, asked)
        found = self._fused(wanted, whole, self._with(found.rows, hops.reached, wanted.allowed))
        return self._led(found, asked, hops)

    def _whole(self, wanted: Wanted, tags: Tags | None) -> Mapping[str, tuple[Scores, float]]:
        """The scorings that score every passage, with their weights."""
        whole: dict[str, tuple[Scores, float]] = {}
        if "lexical" not in wanted.without:
            words = weighted(wanted.text, wanted.mentions, tags)
            whole["lexical"] = (self.lexical.scores(words), LEXICAL)
        if tags is not None and "graph" not in wanted.without:
            whole["concept"] = (tags.match(wanted.mentions), CONCEPT)
        return whole

    def _candidates(self, wanted: Wanted, whole: Mapping[str, tuple[Scores, float]]) -> Rows:
        """The rows that are among the best of any scoring, in ascending order."""
        bests = [_best(scores, wanted.size, wanted.allowed) for scores, _ in whole.values()]
        if "dense" not in wanted.without:
            bests.append(self._dense.search(wanted.vector, wanted.size, allowed=wanted.allowed))
        return np.unique(np.concatenate(bests))

    def _with(self, rows: Rows, more: Rows, allowed: Rows | None) -> Rows:
        """The rows and those more of documents that may be found."""
        more = more[self._documents[more]]
        return np.union1d(rows, more if allowed is None else np.intersect1d(more, allowed))

    def _fused(
        self, wanted: Wanted, whole: Mapping[str, tuple[Scores, float]], rows: Rows
    ) -> Found:
        scorings = {name: (scores[rows], weight) for name, (scores, weight) in whole.items()}
        if "dense" not in wanted.without:
            scorings["dense"] = (self._dense.scores(wanted.vector, rows), DENSE)
        # A ticket holds a customer's question, so it resembles a question more than a document
        # does: what a full score is, documents say.
        scores = fuse(list(scorings.values()), among=self._documents[rows])
        return Found(rows, scores, {name: _shares(part) for name, (part, _) in scorings.items()})

    def _hops(self, wanted: Wanted, found: Found, asked: Asked) -> Hops:
        """What the names of the best documents lead to."""
        if "hops" in wanted.without:
            return Hops(np.zeros(self.size, dtype=np.float32), {})
        first = np.zeros(self.size, dtype=np.float32)
        first[found.rows] = found.scores + TITLED * asked.titled[found.rows]
        return follow(first * self._documents, self._words(wanted.text), self._graph, asked)

    def _words(self, text: str) -> Words:
        words = sorted(set(stems(text)))
        found = np.zeros((len(words), self.size), dtype=np.bool_)
        for at, word in enumerate(words):
            found[at, self.lexical.rows(word)] = True
        return Words(found, np.array([self.lexical.rarity(word) for word in words], np.float32))

    def _led(self, found: Found, asked: Asked, hops: Hops) -> Found:
        """Documents in the order that titles and hops give them.

        The scores that they share stay as they were, because these place them beside facts and past
        interactions.
        """
        rows, scores = found.rows, found.scores.copy()
        at = np.flatnonzero(self._documents[rows])
        led = scores[at] + TITLED * asked.titled[rows[at]] + hops.scores[rows[at]]
        scores[at[np.argsort(-led, kind="stable")]] = np.sort(scores[at])[::-1]
        titled = frozenset(np.flatnonzero(asked.titled).tolist())
        return self._told(Found(rows, scores, found.shares, titled, hops.ways))

    def _told(self, found: Found) -> Found:
        """The same with past interactions behind documents that are as good."""
        scores = np.where(self._documents[found.rows], found.scores, PAST * found.scores)
        return replace(found, scores=scores.astype(np.float32))


def weighted(text: str, mentions: Sequence[Mention], tags: Tags | None) -> dict[str, float]:
    """The stems of a question, and with less weight those of its terms' other names."""
    found = weights(stems(text))
    if tags is not None:
        for mention in mentions:
            for word in tags.concepts.words(mention.iri):
                found.setdefault(word, SYNONYM * mention.score)
    return found


def _best(scores: Scores, size: int, allowed: Rows | None) -> Rows:
    """The rows of the `size` best positive scores."""
    rows = np.flatnonzero(scores > 0.0)
    if allowed is not None:
        rows = np.intersect1d(rows, allowed, assume_unique=True)
    if len(rows) > size:
        rows = rows[np.argpartition(-scores[rows], size)[:size]]
    return rows


def _shares(scores: Scores) -> Scores:
    best = float(scores.max(initial=0.0))
    return scores / np.float32(best) if best > 0.0 else np.zeros_like(scores)
