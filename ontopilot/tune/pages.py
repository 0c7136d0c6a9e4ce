"""Examples from pages with questions: rows `{title, sections, questions, unanswerable}`."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontopilot.errors import ConfigError
from ontopilot.models.messages import Source
from ontopilot.prose import STOP_WORDS, statements
from ontopilot.tune.example import Example, Kind, Target

MOST_WORDS = 40
"""Words of a sentence that a claim may repeat; a draft's schema allows no more."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a help centre with what customers ask of it."""

    name: str
    title: str
    sections: tuple[tuple[str, str], ...]
    questions: tuple[tuple[str, tuple[str, ...]], ...]
    unanswerable: tuple[str, ...]

    def sentences(self) -> tuple[tuple[str, str], ...]:
        """Heading and text of each sentence."""
        return tuple(
            (heading, one.text)
            for heading, text in self.sections
            for one in statements(text)
            if one.kind != "heading"
        )


def read_pages(files: Sequence[Path]) -> tuple[Page, ...]:
    """Read pages from JSONL files.

    Raises:
        ConfigError: a file cannot be read, or a row is no page.
    """
    pages = []
    for file in files:
        try:
            rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            pages += [_page(f"{file.stem}-{n}", row) for n, row in enumerate(rows)]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ConfigError(
                f"pages {str(file)!r} cannot be read: {error}; a row is "
                "{title, sections, questions, unanswerable}"
            ) from error
    return tuple(pages)


def _page(name: str, row: dict[str, Any]) -> Page:
    return Page(
        name,
        row["title"],
        tuple((one["heading"], one["text"]) for one in row["sections"]),
        tuple((one["question"], tuple(one["answers"])) for one in row["questions"]),
        tuple(row["unanswerable"]),
    )


def examples(pages: Sequence[Page], seed: int) -> Iterator[Example]:
    """One example for each question of each page, with sources drawn anew for each seed."""
    rng = random.Random(f"pages {seed}")  # noqa: S311
    for page in pages:
        for question, answers in page.questions:
            yield from _asked(rng, page, pages, question, answers)
        for question in page.unanswerable:
            if rng.random() < 0.6:
                yield from _asked(rng, page, pages, question, ())
        for _, text in page.sentences():
            if rng.random() < 0.5:
                yield from _asked(rng, page, pages, _keywords(rng, text), (text,), kind="copy")


def _asked(
    rng: random.Random,
    page: Page,
    pages: Sequence[Page],
    question: str,
    answers: Sequence[str],
    *,
    kind: Kind | None = None,
) -> Iterator[Example]:
    """The example of a question; none when an answer cannot be repeated as it stands."""
    if any(not can_be_claimed(text) for text in answers):
        return
    told = [one for one in page.sentences() if one[1] not in answers]
    right = [one for one in page.sentences() if one[1] in answers]
    if len(right) != len(set(answers)):
        return
    dropped = bool(answers) and kind is None and rng.random() < 0.12
    other = rng.choice(pages)
    rest = rng.sample(told, min(len(told), rng.randint(2, 6)))
    rest += rng.sample(other.sentences(), min(len(other.sentences()), rng.randint(0, 2)))
    chosen = [*((page.title, *one) for one in ([] if dropped else right))]
    chosen += [(other.title if one not in told else page.title, *one) for one in rest]
    rng.shuffle(chosen)
    groups = _grouped(rng, chosen)
    sources = tuple(
        Source(str(n), " ".join(text for *_, text in group), _place(group))
        for n, group in enumerate(groups, start=1)
    )
    claims = tuple(
        Target(text, (n,))
        for text in dict.fromkeys(answers)
        for n, group in enumerate(groups, start=1)
        if any(one[2] == text for one in group)
    )
    kind = kind or ("answer" if claims else "refuse")
    if not claims or kind != "copy" or rng.random() < 0.9:
        yield Example(kind, "draft", question, sources, claims, page.name, page.name, "pages")


def _grouped(
    rng: random.Random, chosen: Sequence[tuple[str, str, str]]
) -> list[list[tuple[str, str, str]]]:
    """Sentences alone, or sometimes those of one section together."""
    if rng.random() < 0.6:
        return [[one] for one in chosen]
    groups: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for one in chosen:
        groups.setdefault(one[:2], []).append(one)
    return list(groups.values())


def _place(group: Sequence[tuple[str, str, str]]) -> str:
    title, heading, _ = group[0]
    return f"{title} > {heading}" if heading else title


def can_be_claimed(text: str) -> bool:
    """Whether a claim may repeat a sentence: the schema of drafts allows no brackets."""
    return len(text.split(" ")) <= MOST_WORDS and not set(text) & set("[]\\") and "  " not in text


def _keywords(rng: random.Random, text: str) -> str:
    """A question in key words: some of the words of the sentence that answers it."""
    words = [w.strip(".,;:!?()\"'") for w in text.split()]
    words = [w for w in words if w and w.lower() not in STOP_WORDS]
    count = min(len(words), rng.randint(2, 5))
    kept = sorted(rng.sample(range(len(words)), count))
    asked = " ".join(words[at] for at in kept)
    shape = rng.choice(("{}?", "what about {}?", "Tell me about {}.", "{}", "Is it true: {}?"))
    return shape.format(asked.lower() if rng.random() < 0.4 else asked)
