"""A training: steps over packed rows, measured, checkpointed, and resumed after a kill."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from torch import Tensor

from ontopilot.errors import TrainingStopped
from ontopilot.tune.checkpoints import Checkpoints
from ontopilot.tune.metrics import Metrics
from ontopilot.tune.network import exact, loss
from ontopilot.tune.rows import Batch, Encoded, drawn
from ontopilot.tune.schedules import Optimisers, share_of_rate

SHORT, EVEN = 0.3, 0.3
"""A model that is made from nothing begins with examples of this share of a row, and has grown to
whole rows after this share of its steps."""


ROWS = 10
"""Steps of which one row of the metrics tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a run goes: `tokens` a step in rows of `length`, at a highest `rate`."""

    steps: int
    tokens: int
    length: int
    rate: float
    seed: int = 0
    whole: bool = False
    """Whether all weights learn, and not only an adapter."""
    begins: Mapping[str, float] = field(default_factory=dict)
    """From which share of the steps a kind of example is drawn; others from the start."""
    ends: Mapping[str, float] = field(default_factory=dict)
    """Before which share of the steps a kind of example is drawn; others to the end."""
    measured_every: int = 250
    checkpoint_s: float = 240.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: the loss of the answers over the last steps, and the seconds left."""

    step: int
    steps: int
    loss: float
    tokens_per_second: float
    seconds_left: float


Watch = Callable[[Progress], None]

Also = Callable[[Any, Batch], Tensor]
"""A further loss of a model on a batch, such as how far it is from its teacher."""


class Training:
    """Trains a model on examples; everything that it keeps is in one folder."""

    def __init__(
        self, model: Any, folder: Path, plan: Plan, *, pad: int, also: Also | None = None
    ) -> None:
        self._model = model
        self._also = also
        self._plan = plan
        self._pad = pad
        self._optimisers = Optimisers(model, rate=plan.rate, whole=plan.whole)
        self._checkpoints = Checkpoints(folder)
        self._metrics = Metrics(folder)

    def run(self, train: Sequence[Encoded], held: Sequence[Encoded], *, watch: Watch) -> None:
        """Train to the last step, from the last checkpoint if there is one.

        Raises:
            TrainingStopped: the loss is no number any more, or a checkpoint cannot be written.
        """
        begun = step = self._resume()
        self._metrics.rewind(step)
        pools = {share: self._admitted(train, share) for share in self._shares()}
        kept_at = clock = time.monotonic()
        losses: list[tuple[float, int]] = []
        while step < self._plan.steps:
            at = step / self._plan.steps
            pool = pools[max((share for share in pools if share <= at), default=min(pools))]
            losses.append(self._step(pool, step))
            step += 1
            last = step == self._plan.steps
            # Between two rows of the metrics, a run that goes on would count part of one again.
            if step % ROWS and not last:
                continue
            told = self._told(step, losses, time.monotonic() - clock, step - begun)
            losses = []
            if held and (step // ROWS % max(1, self._plan.measured_every // ROWS) == 0 or last):
                self._measure(held, step)
            if last or time.monotonic() - kept_at > self._plan.checkpoint_s:
                self._keep(step)
                kept_at = time.monotonic()
            watch(told)

    def _told(
        self, step: int, losses: Sequence[tuple[float, int]], spent: float, done: int
    ) -> Progress:
        """Write a row of the metrics; `losses` are those of its steps with their tokens."""
        plan = self._plan
        counted = sum(count for _, count in losses)
        mean = sum(shown * count for shown, count in losses) / max(1, counted)
        speed = done * plan.tokens / spent
        rate = share_of_rate(step, plan.steps)
        self._metrics.add({"step": step, "loss": mean, "tokens_per_second": speed, "rate": rate})
        return Progress(step, plan.steps, mean, speed, (plan.steps - step) * spent / done)

    def _shares(self) -> list[float]:
        if not self._plan.whole:
            return [EVEN]
        given = (*self._plan.begins.values(), *self._plan.ends.values())
        return sorted({0.0, EVEN / 2, EVEN, *given})

    def _admitted(self, train: Sequence[Encoded], share: float) -> list[Encoded]:
        plan = self._plan
        most = plan.length * (SHORT + min(1.0, share / EVEN) * (1 - SHORT))
        return [
            one
            for one in train
            if plan.begins.get(one.kind, 0.0) <= share < plan.ends.get(one.kind, 2.0)
            and len(one.tokens) <= most
        ]

    def _step(self, pool: Sequence[Encoded], step: int) -> tuple[float, int]:
        plan = self._plan
        batch = drawn(
            pool, seed=plan.seed, step=step, tokens=plan.tokens, length=plan.length, pad=self._pad
        )
        self._model.train()
        value, shown, count = loss(self._model, batch, seed=plan.seed + step)
        if not math.isfinite(float(value.detach())):
            raise TrainingStopped(self._broken("the loss", float(value.detach()), step))
        if self._also is not None:
            value = value + self._also(self._model, batch)
        value.backward()  # type: ignore[no-untyped-call]
        norm = self._optimisers.step(share_of_rate(step, plan.steps))
        if not math.isfinite(norm):
            raise TrainingStopped(self._broken("the gradient", norm, step))
        return shown, count

    def _broken(self, what: str, value: float, step: int) -> str:
        kept = self._checkpoints.file
        stays = (
            f"the last good checkpoint is {str(kept)!r}" if kept.is_file() else "nothing is kept"
        )
        return f"{what} is {value} at step {step + 1}; {stays}; go on with a lower rate"

    def _measure(self, held: Sequence[Encoded], step: int) -> None:
        self._model.eval()
        found = exact(self._model, held, length=self._plan.length, pad=self._pad)
        self._metrics.add({"step": step, "exact": found})

    def _keep(self, step: int) -> None:
        self._checkpoints.save(self._optimisers.state(), step=step)

    def _resume(self) -> int:
        kept = self._checkpoints.load()
        if kept is None:
            return 0
        self._optimisers.resume(kept)
        return int(kept["step"])
