"""The plan of a turn: operators with what they were expected to take and what they took."""

from dataclasses import dataclass, replace
from typing import Literal

Strategy = Literal["facts", "draft", "reason", "act", "hand_over", "decline"]
"""`decline` is for what the ontology and the documents do not cover."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One step of a plan; times in milliseconds, `None` where nothing is known or measured."""

    name: str
    detail: str = ""
    estimated_ms: float | None = None
    actual_ms: float | None = None
    runs: int = 0


@dataclass(frozen=True, slots=True)
class Alternative:
    """A strategy that was not chosen, and why."""

    strategy: Strategy
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """How a turn is answered."""

    strategy: Strategy
    reason: str
    operators: tuple[Operator, ...]
    rejected: tuple[Alternative, ...] = ()

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

    def explain(self) -> str:
        """The plan as a tree, with estimated and actual milliseconds."""
        from ontopilot.orchestrator.plan.explain import render

        return render(self)
