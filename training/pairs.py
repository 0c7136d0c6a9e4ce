"""Train a small model that reads two texts at once, over the packaged MiniLM.

    python training/pairs.py answering --out .training/answering

A run that was killed goes on from its last checkpoint.
"""

import argparse
import random
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from adapting import RATE, ROUND, SEED, Encoder, Run, save
from safetensors.torch import save_file
from torch import nn
from transformers import AutoTokenizer

from examples import Pair, answering, entailment, synthetic
from ontopilot.models.encoding.pairs import LONGEST
from ontopilot.models.encoding.sentence import packaged

TOKENS = 3072
"""Tokens of one step, padding included."""

HEAD_RATE = 5e-4


class PairModel(nn.Module):
    """The mean of the encoder's last states, and one number: the log-odds that the pair holds."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.head = nn.Linear(self.encoder.width, 1)
        self.prior = nn.Parameter(torch.zeros(1))
        self.tokenizer: Any = AutoTokenizer.from_pretrained(packaged())

    def forward(self, pairs: Sequence[Pair]) -> torch.Tensor:
        """The log-odds of each pair, of shape (pairs,)."""
        priors = torch.tensor([pair.prior for pair in pairs], dtype=torch.float32)
        batch = self.tokenizer(
            [pair.first for pair in pairs],
            [pair.second for pair in pairs],
            truncation="only_first",
            max_length=LONGEST,
            padding=True,
            pad_to_multiple_of=ROUND,
            return_tensors="pt",
        )
        return self.head(self.encoder(batch)).squeeze(-1) + self.prior * priors

    def start_from_nearness(self) -> None:
        """At first, a statement answers a question as far as both are near in meaning."""
        nn.init.zeros_(self.head.weight)
        nn.init.constant_(self.head.bias, -4.0)
        nn.init.constant_(self.prior, 7.0)


def batches(pairs: Sequence[Pair], rng: random.Random) -> Iterator[list[Pair]]:
    """Pairs of similar length, `TOKENS` tokens a batch, those of a group together."""
    lengths = [min(LONGEST, (len(p.first) + len(p.second)) // 4 + 4) for p in pairs]
    groups: dict[int, list[int]] = {}
    for row, pair in enumerate(pairs):
        groups.setdefault(pair.group if pair.group >= 0 else -1 - row, []).append(row)
    longest = {key: max(lengths[row] for row in rows) for key, rows in groups.items()}
    found: list[list[int]] = [[]]
    for key in sorted(groups, key=lambda key: longest[key] + rng.random() * 16):
        if found[-1] and (len(found[-1]) + len(groups[key])) * longest[key] > TOKENS:
            found.append([])
        found[-1].extend(groups[key])
    rng.shuffle(found)
    for rows in found:
        yield [pairs[row] for row in rows]


def train(model: PairModel, pairs: Sequence[Pair], epochs: int, stage: str, out: Path) -> None:
    """Some passes over the pairs."""
    rng = random.Random(SEED)
    plan = [batch for _ in range(epochs) for batch in batches(pairs, rng)]
    top = [*model.head.parameters(), model.prior]
    run = Run(model, [(model.encoder.matrices, RATE), (top, HEAD_RATE)])
    run.train(stage, plan, lambda batch: loss(model, batch), out)


def loss(model: PairModel, pairs: Sequence[Pair]) -> torch.Tensor:
    """Cross-entropy: of each pair, or of which pair of a group holds, with none of them at 0."""
    with torch.autocast("cpu", dtype=torch.bfloat16):
        odds = model(pairs)
    odds = odds.float()
    labels = torch.tensor([pair.holds for pair in pairs], dtype=torch.float32)
    if pairs[0].group < 0:
        return nn.functional.binary_cross_entropy_with_logits(odds, labels)
    groups: dict[int, list[int]] = {}
    for row, pair in enumerate(pairs):
        groups.setdefault(pair.group, []).append(row)
    losses = []
    for rows in groups.values():
        chances = torch.cat([odds[rows], odds.new_zeros(1)]).log_softmax(0)
        right = torch.cat([labels[rows], (labels[rows].sum() == 0).float()[None]])
        losses.append(-(chances * right).sum() / right.sum())
    return torch.stack(losses).mean()


def main() -> int:
    """Train, and put the result where the package looks for it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("task", choices=["entailment", "answering"])
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and result")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--install", type=Path, help="also copy the result to this folder")
    arguments = parser.parse_args()
    model = PairModel()
    train(model, synthetic(), 1, "made", arguments.out)
    if arguments.task == "answering":
        model.start_from_nearness()
    pairs = entailment() if arguments.task == "entailment" else answering()
    train(model, pairs, arguments.epochs, "written", arguments.out)
    result = arguments.out / "result"
    save(model.encoder, result)
    head = {name: value.float() for name, value in model.head.state_dict().items()}
    save_file({**head, "prior": model.prior.detach().float()}, result / "head.safetensors")
    if arguments.install is not None:
        shutil.copytree(result, arguments.install, dirs_exist_ok=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
