"""How fast a training learns: optimisers by the kind of weight, and the rate over its steps."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

WARM, FALL = 0.02, 0.25
"""Shares of the steps over which the rate rises at first and falls in the end."""

CLIP = 1.0


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
    it was made for.
    """

    def __init__(self, model: nn.Module, *, rate: float, whole: bool) -> None:
        named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
        inside = [p for name, p in named if whole and p.dim() == 2 and ".layers." in name]
        chosen = {id(p) for p in inside}
        rest = [p for _, p in named if id(p) not in chosen]
        self.parameters = [p for _, p in named]
        self._rate = rate
        self._all: list[Any] = [torch.optim.AdamW(rest, lr=rate, betas=(0.9, 0.95), weight_decay=0)]
        if inside:
            self._all.append(
                torch.optim.Muon(
                    inside, lr=rate, weight_decay=0.02, adjust_lr_fn="match_rms_adamw"
                )
            )

    def step(self, share: float) -> float:
        """One step at a share of the highest rate; the norm of the gradient before clipping."""
        norm = float(nn.utils.clip_grad_norm_(self.parameters, CLIP))
        for optimiser in self._all:
            for group in optimiser.param_groups:
                group["lr"] = self._rate * share
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        return norm

    def state(self) -> list[dict[str, Any]]:
        """What a checkpoint keeps."""
        return [optimiser.state_dict() for optimiser in self._all]

    def resume(self, states: Sequence[dict[str, Any]]) -> None:
        """Go on from what a checkpoint kept."""
        for optimiser, state in zip(self._all, states, strict=True):
            optimiser.load_state_dict(state)
