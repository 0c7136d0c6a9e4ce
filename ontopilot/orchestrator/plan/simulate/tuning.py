"""The rivals' grids, and how each policy is tuned on a train slice with the same budget."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ontopilot.orchestrator.plan.catalog import Catalog
from ontopilot.orchestrator.plan.controller import Steering
from ontopilot.orchestrator.plan.optimizer import Objective
from ontopilot.orchestrator.plan.quality import Evidenced
from ontopilot.orchestrator.plan.simulate.outcomes import Join, Outcome
from ontopilot.orchestrator.plan.simulate.planned import Parts, Planned, fresh_catalog
from ontopilot.orchestrator.plan.simulate.rivals import (
    Cascade,
    Fixed,
    Predictive,
    Reactive,
    Rival,
    Router,
    Scaler,
    Static,
    Threshold,
)
from ontopilot.orchestrator.plan.simulate.run import Result, Scenario, run
from ontopilot.orchestrator.plan.simulate.site import Site
from ontopilot.orchestrator.plan.simulate.trace import Trace
from ontopilot.orchestrator.plan.simulate.world import BARE, FULL, Policy
from ontopilot.orchestrator.plan.space import Space

Make = Callable[[int], Policy]
"""Makes a new policy for a seed."""

BUDGET = 12
"""Settings that each policy may try."""

KEPT = 0.97
"""The share of the best static plan's good turns that a setting has to keep."""

_HALVINGS = 5
_LEAST_VALUE, _MOST_VALUE = 8.0, 400.0

_BUSY = (0.6, 0.8, 0.95)


@dataclass(frozen=True, slots=True)
class Setting:
    """One point of a grid: what it is called, and how to make the policy."""

    label: str
    make: Make


@dataclass(frozen=True, slots=True)
class Tuned:
    """A policy with the setting that was best on the train slice, and what all of them gave."""

    name: str
    setting: Setting
    tried: tuple[tuple[str, float, float], ...]
    """Label, share of good turns, and goodput of every setting."""


