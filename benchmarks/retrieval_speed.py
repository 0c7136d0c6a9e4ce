"""How long retrieval takes beside encoding: opening, searching and tagging.

    python benchmarks/retrieval_speed.py --data ../shared/data --json

The encoder is a double that takes no time, so that what is measured is the search itself.
Figures are medians in milliseconds. The passages are those of a public set, or made up when the
data is absent. `retagging` adds a synonym to the ontology of the example shop and tags its passages
again: only those that the edit touches, and all.
"""

import argparse
import json
import os
import platform
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ontopilot.models.encoder import Vectors
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.ontology.edit import Editor
from ontopilot.ontology.ontology import Ontology
from ontopilot.retrieval import Knowledge, KnowledgeIndex, Query
from ontopilot.retrieval.corpus import gather
from ontopilot.retrieval.tags import Tags

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "customer_service"
SEED = 7
SIZES = (60, 500, 6000)
RUNS = 101


class Instant:
    """Encodes a text that it has seen before in no time."""

    def __init__(self) -> None:
        self._hash = HashEncoder()
        self._seen: dict[str, Any] = {}
        self.name, self.dimension = self._hash.name, self._hash.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to an array of shape (texts, dimension)."""
        for text in texts:
            if text not in self._seen:
                self._seen[text] = self._hash.encode([text])[0]
        return np.stack([self._seen[text] for text in texts])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, help="folder that has retrieval/2wiki")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    texts = corpus(arguments.data, max(SIZES))
    sizes = {str(size): measure(texts[:size]) for size in SIZES if size <= len(texts)}
    packages = ("bm25s", "faiss-cpu", "numpy")
    result: dict[str, Any] = {
        "machine": {"system": platform.platform(), "cores": os.cpu_count()},
        "versions": {"python": platform.python_version(), **{p: version(p) for p in packages}},
        "seed": SEED,
        "passages": sizes,
        "retagging": retagging(),
    }
    if arguments.json:
        print(json.dumps(result, indent=1))
    else:
        for size, figures in sizes.items():
            print(f"{size:>6} passages  " + "  ".join(f"{k} {v}" for k, v in figures.items()))
        print("retagging  " + "  ".join(f"{k} {v}" for k, v in result["retagging"].items()))
    return 0


def corpus(data: Path | None, most: int) -> list[str]:
    path = None if data is None else data / "retrieval" / "2wiki" / "corpus.jsonl"
    if path is not None and path.is_file():
        with path.open(encoding="utf-8") as file:
            return [f"# {row['title']}\n\n{row['text']}\n" for row in map(json.loads, file)][:most]
    choose = random.Random(SEED)
    words = ["".join(choose.choices("aeioulnrst", k=choose.randint(3, 9))) for _ in range(5000)]
    return [
        f"# {choose.choice(words)}\n\n{' '.join(choose.choices(words, k=70))}." for _ in range(most)
    ]


def measure(texts: list[str]) -> dict[str, float]:
    encoder = Instant()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "docs").mkdir()
        for number, text in enumerate(texts):
            (folder / "docs" / f"{number}.md").write_text(text, encoding="utf-8")
        knowledge = Knowledge(folder / "docs")

        def opened() -> KnowledgeIndex:
            return knowledge.open(encoder=encoder, ontology=None, home=folder)

        first = timed(opened)
        again = statistics.median(timed(opened) for _ in range(7))
        index = opened()
    questions = [Query(" ".join(text.split()[3:15])) for text in texts[:RUNS]]
    for question in questions:
        index.search(question)
    times = [timed(lambda q=question: index.search(q)) for question in questions]  # type: ignore[misc]
    return {
        "build_ms": round(first, 1),
        "open_ms": round(again, 1),
        "search_p50_ms": round(statistics.median(times), 3),
        "search_p95_ms": round(sorted(times)[int(0.95 * len(times))], 3),
    }


def retagging(example: Path = EXAMPLE) -> dict[str, float]:
    """An edit of the shop's ontology: seven times, each after loading it anew."""
    passages = gather([example / "docs"], example / "tickets.jsonl", stored=None).passages
    touched, whole, read = [], [], 0
    with tempfile.TemporaryDirectory() as name:
        for file in (*example.glob("*.owl"), *example.glob("catalog*.xml")):
            shutil.copy(file, name)
        old = Ontology.load(Path(name) / "shop.owl")
        before = Tags(passages, old)
        editor = Editor.open(Path(name) / "shop.owl")
        editor.annotate("AquaBoil 2", "skos:altLabel", "descaling boiler", language="en")
        editor.save()
        for _ in range(7):
            new, same = (Ontology.load(Path(name) / "shop.owl", like=old) for _ in range(2))
            touched.append(timed(lambda now=new: Tags(passages, now, before=before)))  # type: ignore[misc]
            whole.append(timed(lambda now=same: Tags(passages, now)))  # type: ignore[misc]
            read = Tags(passages, new, before=before).read
    return {
        "passages": len(passages),
        "touched": read,
        "touched_ms": round(statistics.median(touched), 1),
        "whole_ms": round(statistics.median(whole), 1),
    }


def timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    sys.exit(main())
