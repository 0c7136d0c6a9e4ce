"""Train a small model that reads two texts at once, over the packaged MiniLM.

    python training/pairs.py answering --out .training/answering

Only the matrices of its layers change; what ships is the change of each, as the matrices of
low rank nearest to it (Eckart and Young 1936), in the format of a LoRA adapter: two megabytes
instead of ninety. A run that was killed goes on from its last checkpoint.
"""

import argparse
import json
import math
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn
from transformers import AutoModel, AutoTokenizer

from examples import Pair, answering, entailment, synthetic
from ontopilot.models.pairs import LONGEST
from ontopilot.models.sentence import packaged

SEED = 7
RANK = 32
TOKENS = 3072
"""Tokens of one step, padding included."""

ROUND = 16
"""Lengths are padded to multiples of this, so that few shapes occur."""

HEAD_RATE, RATE = 5e-4, 8e-5


class PairModel(nn.Module):
    """The mean of the encoder's last states, and one number: the log-odds that the pair holds."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        self.head = nn.Linear(self.encoder.config.hidden_size, 1)
        self.prior = nn.Parameter(torch.zeros(1))
        for name, weight in self.encoder.named_parameters():
            weight.requires_grad = _changes(name, weight)

    def forward(self, batch: dict[str, torch.Tensor], priors: torch.Tensor) -> torch.Tensor:
        """The log-odds of each pair, of shape (pairs,)."""
        states = self.encoder(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
        pooled = (states * mask).sum(1) / mask.sum(1)
        return self.head(pooled).squeeze(-1) + self.prior * priors


def _changes(name: str, weight: torch.Tensor) -> bool:
    return weight.dim() == 2 and name.startswith("encoder.layer.")


@dataclass
class Run:
    """A model in training and where its files are."""

    model: PairModel
    tokenizer: Any
    folder: Path


def begin(out: Path) -> Run:
    """The packaged encoder with an untrained head."""
    torch.manual_seed(SEED)
    out.mkdir(parents=True, exist_ok=True)
    folder = packaged()
    return Run(PairModel(folder), AutoTokenizer.from_pretrained(folder), out)


def batches(pairs: Sequence[Pair], rng: random.Random) -> Iterator[list[int]]:
    """Rows of similar length, `TOKENS` tokens a batch, in random order."""
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
    yield from found


def encode(tokenizer: Any, pairs: Sequence[Pair]) -> dict[str, torch.Tensor]:
    """Token ids, mask and types of pairs."""
    return dict(
        tokenizer(
            [pair.first for pair in pairs],
            [pair.second for pair in pairs],
            truncation="only_first",
            max_length=LONGEST,
            padding=True,
            pad_to_multiple_of=ROUND,
            return_tensors="pt",
        )
    )


def scores(run: Run, pairs: Sequence[Pair], size: int = 32) -> np.ndarray:
    """The log-odds of each pair."""
    run.model.eval()
    found = np.zeros(len(pairs), dtype=np.float32)
    order = sorted(range(len(pairs)), key=lambda i: len(pairs[i].first) + len(pairs[i].second))
    with torch.inference_mode():
        for at in range(0, len(order), size):
            rows = order[at : at + size]
            chosen = [pairs[row] for row in rows]
            found[rows] = run.model(encode(run.tokenizer, chosen), _priors(chosen)).float().numpy()
    return found


def train(run: Run, pairs: Sequence[Pair], epochs: int, stage: str) -> None:
    """Some passes over the pairs; a checkpoint every 50 steps."""
    rng = random.Random(SEED)
    plan = [rows for _ in range(epochs) for rows in batches(pairs, rng)]
    matrices = [p for p in run.model.encoder.parameters() if p.requires_grad]
    groups = [
        {"params": matrices, "lr": RATE},
        {"params": [*run.model.head.parameters(), run.model.prior], "lr": HEAD_RATE},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: rate(step, len(plan)))
    state = run.folder / f"{stage}.pt"
    begun = _resume(run, optimiser, schedule, state)
    run.model.train()
    clock, losses = time.perf_counter(), []
    for step in range(begun, len(plan)):
        losses.append(_learn(run, [pairs[row] for row in plan[step]], optimiser, matrices))
        schedule.step()
        last = step + 1 == len(plan)
        if (step + 1) % 25 == 0 or last:
            left = (time.perf_counter() - clock) / (step + 1 - begun) * (len(plan) - step - 1)
            recent = losses[-25:]
            print(
                f"{stage} {step + 1}/{len(plan)}: loss {sum(recent) / len(recent):.3f}, "
                f"{left / 60:.0f} min left",
                flush=True,
            )
        if (step + 1) % 50 == 0 or last:
            _keep(run, optimiser, schedule, state, step + 1)


def _learn(
    run: Run, pairs: Sequence[Pair], optimiser: torch.optim.Optimizer, matrices: list[nn.Parameter]
) -> float:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        odds = run.model(encode(run.tokenizer, pairs), _priors(pairs))
    loss = _loss(odds.float(), pairs)
    loss.backward()
    nn.utils.clip_grad_norm_(matrices, 1.0)
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return float(loss.detach())


def _loss(odds: torch.Tensor, pairs: Sequence[Pair]) -> torch.Tensor:
    """Cross-entropy: of each pair, or of which pair of a group holds, with none of them at 0."""
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


def _priors(pairs: Sequence[Pair]) -> torch.Tensor:
    return torch.tensor([pair.prior for pair in pairs], dtype=torch.float32)


def _keep(run: Run, optimiser: Any, schedule: Any, file: Path, step: int) -> None:
    learned = {n: p for n, p in run.model.named_parameters() if p.requires_grad}
    kept = {
        "model": learned,
        "optimiser": optimiser.state_dict(),
        "schedule": schedule.state_dict(),
        "step": step,
    }
    torch.save(kept, file.with_suffix(".part"))
    file.with_suffix(".part").replace(file)


def _resume(run: Run, optimiser: Any, schedule: Any, file: Path) -> int:
    if not file.is_file():
        return 0
    kept = torch.load(file, weights_only=True)
    run.model.load_state_dict(kept["model"], strict=False)
    optimiser.load_state_dict(kept["optimiser"])
    schedule.load_state_dict(kept["schedule"])
    return int(kept["step"])


def rate(step: int, steps: int) -> float:
    """Linear warm-up over a twentieth, then a cosine to zero."""
    warm = max(1, steps // 20)
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def save(run: Run, folder: Path, rank: int = RANK) -> None:
    """Write what ships: the change of each matrix in low rank, as PEFT would, and the head."""
    folder.mkdir(parents=True, exist_ok=True)
    before = AutoModel.from_pretrained(packaged(), add_pooling_layer=False).state_dict()
    tensors = {}
    for name, after in run.model.encoder.named_parameters():
        if not after.requires_grad:
            continue
        change = after.detach().float() - before[name].float()
        left, sizes, right = torch.linalg.svd(change, full_matrices=False)
        root = sizes[:rank].sqrt()
        stem = f"base_model.model.{name.removesuffix('.weight')}"
        tensors[f"{stem}.lora_A.weight"] = (root[:, None] * right[:rank]).half().contiguous()
        tensors[f"{stem}.lora_B.weight"] = (left[:, :rank] * root).half().contiguous()
    save_file(tensors, folder / "adapter_model.safetensors")
    head = {name: value.float() for name, value in run.model.head.state_dict().items()}
    head["prior"] = run.model.prior.detach().float()
    save_file(head, folder / "head.safetensors")
    settings = {
        "peft_type": "LORA",
        "base_model_name_or_path": "all-MiniLM-L6-v2",
        "r": rank,
        "lora_alpha": rank,
        "target_modules": ["query", "key", "value", "dense"],
    }
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=2) + "\n")


def _start_from_nearness(model: PairModel) -> None:
    """At first, a statement answers a question as far as both are near in meaning."""
    nn.init.zeros_(model.head.weight)
    nn.init.constant_(model.head.bias, -4.0)
    nn.init.constant_(model.prior, 7.0)


def main() -> int:
    """Train, and put the result where the package looks for it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("task", choices=["entailment", "answering"])
    parser.add_argument("--out", type=Path, required=True, help="folder of checkpoints and result")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--install", type=Path, help="also copy the result to this folder")
    arguments = parser.parse_args()
    run = begin(arguments.out)
    train(run, synthetic(), 1, "made")
    if arguments.task == "entailment":
        train(run, entailment(), arguments.epochs, "written")
    else:
        _start_from_nearness(run.model)
        train(run, answering(), arguments.epochs, "written")
    save(run, arguments.out / "result")
    if arguments.install is not None:
        shutil.copytree(arguments.out / "result", arguments.install, dirs_exist_ok=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
