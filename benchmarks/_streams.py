"""What engines are measured with: a Llama of random weights, and prompts that differ."""

import json
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

MAKE = Path(__file__).resolve().parents[1] / "tests/fixtures/random_llama.py"
SYLLABLES = "ka lo mi nu pe ra si to vu wa xe yo za be ci du".split()


def make_model(folder: Path, size: str) -> Path:
    """Make a Llama of a size; no token ends its answers, so that all have the same length."""
    subprocess.run([sys.executable, str(MAKE), str(folder), "--size", size.upper()], check=True)
    for name in ("config.json", "generation_config.json"):
        file = folder / name
        settings = json.loads(file.read_text(encoding="utf-8"))
        file.write_text(json.dumps({**settings, "eos_token_id": None}), encoding="utf-8")
    return folder


@dataclass
class Streams:
    """Batches of prompts, no two of which begin alike, so that no cache of prefixes helps."""

    model: Path
    count: int
    prompt_tokens: int
    new_tokens: int
    chance: random.Random

    def __post_init__(self) -> None:
        self.tokenizer = Tokenizer.from_file(str(self.model / "tokenizer.json"))

    @property
    def tokens(self) -> int:
        """The tokens that a batch of answers has."""
        return self.count * self.new_tokens

    def batch(self) -> list[str]:
        """As many new prompts as there are streams."""
        return [self._prompt() for _ in range(self.count)]

    def encode(self, text: str) -> list[int]:
        """The tokens of a text."""
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def _prompt(self) -> str:
        words = (
            "".join(self.chance.choices(SYLLABLES, k=self.chance.randint(1, 3)))
            for _ in range(self.prompt_tokens)
        )
        ids = self.encode(" ".join(words))[: self.prompt_tokens]
        return str(self.tokenizer.decode(ids))
