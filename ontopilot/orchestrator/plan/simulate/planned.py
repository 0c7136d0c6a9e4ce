"""The planner and its controller in the simulated world: the same code as in a live turn."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from ontopilot.orchestrator.plan.catalog import Catalog
from ontopilot.orchestrator.plan.controller import Controller, Steering, Wanted
from ontopilot.orchestrator.plan.cost import Situated
from ontopilot.orchestrator.plan.facts import ClassFacts
from ontopilot.orchestrator.plan.fleet import typical_work
from ontopilot.orchestrator.plan.optimizer import Decision, Objective, plan_turn
from ontopilot.orchestrator.plan.quality import Evidenced, Quality, arm
from ontopilot.orchestrator.plan.quantity import Quantity
from ontopilot.orchestrator.plan.simulate.replica import Job
from ontopilot.orchestrator.plan.simulate.site import Site
from ontopilot.orchestrator.plan.simulate.world import (
    BARE,
    FACTS_S,
    FULL,
    RETRIEVE_S,
    UNDERSTAND_S,
    VERIFY_S,
    Turn,
    World,
)
from ontopilot.orchestrator.plan.space import Candidate, Known, Space, candidates

RATED = 0.05
"""The share of turns that customers rate."""

_CORRECTED = 0.5
"""What a rating counts beside what verification says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Mechanisms of the planner; each can be left out, to measure what it is worth."""

    quality: bool = True
    queue: bool = True
    replan: bool = True
    learn: bool = True


@dataclass(slots=True)
class Planned:
    """The planner as a policy of the world."""

    catalog: Catalog
    space: Space
    objective: Objective
    steering: Steering = field(default_factory=Steering)
    parts: Parts = field(default_factory=Parts)
    replicas: Mapping[str, int] = field(default_factory=dict)
    mix: Mapping[Evidenced, float] = field(default_factory=dict)
    """Turns a second by class that are expected at first; without them `replicas` run at first."""
    name: str = "planner"
    seed: int = 0
    errors: list[float] = field(default_factory=list)
    """The q-error of the latency of every turn: estimate against actual, the larger over the
    smaller."""
    replans: int = 0
    decisions: list[tuple[float, Wanted]] = field(default_factory=list)
    _controller: Controller | None = None
    _offered: dict[Evidenced, bool] = field(default_factory=dict)
    _mix: "Counter[Evidenced]" = field(default_factory=Counter)
    _random: np.random.Generator = field(init=False)

    def __post_init__(self) -> None:
        self._random = np.random.default_rng(self.seed)

    @property
    def every_s(self) -> float:
        """Seconds between two looks at the fleet."""
        return self.steering.every_s

    def begin(self, world: World) -> None:
        """Start the first replicas."""
        self._controller = Controller(
            self.catalog, self.space, self.objective, world.site.cores, self.steering
        )
        first = dict(self.replicas)
        if self.mix:
            offered = {seen: seen.turn_class == "facts" for seen in self.mix}
            every = self.steering.every_s
            arrivals = {seen: rate * every for seen, rate in self.mix.items()}
            first = self._controller.decide(
                0.0, arrivals, offered=offered, running={}, backlog={}
            ).replicas
        for name, count in first.items():
            world.resize(name, count)

    def plan(self, world: World, turn: Turn) -> Candidate:
        """Plan a turn that has just come."""
        offered = turn.asked.outcome.facts_offer
        self._offered[banded(turn)] = offered
        self._mix[banded(turn)] += 1
        if self.parts.replan and not offered:
            # Every plan that is left begins with retrieval, after which it is chosen.
            return Candidate("draft", FULL)
        decision = self._decide(world, turn, turn.seen, Known(facts=offered), retrieved=False)
        turn.note = decision
        turn.degraded = bool(decision.degraded)
        return decision.chosen.candidate

    def again(self, world: World, turn: Turn) -> Candidate:
        """Plan the rest, now that the prompt and the nearness of the evidence are known."""
        if not self.parts.replan:
            return turn.chosen
        known = Known(found=FULL, drafted=turn.attempts > 0)
        decision = self._decide(world, turn, banded(turn), known, retrieved=True)
        self.replans += decision.chosen.candidate != turn.chosen
        turn.note = decision
        turn.degraded = bool(decision.degraded)
        return decision.chosen.candidate

    def after_failure(self, world: World, turn: Turn) -> Candidate | None:
        """Reason where that is planned, or still pays; a draft after facts that do not answer."""
        self._learn_pass(turn, passed=False)
        if turn.chosen.strategy == "facts":
            decision = self._decide(world, turn, turn.seen, Known(), retrieved=False)
            return decision.chosen.candidate
        if not turn.chosen.generator or not turn.chosen.reasoner:
            return None
        rest = replace(turn.chosen, strategy="reason", generator="")
        late = self.objective.slo_s is not None and world.now - turn.arrived > self.objective.slo_s
        return None if self.parts.replan and late else rest

    def generated(self, world: World, turn: Turn, name: str, job: Job) -> None:
        """Correct the cost model by what a generation took."""
        if not self.parts.learn:
            return
        facts = world.site.facts[name]
        read = (job.prompt - job.cached) * facts.prefill_s + facts.fixed_s
        steps = job.output * facts.step(job.streams)
        self.catalog.note_times(
            name,
            prefill=(job.first - job.began, read),
            decode=(job.done - job.first, steps),
        )
        if job.output != turn.output or turn.attempts == 1:
            self.catalog.note_size(turn.seen.turn_class, "output", float(turn.output))
            self.catalog.note_size(turn.seen.turn_class, "prompt", turn.prompt * BARE)
            self.catalog.note_size(
                turn.seen.turn_class, "evidence", turn.prompt * (1 - BARE) / FULL
            )

    def ended(self, world: World, turn: Turn) -> None:
        """Learn from what passed verification, and from ratings."""
        del world
        if turn.passed or turn.attempts > 1:  # a first failure was learned when it happened
            self._learn_pass(turn, passed=turn.passed)
        decision: Decision | None = turn.note
        if decision is not None and turn.attempts <= 1 and turn.latency > 0:
            guess = decision.chosen.latency.usual.quantile(0.5)
            self.errors.append(max(guess / turn.latency, turn.latency / max(guess, 1e-9)))
        if self.parts.learn and turn.passed and turn.asked.rated < RATED:
            grade = turn.chosen.reasoner or turn.chosen.generator or "facts"
            if turn.chosen.strategy != "reason":
                grade = turn.chosen.generator or "facts"
            self.catalog.quality.note_right(
                banded(turn), grade, right=float(turn.right), weight=1.0
            )

    def control(self, world: World) -> None:
        """Ask the controller for the fleet."""
        if self._controller is None:
            return
        running = {name: world.count(name) for name in world.site.facts}
        backlog = {
            name: sum(len(replica) for replica in replicas) * typical_work(self.catalog, name)
            for name, replicas in world.replicas.items()
        }
        wanted = self._controller.decide(
            world.now, self._mix, offered=self._offered, running=running, backlog=backlog
        )
        self._mix = Counter()
        for name, count in wanted.replicas.items():
            world.resize(name, count)
            world.prices[name] = wanted.prices[name]
        self.decisions.append((world.now, wanted))

    def _decide(
        self, world: World, turn: Turn, seen: Evidenced, known: Known, *, retrieved: bool
    ) -> Decision:
        about = self.catalog.situated(
            seen,
            world.loads(turn),
            elapsed_s=world.now - turn.arrived + (RETRIEVE_S if retrieved else UNDERSTAND_S),
            retrieved=retrieved,
            queue_term=self.parts.queue,
        )
        if not self.parts.quality:
            about = replace(about, quality=Quality(self.catalog.quality.priors))
        if retrieved:
            about = _sized(about, turn.prompt)
        draw = float(self._random.random()) if self.objective.explore else 1.0
        return plan_turn(candidates(self.space, known), about, self.objective, draw=draw)

    def _learn_pass(self, turn: Turn, *, passed: bool) -> None:
        if not self.parts.learn:
            return
        chosen, decision = turn.chosen, turn.note
        key = arm(chosen, {})
        if turn.attempts > 1 and isinstance(decision, Decision):
            first = decision.chosen.candidate.generator
            key = arm(replace(chosen, strategy="draft", generator=first), {}, second=True)
        self.catalog.quality.note_pass(banded(turn), key, passed=passed)


def banded(turn: Turn) -> Evidenced:
    """What is seen of a turn after retrieval."""
    return Evidenced(turn.asked.outcome.turn_class, turn.asked.outcome.band)


def _sized(about: Situated, prompt: int) -> Situated:
    """A situation in which the prompt is known."""
    turn = replace(
        about.turn,
        prompt=Quantity(prompt * BARE),
        evidence=Quantity(prompt * (1 - BARE) / FULL),
    )
    return replace(about, turn=turn)


def fresh_catalog(site: Site, prompt: float, output: float) -> Catalog:
    """A catalog that knows the deployments and what a turn is like on average."""
    ranked = sorted(site.abilities, key=lambda name: site.abilities[name])
    priors = {name: 0.55 + 0.3 * i / max(1, len(ranked) - 1) for i, name in enumerate(ranked)}
    priors["facts"] = 0.6
    catalog = Catalog.of(site.deployments, priors)
    catalog.typical = ClassFacts(
        "typical",
        prompt=Quantity(prompt * BARE, (prompt * BARE) ** 2),
        evidence=Quantity(prompt * (1 - BARE) / FULL, (prompt * (1 - BARE) / FULL) ** 2),
        output=Quantity(output, output**2),
        understand_s=Quantity(UNDERSTAND_S),
        facts_s=Quantity(FACTS_S),
        retrieve_s=Quantity(RETRIEVE_S),
        verify_s=Quantity(VERIFY_S),
    )
    return catalog
