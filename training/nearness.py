"""Train the sentence encoder: question and answer, and two tellings of a problem, are near.

    python training/nearness.py --out .training/nearness

Every other text of a batch is far (in-batch negatives, Karpukhin et al. 2020), and those of the
same page or thing, which are about nearly the same, stand in the same batch. A run that was killed
goes on from its last checkpoint.
"""

import argparse
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from adapting import SEED, Encoder, Run, save
from torch import nn
from transformers import AutoTokenizer

from examples import Near, nearness
from ontopilot.models.encoding.sentence import packaged

RATE = 5e-5

TEXTS = 48
"""Pairs of one step."""

TOGETHER = 8
"""Pairs of a step that are from the same page or thing."""

LONGEST = 128
SCALE = 20.0
"""What a cosine is multiplied by, as MiniLM was trained (Reimers and Gurevych 2019)."""


class Model(nn.Module):
    """Texts to vectors of unit length."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.tokenizer: Any = AutoTokenizer.from_pretrained(packaged())

    def forward(self, texts: Sequence[str]) -> torch.Tensor:
        """Vectors of shape (texts, width)."""
        batch = self.tokenizer(
            list(texts), truncation=True, max_length=LONGEST, padding=True, return_tensors="pt"
        )
        with torch.autocast("cpu", dtype=torch.bfloat16):
            pooled = self.encoder(batch)
        return nn.functional.normalize(pooled.float(), dim=-1)


def batches(groups: Sequence[Sequence[Near]], rng: random.Random) -> Iterator[list[Near]]:
    """Every pair once, in batches of pairs from a few groups."""
    pieces = []
    for group in groups:
        rows = rng.sample(group, len(group))
        pieces += [rows[at : at + TOGETHER] for at in range(0, len(rows), TOGETHER)]
    rng.shuffle(pieces)
    found: list[Near] = []
    for piece in pieces:
        found += piece
        if len(found) >= TEXTS:
            yield found
            found = []


def loss(model: Model, pairs: Sequence[Near]) -> torch.Tensor:
    """Cross-entropy of which text belongs to each; others that belong to it, too, do not count."""
    texts = [pair.text for pair in pairs] + [pair.far for pair in pairs if pair.far]
    asked = model([pair.asked for pair in pairs])
    odds = SCALE * asked @ model(texts).T
    also = torch.tensor(
        [
            [at != row and text in pair.also for at, text in enumerate(texts)]
            for row, pair in enumerate(pairs)
        ]
    )
    return nn.functional.cross_entropy(odds.masked_fill(also, -1e4), torch.arange(len(pairs)))


def main() -> int:
    """Train, and put the result where the package looks for it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and result")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--install", type=Path, help="also copy the result to this folder")
    arguments = parser.parse_args()
    rng = random.Random(SEED)
    plan = [batch for _ in range(arguments.epochs) for batch in batches(list(nearness(rng)), rng)]
    model = Model()
    run = Run(model, [(model.encoder.matrices, RATE)])
    run.train("written", plan, lambda batch: loss(model, batch), arguments.out)
    save(model.encoder, arguments.out / "result")
    if arguments.install is not None:
        shutil.copytree(arguments.out / "result", arguments.install, dirs_exist_ok=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
