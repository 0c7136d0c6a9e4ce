"""A claim laid beside the sentence that it repeats: what it keeps, and what it changes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from ontopilot.prose import STOP_WORDS, concept, tokens

REPEATS = 0.7
"""The share of a claim's words that stand in the sentence in the same order, from which the claim
repeats the sentence and does not put it in its own words."""

FEWEST = 4
"""Words in the same order without which nothing is repeated."""

_SIGNS = {
    "no": "not no never none nor neither nothing nobody cannot without hardly nowhere",
    "before": "before until till by",
    "after": "after since once",
    "only": "only solely exclusively merely just",
    "all": "all every each any always whole entire both everything everybody anybody",
    "except": "except unless excluding",
    "still": "still even whatever whether regardless",
    "we": "we us our ours",
    "you": "you your yours",
}
_SIGN = {word: sign for sign, words in _SIGNS.items() for word in words.split()}
_JOINTS = frozenset({"and", "or", "but", "while", "whereas"})
_BOUND = re.compile(r"[;:,()—–]|\.\s|\s-\s")


class Token(NamedTuple):
    """A word or number of a sentence."""

    text: str
    concept: str
    bears: bool
    """Whether it carries content."""
    sign: str
    """What it says of the rest of its sentence, such as that it is denied; "" for most."""
    start: int
    end: int
    part: int
    """Which part of the sentence it stands in, counted from 0: stops and `and` or `but` end one."""

    @property
    def marked(self) -> bool:
        """Whether it is content or a number: what a sentence is about, not how it is put."""
        return self.bears or self.text[0].isdigit()


@dataclass(frozen=True, slots=True)
class Edit:
    """Words of the sentence and what the claim puts in their place; either may be empty."""

    was: Sequence[Token]
    now: Sequence[Token]
    left: Token | None
    right: Token | None
    """The words of the sentence beside it that the claim keeps; None at an end."""

    @property
    def near(self) -> Sequence[Token]:
        """What it takes the place of: at an end, only what is of one part with what is kept."""
        if self.left is None and self.right is not None:
            return [token for token in self.was if token.part == self.right.part]
        if self.right is None and self.left is not None:
            return [token for token in self.was if token.part == self.left.part]
        return self.was

    @property
    def inner(self) -> bool:
        """Whether the claim keeps words on both sides."""
        return self.left is not None and self.right is not None


@dataclass(frozen=True, slots=True)
class Copied:
    """A claim beside a sentence; `kept` are the words of the sentence that it has in order."""

    kept: Sequence[Token]
    edits: Sequence[Edit]
    size: int

    @property
    def share(self) -> float:
        """How much of the claim is the sentence's, in [0, 1]."""
        return len(self.kept) / self.size if self.size else 0.0

    @property
    def repeats(self) -> bool:
        """Whether the claim repeats the sentence, but for a few words."""
        return len(self.kept) >= FEWEST and self.share >= REPEATS

    def keeps(self, start: int, end: int) -> int:
        """How many content words and numbers are kept of a span of the sentence."""
        return sum(token.marked and start <= token.start < end for token in self.kept)


@lru_cache(maxsize=16384)
def copied(claim: str, said: str) -> Copied:
    """Lay a claim beside a sentence."""
    theirs, ours = _tokens(said), _tokens(claim)
    matcher = SequenceMatcher(
        None, [token.concept for token in theirs], [token.concept for token in ours], autojunk=False
    )
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    kept = [token for block in blocks for token in theirs[block.a : block.a + block.size]]
    return Copied(kept, tuple(_edits(theirs, ours, matcher)), len(ours))


def _edits(
    theirs: Sequence[Token], ours: Sequence[Token], matcher: "SequenceMatcher[str]"
) -> Iterator[Edit]:
    for a, b, c, d in _changes(matcher):
        left = theirs[a - 1] if a and c else None
        right = theirs[b] if b < len(theirs) and d < len(ours) else None
        yield Edit(theirs[a:b], ours[c:d], left, right)


def _changes(matcher: "SequenceMatcher[str]") -> list[tuple[int, int, int, int]]:
    """The changed spans of both. Where only one word parts what is put in from what is left out,
    they are one change: `the drain pump` for `the pump filter`.
    """
    found: list[tuple[int, int, int, int]] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        if found:
            a0, b0, c0, d0 = found[-1]
            other = (b0 - a0 == 0 and d - c == 0) or (d0 - c0 == 0 and b - a == 0)
            if other and a - b0 == 1 and c - d0 == 1:
                found[-1] = (a0, b, c0, d)
                continue
        found.append((a, b, c, d))
    return found


@lru_cache(maxsize=16384)
def _tokens(text: str) -> tuple[Token, ...]:
    found: list[Token] = []
    part = end = 0
    for start, stop, word in tokens(text):
        small = word.lower()
        joint = small in _JOINTS or bool(_BOUND.search(text[end : start + 1]))
        part += joint and bool(found)
        sign = "no" if small.endswith(("n't", "n’t")) else _SIGN.get(small, "")
        bears = small not in STOP_WORDS and not word[0].isdigit()
        found.append(Token(word, concept(word), bears, sign, start, stop, part))
        end = stop
    return tuple(found)
