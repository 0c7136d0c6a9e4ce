"""The first search: which passages are near to a question, and how near."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ConfigError
from ontopilot.models.encoder import Vectors
from ontopilot.ontology.terms import Mention
from ontopilot.retrieval.dense import Dense, Rows
from ontopilot.retrieval.fuse import fuse
from ontopilot.retrieval.lexical import Lexical, stems, weights
from ontopilot.retrieval.needs import together
from ontopilot.retrieval.tags import Tags

Scores = NDArray[np.float32]

DENSE, LEXICAL, CONCEPT = 1.0, 1.0, 0.5
"""The weights of the three scorings."""

SYNONYM = 0.5
"""How much a stem of a mentioned term's other names counts in lexical search."""

Part = Literal["dense", "lexical", "graph", "hops", "reranker"]
"""What a search can do without: `graph` is concepts and names, `hops` what names lead to; there is
a `reranker` only where one was given.
"""


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
    """What is searched for: a question, its vector and terms, and the rows that may be found.

    `needs` are the sentences of a long message, `vectors` theirs.
    """

    text: str
    vector: NDArray[np.float32]
    mentions: Sequence[Mention]
    size: int
    allowed: Rows | None = None
    without: frozenset[Part] = frozenset()
    needs: Sequence[str] = ()
    vectors: Vectors = field(default_factory=lambda: np.empty((0, 0), dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Scored:
    """The scores of rows, in [0, 1], and for each scoring how near a row is to its best one."""

    scores: Scores
    shares: Mapping[str, Scores]


class OneNeed:
    """A question as a whole: dense, lexical and the ontology's concepts, fused."""

    def __init__(self, wanted: Wanted, dense: Dense, lexical: Lexical, tags: Tags | None) -> None:
        self._wanted = wanted
        self._dense = dense
        self._whole: dict[str, tuple[Scores, float]] = {}
        if "lexical" not in wanted.without:
            words = _weighted(wanted.text, wanted.mentions, tags)
            self._whole["lexical"] = (lexical.scores(words), LEXICAL)
        if tags is not None and "graph" not in wanted.without:
            self._whole["concept"] = (tags.match(wanted.mentions), CONCEPT)

    def candidates(self) -> Rows:
        """The rows that are among the best of any scoring, in ascending order."""
        wanted = self._wanted
        found = [best(each, wanted.size, wanted.allowed) for each, _ in self._whole.values()]
        if "dense" not in wanted.without:
            found.append(self._dense.search(wanted.vector, wanted.size, allowed=wanted.allowed))
        return np.unique(np.concatenate(found))

    def score(self, rows: Rows, among: NDArray[np.bool_]) -> Scored:
        """Score rows; what a full score is, those `among` them say."""
        scorings = {name: (each[rows], weight) for name, (each, weight) in self._whole.items()}
        if "dense" not in self._wanted.without:
            scorings["dense"] = (self._dense.scores(self._wanted.vector, rows), DENSE)
        scores = fuse(list(scorings.values()), among=among)
        return Scored(scores, {name: _shares(each) for name, (each, _) in scorings.items()})


class ManyNeeds:
    """A long message by its sentences: dense and lexical for each, then together."""

    def __init__(self, wanted: Wanted, dense: Dense, lexical: Lexical) -> None:
        self._wanted = wanted
        self._dense = dense
        self._lexical: Scores | None = None
        if "lexical" not in wanted.without:
            found = [lexical.scores(weights(stems(need))) for need in wanted.needs]
            self._lexical = np.array(found, dtype=np.float32)

    def candidates(self) -> Rows:
        """The rows that are among the best for any sentence, in ascending order."""
        wanted = self._wanted
        found: list[Rows] = []
        if self._lexical is not None:
            found += [best(each, wanted.size, wanted.allowed) for each in self._lexical]
        if "dense" not in wanted.without:
            found += [
                self._dense.search(vector, wanted.size, allowed=wanted.allowed)
                for vector in wanted.vectors
            ]
        return np.unique(np.concatenate(found))

    def score(self, rows: Rows, among: NDArray[np.bool_]) -> Scored:
        """Score rows; the best of them, whatever it is, has a full score."""
        lexical = None if self._lexical is None else self._lexical[:, rows]
        dense = None
        if "dense" not in self._wanted.without:
            dense = np.array([self._dense.scores(v, rows) for v in self._wanted.vectors])
        scorings = {"dense": dense, "lexical": lexical}
        shares = {n: _shares(each.max(axis=0)) for n, each in scorings.items() if each is not None}
        return Scored(together(dense, lexical), shares)


def best(scores: Scores, size: int, allowed: Rows | None) -> Rows:
    """The rows of the `size` best positive scores."""
    rows = np.flatnonzero(scores > 0.0)
    if allowed is not None:
        rows = np.intersect1d(rows, allowed, assume_unique=True)
    if len(rows) > size:
        rows = rows[np.argpartition(-scores[rows], size)[:size]]
    return rows


def _weighted(text: str, mentions: Sequence[Mention], tags: Tags | None) -> dict[str, float]:
    """The stems of a question, and with less weight those of its terms' other names."""
    found = weights(stems(text))
    if tags is not None:
        for mention in mentions:
            for word in tags.concepts.words(mention.iri):
                found.setdefault(word, SYNONYM * mention.score)
    return found


def _shares(scores: Scores) -> Scores:
    top = float(scores.max(initial=0.0))
    return scores / np.float32(top) if top > 0.0 else np.zeros_like(scores)
