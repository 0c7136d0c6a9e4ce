"""Policies compared on one trace: tuned on its beginning, measured on the rest."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ontopilot.orchestrator.plan.quality import Evidenced
from ontopilot.orchestrator.plan.simulate.outcomes import Join, Verification
from ontopilot.orchestrator.plan.simulate.planned import Planned, banded
from ontopilot.orchestrator.plan.simulate.rivals import Static
from ontopilot.orchestrator.plan.simulate.run import Result, Scenario, figures, run
from ontopilot.orchestrator.plan.simulate.trace import Trace
from ontopilot.orchestrator.plan.simulate.tuning import (
    KEPT,
    PLANNER,
    POLICIES,
    Grids,
    Tuned,
    mean_work,
    split,
    tune,
    tune_planner,
    wins,
)
from ontopilot.orchestrator.plan.simulate.world import BARE, FULL, HARDER, World

Told = Callable[[str], None]
"""Called with what is done next."""

WARM_SEED = 1000
"""The seed of the run in which the planner gets to know the train slice."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A policy with its setting and its results, one a seed, and the world of the first one."""

    name: str
    setting: str
    results: tuple[Result, ...]
    tried: tuple[tuple[str, float, float], ...]
    world: World


@dataclass(frozen=True, slots=True)
class Comparison:
    """What policies gave on one scenario; `oracle` bounds the goodput of any policy."""

    scenario: Scenario
    least_good: float
    measured: tuple[Measured, ...]
    oracle: tuple[float, ...]
    plan_ms_p50: float = 0.0
    plan_ms_p95: float = 0.0

    def document(self) -> dict[str, Any]:
        """All of it as JSON values."""
        trace = self.scenario.trace
        return {
            "trace": trace.name,
            "requests": len(trace),
            "span_s": trace.span,
            "slo_s": self.scenario.slo_s,
            "notes": list(trace.notes),
            "least_good": self.least_good,
            "plan_ms": {"p50": self.plan_ms_p50, "p95": self.plan_ms_p95},
            "oracle_goodput": figures_of(self.oracle),
            "policies": [
                {
                    "name": one.name,
                    "setting": one.setting,
                    "figures": figures(one.results),
                    "seeds": [asdict(result) for result in one.results],
                    "tried": [list(row) for row in one.tried],
                }
                for one in self.measured
            ],
        }


def figures_of(values: Sequence[float]) -> dict[str, float]:
    """The mean, the least and the greatest."""
    return {
        "mean": float(np.mean(values)),
        "low": float(min(values)),
        "high": float(max(values)),
    }


