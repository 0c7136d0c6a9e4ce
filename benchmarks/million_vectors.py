"""Search among very many vectors: what building, loading, searching and adding take, and recall.

    python benchmarks/million_vectors.py --data ../shared/data --json

The vectors are jittered copies of the packaged MiniLM's vectors of public passages. A copy lies off
its original by the distance of some original to its nearest neighbour, over the square root of two,
so that copies are as far apart as originals are; `neighbour_distance` has both distributions.
Questions are the vectors of the sets' questions, and jittered copies that are not in the index.
Recall is beside an exact search. Times are of one thread of a search at a time, on all cores.
"""

import argparse
import hashlib
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from _report import document, show
from numpy.typing import NDArray

from ontopilot.models.encoder import Vectors
from ontopilot.models.encoding.sentence import SentenceEncoder
from ontopilot.orchestrator.evaluate.questions import read_rows
from ontopilot.orchestrator.evaluate.retrieval import read_corpus
from ontopilot.retrieval.approximate import Approximate
from ontopilot.retrieval.dense import Dense, encode

SETS = ("soybean", "banking", "hotpot", "musique", "2wiki")
NEIGHBOURS = 10
ASKED = 200
ADDED = 1000
SEED = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that has retrieval/NAME")
    parser.add_argument("--count", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    originals, questions = read(arguments.data / "retrieval")
    figures = measure(originals, questions, arguments.count)
    show(document(figures, packages=("faiss-cpu", "numpy"), seed=SEED), as_json=arguments.json)


def read(folder: Path) -> tuple[Vectors, Vectors]:
    """The vectors of all passages and of all questions."""
    encoder = SentenceEncoder()
    passages = [
        p.indexed_text for name in SETS for p in read_corpus(folder / name / "corpus.jsonl")
    ]
    asked = [
        str(row["question"])
        for name in SETS
        for _, row in read_rows(folder / name / "questions.jsonl")
    ]
    return encode(passages, encoder), encode(asked, encoder)


def measure(originals: Vectors, questions: Vectors, count: int) -> dict[str, Any]:
    """All figures, with `count` vectors."""
    rng = np.random.default_rng(SEED)
    apart = neighbour_distances(originals)
    vectors = jittered(originals, apart, count, rng)
    fresh = jittered(originals, apart, ADDED + ASKED, rng)
    real = questions[rng.permutation(len(questions))[:ASKED]]
    copies = fresh[ADDED:]
    began = time.perf_counter()
    made = Approximate.train(vectors)
    built = time.perf_counter() - began
    dense = Dense(vectors, made)
    return {
        "vectors": count,
        "load_average": list(os.getloadavg()),
        "neighbour_distance": {
            "originals": quartiles(apart),
            "copies": quartiles(neighbour_distances(vectors, rng.permutation(count)[:ASKED])),
        },
        "lists": made.index.nlist,
        "probes": made.probes,
        "build_s": round(built, 1),
        "copies": asked(dense, vectors, copies),
        "questions": asked(dense, vectors, real),
        "bytes": {"vectors": vectors.nbytes, "index": len(made.to_bytes())},
        **stored(vectors, made, fresh[:ADDED]),
    }


def jittered(
    originals: Vectors, apart: NDArray[np.float32], count: int, rng: np.random.Generator
) -> Vectors:
    """Copies of originals, as far from one another as these are from their neighbours."""
    found = np.empty((count, originals.shape[1]), dtype=np.float32)
    for at in range(0, count, 50_000):
        part = originals[rng.integers(len(originals), size=min(50_000, count - at))]
        noise = rng.standard_normal(part.shape, dtype=np.float32)
        noise -= (noise * part).sum(axis=1, keepdims=True) * part
        noise /= np.linalg.norm(noise, axis=1, keepdims=True)
        part = part + noise * (rng.choice(apart, size=(len(part), 1)) / np.sqrt(2.0))
        found[at : at + len(part)] = part / np.linalg.norm(part, axis=1, keepdims=True)
    return found


def neighbour_distances(
    vectors: Vectors, rows: NDArray[np.int64] | None = None
) -> NDArray[np.float32]:
    """The distance of vectors to the nearest other one."""
    asked = vectors if rows is None else vectors[rows]
    cosines, _ = faiss.knn(asked, vectors, 2, metric=faiss.METRIC_INNER_PRODUCT)
    return np.sqrt(np.clip(2.0 - 2.0 * cosines[:, 1], 0.0, None)).astype(np.float32)


def quartiles(values: NDArray[np.float32]) -> list[float]:
    return [round(float(value), 3) for value in np.quantile(values, (0.25, 0.5, 0.75))]


def asked(dense: Dense, vectors: Vectors, questions: Vectors) -> dict[str, Any]:
    """Recall beside an exact search, and the times of searches."""
    _, exact = faiss.knn(questions, vectors, NEIGHBOURS, metric=faiss.METRIC_INNER_PRODUCT)
    times: list[float] = []
    shares: list[float] = []
    for vector, best in zip(questions, exact, strict=True):
        began = time.perf_counter()
        rows = dense.search(vector, NEIGHBOURS)
        times.append(1000 * (time.perf_counter() - began))
        shares.append(float(np.isin(best, rows).mean()))
    return {
        "recall_at_10": round(statistics.fmean(shares), 4),
        "search_p50_ms": round(statistics.median(times), 2),
        "search_p95_ms": round(sorted(times)[int(0.95 * len(times))], 2),
    }


def stored(vectors: Vectors, made: Approximate, more: Vectors) -> dict[str, Any]:
    """What loading from disk takes, checksums and all, and adding vectors to what was loaded."""
    with tempfile.TemporaryDirectory() as name:
        files = [Path(name) / "vectors.f32", Path(name) / "approximate.faiss"]
        vectors.tofile(files[0])
        files[1].write_bytes(made.to_bytes())
        began = time.perf_counter()
        raw: Sequence[bytes] = [file.read_bytes() for file in files]
        read_s = time.perf_counter() - began
        checked = [hashlib.sha256(data).hexdigest() for data in raw]
        checked_s = time.perf_counter() - began - read_s
        Dense(
            np.frombuffer(raw[0], dtype=np.float32).reshape(vectors.shape),
            Approximate.from_bytes(raw[1]),
        )
        load_s = time.perf_counter() - began
        del raw, checked
    began = time.perf_counter()
    rows = np.concatenate([np.arange(len(vectors)), np.full(len(more), -1)])
    larger = made.updated(np.concatenate([vectors, more]), rows)
    added = time.perf_counter() - began
    found = [int(larger.search(np.concatenate([vectors, more]), more[0], 1)[0])]
    return {
        "load_s": round(load_s, 2),
        "of_which_checksums_s": round(checked_s, 2),
        "add_1000_s": round(added, 2),
        "added_are_found": found == [len(vectors)],
        "peak_memory_of_benchmark_gb": round(
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2
        ),
    }


if __name__ == "__main__":
    main()
