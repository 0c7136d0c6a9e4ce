"""Sizing a fleet: which replicas are worth their cores for the turns that are to be expected.

The planner itself is asked. One turn of every class is planned as if little else were going on,
and the work that the demand would bring to each deployment is added up. Two prices make what is
asked for fit what there is: one of every core, where the site has too few, and one of a
deployment, where a replica less is worth more than the answers that it would have made better.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from ontopilot.orchestrator.plan.catalog import Catalog
from ontopilot.orchestrator.plan.cost import Estimate
from ontopilot.orchestrator.plan.facts import DeploymentFacts, Load
from ontopilot.orchestrator.plan.optimizer import Objective, plan_turn
from ontopilot.orchestrator.plan.quality import Evidenced
from ontopilot.orchestrator.plan.space import Known, Space, candidates

_MOST_SETS = 31
"""Sets of deployments that are compared: all of five."""

_LOOKED_AT = 2

_RARE = 0.01
"""The share below which a class of turns does not count."""

_ROUNDS = 4
"""How often the price of a deployment is raised until a replica less suffices."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The demand that a fleet is for: turns a second, their classes, and what waits already.

    `offered` says whether facts may answer a class; `waiting` are seconds of work a second that
    are needed to be through with a backlog in time.
    """

    rate: float
    mix: Mapping[Evidenced, float]
    offered: Mapping[Evidenced, bool]
    waiting: Mapping[str, float]
    core_price: float = 0.0
    """What a core-second costs beside itself, since the site has too few."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """Replicas with the work that they would get, the prices that make it fit, and their worth.

    `work` is in seconds a second, `prices` are core-seconds for a second of a deployment, `worth`
    is what right answers are worth a second, less the cores.
    """

    replicas: dict[str, int]
    work: dict[str, float]
    prices: dict[str, float]
    worth: float


@dataclass(frozen=True, slots=True)
class Sizer:
    """Sizes fleets of the deployments of a catalog, each busy for a share `busy` at most."""

    catalog: Catalog
    space: Space
    objective: Objective
    busy: float

    def fleets(self, expected: Expected) -> Iterator[Fleet]:
        """Fleets worth looking at: for every set of deployments, as asked for and with less.

        A deployment that would be busy for a part of its time only costs all of it, so that fewer
        deployments may be better than the best one for each turn.
        """
        names = list(self.catalog.facts)
        sets = [s for size in range(1, len(names) + 1) for s in combinations(names, size)]
        asked = [(self._asked(one, expected, {}), one) for one in sets[:_MOST_SETS]]
        yield from (fleet for fleet, _ in asked)
        # One replica less is looked at only where that may make a fleet the best one.
        best = sorted(asked, key=lambda pair: -pair[0].worth)[:_LOOKED_AT]
        for fleet, one in best:
            for name in one:
                if (less := self._without_one(one, name, fleet, expected)) is not None:
                    yield less

    def _without_one(
        self, names: Sequence[str], name: str, fleet: Fleet, expected: Expected
    ) -> Fleet | None:
        """A fleet with a replica less of a deployment, whose price rises until it suffices."""
        most = fleet.replicas[name] - 1
        if most < 1:
            return None
        price = 0.25 * self.catalog.facts[name].cores
        for _ in range(_ROUNDS):
            less = self._asked(names, expected, {name: price})
            if less.replicas[name] <= most:
                return less
            price *= 2.5
        return None

    def _asked(self, names: Sequence[str], expected: Expected, extra: Mapping[str, float]) -> Fleet:
        """What a set of deployments would be asked for at some prices."""
        facts = self.catalog.facts
        prices = {n: expected.core_price * f.cores + extra.get(n, 0.0) for n, f in facts.items()}
        space = replace(
            self.space,
            generators=[name for name in self.space.generators if name in names],
            reasoners=[name for name in self.space.reasoners if name in names],
        )
        loads = {n: Load(running=f.slots // 3, price=prices[n]) for n, f in facts.items()}
        work, right = dict.fromkeys(facts, 0.0), 0.0
        for seen, share in expected.mix.items():
            options = candidates(space, Known(facts=expected.offered.get(seen, False)))
            if not options or share < _RARE:
                continue
            about = self.catalog.situated(seen, loads)
            chosen = plan_turn(options, about, self.objective).chosen
            right += share * chosen.success.mean
            for name, seconds in planned_work(chosen, facts).items():
                work[name] += expected.rate * share * seconds
        replicas = {n: self._needed(work[n] + expected.waiting.get(n, 0.0)) for n in facts}
        held = self.cores(replicas) * (1 + expected.core_price)
        worth = self.objective.value * expected.rate * right - held
        return Fleet(replicas, work, prices, worth)

    def _needed(self, work: float) -> int:
        load = work / self.busy
        return math.ceil(load - 0.03) if load > 0.02 else 0

    def cores(self, replicas: Mapping[str, int]) -> float:
        """The cores that replicas hold."""
        return sum(count * self.catalog.facts[name].cores for name, count in replicas.items())


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
