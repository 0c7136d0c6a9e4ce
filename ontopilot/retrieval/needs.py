"""Long messages: a customer's whole story wants several things, and each is searched for."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ontopilot.prose import split
from ontopilot.retrieval.lexical import stems

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]

LONG = 80
"""Words from which on a message is searched sentence by sentence: one vector of it says little."""

MOST = 64
"""Sentences that are searched for; what a longer message says after them is left out."""

NAMED, AGAIN = 0.2, 0.7
"""What the first passage about a name of a message gains, and what is left of it for each more."""


def needs(text: str) -> tuple[str, ...]:
    """The sentences of a long message that say something; none of a message that is not long."""
    if len(text.split()) < LONG:
        return ()
    lines = (line.strip() for line in text.split("\n"))
    found = (line[start:end] for line in lines for start, end in split(line))
    said = (sentence.strip(" *#-\"'") for sentence in found)
    return tuple([sentence for sentence in said if len(stems(sentence)) > 1][:MOST])


def together(dense: Scores | None, lexical: Scores | None) -> Scores:
    """What all needs say for each passage; both arrays have shape (needs, passages).

    A need speaks for a passage that is near in meaning *and* has its words: of the many sentences
    of a story most want nothing, and what is near to these has seldom their rare words as well.
    """
    parts = []
    if dense is not None:
        parts.append(np.square(np.clip(dense, 0.0, None)))
    if lexical is not None:
        parts.append(lexical)
    product = parts[0] if len(parts) == 1 else parts[0] * parts[1]
    total: Scores = product.sum(axis=0)
    best = float(total.max(initial=0.0))
    return total / np.float32(best) if best > 0.0 else total


def covering(scores: Scores, groups: Sequence[NDArray[np.intp]], size: int) -> Scores:
    """Scores in the order in which `size` passages are best taken so that all names are covered.

    `groups` are the places of the passages about each name. A passage gains by a name of which
    few were taken before (maximal coverage, greedily). Those that were not taken keep their order.
    """
    gains = np.full(len(groups), NAMED, dtype=np.float32)
    member = np.zeros((len(groups), len(scores)), dtype=np.bool_)
    for number, places in enumerate(groups):
        member[number, places] = True
    left = np.ones(len(scores), dtype=np.bool_)
    taken: list[int] = []
    for _ in range(min(size, len(scores))):
        now = scores + (member * gains[:, None]).max(axis=0, initial=0.0)
        best = int(np.argmax(np.where(left, now, -1.0)))
        left[best] = False
        taken.append(best)
        gains[member[:, best]] *= AGAIN
    order = np.concatenate([taken, np.flatnonzero(left)[np.argsort(-scores[left], kind="stable")]])
    ordered = np.empty_like(scores)
    ordered[order.astype(np.int64)] = np.sort(scores)[::-1]
    return ordered
