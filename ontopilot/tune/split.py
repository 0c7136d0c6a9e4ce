"""Training, validation and test: split by what examples are about, never by row."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from ontopilot.errors import DataUnfit
from ontopilot.tune.example import Example

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = ("train", "validation", "test")
VALIDATION, TEST = 0.1, 0.2
"""Shares of the groups that are held out."""


@dataclass(frozen=True, slots=True)
class Groups:
    """Things and documents that hang together: each is wholly in one part."""

    part_of: Mapping[str, Part]

    @classmethod
    def of(cls, linked: Iterable[Sequence[str]], *, seed: int) -> "Groups":
        """Put keys that are linked into one part.

        Which part a group falls into depends on its first key and the seed alone, so that new
        documents move nothing.
        """
        above: dict[str, str] = {}
        for keys in linked:
            first = _root(above, keys[0])
            for key in keys[1:]:
                other = _root(above, key)
                low, high = sorted((first, other))
                above[high] = low
                first = low
        return cls({key: _part(_root(above, key), seed) for key in above})

    def part(self, *keys: str) -> Part | None:
        """The part of some keys that all stand in it, or None where they do not share one."""
        parts = {self.part_of[key] for key in keys if key in self.part_of}
        return next(iter(parts)) if len(parts) == 1 else None


def _root(above: dict[str, str], key: str) -> str:
    above.setdefault(key, key)
    while above[key] != key:
        key = above[key]
    return key


def _part(root: str, seed: int) -> Part:
    digest = hashlib.blake2b(f"{seed} {root}".encode(), digest_size=4).digest()
    place = int.from_bytes(digest, "big") / 2**32
    if place < TEST:
        return "test"
    return "validation" if place < TEST + VALIDATION else "train"


def leaks(parts: Mapping[Part, Sequence[Example]]) -> tuple[str, ...]:
    """What stands in more than one part, in words: a thing, a document or a question."""
    seen: dict[str, Part] = {}
    found: list[str] = []
    for part, examples in parts.items():
        for example in examples:
            told = (f"the question {example.question!r}", f"the thing {example.entity!r}",
                    f"the document {example.document!r}")  # fmt: skip
            found += [
                f"{what} is in {seen[what]} and in {part}"
                for what in told
                if seen.setdefault(what, part) != part
            ]
    return tuple(dict.fromkeys(found))


def check_parts(parts: Mapping[Part, Sequence[Example]]) -> None:
    """Check that there is something to learn and something to measure it by.

    Raises:
        DataUnfit: a part is empty, or has only answers or only refusals, or two parts overlap.
    """
    for part in PARTS:
        examples = parts.get(part, ())
        if not examples:
            raise DataUnfit(f"the part {part!r} has no example; give more things or documents")
        answered = sum(bool(example.claims) for example in examples)
        if part != "validation" and answered in (0, len(examples)):
            only = "refusals" if not answered else "answers"
            raise DataUnfit(
                f"the part {part!r} has only {only} ({len(examples)}): a model would learn to "
                "give nothing else; add examples of the other kind"
            )
    if twice := leaks(parts):
        raise DataUnfit(f"{twice[0]} ({len(twice)} such): make the data anew")
