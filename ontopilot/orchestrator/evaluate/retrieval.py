"""Score retrieval on a corpus with gold passages."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from ontopilot.errors import ConfigError
from ontopilot.models.encoder import Encoder, Reranker
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.evaluate.questions import read_rows
from ontopilot.retrieval.knowledge import KnowledgeIndex
from ontopilot.retrieval.passage import EvidenceId, EvidenceKind, Passage, Query
from ontopilot.retrieval.scorings import Part, parts

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
    reranker: Reranker | None = None,
    ablate: Collection[str] = (),
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Recall@k and the share of questions with all gold passages in the top k, averaged.

    Recall is |gold ∩ top-k| / |gold|. Times: seconds to index, milliseconds a question. Each part
    of the search in `ablate` is left out in turn; `ablations` has what remains without it.

    Raises:
        ConfigError: there is no such part.
    """
    left_out = sorted(parts(ablate))
    if "reranker" in left_out and reranker is None:
        raise ConfigError("there is no reranker to leave out; give one with --reranker")
    depths = sorted(set(ks))
    tell = progress or _silent
    tell("indexing", 0, len(corpus))
    began = time.perf_counter()
    index = KnowledgeIndex.build(corpus, encoder=encoder, ontology=ontology, reranker=reranker)
    indexed = time.perf_counter() - began
    tell("indexing", len(corpus), len(corpus))
    asked = [
        Query(q.question, tuple(ontology.link(q.question) if ontology else ())) for q in questions
    ]
    gold = [question.gold for question in questions]
    began = time.perf_counter()
    found = _found(index, asked, depths[-1], frozenset(), tell)
    seconds = time.perf_counter() - began
    report = {
        **_scores(found, gold, depths),
        "questions": len(questions),
        "index_seconds": indexed,
        "ms_per_question": seconds * 1000 / len(questions),
    }
    if left_out:
        report["ablations"] = {
            part: _scores(_found(index, asked, depths[-1], frozenset({part}), tell), gold, depths)
            for part in left_out
        }
    return report


def _found(
    index: KnowledgeIndex,
    asked: Sequence[Query],
    depth: int,
    without: frozenset[Part],
    tell: Progress,
) -> list[list[str]]:
    """The ids that are found for each question, best first."""
    found: list[list[str]] = []
    for done, query in enumerate(asked, start=1):
        best = index.search(query, k=depth, kinds=PASSAGES, without=without)
        found.append([evidence.id for evidence in best])
        tell("asking", done, len(asked))
    return found


def _scores(
    found: Sequence[Sequence[str]], gold: Sequence[frozenset[str]], depths: Sequence[int]
) -> dict[str, Any]:
    shares = {
        k: [_recall(wanted, ids[:k]) for wanted, ids in zip(gold, found, strict=True)]
        for k in depths
    }
    return {
        "recall": {str(k): fmean(each) for k, each in shares.items()},
        "all_gold": {str(k): fmean(share == 1 for share in each) for k, each in shares.items()},
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
