"""What the trainings share: the matrices that change, checkpoints, and what ships of them.

Only the matrices of the encoder's layers change; what ships is the change of each, as the
matrices of low rank nearest to it (Eckart and Young 1936), in the format of a LoRA adapter: two
megabytes instead of ninety.
"""

import json
import math
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import AutoModel

from ontopilot.models.encoding.sentence import packaged

SEED = 7
RANK = 32
ROUND = 16
"""Lengths are padded to multiples of this, so that few shapes occur."""

RATE = 8e-5


class Encoder(nn.Module):
    """The packaged encoder; its layers' matrices learn, the rest stays."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(SEED)
        self.model = AutoModel.from_pretrained(packaged(), add_pooling_layer=False)
        for name, weight in self.model.named_parameters():
            weight.requires_grad = weight.dim() == 2 and name.startswith("encoder.layer.")

    @property
    def width(self) -> int:
        """Numbers of one state."""
        return int(self.model.config.hidden_size)

    @property
    def matrices(self) -> list[nn.Parameter]:
        """What learns."""
        return [weight for weight in self.model.parameters() if weight.requires_grad]

    def forward(self, batch: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The mean of the last states of each text, of shape (texts, width)."""
        states = self.model(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
        return (states * mask).sum(1) / mask.sum(1)


class Run:
    """A training that goes on from its last checkpoint when it was killed."""

    def __init__(self, model: nn.Module, rates: Sequence[tuple[Sequence[nn.Parameter], float]]):
        self.model = model
        self._groups = [{"params": list(weights), "lr": rate} for weights, rate in rates]

    def train(
        self,
        stage: str,
        plan: Sequence[Any],
        loss: Callable[[Any], torch.Tensor],
        folder: Path,
    ) -> None:
        """One step for each entry of the plan; a checkpoint every 50 steps."""
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{stage}.pt"
        optimiser = torch.optim.AdamW(self._groups, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda at: rate(at, len(plan)))
        begun = self._resume(file, optimiser, schedule)
        self.model.train()
        clock, losses = time.perf_counter(), []
        for step in range(begun, len(plan)):
            one = loss(plan[step])
            one.backward()
            for group in self._groups:
                nn.utils.clip_grad_norm_(group["params"], 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            schedule.step()
            losses.append(float(one.detach()))
            done, last = step + 1, step + 1 == len(plan)
            if done % 25 == 0 or last:
                left = (time.perf_counter() - clock) / (done - begun) * (len(plan) - done)
                recent = losses[-25:]
                print(
                    f"{stage} {done}/{len(plan)}: loss {sum(recent) / len(recent):.3f}, "
                    f"{left / 60:.0f} min left",
                    flush=True,
                )
            if done % 50 == 0 or last:
                self._keep(file, optimiser, schedule, done)

    def _keep(self, file: Path, optimiser: Any, schedule: Any, step: int) -> None:
        kept = {
            "model": {n: p for n, p in self.model.named_parameters() if p.requires_grad},
            "optimiser": optimiser.state_dict(),
            "schedule": schedule.state_dict(),
            "step": step,
        }
        torch.save(kept, file.with_suffix(".part"))
        file.with_suffix(".part").replace(file)

    def _resume(self, file: Path, optimiser: Any, schedule: Any) -> int:
        if not file.is_file():
            return 0
        kept = torch.load(file, weights_only=True)
        self.model.load_state_dict(kept["model"], strict=False)
        optimiser.load_state_dict(kept["optimiser"])
        schedule.load_state_dict(kept["schedule"])
        return int(kept["step"])


def rate(step: int, steps: int) -> float:
    """Linear warm-up over a twentieth, then a cosine to zero."""
    warm = max(1, steps // 20)
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))


def save(encoder: Encoder, folder: Path, rank: int = RANK) -> None:
    """Write the change of each matrix in low rank, as PEFT would."""
    folder.mkdir(parents=True, exist_ok=True)
    before = AutoModel.from_pretrained(packaged(), add_pooling_layer=False).state_dict()
    tensors = {}
    for name, after in encoder.model.named_parameters():
        if not after.requires_grad:
            continue
        change = after.detach().float() - before[name].float()
        left, sizes, right = torch.linalg.svd(change, full_matrices=False)
        root = sizes[:rank].sqrt()
        stem = f"base_model.model.{name.removesuffix('.weight')}"
        tensors[f"{stem}.lora_A.weight"] = (root[:, None] * right[:rank]).half().contiguous()
        tensors[f"{stem}.lora_B.weight"] = (left[:, :rank] * root).half().contiguous()
    save_file(tensors, folder / "adapter_model.safetensors")
    settings = {
        "peft_type": "LORA",
        "base_model_name_or_path": "all-MiniLM-L6-v2",
        "r": rank,
        "lora_alpha": rank,
        "target_modules": ["query", "key", "value", "dense"],
    }
    (folder / "adapter_config.json").write_text(json.dumps(settings, indent=2) + "\n")
