"""What a training does with a causal language model: its loss and its exact answers."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from ontopilot.tune.rows import Batch, Encoded, joined, pack

CONTEXT_SHARE, CONTEXT_WEIGHT = 0.15, 0.2
"""The share of a prompt's tokens that are learnt as well, and how much one counts.

They teach the words and to go on with a name that stood before; an answer is what matters.
"""


def seen_mask(segments: Tensor) -> Tensor:
    """Which token may see which: those before it of its own example; (rows, 1, length, length)."""
    same = (segments[:, :, None] == segments[:, None, :]) & (segments[:, None, :] > 0)
    length = segments.shape[1]
    causal = torch.ones(length, length, dtype=torch.bool, device=segments.device).tril()
    # A token of the padding sees itself, since a row of nothing has no softmax.
    return ((same & causal) | torch.eye(length, dtype=torch.bool, device=segments.device))[:, None]


def states(model: Any, batch: Batch) -> Tensor:
    """The last hidden states, of shape (rows, length, width)."""
    whole = model.get_base_model() if hasattr(model, "get_base_model") else model
    place = whole.device
    found: Tensor = whole.base_model(
        input_ids=torch.from_numpy(batch.tokens).long().to(place),
        attention_mask=seen_mask(torch.from_numpy(batch.segments).to(place)),
        position_ids=torch.from_numpy(batch.positions).long().to(place),
        use_cache=False,
    ).last_hidden_state
    return found


def logits(model: Any, hidden: Tensor) -> Tensor:
    """The logits of hidden states."""
    found: Tensor = model.get_output_embeddings()(hidden)
    return found


def loss(model: Any, batch: Batch, *, seed: int) -> tuple[Tensor, float, int]:
    """The loss to descend, the loss of the answers alone, and how many tokens these have."""
    tokens = torch.from_numpy(batch.tokens).long()
    answers = torch.from_numpy(batch.answers)
    segments = torch.from_numpy(batch.segments)
    follows = (segments[:, 1:] == segments[:, :-1]) & (segments[:, 1:] > 0)
    told = answers[:, 1:] & follows
    generator = torch.Generator().manual_seed(seed)
    also = (torch.rand(told.shape, generator=generator) < CONTEXT_SHARE) & follows & ~told
    chosen = told | also
    guesses = logits(model, states(model, batch)[:, :-1][chosen])
    wanted = tokens[:, 1:][chosen].to(guesses.device)
    each = functional.cross_entropy(guesses.float(), wanted, reduction="none")
    is_answer = told[chosen].to(guesses.device)
    weights = torch.where(is_answer, 1.0, CONTEXT_WEIGHT)
    count = int(is_answer.sum())
    shown = float(each[is_answer].mean().detach()) if count else 0.0
    return (each * weights).sum() / weights.sum(), shown, count


@torch.inference_mode()
def exact(model: Any, encoded: Sequence[Encoded], *, length: int, pad: int) -> dict[str, float]:
    """For each label of examples, the share whose whole answer a greedy model would write.

    Each token is predicted from the right ones before it; when all are right, so is the answer
    that the model writes alone. `tokens` is the share of right tokens.
    """
    right: dict[str, list[bool]] = {}
    hits: list[bool] = []
    rest = list(encoded)
    for row in pack(rest, length=length, pad=pad):
        batch = joined([row])
        at = torch.from_numpy(batch.answers)[0, 1:]
        guessed = logits(model, states(model, batch)[0, :-1][at]).argmax(-1).cpu()
        good = (guessed == torch.from_numpy(batch.tokens)[0, 1:][at]).tolist()
        for number in range(1, int(batch.segments.max()) + 1):
            mine = [ok for ok, s in zip(good, batch.segments[0, 1:][at.numpy()], strict=True)
                    if s == number]  # fmt: skip
            one, rest = rest[0], rest[1:]
            right.setdefault(one.label, []).append(all(mine))
            hits += mine
    found = {label: sum(oks) / len(oks) for label, oks in sorted(right.items())}
    return {**found, "tokens": sum(hits) / max(1, len(hits))}
