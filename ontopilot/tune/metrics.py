"""What a training writes down while it runs: one JSON object a line."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = "metrics.jsonl"


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metrics file of a run."""

    folder: Path

    def add(self, row: Mapping[str, Any]) -> None:
        """Append a row, which has at least its `step`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / FILE).open("a", encoding="utf-8") as out:
            out.write(json.dumps(row) + "\n")

    def rows(self) -> list[dict[str, Any]]:
        """What was written; a line that a kill cut off is left out."""
        file = self.folder / FILE
        if not file.is_file():
            return []
        found = []
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
        return found

    def rewind(self, step: int) -> None:
        """Forget what was written after a step, since the run goes on from there."""
        kept = [row for row in self.rows() if row["step"] <= step]
        if kept or (self.folder / FILE).is_file():
            text = "".join(json.dumps(row) + "\n" for row in kept)
            (self.folder / FILE).write_text(text, encoding="utf-8")
