"""The slow loop: how many replicas of which deployment run, decided by what turns would ask for.

The controller asks the planner itself. It plans one turn of every class as if everything were
idle, adds up the work that the forecast demand would bring to each deployment, and follows it with
hysteresis. Where the cores do not suffice it raises the price of a core-second until they do: the
same price with which turns are then planned.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ontopilot.orchestrator.plan.catalog import Catalog
from ontopilot.orchestrator.plan.cost import Estimate
from ontopilot.orchestrator.plan.facts import DeploymentFacts, Load
from ontopilot.orchestrator.plan.forecast import Demand
from ontopilot.orchestrator.plan.optimizer import Objective, plan_turn
from ontopilot.orchestrator.plan.quality import Evidenced
from ontopilot.orchestrator.plan.space import Known, Space, candidates

_MOST_PRICE = 64.0
"""A core-second is never taken to cost others more than so many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """How the slow loop decides.

    Every `every_s` seconds the fleet is sized for the demand in `lead_s` seconds, so that each
    deployment is busy for a share `busy` of its time. A replica is stopped when it was not needed
    for `payback` times as long as it takes to start another one, at least `hold_s` seconds.
    """

    every_s: float = 15.0
    lead_s: float = 30.0
    busy: float = 0.65
    payback: float = 2.0
    hold_s: float = 60.0
    forecaster: str = ""
    switch_cost: bool = True
    """False stops what is not needed at once, to measure what hysteresis is worth."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the slow loop wants: replicas by deployment, the shadow price, and why."""

    replicas: dict[str, int]
    price: float
    demand: float
    forecast: float
    forecaster: str
    work: dict[str, float]


@dataclass(slots=True)
class Controller:
    """Keeps the fleet; `cores` is the most it may hold."""

    catalog: Catalog
    space: Space
    objective: Objective
    cores: float
    steering: Steering = field(default_factory=Steering)
    demand: Demand = field(init=False)
    price: float = 0.0
    _unneeded: dict[str, list[float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ahead = max(1, math.ceil(self.steering.lead_s / self.steering.every_s))
        self.demand = Demand(ahead, self.steering.forecaster)

    def decide(
        self,
        now: float,
        arrivals: Mapping[Evidenced, int],
        offered: Mapping[Evidenced, bool],
        running: Mapping[str, int],
        backlog: Mapping[str, float],
    ) -> Wanted:
        """The fleet from now on.

        `arrivals` counts the turns since the last decision by class, `offered` says whether facts
        may answer a class, `running` counts replicas that run or start, and `backlog` is work in
        seconds that waits at a deployment.
        """
        total = sum(arrivals.values())
        self.demand.add(total / self.steering.every_s)
        rate = self.demand.forecast()
        mix = {seen: count / max(1, total) for seen, count in arrivals.items()}
        price = 0.0
        while True:
            work = self._work(mix, offered, rate, price)
            wanted = {name: self._needed(name, work, backlog) for name in self.catalog.facts}
            if self._cores(wanted) <= self.cores or price >= _MOST_PRICE:
                break
            price = price * 2 if price else 0.5
        self.price = price
        kept = self._held(now, self._within(wanted), running)
        return Wanted(kept, price, self.demand.values[-1], rate, self.demand.best(), work)

    def _work(
        self,
        mix: Mapping[Evidenced, float],
        offered: Mapping[Evidenced, bool],
        rate: float,
        price: float,
    ) -> dict[str, float]:
        """Seconds of work a second that turns would bring to each deployment."""
        work = dict.fromkeys(self.catalog.facts, 0.0)
        loads = {
            name: Load(running=facts.slots // 3, price=price * facts.cores)
            for name, facts in self.catalog.facts.items()
        }
        for seen, share in mix.items():
            known = Known(facts=offered.get(seen, False))
            about = self.catalog.situated(seen, loads)
            chosen = plan_turn(candidates(self.space, known), about, self.objective).chosen
            for name, seconds in planned_work(chosen, self.catalog.facts).items():
                work[name] += rate * share * seconds
        return work

    def _needed(self, name: str, work: Mapping[str, float], backlog: Mapping[str, float]) -> int:
        """Replicas for the work to come, and to be through with what waits by then."""
        waiting = backlog.get(name, 0.0) / max(self.steering.lead_s, 1.0)
        load = (work[name] + waiting) / self.steering.busy
        return math.ceil(load - 0.05) if load > 0.02 else 0

    def _cores(self, replicas: Mapping[str, int]) -> float:
        return sum(count * self.catalog.facts[name].cores for name, count in replicas.items())

    def _within(self, wanted: Mapping[str, int]) -> dict[str, int]:
        """What fits the cores: the cheapest deployments first, and at least one replica of one."""
        left, kept = self.cores, dict.fromkeys(wanted, 0)
        for name in sorted(wanted, key=lambda name: self.catalog.facts[name].cores):
            cores = self.catalog.facts[name].cores
            kept[name] = min(wanted[name], int(left // cores))
            left -= kept[name] * cores
        if not any(kept.values()):
            kept[min(kept, key=lambda name: self.catalog.facts[name].cores)] = 1
        return kept

    def _held(
        self, now: float, wanted: dict[str, int], running: Mapping[str, int]
    ) -> dict[str, int]:
        """What is wanted, but nothing is stopped before its start would have paid."""
        kept = dict(wanted)
        for name, count in running.items():
            since = self._unneeded.setdefault(name, [])
            surplus = count - wanted.get(name, 0)
            # One entry a replica that is too many, since when.
            del since[max(0, surplus) :]
            since += [now] * (surplus - len(since))
            if self.steering.switch_cost:
                patience = max(
                    self.steering.hold_s, self.steering.payback * self.catalog.facts[name].start_s
                )
                still = sum(now - when < patience for when in since)
                kept[name] = wanted.get(name, 0) + still
        return self._fit(kept, wanted)

    def _fit(self, kept: dict[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
        """Give up held replicas, the dearest first, where others need their cores now."""
        for name in sorted(kept, key=lambda name: -self.catalog.facts[name].cores):
            while self._cores(kept) > self.cores and kept[name] > wanted.get(name, 0):
                kept[name] -= 1
        return kept


def planned_work(chosen: Estimate, facts: Mapping[str, DeploymentFacts]) -> dict[str, float]:
    """Seconds of each deployment that a plan is expected to take when it is busy."""
    work: dict[str, float] = {}
    for parts, chance in ((chosen.parts, 1.0), (chosen.then, chosen.chance)):
        prompt = 0.0
        for part in parts:
            if part.name.endswith("prefill"):
                prompt = part.amount
            elif part.name.endswith("decode"):
                seconds = chance * facts[part.deployment].work_s(prompt, part.amount)
                work[part.deployment] = work.get(part.deployment, 0.0) + seconds
    return work
