"""How often a past interaction about the same problem is found: tickets, each left out in turn.

    python benchmarks/past_interactions.py --json

`data/ticket_problems.jsonl` says which problem each ticket of the shop is about; people read the
tickets for it, and no agent reads that file. A ticket is asked in its customer's words while it is
not in the index; it is found when one of the first three past interactions has the same problem.
Asked are the tickets that share their problem with another one that an agent may learn from: those
that did not end well are in no index. `message` is what the customer wrote, `with subject` has the
subject before it. For the shop's questions of the kind past-interaction, found is the ticket that
the question names.

`search` ranks past interactions alone; `turn` takes them from the pieces of evidence that a turn
keeps, among documents and facts. Beside them stand BM25 and the cosine of the same encoder, both
over the plain texts of the same tickets. The halves are those of the questions: tickets of the
products that choices were made on, and of others. `one language` leaves out the tickets whose
problem others told in another language only: the embedded encoder reads English.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import bm25s
import numpy as np
import Stemmer
from _report import document
from _report import show as show_json
from bm25s.stopwords import STOPWORDS_EN, STOPWORDS_GERMAN

from ontopilot.models.encoder import Encoder
from ontopilot.models.encoding.sentence import SentenceEncoder, nearness_encoder
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.evaluate.bootstrap import mean
from ontopilot.orchestrator.evaluate.questions import read_questions
from ontopilot.orchestrator.nodes import FOUND
from ontopilot.retrieval import KnowledgeIndex, Query
from ontopilot.retrieval.corpus import gather

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "customer_service"
PROBLEMS = Path(__file__).parent / "data" / "ticket_problems.jsonl"
FIRST = 3
Half = Literal["dev", "test"]
HALVES: tuple[Half, ...] = ("dev", "test")
OF_TEST = (range(200, 400), range(421, 500))
"""Numbers of the tickets that are about the products of the questions' half `test`."""

Search = Callable[[str, str], Sequence[str]]
"""From a question and the ticket that is left out ("" for none) to tickets, best first."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--missed", action="store_true", help="name what was not found")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    result = measure()
    if not arguments.missed:
        del result["missed"]
    if arguments.json:
        show_json(document(result, packages=("faiss-cpu", "bm25s")), as_json=True)
    else:
        show(result)
    return 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the sets it is counted in, the ticket left out, and the tickets to find."""

    sets: tuple[str, ...]
    text: str
    left_out: str
    gold: frozenset[str]


def measure(
    folder: Path = EXAMPLE, problems: Path = PROBLEMS, *, halves: Sequence[Half] = HALVES
) -> dict[str, Any]:
    """Shares of questions whose problem is found, of each way to search."""
    tickets = {row["id"]: row for row in rows(folder / "tickets.jsonl")}
    problem = {row["ticket"]: row["problem"] for row in rows(problems)}
    encoder = SentenceEncoder()
    index = opened(folder, encoder, nearness_encoder(threads=2))
    learnt = [p.id.partition(":")[2] for p in index.passages if p.kind == "interaction"]
    ways: dict[str, Search] = {
        **searches(index),
        **plain({ticket: tickets[ticket] for ticket in learnt}, encoder),
    }
    asked = [one for half in halves for one in left_out(tickets, problem, learnt, half)]
    asked += [one for half in halves for one in questions(folder, learnt, half)]
    hits: dict[str, dict[str, list[bool]]] = {}
    missed = []
    for one in asked:
        found = {way: search(one.text, one.left_out)[:FIRST] for way, search in ways.items()}
        for name in one.sets:
            each = hits.setdefault(name, {way: [] for way in ways})
            for way, best in found.items():
                each[way].append(bool(one.gold.intersection(best)))
        if one.gold.isdisjoint(found["search"]):
            missed.append(
                f"{one.sets[0]}: {one.left_out} {one.text[:90]!r}: wanted "
                f"{', '.join(sorted(one.gold))}, got {', '.join(found['search'])}"
            )
    return {
        "tickets": len(tickets),
        "learnt": len(learnt),
        "problems": len(set(problem.values())),
        "first": FIRST,
        "found": {
            name: {way: figure(each) for way, each in ways_hits.items()}
            for name, ways_hits in sorted(hits.items())
        },
        "missed": [line for line in missed if " test" not in line.partition(":")[0]],
    }


def _of_test(ticket: str) -> bool:
    return any(int(ticket.removeprefix("T-")) in numbers for numbers in OF_TEST)


def left_out(
    tickets: Mapping[str, Mapping[str, Any]],
    problem: Mapping[str, str],
    learnt: Sequence[str],
    half: Half,
) -> Iterator[Asked]:
    """The tickets of a half that share their problem with one that is learnt from, as questions."""
    for ticket, row in tickets.items():
        gold = frozenset(
            other for other in learnt if other != ticket and problem[other] == problem[ticket]
        )
        if not gold or _of_test(ticket) != (half == "test"):
            continue
        near = any(german(tickets[other]["question"]) == german(row["question"]) for other in gold)
        for name, text in (
            ("message", row["question"]),
            ("with subject", f"{row['subject']}. {row['question']}"),
        ):
            sets = [f"tickets {half}, {name}", f"tickets, {name}"]
            sets += [f"tickets, {name}, one language"] if near else []
            yield Asked(tuple(sets), text, ticket, gold)


