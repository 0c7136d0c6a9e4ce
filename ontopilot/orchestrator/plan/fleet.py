"""Sizing a fleet: which replicas are worth their cores for the turns that are to be expected.

The planner itself is asked. One turn of every class is planned as if little else were going on,
and the work that the demand would bring to each deployment is added up. Two prices make what is
asked for fit what there is: one of every core, where the site has too few, and one of a
deployment, where a replica less is worth more than the answers that it would have made better.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations

from ontopilot.orchestrator.plan.catalog import Catalog
from ontopilot.orchestrator.plan.cost import Estimate
from ontopilot.orchestrator.plan.facts import DeploymentFacts, Load
from ontopilot.orchestrator.plan.optimizer import Objective, plan_turn
from ontopilot.orchestrator.plan.planned import FULL
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
    """Sizes fleets of the deployments of a catalog, each busy for a share `busy` at most.

    `most` bounds the replicas of a deployment; one that is not named has no bound.
    """

    catalog: Catalog
    space: Space
    objective: Objective
    busy: float
    most: Mapping[str, int] = field(default_factory=dict)

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
        """What a set of deployments would be asked for at some prices.

        Turns go where they are best answered. Once one of the set can have no more replicas, what
        is left of them goes to the others.
        """
        facts = self.catalog.facts
        prices = {n: expected.core_price * f.cores + extra.get(n, 0.0) for n, f in facts.items()}
        work, right, left, able = dict.fromkeys(facts, 0.0), 0.0, 1.0, list(names)
        while able and left > _RARE:
            each, good = self._turn(able, expected, prices)
            turns = expected.rate * left
            asked = {n: turns * seconds for n, seconds in each.items() if turns * seconds > 0}
            room = {n: self._room(n, expected) - work[n] for n in asked if n in self.most}
            taken = min((max(0.0, room[n]) / asked[n] for n in room), default=1.0)
            part = min(1.0, taken)
            for name, seconds in asked.items():
                work[name] += part * seconds
            right += part * left * good
            left *= 1 - part
            full = [n for n in room if room[n] <= part * asked[n] * (1 + 1e-9)]
            if not full:
                break
            able = [name for name in able if name not in full]
        replicas = {n: self._needed(work[n] + expected.waiting.get(n, 0.0)) for n in facts}
        replicas = {n: min(count, self.most.get(n, count)) for n, count in replicas.items()}
        held = self.cores(replicas) * (1 + expected.core_price)
        worth = self.objective.value * expected.rate * right - held
        return Fleet(replicas, work, prices, worth)

    def _room(self, name: str, expected: Expected) -> float:
        """Seconds a second that all the replicas a deployment may have can work."""
        return self.most[name] * self.busy - expected.waiting.get(name, 0.0)

    def _turn(
        self, names: Sequence[str], expected: Expected, prices: Mapping[str, float]
    ) -> tuple[dict[str, float], float]:
        """Seconds of each deployment that a turn takes on average, and how likely it is right."""
        facts = self.catalog.facts
        space = replace(
            self.space,
            generators=[name for name in self.space.generators if name in names],
            reasoners=[name for name in self.space.reasoners if name in names],
        )
        loads = {n: Load(running=f.slots // 3, price=prices[n]) for n, f in facts.items()}
        slow = {name: self.catalog.slowness(name) for name in facts}
        each, right = dict.fromkeys(facts, 0.0), 0.0
        for seen, share in expected.mix.items():
            options = candidates(space, Known(facts=expected.offered.get(seen, False)))
            if not options or share < _RARE:
                continue
            about = self.catalog.situated(seen, loads)
            chosen = plan_turn(options, about, self.objective).chosen
            right += share * chosen.success.mean
            for name, seconds in planned_work(chosen, facts).items():
                each[name] += share * seconds * slow[name]
        return each, right

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


def typical_work(catalog: Catalog, name: str) -> float:
    """Seconds of a deployment that a usual draft takes when it is busy."""
    turn = catalog.turn("draft")
    return catalog.facts[name].work_s(turn.prompt_of(FULL).mean, turn.output.mean)
