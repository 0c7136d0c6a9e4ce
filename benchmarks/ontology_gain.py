"""What the ontology adds to what a turn finds, and whether it is the meaning of it that adds.

    python benchmarks/ontology_gain.py --split dev --json

Asks the shop's questions that need a synonym, a subclass, a property or an inference, and counts
how many of the facts that each expects are stated by the first five pieces of evidence of its
turn, in the order in which the turn keeps them. A fact counts when one of the five states it in
one of its wordings; documents count when one of the five comes from them. The terms that the
questions name are not counted: an agent without an ontology has none to find.

Three agents are compared: the whole one, one without the ontology (`Agent.ablate`), and one with
an ontology in which the names of terms – labels with their synonyms – were dealt out at random
among the classes, among the properties and among the individuals. Everything else in that
ontology is as it was. Were it the mere presence of names, facts and more evidence that helps, it
would help as much. Intervals are 95 %, bootstrapped over questions; gains are paired.
"""

import argparse
import os
import random
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from _report import SEED, document
from _report import show as show_json

from ontopilot import Evidence
from ontopilot.cli.agents import load_agent
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.evaluate.bootstrap import Estimate, share
from ontopilot.orchestrator.evaluate.normal import states
from ontopilot.orchestrator.evaluate.questions import Question, read_questions

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "customer_service"
ONTOLOGY = ("shop.owl", "network.owl")
KINDS = ("needs-synonym", "needs-subclass", "needs-property", "needs-inference")
SORTS = {
    "Class": "class",
    "ObjectProperty": "property",
    "DatatypeProperty": "property",
    "NamedIndividual": "individual",
}
"""The elements of terms, and among which of them names are dealt out."""

_TERM = re.compile(
    rf"(?P<head>^    <owl:(?P<sort>{'|'.join(SORTS)}) [^\n]*[^/]>\n)(?P<body>.*?)(?=^    </owl:)",
    re.MULTILINE | re.DOTALL,
)
_NAME = re.compile(r"^ {8}<(?:rdfs:label|skos:altLabel)\b.*\n", re.MULTILINE)
DEPTH = 5
SEEDS = 5

Found = Sequence[tuple[float, float]]
"""For each question, how many of its expected facts and of its documents were found."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--split", choices=("dev", "test"), help="one half; by default both")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="permuted ontologies")
    parser.add_argument("--missed", action="store_true", help="name what was not found")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    if arguments.seeds < 1:
        parser.error(f"--seeds {arguments.seeds}: give at least 1")
    splits = (arguments.split,) if arguments.split else ("dev", "test")
    with shop() as (agent, folder):
        halves = measure(agent, folder, splits=splits, seeds=arguments.seeds)
    if not arguments.missed:
        for half in halves.values():
            half.pop("missed")
    if arguments.json:
        show_json(document({"halves": halves}, packages=("faiss-cpu", "bm25s")), as_json=True)
    else:
        show(halves)
    return 0


@contextmanager
def shop() -> Iterator[tuple[Agent, Path]]:
    """The agent of a copy of the example, whose files may be changed, and where the copy is."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "example"
        shutil.copytree(EXAMPLE, folder, ignore=shutil.ignore_patterns(".ontopilot"))
        before = os.environ.get("ONTOPILOT_HOME")
        os.environ["ONTOPILOT_HOME"] = str(Path(name) / "home")
        try:
            with load_agent(f"{folder / 'agent.py'}:support") as agent:
                agent.prepare()
                yield agent, folder
        finally:
            os.environ.pop("ONTOPILOT_HOME")
            if before is not None:
                os.environ["ONTOPILOT_HOME"] = before


def measure(
    agent: Agent, folder: Path, *, splits: Sequence[str], seeds: int = SEEDS
) -> dict[str, Any]:
    """Recall of the three agents and the gains, for each half of the questions."""
    asked = {
        split: [q for q in read_questions(folder / "questions.jsonl", split=split) if wanted(q)]
        for split in splits
    }
    questions = [question for half in asked.values() for question in half]
    whole = [found(agent, question) for question in questions]
    agent.ablate("ontology")
    bare = [found(agent, question) for question in questions]
    agent.ablate()
    dealt = [
        [found(agent, question) for question in questions]
        for _ in permuted(agent, folder, seeds=seeds)
    ]
    halves, at = {}, 0
    for split, half in asked.items():
        part = slice(at, at + len(half))
        halves[split] = compare(half, whole[part], bare[part], [one[part] for one in dealt])
        at += len(half)
    return halves


def wanted(question: Question) -> bool:
    """Whether a question is of those that need the ontology and expect facts."""
    return question.kind in KINDS and bool(question.expected_facts)


def found(agent: Agent, question: Question) -> tuple[float, float]:
    """How many of the facts and of the documents that a question expects a turn has found."""
    answer = agent.ask(question.question, customer=question.customer)
    best = agent.store.evidence(answer.turn)[:DEPTH]
    facts = sum(any(states(said(item), fact) for item in best) for fact in question.expected_facts)
    pages = sum(any(comes_from(item, page) for item in best) for page in question.documents)
    return float(facts), float(pages)


def said(item: Evidence) -> str:
    """A piece of evidence as a reader sees it: under its title."""
    return f"{item.title}\n{item.text}"


