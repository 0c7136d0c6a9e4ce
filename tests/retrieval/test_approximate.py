"""Search among very many vectors: here few, clustered as jittered copies are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ontopilot.models.encoder import Vectors
from ontopilot.retrieval import Knowledge, Query, dense, inspect
from ontopilot.retrieval.approximate import RECALL, Approximate
from ontopilot.retrieval.dense import Dense

K = 10


def clustered(count: int, seed: int) -> Vectors:
    centres = np.random.default_rng(0).standard_normal((count // 20, 32), dtype=np.float32)
    rng = np.random.default_rng(seed)
    found = centres[rng.integers(len(centres), size=count)]
    found = found + 0.4 * rng.standard_normal(found.shape, dtype=np.float32)
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    return clustered(4000, 1)


@pytest.fixture(scope="module")
def made(vectors: Vectors) -> Approximate:
    return Approximate.train(vectors)


def recall(approximate: Approximate, vectors: Vectors, asked: Vectors) -> float:
    exact = Dense(vectors)
    shares = [
        np.isin(exact.search(one, K), approximate.search(vectors, one, K)).mean() for one in asked
    ]
    return float(np.mean(shares))


def test_the_lists_that_are_read_give_the_recall_that_was_asked_for(
    vectors: Vectors, made: Approximate
) -> None:
    assert made.recall >= RECALL
    assert made.probes < made.index.nlist
    assert recall(made, vectors, clustered(100, 2)) >= RECALL - 0.05


def test_a_filter_finds_as_many_as_there_are(
    vectors: Vectors, made: Approximate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "EXACT_BELOW", 1000)
    search = Dense(vectors, made)
    few, many = np.arange(0, 4000, 500), np.arange(0, 4000, 3)
    for vector in clustered(20, 3):
        exact = few[np.argsort(-(vectors[few] @ vector), kind="stable")]
        assert search.search(vector, K, allowed=few).tolist() == exact.tolist()
        rows = search.search(vector, K, allowed=many)
        assert len(rows) == K
        assert np.isin(rows, many).all()
        assert len(search.search(vector, 1500, allowed=many)) == len(many)
    assert len(search.search(vectors[0], 0)) == 0
    assert len(search.search(vectors[0], 9999)) == len(vectors)


def test_rows_come_and_go_without_new_lists(vectors: Vectors, made: Approximate) -> None:
    kept = np.arange(500, 4000)[::-1]
    new = clustered(300, 4)
    now = np.concatenate([new, vectors[kept]])
    changed = made.updated(now, np.concatenate([np.full(300, -1), kept]))
    assert changed.index.ntotal == len(now)
    assert changed.trained == made.trained
    assert recall(changed, now, clustered(100, 2)) >= RECALL - 0.07
    assert [int(changed.search(now, one, 1)[0]) for one in new[:50]] == list(range(50))
    again = Approximate.from_bytes(changed.to_bytes())
    for vector in new[:10]:
        assert again.search(now, vector, K).tolist() == changed.search(now, vector, K).tolist()
    assert made.index.ntotal == len(vectors)


def test_an_index_keeps_its_lists_and_says_how_it_is_searched(
    shop: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dense, "EXACT_BELOW", 300)
    for number in range(400):
        text = f"# N{number}\n\nItem {number} is {number * 7919} units {number % 13} wide.\n"
        (shop / "docs" / f"n{number}.md").write_text(text)
    knowledge, home = Knowledge(shop / "docs"), shop / "home"

    def opened() -> Any:
        return knowledge.open(encoder=encoder, ontology=None, home=home)

    opened()
    assert "IVF-PQ" in inspect.verify(home).search
    assert "% of the 10 nearest" in inspect.verify(home).search
    (shop / "docs" / "a.md").write_text("# A\n\nThe wombat sleeps.\n")
    (shop / "docs" / "n3.md").unlink()
    trained: list[int] = []
    monkeypatch.setattr(Approximate, "train", lambda vectors: trained.append(len(vectors)))
    index = opened()
    assert trained == []
    assert index.search(Query("wombat"), k=1)[0].source == "a.md"
    assert opened().search(Query("wombat"), k=1)[0].source == "a.md"
