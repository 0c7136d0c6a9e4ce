"""A turn that is being planned: who could serve it, and what was decided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ontopilot.orchestrator.plan.cost import Estimate
from ontopilot.orchestrator.plan.facts import DeploymentFacts
from ontopilot.orchestrator.plan.optimizer import Decision, Objective
from ontopilot.orchestrator.plan.quality import Evidenced
from ontopilot.orchestrator.plan.space import Candidate, Known, Space, candidates

FULL, LEAN = 10, 4
"""Pieces of evidence of a first search: usually, and where a plan makes do with less."""


@dataclass(frozen=True, slots=True)
class Serving:
    """A deployment that serves a role now: its name, and requests that run and wait there."""

    name: str
    running: int = 0
    waiting: int = 0
    capacity: int = 64


@dataclass(frozen=True, slots=True)
class Roles:
    """Who would draft and who would reason."""

    generators: tuple[Serving, ...]
    reasoners: tuple[Serving, ...]

    @property
    def both(self) -> tuple[Serving, ...]:
        """All of them, those twice that may do both."""
        return (*self.generators, *self.reasoners)

    @property
    def space(self) -> Space:
        """What there is to choose from."""
        generators = [serving.name for serving in self.generators]
        reasoners = [serving.name for serving in self.reasoners]
        return Space(generators, reasoners, (LEAN, FULL), again=True)


@dataclass(slots=True)
class Planned:
    """The planning of one turn: what was decided, of what, and what is known of the turn."""

    seen: Evidenced
    objective: Objective | None
    decision: Decision
    safe: Candidate
    known: Known
    roles: Roles
    began: float
    facts: Mapping[str, DeploymentFacts] = field(default_factory=dict)
    draw: float = 1.0
    """The random number that the decision was made with."""

    @property
    def candidate(self) -> Candidate:
        """The plan as it is now."""
        return self.decision.chosen.candidate


def options(safe: Candidate, known: Known, space: Space) -> Sequence[Candidate]:
    """The usual plan, and the others that the rules leave."""
    return tuple(dict.fromkeys((safe, *candidates(space, known))))


def usual_of(decision: Decision, safe: Candidate, reason: str) -> Decision:
    """A decision for the usual plan."""
    every = (decision.chosen, *decision.others)
    usual = next((e for e in every if e.candidate == safe and not e.problem), decision.chosen)
    others = tuple(e for e in every if e is not usual)
    return Decision(usual, others, decision.objective, kept=reason)


def success_in_time(found: Estimate, objective: Objective | None) -> float | None:
    """The probability that a plan keeps the SLO; None without one."""
    if objective is None or objective.slo_s is None:
        return None
    return found.latency.below(objective.slo_s)
