"""Dense search: unit vectors and their inner products."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import RetrievalError
from ontopilot.models.encoder import Bulk, Encoder, Vectors

Rows = NDArray[np.int64]
BATCH = 256
"""Large enough for an encoder to group texts of about one length, small enough to tell progress."""


class Dense:
    """Exact inner-product search in FAISS, with filters pushed down as bitmaps."""

    def __init__(self, vectors: Vectors) -> None:
        import faiss

        self.vectors = vectors
        self._index = faiss.IndexFlatIP(vectors.shape[1])
        if len(vectors):
            self._index.add(np.ascontiguousarray(vectors))

    def search(self, vector: NDArray[np.float32], k: int, *, allowed: Rows | None = None) -> Rows:
        """The rows of the `k` nearest vectors, nearest first; only `allowed` ones when given."""
        import faiss

        k = min(k, self._index.ntotal if allowed is None else len(allowed))
        if k < 1:
            return np.empty(0, dtype=np.int64)
        parameters = None
        if allowed is not None:
            parameters = faiss.SearchParameters(sel=faiss.IDSelectorBatch(allowed))  # type: ignore[call-arg]
        _, rows = self._index.search(vector.reshape(1, -1), k, params=parameters)
        return np.asarray(rows[0], dtype=np.int64)

    def scores(self, vector: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
        """The cosine of each of the given rows with a vector."""
        return np.asarray(self.vectors[rows] @ vector, dtype=np.float32)


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
