"""Dense search: unit vectors and their inner products."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import RetrievalError
from ontopilot.models.encoder import Bulk, Encoder, Vectors
from ontopilot.retrieval.approximate import Approximate

Rows = NDArray[np.int64]
BATCH = 256
"""Large enough for an encoder to group texts of about one length, small enough to tell progress."""


EXACT_BELOW = 100_000
"""Vectors from which on a search is approximate: below, an exact one takes a few milliseconds."""


class Dense:
    """Inner-product search in FAISS, filters pushed down: exact, or by `approximate` where given.

    What a filter leaves is searched exactly where it is little.
    """

    def __init__(self, vectors: Vectors, approximate: Approximate | None = None) -> None:
        import faiss

        self.vectors = vectors
        self.approximate = approximate
        self._exact = faiss.IndexFlatIP(vectors.shape[1])
        if approximate is None and len(vectors):
            self._exact.add(np.ascontiguousarray(vectors))

    def search(self, vector: NDArray[np.float32], k: int, *, allowed: Rows | None = None) -> Rows:
        """The rows of the `k` nearest vectors, nearest first; only `allowed` ones when given."""
        import faiss

        k = min(k, len(self.vectors) if allowed is None else len(allowed))
        if k < 1:
            return np.empty(0, dtype=np.int64)
        if self.approximate is not None:
            return self._approximately(self.approximate, vector, k, allowed)
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        _, rows = self._exact.search(vector.reshape(1, -1), k, params=parameters)
        return np.asarray(rows[0], dtype=np.int64)

    def _approximately(
        self, how: Approximate, vector: NDArray[np.float32], k: int, allowed: Rows | None
    ) -> Rows:
        if allowed is None or len(allowed) >= EXACT_BELOW:
            rows = how.search(self.vectors, vector, k, allowed=allowed)
            if len(rows) == k:
                return rows
        among = np.arange(len(self.vectors)) if allowed is None else allowed
        scores = self.scores(vector, among)
        best = np.argpartition(-scores, k - 1)[:k]
        return among[best[np.argsort(-scores[best], kind="stable")]]

    def scores(self, vector: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
        """The cosine of each of the given rows with a vector."""
        return np.asarray(self.vectors[rows] @ vector, dtype=np.float32)


def approximation(
    vectors: Vectors, *, before: Approximate | None = None, rows: Rows | None = None
) -> Approximate | None:
    """How many vectors are searched; `None` where there are few enough for an exact search.

    `before` is what they were searched by, and `rows` has the former row of each, -1 for a new one.
    """
    if len(vectors) < EXACT_BELOW:
        return None
    if before is None or rows is None:
        return Approximate.train(vectors)
    return before.updated(vectors, rows)


def encode(
    texts: Sequence[str], encoder: Encoder, *, done: Callable[[int], None] = lambda _: None
) -> Vectors:
    """Encode texts in batches, telling after each how many are done.

    More than a batch of them take the encoder's way for very many, if it has one.

    Raises:
        RetrievalError: the encoder returns vectors of another shape or that are not finite.
    """
    if len(texts) > BATCH and isinstance(encoder, Bulk):
        encoder = encoder.in_bulk()
    parts = [np.empty((0, encoder.dimension), dtype=np.float32)]
    for at in range(0, len(texts), BATCH):
        batch = texts[at : at + BATCH]
        vectors = np.asarray(encoder.encode(batch), dtype=np.float32)
        if vectors.shape != (len(batch), encoder.dimension) or not np.isfinite(vectors).all():
            raise RetrievalError(
                f"encoder {encoder.name!r} gave an array of shape {vectors.shape} for "
                f"{len(batch)} texts, expected finite numbers of shape "
                f"({len(batch)}, {encoder.dimension}); check its `dimension` and its weights"
            )
        parts.append(vectors)
        done(at + len(batch))
    return np.concatenate(parts)