def at_load(scenario: Scenario, load: float) -> Scenario:
    """A scenario whose trace is so fast that the middle model would fill a share of the cores."""
    site = scenario.site
    ranked = sorted(site.abilities, key=lambda name: site.abilities[name])
    middle = ranked[len(ranked) // 2]
    work = mean_work(scenario, Static(middle))
    needed = sum(work[name] * site.facts[name].cores for name in work)
    speed = load * site.cores / max(needed, 1e-12)
    return replace(scenario, trace=scenario.trace.scaled(speed=speed))


def default_slo(trace: Trace, scenario_site: Any) -> float:
    """Two and a half times what nine of ten turns take on the ablest model when nobody waits."""
    ablest = max(scenario_site.abilities, key=lambda name: scenario_site.abilities[name])
    facts = scenario_site.facts[ablest]
    alone = trace.prompts * facts.prefill_s + trace.outputs * facts.step(facts.slots // 2)
    return float(2.5 * np.quantile(alone, 0.9))


def compare(
    scenario: Scenario,
    names: Sequence[str],
    *,
    seeds: Sequence[int],
    train: float = 0.3,
    told: Told = lambda said: None,
) -> Comparison:
    """Tune every policy on the first part of the trace, and run it on the rest.

    A setting counts only if it has at least `KEPT` times the good turns that the best static plan
    had on the train slice: no policy buys its goodput with turns that it gives up.
    """
    before, after = split(scenario.trace, train)
    practice, test = replace(scenario, trace=before), replace(scenario, trace=after)
    site = scenario.site
    ranked = sorted(site.abilities, key=lambda name: site.abilities[name])
    known = wins(scenario.outcomes, site, ranked[0], ranked[-1])
    grids = Grids(practice, wins=known)
    told("tuning static")
    static = tune("static", grids.of("static"), practice, 0.0)
    least = KEPT * max(good for _, good, _ in static.tried)
    told("getting to know the train slice")
    grids = warmed(grids)
    measured = []
    for name in dict.fromkeys(("static", *names)):
        told(f"tuning {name}")
        if name == PLANNER:
            tuned = tune_planner(grids, least)
        else:
            tuned = tune(name, grids.of(name), practice, least)
        told(f"running {name}")
        measured.append(measure(tuned, test, seeds))
    bound = tuple(oracle(test, seed, least) for seed in seeds)
    p50, p95 = planning_ms(measured)
    return Comparison(test, least, tuple(measured), bound, p50, p95)


def warmed(grids: Grids) -> Grids:
    """With what the planner has learned on the train slice, where it tried plans to learn."""
    setting = grids.planned(50.0, busy=0.6)
    policy = setting.make(WARM_SEED)
    if not isinstance(policy, Planned):
        raise TypeError("the planner's grid makes planners")
    policy.objective = replace(policy.objective, explore=0.2)
    _, world = run(grids.scenario, policy, WARM_SEED)
    return replace(grids, catalog=policy.catalog, mix=mix_of(world))


def mix_of(world: World) -> dict[Evidenced, float]:
    """Turns a second by class."""
    counts = Counter(banded(turn) for turn in world.turns)
    span = max(1e-9, world.trace.span)
    return {seen: count / span for seen, count in counts.items()}


def measure(tuned: Tuned, scenario: Scenario, seeds: Sequence[int]) -> Measured:
    """Run a tuned policy once for each seed."""
    runs = [run(scenario, tuned.setting.make(seed), seed) for seed in seeds]
    results = tuple(result for result, _ in runs)
    return Measured(tuned.name, tuned.setting.label, results, tuned.tried, runs[0][1])


def oracle(scenario: Scenario, seed: int, least_good: float) -> float:
    """A bound on the goodput of any policy.

    It knows which plan answers each turn, takes the cheapest one, has no queues, keeps every core
    busy all the time and gives up the turns that cost most, down to the share that has to be good.
    """
    site, trace = scenario.site, scenario.trace
    checks = Verification()
    costs: list[float] = []
    for number, asked in enumerate(
        Join(scenario.outcomes, seed, noise=scenario.noise, runs=scenario.runs).draw(len(trace))
    ):
        outcome = asked.outcome
        if outcome.facts_offer and outcome.facts_right:
            costs.append(0.0)
            continue
        prompt, output = float(trace.prompts[number]), float(trace.outputs[number])
        least = np.inf
        for name, facts in site.facts.items():
            for evidence, lack in ((4, HARDER), (10, 0.0)):
                if asked.right(site.abilities[name] - lack, site.grade(name)):
                    share = BARE + (1 - BARE) * evidence / FULL
                    work = facts.work_s(prompt * share, output) * facts.cores
                    least = min(least, work)
        if np.isfinite(least) and max(asked.verified) >= checks.flagged:
            costs.append(float(least))
    ordered = np.cumsum(np.sort(costs)) + site.front_cores * trace.span
    good = np.arange(1, len(ordered) + 1)
    needed = int(np.ceil(min(least_good * len(trace), len(ordered)))) - 1
    return float((good / ordered)[max(0, needed) :].max())


def planning_ms(measured: Sequence[Measured]) -> tuple[float, float]:
    """What planning one more turn of the planner's world takes: milliseconds, p50 and p95."""
    for one in measured:
        policy = one.world.policy
        if not isinstance(policy, Planned):
            continue
        taken = []
        for turn in one.world.turns[:300]:
            began = time.perf_counter()
            policy.plan(one.world, turn)
            taken.append((time.perf_counter() - began) * 1000)
        return float(np.quantile(taken, 0.5)), float(np.quantile(taken, 0.95))
    return 0.0, 0.0


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """The policies of these names.

    Raises:
        ConfigError: there is no such policy.
    """
    from ontopilot.errors import ConfigError

    unknown = [name for name in names if name not in POLICIES]
    if unknown:
        raise ConfigError(f"there is no policy {unknown[0]!r}; use {', '.join(POLICIES)}")
    return tuple(names)
