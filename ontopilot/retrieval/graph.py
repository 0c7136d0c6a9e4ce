"""The graph: which passages have which names, and which of them are about one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ontopilot.retrieval.names import Titles, names, title_keys, tokens
from ontopilot.retrieval.passage import Passage

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]

FEWEST, MOST = 2, 50
"""The passages that a name must have to join any, and those from which on it joins too many."""

MOST_OF_FEW, MOST_SHARE = 5, 0.05
"""In a small corpus a name joins too much when more than this share of the passages have it."""

TITLE, IN_TEXT, ONE_WORD = 1.0, 0.6, 0.6
"""How much a name joins a passage that it is the title of, one whose text has it, and how much a
name of one word, which many things may share, counts beside longer ones."""

RARE = 1000
"""A name in one of so many passages says all that a name can say."""


@dataclass(frozen=True, slots=True)
class Joint:
    """A name, the passages that have it, and how strongly it joins each, in (0, 1]."""

    name: str
    rows: Rows
    strengths: Scores


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question names: its names, the rows that have one, and those whose title it is.

    `headed` has, for each of its names that several titles have, their rows.
    """

    names: frozenset[str]
    rows: frozenset[int]
    titled: Scores
    headed: tuple[Rows, ...]


class Graph:
    """Documents' passages joined by their names; made without a model when an index is opened.

    A title names what its passage is about, and a run of capitalised words that recurs is a name.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.size = len(passages)
        self._titled: dict[str, list[int]] = {}
        documents = [(row, p) for row, p in enumerate(passages) if p.kind != "interaction"]
        self._headed: dict[str, list[int]] = {}
        for row, passage in documents:
            for key in title_keys(passage.title):
                self._titled.setdefault(key, []).append(row)
            for key in {name.key for name in names(tokens(passage.title))}:
                self._headed.setdefault(key, []).append(row)
        self._titles = Titles(self._titled)
        self._rows, sure = self._gathered(documents)
        most = min(MOST, max(MOST_OF_FEW, int(MOST_SHARE * self.size)))
        self._joints: list[list[Joint]] = [[] for _ in passages]
        for key, rows in self._rows.items():
            if FEWEST <= len(rows) <= most and (key in sure or key in self._titled):
                joint = self._joint(key, sorted(rows))
                for row in rows:
                    self._joints[row].append(joint)

    def _gathered(
        self, documents: Sequence[tuple[int, Passage]]
    ) -> tuple[Mapping[str, Collection[int]], Collection[str]]:
        """The rows of every name, and the names that are surely ones."""
        found = {key: dict.fromkeys(rows) for key, rows in self._titled.items()}
        sure: set[str] = set()
        for row, passage in documents:
            words = tokens(passage.text)
            for name in names(words):
                found.setdefault(name.key, {})[row] = None
                if name.sure:
                    sure.add(name.key)
            for title in self._titles.within(words):
                found[title][row] = None
        return found, sure

    def _joint(self, key: str, rows: Sequence[int]) -> Joint:
        rarity = min(1.0, float(np.log(self.size / len(rows)) / np.log(RARE)))
        in_text = IN_TEXT * rarity * (1.0 if " " in key else ONE_WORD)
        titled = set(self._titled.get(key, ()))
        strengths = [TITLE * rarity if row in titled else in_text for row in rows]
        return Joint(key, np.array(rows, dtype=np.int64), np.array(strengths, dtype=np.float32))

    def asked(self, question: str) -> Asked:
        """What a question names. A title that several passages share says less of each."""
        words = tokens(question)
        titles = set(self._titles.within(words))
        found = titles | {name.key for name in names(words)}
        titled = np.zeros(self.size, dtype=np.float32)
        for title in titles:
            rows = self._titled[title]
            titled[rows] = np.maximum(titled[rows], np.float32(len(rows) ** -0.5))
        return Asked(
            frozenset(found),
            frozenset(row for key in found for row in self._rows.get(key, ())),
            titled,
            tuple(
                np.array(self._headed[key], dtype=np.int64)
                for key in sorted(found.intersection(self._headed))
                if FEWEST <= len(self._headed[key]) <= MOST
            ),
        )

    def joints(self, row: int, *, without: Collection[str]) -> tuple[Joint, ...]:
        """The names of a passage that join it to others, but for some."""
        return tuple(joint for joint in self._joints[row] if joint.name not in without)
