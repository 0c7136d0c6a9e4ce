"""The plan of a turn: operators with what they were expected to take and what they took."""

from dataclasses import dataclass, replace
from typing import Literal

Strategy = Literal["facts", "draft", "reason", "act", "hand_over", "decline"]
"""`decline` is for what the ontology and the documents do not cover."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One step of a plan; times in milliseconds, `None` where nothing is known or measured.

    `estimated_p95_ms` is what it stays below 19 times of 20. `chance` is how likely it is run.
    """

    name: str
    detail: str = ""
    estimated_ms: float | None = None
    actual_ms: float | None = None
    runs: int = 0
    estimated_p95_ms: float | None = None
    estimated_tokens: float | None = None
    actual_tokens: float | None = None
    chance: float = 1.0
    of: str = ""
    """The operator that it is a part of, or ""."""

    @property
    def q_error(self) -> float | None:
        """How far the estimate was off: the larger of both over the smaller one, at least 1."""
        if not self.estimated_ms or not self.actual_ms:
            return None
        ratio = self.actual_ms / self.estimated_ms
        return max(ratio, 1 / ratio)


@dataclass(frozen=True, slots=True)
class Alternative:
    """A plan that was not chosen, and why; with what it was expected to take where that is known.

    `right` is the probability of a right answer, `price` core-seconds.
    """

    strategy: Strategy
    reason: str
    label: str = ""
    estimated_ms: float | None = None
    estimated_p95_ms: float | None = None
    price: float | None = None
    right: float | None = None


@dataclass(frozen=True, slots=True)
class Replan:
    """The rest of a turn was planned again: after which operator, why, and what came of it."""

    after: str
    reason: str
    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What a whole plan was expected to take when it was chosen.

    `in_time` is the probability to keep the SLO, or None without one; `right` is that of a right
    answer, at least `right_low`; `turns` is how many turns of this kind that rests on.
    """

    label: str
    p50_ms: float
    p95_ms: float
    price: float
    right: float
    right_low: float
    turns: float
    in_time: float | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How a turn is answered.

    `degraded` says which bound of the objective no plan keeps, or is "". `regret` is how many
    core-seconds a plan would have saved that is better in hindsight, None while that is not known.
    """

    strategy: Strategy
    reason: str
    operators: tuple[Operator, ...]
    rejected: tuple[Alternative, ...] = ()
    expected: Expected | None = None
    objective: str = ""
    replans: tuple[Replan, ...] = ()
    degraded: str = ""
    regret: float | None = None
    hindsight: str = ""
    log: str = ""
    """All that the choice rests on, from which `log.replayed` makes it again; "" without an
    objective."""

    def record(self, name: str, *, milliseconds: float, detail: str = "") -> "Plan":
        """A plan in which operator `name` also took so many milliseconds."""
        steps = list(self.operators)
        at = next((i for i, step in enumerate(steps) if step.name == name), None)
        if at is None:
            steps.append(Operator(name, detail, actual_ms=milliseconds, runs=1))
        else:
            step = steps[at]
            steps[at] = replace(
                step,
                actual_ms=(step.actual_ms or 0.0) + milliseconds,
                detail=detail or step.detail,
                runs=step.runs + 1,
            )
        return replace(self, operators=tuple(steps))

    def part(self, of: str, name: str, *, milliseconds: float, tokens: float) -> "Plan":
        """A plan in which a part of an operator took so many milliseconds and tokens."""
        steps = list(self.operators)
        at = next((i for i, s in enumerate(steps) if s.name == name and s.of == of), None)
        if at is None:
            parent = next((i for i, s in enumerate(steps) if s.name == of and not s.of), None)
            if parent is None:
                steps.append(Operator(of))
                parent = len(steps) - 1
            steps.insert(parent + 1, Operator(name, of=of))
            at = parent + 1
        step = steps[at]
        steps[at] = replace(
            step,
            actual_ms=(step.actual_ms or 0.0) + milliseconds,
            actual_tokens=(step.actual_tokens or 0.0) + tokens,
            runs=step.runs + 1,
        )
        return replace(self, operators=tuple(steps))

    @property
    def actual_ms(self) -> float | None:
        """What the operators took together; None while none has run."""
        taken = [s.actual_ms for s in self.operators if s.actual_ms is not None and not s.of]
        return sum(taken) if taken else None

    def explain(self) -> str:
        """The plan as a tree: estimates, actuals, what was not chosen, and re-plans."""
        from ontopilot.orchestrator.plan.explain import render

        return render(self)
