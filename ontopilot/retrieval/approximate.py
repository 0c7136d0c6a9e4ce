"""Approximate search among very many vectors: inverted lists of product-quantised codes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.encoder import Vectors

Rows = NDArray[np.int64]

RECALL, NEIGHBOURS = 0.97, 10
"""The share of the ten nearest vectors that is to be found: by it the lists that a search reads are
chosen."""

CODE = 4
"""Dimensions of a vector that share a byte of its code."""

REREAD = 20
"""For each vector that is wanted, those with near codes that are compared in full."""

MOST_REREAD = 2000

TRAINED_ON = 40
"""Vectors for each list, from which lists and codes are learnt."""

OUTGROWN = 3
"""When there are so many times the vectors that the lists were made for, they are made anew."""

SAMPLE = 200
"""Questions by which the recall is measured: what lies between a vector and its neighbour."""

SEED = 7


class Approximate:
    """An inverted file with product quantisation (Jégou et al. 2011), in FAISS.

    `ids` has the number of each row in the file, `probes` how many lists a search reads, `recall`
    the share of the ten nearest that it then found of a sample, `trained` how many vectors the
    lists were made for.
    """

    def __init__(self, index: Any, ids: Rows, *, probes: int, recall: float, trained: int) -> None:
        self.index = index
        self.ids = ids
        self.probes = probes
        self.recall = recall
        self.trained = trained
        self._row_of = np.full(int(ids.max(initial=-1)) + 1, -1, dtype=np.int64)
        self._row_of[ids] = np.arange(len(ids))

    @classmethod
    def train(cls, vectors: Vectors) -> "Approximate":
        """Lists and codes learnt from a sample of vectors of shape (rows, dimension), all added."""
        import faiss

        rows, dimension = vectors.shape
        lists = int(4 * rows**0.5)
        parts = next(n for n in range(max(dimension // CODE, 1), 0, -1) if dimension % n == 0)
        index = faiss.IndexIVFPQ(
            faiss.IndexFlatIP(dimension), dimension, lists, parts, 8, faiss.METRIC_INNER_PRODUCT
        )
        index.cp.seed = SEED
        chosen = np.random.default_rng(SEED).permutation(rows)[: TRAINED_ON * lists]
        index.train(np.ascontiguousarray(vectors[np.sort(chosen)]))
        ids = np.arange(rows, dtype=np.int64)
        index.add_with_ids(np.ascontiguousarray(vectors), ids)
        return cls(index, ids, probes=1, recall=0.0, trained=rows)._measured(vectors)

    def _measured(self, vectors: Vectors) -> "Approximate":
        """The same with as many lists to read as the recall of a sample needs."""
        import faiss

        choose = np.random.default_rng(SEED)
        sample = vectors[choose.choice(len(vectors), size=min(SAMPLE, len(vectors)), replace=False)]
        base = np.ascontiguousarray(vectors)
        _, near = faiss.knn(sample, base, 2, metric=faiss.METRIC_INNER_PRODUCT)
        asked = sample + vectors[near[:, 1]]
        asked /= np.linalg.norm(asked, axis=1, keepdims=True)
        _, exact = faiss.knn(asked, base, NEIGHBOURS, metric=faiss.METRIC_INNER_PRODUCT)
        while self.recall < RECALL and self.probes < self.index.nlist:
            self.probes = min(2 * self.probes, self.index.nlist)
            found = [self.search(vectors, vector, NEIGHBOURS) for vector in asked]
            shares = [np.isin(one, other).mean() for one, other in zip(exact, found, strict=True)]
            self.recall = float(np.mean(shares))
        return self

    def search(
        self,
        vectors: Vectors,
        vector: NDArray[np.float32],
        k: int,
        *,
        allowed: Rows | None = None,
    ) -> Rows:
        """The rows of about the `k` nearest vectors, nearest first.

        Of `allowed` rows there are fewer where the lists that are read hold fewer.
        """
        import faiss

        options: dict[str, Any] = {"nprobe": self.probes}
        if allowed is not None:
            bitmap = np.zeros(len(self._row_of), dtype=np.bool_)
            bitmap[self.ids[allowed]] = True
            packed = np.packbits(bitmap, bitorder="little")
            options["sel"] = faiss.IDSelectorBitmap(packed)  # type: ignore[call-arg, arg-type]
        parameters = faiss.SearchParametersIVF(**options)
        reread = min(max(REREAD * NEIGHBOURS, 2 * k), max(MOST_REREAD, k))
        _, ids = self.index.search(vector.reshape(1, -1), reread, params=parameters)
        rows = self._row_of[ids[0][ids[0] >= 0]]
        order = np.argsort(-(vectors[rows] @ vector), kind="stable")
        return np.asarray(rows[order[:k]], dtype=np.int64)

    def updated(self, vectors: Vectors, before: Rows) -> "Approximate":
        """The same lists for other rows: `before` has the former row of each, or -1 if it is new.

        Where the vectors have outgrown the lists, new ones are learnt.
        """
        import faiss

        if len(vectors) > OUTGROWN * self.trained:
            return Approximate.train(vectors)
        kept, new = np.flatnonzero(before >= 0), np.flatnonzero(before < 0)
        ids = np.empty(len(vectors), dtype=np.int64)
        ids[kept] = self.ids[before[kept]]
        ids[new] = len(self._row_of) + np.arange(len(new))
        index = faiss.clone_index(self.index)
        gone = np.setdiff1d(self.ids, ids[kept], assume_unique=True)
        if len(gone):
            index.remove_ids(faiss.IDSelectorBatch(gone))
        if len(new):
            index.add_with_ids(np.ascontiguousarray(vectors[new]), ids[new])
        return Approximate(index, ids, probes=self.probes, recall=self.recall, trained=self.trained)

    def to_bytes(self) -> bytes:
        """All of it but the vectors themselves."""
        import faiss

        head = np.array([self.probes, self.trained, len(self.ids)], dtype="<i8").tobytes()
        recall = np.array([self.recall], dtype="<f8").tobytes()
        body: bytes = faiss.serialize_index(self.index).tobytes()
        return head + recall + self.ids.astype("<i8").tobytes() + body

    @classmethod
    def from_bytes(cls, data: bytes) -> "Approximate":
        """What `to_bytes` gave; its checksum is the caller's to compare."""
        import faiss

        probes, trained, rows = np.frombuffer(data, dtype="<i8", count=3).tolist()
        (recall,) = np.frombuffer(data, dtype="<f8", count=1, offset=24).tolist()
        ids = np.frombuffer(data, dtype="<i8", count=rows, offset=32).astype(np.int64)
        body = np.frombuffer(data, dtype=np.uint8, offset=32 + 8 * rows)
        index = faiss.deserialize_index(body)
        return cls(index, ids, probes=probes, recall=recall, trained=trained)