def german(text: str) -> bool:
    """Whether a text has more function words of German than of English."""
    words = re.findall(r"\w+", text.lower())
    counts = [sum(word in stop for word in words) for stop in (STOPWORDS_GERMAN, STOPWORDS_EN)]
    return counts[0] > counts[1]


def questions(folder: Path, learnt: Sequence[str], half: Half) -> Iterator[Asked]:
    """The questions of a half that name a past interaction."""
    for question in read_questions(folder / "questions.jsonl", split=half):
        gold = frozenset(question.documents).intersection(learnt)
        if question.kind == "past-interaction" and gold:
            yield Asked((f"questions {half}", "questions"), question.question, "", gold)


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def opened(folder: Path, encoder: Encoder, nearness: Encoder) -> KnowledgeIndex:
    """The index of the example, in memory."""
    corpus = gather([folder / "docs"], folder / "tickets.jsonl", stored=None)
    ontology = Ontology.load(folder / "shop.owl")
    return KnowledgeIndex.build(
        corpus.passages, encoder=encoder, nearness=nearness, ontology=ontology
    )


def searches(index: KnowledgeIndex) -> dict[str, Search]:
    """The agent's search, over past interactions alone and as a turn uses it."""
    without = LeftOut(index)

    def search(text: str, left_out: str) -> Sequence[str]:
        found = without(left_out).search(asked(text), k=FIRST, kinds=("interaction",))
        return [item.id.partition(":")[2] for item in found]

    def turn(text: str, left_out: str) -> Sequence[str]:
        found = without(left_out).search(asked(text), k=FOUND)
        return [item.id.partition(":")[2] for item in found if item.kind == "interaction"]

    def asked(text: str) -> Query:
        return Query(text, tuple(index.ontology.link(text)) if index.ontology else ())

    return {"search": search, "turn": turn}


class LeftOut:
    """An index without one of its tickets: as if it had never been read; the last is kept."""

    def __init__(self, index: KnowledgeIndex) -> None:
        self._index = index
        self._last = ("", index)

    def __call__(self, ticket: str) -> KnowledgeIndex:
        """The index without a ticket, the whole one for "" or a ticket that is not in it."""
        keep = [p.id != f"ticket:{ticket}" for p in self._index.passages]
        if all(keep):
            return self._index
        if self._last[0] != ticket:
            passages = [p for p, kept in zip(self._index.passages, keep, strict=True) if kept]
            smaller = KnowledgeIndex(
                passages,
                self._index.vectors[np.array(keep)],
                encoder=self._index.encoder,
                nearness=self._index.nearness,
                ontology=self._index.ontology,
                report=self._index.report,
            )
            self._last = (ticket, smaller)
        return self._last[1]


def plain(tickets: Mapping[str, Mapping[str, Any]], encoder: Encoder) -> dict[str, Search]:
    """BM25 with stems, and cosine, over the texts of tickets as they are in the file."""
    ids = list(tickets)
    texts = [
        "\n".join((row["subject"], row["question"], row["answer"])) for row in tickets.values()
    ]
    vectors = encoder.encode(texts)
    stemmer = Stemmer.Stemmer("english")

    def tokens(several: list[str]) -> Any:
        return bm25s.tokenize(several, stopwords="en", stemmer=stemmer, show_progress=False)

    index = bm25s.BM25()
    index.index(tokens(texts), show_progress=False)

    def lexical(text: str, left_out: str) -> Sequence[str]:
        rows, _ = index.retrieve(tokens([text]), k=FIRST + 1, show_progress=False)
        return [ids[row] for row in rows[0] if ids[row] != left_out]

    def dense(text: str, left_out: str) -> Sequence[str]:
        near = np.argsort(-(vectors @ encoder.encode([text])[0]), kind="stable")
        return [ids[row] for row in near[: FIRST + 1] if ids[row] != left_out]

    return {"bm25": lexical, "cosine": dense}


def figure(hits: Sequence[bool]) -> dict[str, float | int | None]:
    """A share with its bootstrap interval."""
    estimate = mean([float(hit) for hit in hits])
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {
        **{name: None if value is None else round(value, 3) for name, value in values.items()},
        "of": len(hits),
    }


def show(result: Mapping[str, Any]) -> None:
    """Print the shares as a table."""
    print(
        f"{result['tickets']} tickets, {result['learnt']} of them learnt from, about "
        f"{result['problems']} problems; found among the first {result['first']}"
    )
    ways = list(next(iter(result["found"].values())))
    print(f"{'':36}{'of':>5}" + "".join(f"{way:>20}" for way in ways))
    for name, figures in result["found"].items():
        cells = "".join(
            f"{f['value']:.2f} [{f['low']:.2f}, {f['high']:.2f}]".rjust(20)
            for f in figures.values()
        )
        print(f"{name:36}{figures[ways[0]]['of']:5}{cells}")
    for line in result.get("missed", ()):
        print(f"missed {line}")


if __name__ == "__main__":
    raise SystemExit(main())