@dataclass(frozen=True, slots=True)
class Grids:
    """The settings of every policy for a scenario's site and the mean load of its train slice."""

    scenario: Scenario
    catalog: Catalog | None = None
    mix: Mapping[Evidenced, float] = field(default_factory=dict)
    """Turns a second by class on the train slice, as the planner saw them."""
    wins: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def of(self, name: str) -> list[Setting]:
        """The grid of a policy by its name, `BUDGET` settings at most."""
        return list(itertools.islice(_GRIDS[name](self), BUDGET))

    @property
    def models(self) -> list[str]:
        """The deployments from the least able to the ablest."""
        site = self.scenario.site
        return sorted(site.abilities, key=lambda name: site.abilities[name])

    def static(self) -> Iterator[Setting]:
        """Each model with little or much evidence, on a fleet of three sizes."""
        for busy, model, evidence in itertools.product(_BUSY, reversed(self.models), (10, 4)):
            yield self._rival("static", f"{model}, k={evidence}", Static(model, evidence), busy)

    def cascade(self) -> Iterator[Setting]:
        """Each pair of models, on a fleet of three sizes."""
        pairs = list(itertools.combinations(self.models, 2))
        for busy, (weak, strong) in itertools.product(_BUSY, pairs):
            yield self._rival(
                "cascade", f"{weak} then {strong}", Cascade(weak, second=strong), busy
            )

    def threshold(self) -> Iterator[Setting]:
        """The least and the ablest model, four thresholds, on a fleet of three sizes."""
        weak, strong = self.models[0], self.models[-1]
        for busy, bound in itertools.product(_BUSY, (0.15, 0.22, 0.3, 0.4)):
            router = Threshold(weak, strong=strong, threshold=bound, wins=self.wins)
            yield self._rival("threshold", f"{strong} above {bound}", router, busy)

    def reactive(self) -> Iterator[Setting]:
        """The two ablest models, scaled at three targets and with two patiences."""
        for model in reversed(self.models[-2:]):
            for target, hold in itertools.product((0.4, 0.7, 1.0), (60.0, 300.0)):
                router, label = Static(model), f"{model}, target {target}, hold {hold:.0f} s"
                yield self._scaled("reactive", label, router, _reactive(target, hold))

    def predictive(self) -> Iterator[Setting]:
        """The two ablest models and four forecasters every 180 s, the lesser also every 30 s."""
        lesser, ablest = self.models[-2:]
        for (model, every, busy), forecaster in itertools.product(
            ((ablest, 180.0, 0.8), (lesser, 180.0, 0.8), (lesser, 30.0, 0.9)), _FORECASTERS
        ):
            label = f"{model}, {forecaster}, every {every:.0f} s, busy {busy}"
            scaler = _predictive(forecaster, busy, every)
            yield self._scaled("predictive", label, Static(model), scaler)

    def glued(self) -> Iterator[Setting]:
        """A cascade whose models a reactive autoscaler follows: two rivals in one."""
        pairs = list(itertools.combinations(self.models, 2))
        for target, (weak, strong) in itertools.product((0.4, 0.6, 0.8, 1.0), pairs):
            router = Cascade(weak, second=strong)
            label = f"{weak} then {strong}, target {target}"
            yield self._scaled("cascade, scaled", label, router, _reactive(target, 120.0))

    def planned(
        self, value: float, parts: Parts | None = None, *, busy: float = 1.0, **steered: Any
    ) -> Setting:
        """The planner, for which a right answer is worth so many core-seconds."""
        scenario, models = self.scenario, self.models
        space = Space(models, models[1:], (4, 10))
        trace = scenario.trace
        base = Steering(busy=busy)
        steering = replace(base, **steered)
        # The SLO is kept more often than asked for where a turn has the choice.
        objective = Objective(slo_s=scenario.slo_s, confidence=0.9, value=value)
        fleet = self._fleet(Cascade(models[0], second=models[-1]), busy)

        def make(seed: int) -> Policy:
            catalog = fresh_catalog(
                scenario.site, float(trace.prompts.mean()), float(trace.outputs.mean())
            )
            if self.catalog is not None:
                catalog.restore(self.catalog.document())
            return Planned(
                catalog,
                space,
                objective,
                steering,
                parts or Parts(),
                fleet,
                self.mix,
                PLANNER,
                seed,
            )

        return Setting(f"value {value:.0f}", make)

    def _rival(self, name: str, label: str, router: Static, busy: float) -> Setting:
        fleet = self._fleet(router, busy)
        return Setting(f"{label}, busy {busy}", lambda seed: Rival(name, router, Fixed(fleet)))

    def _scaled(
        self, name: str, label: str, router: Static, scaler: Callable[[Mapping[str, int]], Scaler]
    ) -> Setting:
        fleet = self._fleet(router, 0.7)
        return Setting(label, lambda seed: Rival(name, router, scaler(fleet)))

    def _fleet(self, router: Router, busy: float) -> dict[str, int]:
        """The replicas that the mean load of the trace keeps busy for a share of the time."""
        work = mean_work(self.scenario, router)
        site, fleet = self.scenario.site, {}
        for name, seconds in work.items():
            if seconds > 0:
                fleet[name] = max(1, math.ceil(seconds / busy))
        while sum(site.facts[n].cores * c for n, c in fleet.items()) > site.cores:
            widest = max(fleet, key=lambda n: site.facts[n].cores * fleet[n])
            if fleet[widest] == 1:
                break
            fleet[widest] -= 1
        return fleet


_FORECASTERS = ("last", "smoothed", "trend", "peak")

_GRIDS: dict[str, Callable[[Grids], Iterator[Setting]]] = {
    "static": Grids.static,
    "cascade": Grids.cascade,
    "threshold": Grids.threshold,
    "reactive": Grids.reactive,
    "predictive": Grids.predictive,
    "cascade, scaled": Grids.glued,
}

PLANNER = "planner"
POLICIES = (*_GRIDS, PLANNER)


def _reactive(target: float, hold: float) -> Callable[[Mapping[str, int]], Scaler]:
    return lambda fleet: Reactive(fleet, target, hold)


def _predictive(
    forecaster: str, busy: float, every: float
) -> Callable[[Mapping[str, int]], Scaler]:
    return lambda fleet: Predictive(fleet, forecaster, busy, every)


