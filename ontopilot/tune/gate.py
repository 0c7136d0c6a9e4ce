"""Whether a model may take the place of the one in service: better, and nowhere worse."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ontopilot.tune.measuring import Drafted

GATED = ("fact_accuracy", "citation_precision", "faithfulness", "right_refusals")
"""What decides. Nothing else may hide a loss in one of these."""

RESAMPLES, SEED = 2000, 0


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more the candidate has of a metric, with the 95 % interval of that; paired."""

    metric: str
    candidate: float
    service: float
    value: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """Whether all of the interval is above nothing."""
        return self.low > 0

    @property
    def worse(self) -> bool:
        """Whether all of the interval is below nothing."""
        return self.high < 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the candidate passes, and why, in words."""

    passed: bool
    why: str
    differences: tuple[Difference, ...]


def compare(candidate: Sequence[Drafted], service: Sequence[Drafted]) -> Verdict:
    """Compare two models on the same examples, in the same order.

    The candidate passes when one of the gated metrics is better beyond its interval and none is
    worse beyond its own.
    """
    found = tuple(
        difference
        for metric in GATED
        if (difference := _difference(metric, candidate, service)) is not None
    )
    worse = [one for one in found if one.worse]
    better = [one for one in found if one.better]
    if worse:
        why = f"it is worse: {_told(worse)}"
    elif not better:
        why = f"it is not better beyond chance: {_told(found)}"
    else:
        why = f"it is better: {_told(better)}; nothing is worse beyond chance"
    return Verdict(bool(better) and not worse, why, found)


def _difference(
    metric: str, candidate: Sequence[Drafted], service: Sequence[Drafted]
) -> Difference | None:
    """The paired difference of two shares, by resampling examples."""
    pairs = [
        (new.parts.get(metric, (0.0, 0.0)), old.parts.get(metric, (0.0, 0.0)))
        for new, old in zip(candidate, service, strict=True)
    ]
    counts = np.array([(*new, *old) for new, old in pairs], dtype=np.float64).reshape(-1, 4)
    whole = counts.sum(axis=0)
    if not whole[1] and not whole[3]:
        return None
    draws = np.random.default_rng(SEED).integers(0, len(counts), (RESAMPLES, len(counts)))
    sums = counts[draws].sum(axis=1)
    spread = _share(sums[:, 0], sums[:, 1]) - _share(sums[:, 2], sums[:, 3])
    low, high = np.quantile(spread, [0.025, 0.975])
    new, old = float(_share(*whole[:2])), float(_share(*whole[2:]))
    return Difference(metric, new, old, new - old, float(low), float(high))


def _share(counted: Any, of: Any) -> Any:
    """A share; of nothing it is 0, since a model that claims nothing shows no precision."""
    return np.asarray(np.where(np.asarray(of) > 0, counted / np.maximum(of, 1e-9), 0.0))


def _told(differences: Sequence[Difference]) -> str:
    return ", ".join(
        f"{one.metric.replace('_', ' ')} {one.service:.2f} to {one.candidate:.2f} "
        f"({one.value:+.2f} [{one.low:+.2f}, {one.high:+.2f}])"
        for one in differences
    )


def as_document(verdict: Verdict) -> dict[str, object]:
    """A verdict for JSON."""
    return asdict(verdict)
