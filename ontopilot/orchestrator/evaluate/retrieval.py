"""Score retrieval on a corpus with gold passages."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from ontopilot.errors import ConfigError
from ontopilot.models.encoder import Encoder
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.evaluate.questions import read_rows
from ontopilot.retrieval.knowledge import KnowledgeIndex
from ontopilot.retrieval.passage import EvidenceId, EvidenceKind, Passage, Query

PASSAGES: tuple[EvidenceKind, ...] = ("passage",)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class GoldQuestion:
    """A question and the ids of the passages that answer it."""

    id: str
    question: str
    gold: frozenset[str]


def evaluate_retrieval(
    corpus: Sequence[Passage],
    questions: Sequence[GoldQuestion],
    *,
    ks: Iterable[int],
    encoder: Encoder,
    ontology: Ontology | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Recall@k and the share of questions with all gold passages in the top k, averaged.

    Recall is |gold ∩ top-k| / |gold|. Times: seconds to index, milliseconds a question.
    """
    depths = sorted(set(ks))
    tell = progress or _silent
    tell("indexing", 0, len(corpus))
    began = time.perf_counter()
    index = KnowledgeIndex.build(corpus, encoder=encoder, ontology=ontology)
    indexed = time.perf_counter() - began
    tell("indexing", len(corpus), len(corpus))
    found: list[list[str]] = []
    began = time.perf_counter()
    for done, question in enumerate(questions, start=1):
        mentions = ontology.link(question.question) if ontology is not None else ()
        query = Query(question.question, mentions)
        best = index.search(query, k=depths[-1], kinds=PASSAGES)
        found.append([evidence.id for evidence in best])
        tell("asking", done, len(questions))
    asked = time.perf_counter() - began
    shares = {
        k: [_recall(q.gold, ids[:k]) for q, ids in zip(questions, found, strict=True)]
        for k in depths
    }
    return {
        "recall": {str(k): fmean(each) for k, each in shares.items()},
        "all_gold": {str(k): fmean(share == 1 for share in each) for k, each in shares.items()},
        "questions": len(questions),
        "index_seconds": indexed,
        "ms_per_question": asked * 1000 / len(questions),
    }


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def _recall(gold: frozenset[str], ids: Sequence[str]) -> float:
    return len(gold.intersection(ids)) / len(gold)


def read_corpus(path: Path) -> list[Passage]:
    """The rows `{id, title, text}` of a corpus as passages.

    Raises:
        ConfigError: the file cannot be read, a row lacks a field, or there is none.
    """
    passages = []
    for number, row in read_rows(path):
        id_ = _text(row, "id", path, number)
        title = str(row.get("title") or "")
        text = _text(row, "text", path, number)
        passages.append(Passage(EvidenceId(id_), "passage", text, title, source=id_))
    if not passages:
        raise ConfigError(f"{path}: there is no passage in it; add one a line, as JSON")
    return passages


def read_gold(path: Path) -> list[GoldQuestion]:
    """The rows `{id, question, gold}` of a question file.

    Raises:
        ConfigError: the file cannot be read, a row lacks a field, or there is none.
    """
    questions = []
    for number, row in read_rows(path):
        gold = row.get("gold")
        if not isinstance(gold, list) or not gold:
            raise ConfigError(
                f"{path}, line {number}: the field 'gold' is {gold!r}: it must be a list of ids"
            )
        asked = _text(row, "question", path, number)
        name = str(row.get("id", f"line-{number}"))
        questions.append(GoldQuestion(name, asked, frozenset(str(g) for g in gold)))
    if not questions:
        raise ConfigError(f"{path}: there is no question in it; add one a line, as JSON")
    return questions


def _text(row: Mapping[str, Any], field: str, path: Path, number: int) -> str:
    value = row.get(field)
    if not isinstance(value, str | int) or value == "":
        raise ConfigError(
            f"{path}, line {number}: the field {field!r} is {value!r}: it must be a text"
        )
    return str(value)
