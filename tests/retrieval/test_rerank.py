"""A cross-encoder orders what a search finds; a tiny random one is made here."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ontopilot.cli import main
from ontopilot.errors import ConfigError, ModelError, ModelNotFound
from ontopilot.models.encoding.cross import CrossReranker
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.orchestrator.evaluate.retrieval import GoldQuestion, evaluate_retrieval
from ontopilot.retrieval import EvidenceId, Knowledge, KnowledgeIndex, Passage, Query
from ontopilot.retrieval.index import RERANKED

WORDS = "kettle router lid seal leaks resets base toaster smokes the a of how do i my".split()


def cross_encoder(folder: Path, labels: int = 1) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir()
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(tokens))
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        num_labels=labels,
        initializer_range=1.0,
    )
    torch.manual_seed(3)
    BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return cross_encoder(tmp_path_factory.mktemp("models") / "cross")


def passages(count: int) -> list[Passage]:
    found = []
    for number in range(count):
        text = f"{WORDS[number % 9]} {WORDS[number * 7 % 13]} kettle {number}"
        found.append(Passage(EvidenceId(str(number)), "passage", text, "", str(number)))
    return found


@pytest.mark.slow
def test_the_best_passages_are_in_the_order_of_the_cross_encoder(folder: Path) -> None:
    from sentence_transformers import CrossEncoder

    reranker = CrossReranker(folder)
    index = KnowledgeIndex.build(passages(40), encoder=HashEncoder(), reranker=reranker)
    query = Query("how do i seal the lid of my kettle")
    plain = index.search(query, k=5 * RERANKED, without=frozenset({"reranker"}))
    odds = CrossEncoder(str(folder)).predict([(query.text, e.text) for e in plain])
    wanted = [plain[at].id for at in np.argsort(-odds, kind="stable")[:5]]
    found = index.search(query, k=5)
    assert [e.id for e in found] == wanted
    assert wanted != [e.id for e in plain[:5]]
    assert reranker.name.startswith("cross:cross@")


@pytest.mark.slow
def test_a_folder_is_named_where_the_knowledge_is(shop: Path, folder: Path) -> None:
    knowledge = Knowledge("docs", folder=shop, reranker=folder)
    index = knowledge.open(encoder=HashEncoder(), ontology=None, home=shop / "home")
    assert index.reranker is not None
    assert index.search(Query("kettle leaks"))


class Backwards:
    """Prefers what the search puts last."""

    name = "backwards"

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.arange(len(texts), dtype=np.float32)


def test_ablation_lists_a_reranker_where_there_is_one() -> None:
    asked = [GoldQuestion("q", "seal lid kettle 3", frozenset({"3"}))]
    settings: dict[str, Any] = {"ks": [1], "encoder": HashEncoder(), "ablate": ["reranker"]}
    report = evaluate_retrieval(passages(40), asked, reranker=Backwards(), **settings)
    assert report["recall"]["1"] == 0.0
    assert report["ablations"]["reranker"]["recall"]["1"] == 1.0
    with pytest.raises(ConfigError, match="no reranker to leave out"):
        evaluate_retrieval(passages(40), asked, **settings)


@pytest.mark.slow
def test_the_command_line_takes_a_reranker(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    corpus, questions = tmp_path / "c.jsonl", tmp_path / "q.jsonl"
    rows = [{"id": p.id, "title": "", "text": p.text} for p in passages(20)]
    corpus.write_text("\n".join(map(json.dumps, rows)))
    questions.write_text(json.dumps({"id": "q", "question": "seal the lid", "gold": ["3"]}))
    command = ["eval", "retrieval", "--corpus", str(corpus), "--questions", str(questions)]
    options = ["--reranker", str(folder), "--ablate", "reranker", "--json"]
    assert main([*command, *options]) == 0
    assert list(json.loads(capfd.readouterr().out)["ablations"]) == ["reranker"]


@pytest.mark.slow
def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"has no config\.json"):
        CrossReranker(tmp_path / "nowhere")
    pickled = tmp_path / "pickled"
    pickled.mkdir()
    (pickled / "config.json").write_text("{}")
    (pickled / "pytorch_model.bin").write_bytes(b"x")
    with pytest.raises(ModelError, match="pickle"):
        CrossReranker(pickled)
    with pytest.raises(ModelError, match="gives 3 numbers"):
        CrossReranker(cross_encoder(tmp_path / "three", 3)).score("kettle", ["lid"])
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in folder.iterdir():
        (broken / file.name).write_bytes(file.read_bytes()[:100])
    with pytest.raises(ModelError, match="cannot be loaded"):
        CrossReranker(broken).score("kettle", ["lid"])
