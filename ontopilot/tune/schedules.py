"""How fast a training learns: optimisers by the kind of weight, and the rate over its steps."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import nn

WARM, FALL = 0.02, 0.25
"""Shares of the steps over which the rate rises at first and falls in the end."""

CLIP = 1.0

BESIDE = 0.25
"""The rate of all else as a share of Muon's, whose steps are spread evenly over a matrix."""


def share_of_rate(step: int, steps: int) -> float:
    """The rate of a step as a share of the highest: up, level, and down to nothing.

    Level rather than a cosine, so that a run may be made longer while it goes (warm-up, stable,
    decay: Hu et al. 2024).
    """
    warm = max(1, int(steps * WARM))
    if step < warm:
        return (step + 1) / warm
    left = (steps - step) / max(1.0, steps * FALL)
    return max(0.0, min(1.0, left))


class Optimisers:
    """Muon for the matrices of a network that is trained whole, AdamW for all else.

    Muon (Jordan et al. 2024) makes more of few tokens; embeddings and LoRA matrices are not what
    it was made for. The weights themselves may be bfloat16, in which a step is often too small to
    be seen: what learns is a float32 copy of each.
    """

    def __init__(self, model: nn.Module, *, rate: float, whole: bool) -> None:
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        self._weights = [p for _, p in named]
        self._copies = [p.detach().float().clone() for p in self._weights]
        inside = [whole and p.dim() == 2 and ".layers." in name for name, p in named]
        beside = rate * BESIDE if any(inside) else rate
        rest = [copy for copy, yes in zip(self._copies, inside, strict=True) if not yes]
        matrices = [copy for copy, yes in zip(self._copies, inside, strict=True) if yes]
        self._all: list[Any] = [
            torch.optim.AdamW(rest, lr=beside, betas=(0.9, 0.95), weight_decay=0)
        ]
        self._rates = [beside]
        if matrices:
            self._rates.append(rate)
            self._all.append(
                torch.optim.Muon(
                    matrices, lr=rate, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"
                )
            )

    def step(self, share: float) -> float:
        """One step at a share of the highest rate; the norm of the gradient before clipping."""
        for weight, copy in zip(self._weights, self._copies, strict=True):
            copy.grad = weight.grad.float() if weight.grad is not None else None
            weight.grad = None
        norm = float(nn.utils.clip_grad_norm_(self._copies, CLIP))
        for optimiser, rate in zip(self._all, self._rates, strict=True):
            for group in optimiser.param_groups:
                group["lr"] = rate * share
            optimiser.step()
        self._write()
        return norm

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps: the weights as they learn, and the optimisers."""
        return {"weights": self._copies, "optimisers": [one.state_dict() for one in self._all]}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from what a checkpoint kept."""
        with torch.no_grad():
            for copy, kept in zip(self._copies, state["weights"], strict=True):
                copy.copy_(kept)
        for optimiser, kept in zip(self._all, state["optimisers"], strict=True):
            optimiser.load_state_dict(kept)
        self._write()

    def _write(self) -> None:
        """Bring the weights up to their copies."""
        with torch.no_grad():
            for weight, copy in zip(self._weights, self._copies, strict=True):
                weight.copy_(copy)