def mean_work(scenario: Scenario, router: Router) -> dict[str, float]:
    """Seconds of work a second that a router brings to each deployment, queues left out."""
    trace, site = scenario.trace, scenario.site
    asked = Join(scenario.outcomes, 0, noise=scenario.noise).draw(min(2000, len(trace)))
    work = dict.fromkeys(site.facts, 0.0)
    step = max(1, len(trace) // len(asked))
    for number, one in enumerate(asked):
        at = number * step
        for name, evidence in _attempts(router, one, site):
            share = BARE + (1 - BARE) * min(1.0, evidence / FULL)
            prompt, output = float(trace.prompts[at]) * share, float(trace.outputs[at])
            work[name] += site.facts[name].work_s(prompt, output)
    each = len(trace) / max(trace.span, 1e-9) / len(asked)
    return {name: seconds * each for name, seconds in work.items()}


def _attempts(router: Router, asked: object, site: Site) -> Iterator[tuple[str, int]]:
    """The generations of a question, as verification would have them."""
    from ontopilot.orchestrator.plan.simulate.outcomes import Asked, Verification
    from ontopilot.orchestrator.plan.simulate.world import Turn

    if not isinstance(asked, Asked):
        return
    turn = Turn(0, 0.0, asked, 1, 1, ())
    turn.chosen = router.plan(turn)
    if turn.chosen.strategy == "facts":
        if asked.outcome.facts_passed:
            return
        again = router.after_failure(turn)
        if again is None:
            return
        turn.chosen = again
    turn.chosen = router.again(turn)
    checks = Verification()
    for attempt in range(2):
        name = turn.chosen.reasoner or turn.chosen.generator
        yield name, turn.chosen.evidence
        right = asked.right(site.abilities[name], site.grade(name))
        bound = checks.flagged if right else checks.caught
        following = router.after_failure(turn) if asked.verified[attempt] < bound else None
        if following is None:
            return
        turn.chosen = following


def wins(
    outcomes: Sequence[Outcome], site: Site, weak: str, strong: str
) -> dict[tuple[str, str], float]:
    """How often the strong model is right and the weak one wrong, by class and nearness."""
    counts: dict[tuple[str, str], list[int]] = {}
    for asked in Join(outcomes, 1).draw(20 * len(outcomes)):
        won = asked.right(site.abilities[strong], site.grade(strong)) and not asked.right(
            site.abilities[weak], site.grade(weak)
        )
        key = (asked.outcome.turn_class, asked.outcome.band)
        counts.setdefault(key, []).append(won)
    return {key: sum(values) / len(values) for key, values in counts.items()}


def tune(name: str, settings: Sequence[Setting], scenario: Scenario, least_good: float) -> Tuned:
    """The setting with the most goodput of those that keep enough good turns, on one seed."""
    tried = [(setting, run(scenario, setting.make(0), 0)[0]) for setting in settings]
    return _best_of(name, tried, least_good)


def _best_of(name: str, tried: Sequence[tuple[Setting, Result]], least_good: float) -> Tuned:
    enough = [row for row in tried if row[1].good >= least_good]
    if enough:
        best = max(enough, key=lambda row: row[1].goodput)
    else:
        best = max(tried, key=lambda row: row[1].good)
    told = tuple((s.label, round(r.good, 4), round(r.goodput, 5)) for s, r in tried)
    return Tuned(name, best[0], told)


def tune_planner(
    grids: Grids, least_good: float, parts: Parts | None = None, **steered: Any
) -> Tuned:
    """The least worth of a right answer that keeps enough good turns, found by halving."""
    low, high = math.log(_LEAST_VALUE), math.log(_MOST_VALUE)
    tried: list[tuple[Setting, Result]] = []
    for _ in range(_HALVINGS):
        setting = grids.planned(math.exp((low + high) / 2), parts, **steered)
        tried.append((setting, run(grids.scenario, setting.make(0), 0)[0]))
        middle = (low + high) / 2
        low, high = (low, middle) if tried[-1][1].good >= least_good else (middle, high)
    return _best_of(PLANNER, tried, least_good)


def split(trace: Trace, share: float = 0.3) -> tuple[Trace, Trace]:
    """A train slice, and the rest."""
    return trace.slice(0.0, share), trace.slice(share, 1.0)