def comes_from(item: Evidence, page: str) -> bool:
    """Whether evidence is of a document, or is the ticket of that number."""
    return page.partition("#")[0] in (item.source, item.id.partition(":")[2])


def permuted(agent: Agent, folder: Path, *, seeds: int) -> Iterator[int]:
    """Deal the names out anew, once a seed; the agent reads the saved files at its next turn.

    Raises:
        RuntimeError: the agent does not read a file that was written.
    """
    sources = {name: (folder / name).read_bytes() for name in ONTOLOGY}
    try:
        for seed in range(SEED, SEED + seeds):
            before = agent.snapshot.version
            for name, text in renamed(sources, random.Random(seed)).items():
                (folder / name).write_bytes(text)
            if agent.snapshot.version == before or agent.reload_error:
                raise RuntimeError(f"the permuted ontology is not in use: {agent.reload_error!r}")
            yield seed
    finally:
        for name, text in sources.items():
            (folder / name).write_bytes(text)


def renamed(sources: Mapping[str, bytes], choose: random.Random) -> dict[str, bytes]:
    """The ontology files with the names of terms dealt out among terms of the same kind.

    The text is changed and nothing but the lines of names, as Protégé writes them.
    """
    texts = {name: data.decode() for name, data in sources.items()}
    names: dict[str, list[str]] = {kind: [] for kind in set(SORTS.values())}
    for text in texts.values():
        for block in _TERM.finditer(text):
            if found := _NAME.findall(block["body"]):
                names[SORTS[block["sort"]]].append("".join(found))
    for hands in names.values():
        choose.shuffle(hands)

    def deal(block: re.Match[str]) -> str:
        if not _NAME.search(block["body"]):
            return block.group()
        hand = names[SORTS[block["sort"]]].pop()
        return f"{block['head']}{hand}{_NAME.sub('', block['body'])}"

    return {name: _TERM.sub(deal, text).encode() for name, text in texts.items()}


def compare(
    questions: Sequence[Question], whole: Found, bare: Found, dealt: Sequence[Found]
) -> dict[str, Any]:
    """The figures of one half, overall and per kind; permuted is the mean over the seeds."""
    mean = [
        (fmean(facts for facts, _ in one), fmean(pages for _, pages in one))
        for one in zip(*dealt, strict=True)
    ]
    facts, pages = (
        [
            Counts(question.kind, len(of), a[which], b[which], c[which])
            for question, a, b, c in zip(questions, whole, bare, mean, strict=True)
            if (of := (question.expected_facts, question.documents)[which])
        ]
        for which in (0, 1)
    )
    return {
        "questions": len(questions),
        "depth": DEPTH,
        "facts": figures(facts),
        "documents": figures(pages),
        "kinds": {kind: figures([one for one in facts if one.kind == kind]) for kind in KINDS},
        "gain_permuted_by_seed": [
            round(
                (sum(got for got, _ in one) - sum(got for got, _ in bare))
                / sum(counts.of for counts in facts),
                3,
            )
            for one in dealt
        ],
        "missed": [
            f"{question.id} {question.question!r}: {got:.0f} of {len(question.expected_facts)}"
            for question, (got, _) in zip(questions, whole, strict=True)
            if got < len(question.expected_facts)
        ],
    }


@dataclass(frozen=True, slots=True)
class Counts:
    """How many things a question expects, and how many of them each agent found."""

    kind: str
    of: int
    whole: float
    bare: float
    dealt: float


def figures(counts: Sequence[Counts]) -> dict[str, Any]:
    """Recall of each agent, and the gains over the agent without an ontology."""
    parts = {
        "with": [(one.whole, one.of) for one in counts],
        "without": [(one.bare, one.of) for one in counts],
        "permuted": [(one.dealt, one.of) for one in counts],
        "gain": [(one.whole - one.bare, one.of) for one in counts],
        "gain_permuted": [(one.dealt - one.bare, one.of) for one in counts],
    }
    return {name: rounded(share(pairs)) for name, pairs in parts.items()}


def rounded(estimate: Estimate) -> dict[str, float | None]:
    """An estimate as it is printed."""
    return {
        name: None if value is None else round(value, 3)
        for name, value in (
            ("value", estimate.value),
            ("low", estimate.low),
            ("high", estimate.high),
            ("of", estimate.of),
        )
    }


def show(halves: Mapping[str, Any]) -> None:
    """Print the figures as a table."""
    columns = ("with", "without", "permuted", "gain", "gain_permuted")
    for split, half in halves.items():
        print(f"{split}: {half['questions']} questions, recall@{half['depth']}")
        print(f"{'':22}" + "".join(f"{column:>19}" for column in columns))
        rows = {"facts": half["facts"], "documents": half["documents"], **half["kinds"]}
        for name, figures in rows.items():
            print(f"  {name:20}" + "".join(f"{cell(figures[c]):>19}" for c in columns))
        print(f"  permuted, by seed     {half['gain_permuted_by_seed']}")
        for line in half.get("missed", ()):
            print(f"  missed {line}")


def cell(figure: Mapping[str, Any]) -> str:
    """A figure with its interval."""
    if figure["value"] is None:
        return "-"
    return f"{figure['value']:.2f} [{figure['low']:.2f}, {figure['high']:.2f}]"


if __name__ == "__main__":
    raise SystemExit(main())
