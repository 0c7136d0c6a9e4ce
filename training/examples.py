"""What the pair models learn from: pairs written by hand, and pairs made from sentences."""

import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from changes import harmful, harmless

from ontopilot.models.encoding.sentence import SentenceEncoder
from ontopilot.orchestrator.verify.excerpt import excerpt
from ontopilot.orchestrator.verify.reading import read
from ontopilot.prose import statements
from ontopilot.retrieval.passage import Evidence
from ontopilot.retrieval.relevance import usual_cosine

HERE = Path(__file__).parent
SEED = 11


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and whether the second holds by the first."""

    first: str
    second: str
    holds: float
    prior: float = 0.0
    """What is known before both are read together: how near they are in meaning."""
    group: int = -1
    """Pairs of one question, of which at most a few hold, have a number; others -1."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A claim about a passage, as it was written."""

    claim: str
    evidence: Evidence
    question: str
    holds: bool


def claims() -> Iterator[Claimed]:
    """The claims of `entailment/`."""
    for row in _rows(HERE / "entailment"):
        evidence = Evidence("e", "passage", row["text"], 1.0, "", title=row["title"])
        for kind in ("supported", "unsupported"):
            for told in row[kind]:
                question = told.get("question", "")
                yield Claimed(told["claim"], evidence, question, kind == "supported")


def entailment() -> list[Pair]:
    """What a claim can rest on and the claim: whether it is supported."""
    pairs = []
    for row in _rows(HERE / "entailment"):
        for holds, kind in ((1.0, "supported"), (0.0, "unsupported")):
            told = [claim["claim"] for claim in row[kind]]
            told += [f"{c['question']} {c['claim']}" for c in row[kind] if c.get("question")]
            pairs += [_claimed(row["title"], row["text"], claim, holds) for claim in told]
    random.Random(SEED).shuffle(pairs)
    return pairs


def _claimed(title: str, text: str, claim: str, holds: float) -> Pair:
    evidence = Evidence("e", "passage", text, 1.0, "", title=title)
    return Pair(excerpt(read(claim), [evidence]), claim, holds)


def answering() -> list[Pair]:
    """Statement and question: whether the statement answers the question.

    Beside what answers a question stand the statements nearest to it that do not, from the same
    page and from another one: those are what a search finds, too.
    """
    pages = [_Page.of(row) for row in _rows(HERE / "answering")]
    encoder = SentenceEncoder()
    told = [text for page in pages for text in page.worded]
    vectors = encoder.encode(told)
    usual = usual_cosine(vectors)
    home = np.array([at for at, page in enumerate(pages) for _ in page.worded])
    pairs: list[Pair] = []
    group = 0
    for at, page in enumerate(pages):
        asked = [*page.questions, *((question, frozenset()) for question in page.unanswerable)]
        near = encoder.encode([question for question, _ in asked]) @ vectors.T
        near = (near - usual) / (1 - usual)
        for (question, answers), row in zip(asked, near, strict=True):
            order = [int(i) for i in np.argsort(-row)]
            right = [i for i in order if home[i] == at and told[i] in answers]
            here = [i for i in order if home[i] == at and i not in right][:HARD]
            there = [i for i in order if home[i] != at][:ELSEWHERE]
            pairs += [
                Pair(told[i], question, float(i in right), float(row[i]), group)
                for i in (*right, *here, *there)
            ]
            group += 1
    return pairs


@dataclass(frozen=True, slots=True)
class Near:
    """Two texts that belong together, one that does not, and all that belong to the first."""

    asked: str
    text: str
    far: str
    also: frozenset[str]


def nearness(rng: random.Random) -> Iterator[list[Near]]:
    """Pairs of texts that are about the same, those of one page or thing together.

    A question and a statement that answers it; a message and another one, or the reply, about the
    same problem. Each call draws other pairs.
    """
    for row in _rows(HERE / "answering"):
        page = _Page.of(row)
        yield [
            Near(
                question,
                rng.choice(sorted(answers)),
                rng.choice([told for told in page.worded if told not in answers]),
                answers,
            )
            for question, answers in page.questions
        ]
    for row in _rows(HERE / "nearness"):
        yield [
            Near(asked, text, "", frozenset([*told, problem["reply"]]))
            for problem in row["problems"]
            for told in [rng.sample(problem["messages"], len(problem["messages"]))]
            for asked, text in [(told[0], told[1]), (told[2], problem["reply"])]
        ]


HARD, ELSEWHERE = 6, 2
"""Statements for each question that do not answer it, of its page and of others."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as its statements, each after its headings, with questions and their answers."""

    worded: list[str]
    questions: list[tuple[str, frozenset[str]]]
    unanswerable: list[str]

    @classmethod
    def of(cls, row: dict[str, Any]) -> "_Page":
        worded, raw = [], []
        for section in row["sections"]:
            for one in statements(section["text"]):
                worded.append(f"{row['title']} > {section['heading']}: {one.text}")
                raw.append(section["text"][one.start : one.end])
        questions = []
        for asked in row["questions"]:
            answers = frozenset(
                text
                for text, source in zip(worded, raw, strict=True)
                if any(_same(answer, source) for answer in asked["answers"])
            )
            if answers:
                questions.append((asked["question"], answers))
        return cls(worded, questions, row["unanswerable"])


def _same(answer: str, source: str) -> bool:
    mine, theirs = (re.sub(r"[\W_]+", " ", text).strip() for text in (answer, source))
    return mine == theirs or mine in theirs or (len(theirs) > 20 and theirs in mine)


def _rows(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.jsonl")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.strip():
                yield json.loads(line)


MADE_FROM = 900
"""Passages whose sentences are changed by rule, for a short first stage."""


def synthetic() -> list[Pair]:
    """Sentences of passages, true as they stand or changed by rule."""
    rng = random.Random(SEED)
    pairs: list[Pair] = []
    passages = list(dict.fromkeys(_passages()))
    passages = rng.sample(passages, min(MADE_FROM, len(passages)))
    for number, (title, text) in enumerate(passages):
        told = [s for s in _sentences(text) if 4 <= len(s.split()) <= 45]
        if len(told) < 2:
            continue
        kept = [harmless(one, told, rng) for one in rng.sample(told, min(4, len(told)))]
        pairs += [_claimed(title, text, sentence, 1.0) for sentence in kept]
        for sentence in rng.sample(told, min(5, len(told))):
            changed = harmful(sentence, told, text, rng)
            if changed and changed not in text:
                pairs.append(_claimed(title, text, changed, 0.0))
        near = passages[number - 1][1] if number else passages[-1][1]
        stranger = rng.choice(_sentences(near))
        if stranger not in text:
            pairs.append(_claimed(title, text, stranger, 0.0))
    rng.shuffle(pairs)
    return pairs


def _sentences(text: str) -> list[str]:
    return [statement.text for statement in statements(text)]


def _passages() -> Iterator[tuple[str, str]]:
    for row in _rows(HERE / "entailment"):
        yield row["title"], row["text"]
    for row in _rows(HERE / "answering"):
        for section in row["sections"]:
            yield f"{row['title']} — {section['heading']}", section["text"]
