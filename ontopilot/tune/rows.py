"""Examples as rows of tokens: many short ones packed into each row, none seeing another."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.files.template import ChatTemplate
from ontopilot.tune.example import Example

Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """The tokens of an example; the answer with its end begins at `answer`.

    `label` is what it is counted as when a model is measured.
    """

    tokens: Ints
    answer: int
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of equal length: `tokens`, `positions` within each example, `segments` from 1 (0 is
    padding), and `answers`, which tells the tokens that are to be learnt; each (rows, length).
    """

    tokens: Ints
    positions: Ints
    segments: Ints
    answers: NDArray[np.bool_]


class Encoding:
    """Turns examples into tokens as the engines do."""

    def __init__(self, tokenizer: Any, template: ChatTemplate, *, end: int) -> None:
        self._tokenizer = tokenizer
        self._template = template
        self._end = end

    def encode(self, example: Example) -> Encoded:
        """The prompt as an engine renders it, the answer and the token that ends it."""
        prompt = self._template.render(example.messages(), thinking=False)
        before = self._ids(prompt)
        tokens = np.array([*before, *self._ids(example.answer), self._end], dtype=np.int32)
        steps = f" of {len(example.claims)}" if example.kind == "chain" else ""
        return Encoded(tokens, len(before), example.kind, f"{example.origin} {example.kind}{steps}")

    def all(self, examples: Iterable[Example], *, longest: int) -> list[Encoded]:
        """The examples that are not longer than a row, in order."""
        found = (self.encode(example) for example in examples)
        return [one for one in found if len(one.tokens) <= longest]

    def _ids(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)


def pack(encoded: Iterable[Encoded], *, length: int, pad: int) -> Iterator[Batch]:
    """Rows of at most `length` tokens, one batch of one row at a time, filled in order."""
    held: list[Encoded] = []
    used = 0
    for one in encoded:
        if used + len(one.tokens) > length and held:
            yield _row(held, length, pad)
            held, used = [], 0
        held.append(one)
        used += len(one.tokens)
    if held:
        yield _row(held, length, pad)


def _row(held: Sequence[Encoded], length: int, pad: int) -> Batch:
    tokens = np.full((1, length), pad, dtype=np.int32)
    positions = np.zeros((1, length), dtype=np.int32)
    segments = np.zeros((1, length), dtype=np.int32)
    answers = np.zeros((1, length), dtype=np.bool_)
    at = 0
    for number, one in enumerate(held, start=1):
        end = at + len(one.tokens)
        tokens[0, at:end] = one.tokens
        positions[0, at:end] = np.arange(len(one.tokens))
        segments[0, at:end] = number
        answers[0, at + one.answer : end] = True
        at = end
    return Batch(tokens, positions, segments, answers)


def joined(rows: Sequence[Batch]) -> Batch:
    """Several batches as one, cut to the longest row that is used."""
    most = max(int(np.count_nonzero(row.segments)) for row in rows)
    return Batch(
        np.concatenate([row.tokens for row in rows])[:, :most],
        np.concatenate([row.positions for row in rows])[:, :most],
        np.concatenate([row.segments for row in rows])[:, :most],
        np.concatenate([row.answers for row in rows])[:, :most],
    )


def drawn(
    encoded: Sequence[Encoded], *, seed: int, step: int, tokens: int, length: int, pad: int
) -> Batch:
    """The batch of a step: about so many tokens, drawn by seed and step alone.

    A run that goes on after a kill therefore sees what it would have seen.
    """
    rng = random.Random(f"{seed} {step}")  # noqa: S311
    wanted = max(1, tokens // length)
    chosen = (encoded[rng.randrange(len(encoded))] for _ in iter(int, 1))
    rows: list[Batch] = []
    for row in pack(chosen, length=length, pad=pad):
        rows.append(row)
        if len(rows) == wanted:
            break
    return joined(rows)


def write_encoded(file: Path, encoded: Sequence[Encoded]) -> None:
    """Keep what was encoded, so that a run that goes on need not do it again."""
    np.savez(
        file,
        tokens=np.concatenate([one.tokens for one in encoded]),
        lengths=np.array([len(one.tokens) for one in encoded], dtype=np.int32),
        answers=np.array([one.answer for one in encoded], dtype=np.int32),
        kinds=np.array([one.kind for one in encoded]),
        labels=np.array([one.label for one in encoded]),
    )


def read_encoded(file: Path) -> list[Encoded]:
    """Read what `write_encoded` wrote."""
    with np.load(file, allow_pickle=False) as kept:
        ends = np.cumsum(kept["lengths"])
        texts = np.split(kept["tokens"], ends[:-1])
        rest = zip(kept["answers"], kept["kinds"], kept["labels"], strict=True)
        return [
            Encoded(tokens, int(answer), str(kind), str(label))
            for tokens, (answer, kind, label) in zip(texts, rest, strict=True)
        ]
