"""The optimizer: of all candidates the cheapest that is in time and good enough."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from ontopilot.errors import ConfigError
from ontopilot.orchestrator.plan.cost import Estimate, Estimator, Situated
from ontopilot.orchestrator.plan.space import Candidate

_EXPLORES_AT = 0.98
"""How likely a plan must be in time before it is tried only to learn."""

_MOST_DEARER = 3.0
"""How many times the price of the best plan a trial may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What a turn is to reach.

    A plan is to end within `slo_s` seconds with a probability of `confidence`, and to be right
    with a probability whose lower bound is at least `floor`. Of those the one with the least price
    is chosen, less `value` for a right answer: both in core-seconds. `explore` is the share of
    turns that may try a plan of which little is known.
    """

    slo_s: float | None = None
    confidence: float = 0.95
    floor: float = 0.0
    value: float = 0.0
    explore: float = 0.0

    def __post_init__(self) -> None:
        if self.slo_s is not None and not (self.slo_s > 0 and math.isfinite(self.slo_s)):
            raise ConfigError(f"Objective(slo_s={self.slo_s!r}): give seconds above 0, or None")
        if not 0.5 <= self.confidence <= 0.99:
            raise ConfigError(f"Objective(confidence={self.confidence!r}): use 0.5 to 0.99")
        if not 0 <= self.floor <= 1:
            raise ConfigError(f"Objective(floor={self.floor!r}): use 0 to 1")
        if not self.value >= 0:
            raise ConfigError(f"Objective(value={self.value!r}): use 0 or more")
        if not 0 <= self.explore <= 0.2:
            raise ConfigError(f"Objective(explore={self.explore!r}): use 0 to 0.2")

    def cost(self, found: Estimate) -> float:
        """What is made small: the price, less what the answer is worth."""
        return found.price - self.value * found.success.mean


@dataclass(frozen=True, slots=True)
class Rejected:
    """A candidate that was not chosen, and why."""

    estimate: Estimate
    reason: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was chosen of what; `degraded` says which bound no plan meets, `explored` that the
    plan was chosen to learn of it, and `kept` why the usual plan was taken instead of the best one.
    """

    chosen: Estimate
    others: tuple[Estimate, ...] = ()
    objective: Objective = field(default=Objective())
    degraded: str = ""
    explored: bool = False
    kept: str = ""

    def rejected(self) -> tuple[Rejected, ...]:
        """The candidates that were not chosen, and why; the least cost first."""
        return tuple(
            Rejected(other, _why_not(other, self.chosen, self.objective, self.kept))
            for other in sorted(self.others, key=self.objective.cost)
        )


def plan_turn(
    options: Iterable[Candidate], about: Situated, objective: Objective, *, draw: float = 1.0
) -> Decision:
    """Estimate all candidates and decide; `draw` is a random number from 0 to 1."""
    estimator = Estimator(about)
    return decide([estimator.estimate(option) for option in options], objective, draw=draw)


def decide(estimates: Sequence[Estimate], objective: Objective, *, draw: float = 1.0) -> Decision:
    """Choose among estimates: the same ones give the same decision.

    Where no candidate is in time and good enough, the best that is in time is taken, and the
    fastest one where none is.

    Raises:
        ConfigError: there is no candidate that can be run.
    """
    able = [found for found in estimates if not found.problem]
    if not able:
        reasons = (
            "; ".join(dict.fromkeys(e.problem for e in estimates)) or "the plan space is empty"
        )
        raise ConfigError(f"no plan can be run: {reasons}; add a deployment")
    timely = [found for found in able if in_time(found, objective)]
    good = [found for found in timely if found.success.low >= objective.floor]
    chosen, degraded = _best(able, timely, good, objective)
    explored = False
    if (
        objective.explore
        and draw < objective.explore
        and (trial := _trial(timely, chosen, objective))
    ):
        chosen, explored = trial, True
    others = tuple(found for found in estimates if found is not chosen)
    return Decision(chosen, others, objective, degraded, explored)


def in_time(found: Estimate, objective: Objective) -> bool:
    """Whether a candidate keeps the SLO with the confidence that is asked for."""
    if objective.slo_s is None:
        return True
    return found.latency.below(objective.slo_s) >= objective.confidence


def _best(
    able: Sequence[Estimate],
    timely: Sequence[Estimate],
    good: Sequence[Estimate],
    objective: Objective,
) -> tuple[Estimate, str]:
    share = objective.confidence
    if good:
        return _least(good, objective.cost, share), ""
    if timely:
        surest = max(found.success.low for found in timely)
        best = _least([e for e in timely if e.success.low == surest], objective.cost, share)
        return best, (
            f"no plan in time is right with the probability {objective.floor:.2f} that is asked "
            f"for; the best one has {surest:.2f}"
        )
    late = {found.candidate: found.latency.quantile(share) for found in able}
    fastest = _least(able, lambda found: late[found.candidate], share)
    return fastest, (
        f"no plan ends within {objective.slo_s:.3g} s with the probability {share:.2f} that is "
        f"asked for; the fastest one takes {late[fastest.candidate]:.3g} s"
    )


def _least(found: Sequence[Estimate], cost: Callable[[Estimate], float], share: float) -> Estimate:
    """The one of the least cost; among equals the better, then the faster one."""
    costs = [cost(one) for one in found]
    least = min(costs)
    equal = [one for one, its in zip(found, costs, strict=True) if its == least]
    if len(equal) == 1:
        return equal[0]
    return min(equal, key=lambda e: (-e.success.mean, e.latency.quantile(share), e.candidate))


def _trial(timely: Sequence[Estimate], chosen: Estimate, objective: Objective) -> Estimate | None:
    """The plan of which least is known, where a turn can afford it."""
    most = _MOST_DEARER * max(chosen.price, 1e-9)
    fit = [
        found
        for found in timely
        if found is not chosen
        and found.price <= most
        and (objective.slo_s is None or found.latency.below(objective.slo_s) >= _EXPLORES_AT)
    ]
    return min(fit, key=lambda e: (e.success.seen, e.price, e.candidate), default=None)


def _why_not(other: Estimate, chosen: Estimate, objective: Objective, kept: str) -> str:
    if other.problem:
        return other.problem
    if not in_time(other, objective):
        sure = other.latency.below(objective.slo_s or math.inf)
        return f"within {objective.slo_s:.3g} s with {sure:.2f}, below {objective.confidence:.2f}"
    if other.success.low < objective.floor:
        return f"right with {other.success.low:.2f} at least, below {objective.floor:.2f}"
    dearer = objective.cost(other) - objective.cost(chosen)
    if dearer > 0:
        times = other.price / chosen.price if chosen.price > 0 else math.inf
        more = f"{times:.1f} times the price" if 1 < times < 100 else "a higher price"
        return f"{more}, right with {other.success.mean:.2f} instead of {chosen.success.mean:.2f}"
    if dearer < 0:
        return kept or "cheaper; another plan was taken to learn of it"
    return "no better"
