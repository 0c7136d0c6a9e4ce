"""One policy on one trace: what came of it, over several seeds."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ontopilot.orchestrator.plan.simulate.outcomes import Join, Outcome
from ontopilot.orchestrator.plan.simulate.site import Site
from ontopilot.orchestrator.plan.simulate.trace import Trace
from ontopilot.orchestrator.plan.simulate.world import Policy, Switch, World


@dataclass(frozen=True, slots=True)
class Scenario:
    """A trace on a site, with the questions that are asked and what a turn is to reach."""

    trace: Trace
    site: Site
    outcomes: Sequence[Outcome]
    slo_s: float
    noise: float = 1.0
    runs: float = 1.0
    faults: tuple[tuple[float, str, float], ...] = ()

    def world(self, policy: Policy, seed: int) -> World:
        """The world with a policy, after its run."""
        join = Join(self.outcomes, seed, noise=self.noise, runs=self.runs)
        asked = join.draw(len(self.trace))
        return World(self.site, self.trace, asked, policy, faults=self.faults).run()


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one run.

    `good` is the share of the turns that were right and in time, `goodput` the number of them for
    a core-second that was held, busy or not. Latencies are seconds. `undone` counts switches that
    were undone before they could pay.
    """

    turns: int
    good: float
    right: float
    in_time: float
    goodput: float
    core_s: float
    cores: float
    busy: float
    latency_mean: float
    latency_p50: float
    latency_p95: float
    facts: float
    second: float
    degraded: float
    switches: int
    undone: int
    q_error_p50: float = 0.0
    q_error_p95: float = 0.0


def run(scenario: Scenario, policy: Policy, seed: int) -> tuple[Result, World]:
    """Run a policy once."""
    world = scenario.world(policy, seed)
    return summarise(world, scenario.slo_s), world


def summarise(world: World, slo_s: float) -> Result:
    """The figures of a run that has ended."""
    latencies = np.asarray([turn.latency for turn in world.turns])
    right = np.asarray([turn.right for turn in world.turns])
    timely = latencies <= slo_s
    good = int(np.count_nonzero(right & timely))
    count = max(1, len(world.turns))
    errors = sorted(getattr(world.policy, "errors", []))
    p50, p95 = np.quantile(latencies, [0.5, 0.95]) if len(latencies) else (0.0, 0.0)
    return Result(
        turns=len(world.turns),
        good=good / count,
        right=float(right.mean()),
        in_time=float(timely.mean()),
        goodput=good / world.core_s,
        core_s=world.core_s,
        cores=world.core_s / max(world.now, 1e-9),
        busy=sum(turn.work_s for turn in world.turns) / world.core_s,
        latency_mean=float(latencies.mean()),
        latency_p50=float(p50),
        latency_p95=float(p95),
        facts=sum(turn.attempts == 0 for turn in world.turns) / count,
        second=sum(turn.attempts > 1 for turn in world.turns) / count,
        degraded=sum(turn.degraded for turn in world.turns) / count,
        switches=len(world.switches),
        undone=undone(world.switches),
        q_error_p50=_at(errors, 0.5),
        q_error_p95=_at(errors, 0.95),
    )


def undone(switches: Sequence[Switch]) -> int:
    """Starts that were taken back before the replica had served as long as it took to start."""
    started: dict[str, list[Switch]] = {}
    count = 0
    for switch in switches:
        if switch.change > 0:
            started.setdefault(switch.name, []).append(switch)
        elif started.get(switch.name):
            first = started[switch.name].pop()
            count += switch.at - first.at < 2 * first.start_s
    return count


def over_seeds(
    scenario: Scenario, make: Callable[[int], Policy], seeds: Sequence[int]
) -> list[Result]:
    """The results of as many runs; `make` gives a new policy for each seed."""
    return [run(scenario, make(seed), seed)[0] for seed in seeds]


def interval(values: Sequence[float]) -> dict[str, float]:
    """The mean with its 95 % interval over seeds, by Student's t."""
    mean = statistics.fmean(values)
    if len(values) < 2:
        return {"mean": mean, "low": mean, "high": mean}
    from scipy.stats import t

    half = float(t.ppf(0.975, len(values) - 1)) * statistics.stdev(values) / len(values) ** 0.5
    return {"mean": mean, "low": mean - half, "high": mean + half}


def figures(results: Sequence[Result]) -> Mapping[str, Any]:
    """Every figure with its interval."""
    rows = [asdict(result) for result in results]
    return {name: interval([float(row[name]) for row in rows]) for name in rows[0]}


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
