"""How much of what a question needs is found: recall on public sets of questions and passages.

    python benchmarks/retrieval_quality.py --data ../shared/data --json

Each passage is one row of the corpus, unchanged; the defaults of the search are used for every
set. `rrf` is reciprocal rank fusion (k = 60) of the same dense and lexical scores, for comparison.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ontopilot.models.encoding.sentence import SentenceEncoder
from ontopilot.retrieval import EvidenceId, KnowledgeIndex, Passage, Query
from ontopilot.retrieval.lexical import Lexical, stems, weights

SETS = ("soybean", "banking", "hotpot", "musique", "2wiki")
DEPTHS = (2, 5, 10, 20)
ALL_GOLD_DEPTH = 8


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that has retrieval/NAME")
    parser.add_argument("--sets", default=",".join(SETS), help="comma-separated names")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    folder = arguments.data / "retrieval"
    if not folder.is_dir():
        print(f"{str(folder)!r} does not exist: skipped, pass the public data with --data")
        return 0
    encoder = SentenceEncoder()
    encoder.warm()
    sets = {name: measure(folder / name, encoder) for name in arguments.sets.split(",")}
    if arguments.json:
        print(json.dumps({**machine(), "seed": None, "sets": sets}, indent=1))
    else:
        show(sets)
    return 0


def machine() -> dict[str, Any]:
    packages = ("bm25s", "faiss-cpu", "numpy", "openvino")
    return {
        "machine": {"system": platform.platform(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version(), **{p: version(p) for p in packages}},
    }


def rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def measure(folder: Path, encoder: SentenceEncoder) -> dict[str, Any]:
    corpus = [
        Passage(EvidenceId(row["id"]), "passage", row["text"], row["title"], "corpus.jsonl")
        for row in rows(folder / "corpus.jsonl")
    ]
    questions = rows(folder / "questions.jsonl")
    started = time.perf_counter()
    index = KnowledgeIndex.build(corpus, encoder=encoder)
    seconds = time.perf_counter() - started
    found: list[list[str]] = []
    times: list[float] = []
    for row in questions:
        started = time.perf_counter()
        evidence = index.search(Query(row["question"]), k=max(DEPTHS))
        times.append(1000 * (time.perf_counter() - started))
        found.append([item.id for item in evidence])
    gold = [row["gold"] for row in questions]
    return {
        "passages": len(corpus),
        "questions": len(questions),
        "index_seconds": round(seconds, 1),
        "ms_per_question_p50": round(statistics.median(times), 2),
        "hybrid": scores(found, gold),
        **peers(index, [row["question"] for row in questions], gold),
    }


def peers(
    index: KnowledgeIndex, questions: Sequence[str], gold: Sequence[Sequence[str]]
) -> dict[str, Any]:
    """Dense and lexical search alone, and their reciprocal rank fusion."""
    ids = [passage.id for passage in index.passages]
    lexical = Lexical([stems(passage.indexed_text) for passage in index.passages])
    asked = index.encoder.encode(questions)
    found: dict[str, list[list[str]]] = {"lexical": [], "dense": [], "rrf": []}
    for question, vector in zip(questions, asked, strict=True):
        words = lexical.scores(weights(stems(question)))
        meaning = index.vectors @ vector
        ranks = 1 / (61 + rank(words)) + 1 / (61 + rank(meaning))
        for name, values in (("lexical", words), ("dense", meaning), ("rrf", ranks)):
            best = np.argsort(-values, kind="stable")[: max(DEPTHS)]
            found[name].append([ids[row] for row in best])
    return {name: scores(lists, gold) for name, lists in found.items()}


def rank(values: Any) -> Any:
    places = np.empty(len(values))
    places[np.argsort(-values, kind="stable")] = np.arange(len(values))
    return places


def scores(found: Sequence[Sequence[str]], gold: Sequence[Sequence[str]]) -> dict[str, Any]:
    pairs = list(zip(found, gold, strict=True))
    recall = {
        str(k): round(
            statistics.fmean(len(set(ids[:k]) & set(want)) / len(want) for ids, want in pairs), 3
        )
        for k in DEPTHS
    }
    whole = statistics.fmean(set(want) <= set(ids[:ALL_GOLD_DEPTH]) for ids, want in pairs)
    return {"recall": recall, f"all{ALL_GOLD_DEPTH}": round(whole, 3)}


def show(sets: dict[str, Any]) -> None:
    print(f"{'set':10}{'search':9}" + "".join(f"{'R@' + str(k):>7}" for k in DEPTHS) + "   all8")
    for name, result in sets.items():
        for search in ("lexical", "dense", "rrf", "hybrid"):
            values = [*result[search]["recall"].values(), result[search][f"all{ALL_GOLD_DEPTH}"]]
            print(f"{name:10}{search:9}" + "".join(f"{value:7.3f}" for value in values))


if __name__ == "__main__":
    sys.exit(main())
