"""A data set: the examples of each part in a folder, with what they were made from."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ontopilot.tune.example import Example, read_examples, write_examples
from ontopilot.tune.split import PARTS, Part, check_parts

ABOUT = "about.json"


@dataclass(frozen=True, slots=True)
class DataSet:
    """A folder with `train.jsonl`, `validation.jsonl`, `test.jsonl` and `about.json`."""

    folder: Path

    @classmethod
    def write(
        cls, folder: Path, parts: Mapping[Part, Sequence[Example]], about: Mapping[str, Any]
    ) -> "DataSet":
        """Check the parts and write them.

        Raises:
            DataUnfit: a part is empty or one-sided, or two parts overlap.
        """
        check_parts(parts)
        counts = {part: write_examples(folder / f"{part}.jsonl", parts[part]) for part in PARTS}
        text = json.dumps({**about, "examples": counts}, indent=2)
        (folder / ABOUT).write_text(f"{text}\n", encoding="utf-8")
        return cls(folder)

    @classmethod
    def open(cls, folder: Path) -> "DataSet":
        """Read a data set and check it.

        Raises:
            ConfigError: a file is missing or damaged.
            DataUnfit: a part is empty or one-sided, or two parts overlap.
        """
        found = cls(folder)
        check_parts({part: found.part(part) for part in PARTS})
        return found

    def part(self, name: Part) -> tuple[Example, ...]:
        """The examples of a part."""
        return tuple(read_examples(self.folder / f"{name}.jsonl"))

    def counts(self) -> dict[str, dict[str, int]]:
        """How many examples of each kind each part has."""
        found: dict[str, dict[str, int]] = {}
        for name in PARTS:
            kinds = [example.kind for example in self.part(name)]
            found[name] = {kind: kinds.count(kind) for kind in sorted(set(kinds))}
        return found

    def digest(self) -> str:
        """What tells these examples from others, 12 hex digits."""
        state = hashlib.blake2b(digest_size=6)
        for name in PARTS:
            state.update((self.folder / f"{name}.jsonl").read_bytes())
        return state.hexdigest()
