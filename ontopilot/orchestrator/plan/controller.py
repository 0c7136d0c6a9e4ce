"""The slow loop: the fleet follows the demand that is forecast, with hysteresis."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ontopilot.orchestrator.plan.catalog import Catalog
from ontopilot.orchestrator.plan.fleet import Expected, Fleet, Sizer
from ontopilot.orchestrator.plan.forecast import Demand
from ontopilot.orchestrator.plan.optimizer import Objective
from ontopilot.orchestrator.plan.quality import Evidenced
from ontopilot.orchestrator.plan.space import Space

_FADE = 0.85
"""What a turn counts in the mix of classes a step later."""

_LEAST_PRICE, _MOST_PRICE = 0.2, 64.0
"""The shadow price of a core-second starts at the one and never exceeds the other."""

_RELAX = 0.7
"""What is left of a shadow price a step later, if nothing raises it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """How the slow loop decides.

    Every `every_s` seconds the fleet is sized for the demand in `lead_s` seconds, so that each
    deployment is busy for a share `busy` of its time. A replica is stopped when it was not needed
    for `payback` times as long as it takes to start another one, at least `hold_s` seconds. What
    it takes to start replicas is to be worth it within `horizon_s` seconds.
    """

    every_s: float = 30.0
    lead_s: float = 60.0
    busy: float = 0.8
    payback: float = 2.0
    hold_s: float = 60.0
    horizon_s: float = 240.0
    forecaster: str = ""
    """The one forecaster that is asked; "" lets all compete."""
    bias: float = 1.0
    """What forecasts are multiplied with, to measure what wrong ones cost."""
    switch_cost: bool = True
    """False stops what is not needed at once, to measure what hysteresis is worth."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the slow loop wants: replicas and prices by deployment, and what it rests on."""

    replicas: dict[str, int]
    prices: dict[str, float]
    core_price: float
    demand: float
    forecast: float
    forecaster: str
    work: dict[str, float]


@dataclass(slots=True)
class Controller:
    """Keeps the fleet; `cores` is the most it may hold, `most` so many replicas of a deployment."""

    catalog: Catalog
    space: Space
    objective: Objective
    cores: float
    steering: Steering = field(default_factory=Steering)
    most: Mapping[str, int] = field(default_factory=dict)
    demand: Demand = field(init=False)
    price: float = 0.0
    _sizer: Sizer = field(init=False)
    _unneeded: dict[str, list[float]] = field(default_factory=dict)
    _started: dict[str, list[float]] = field(default_factory=dict)
    _mix: dict[Evidenced, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ahead = max(1, math.ceil(self.steering.lead_s / self.steering.every_s))
        self.demand = Demand(ahead, self.steering.forecaster)
        self.know(self.catalog)

    def know(self, catalog: Catalog) -> None:
        """Decide with other statistics from now on."""
        self.catalog = catalog
        self._sizer = Sizer(catalog, self.space, self.objective, self.steering.busy, self.most)

    def decide(
        self,
        now: float,
        arrivals: Mapping[Evidenced, float],
        *,
        offered: Mapping[Evidenced, bool],
        running: Mapping[str, int],
        backlog: Mapping[str, float],
    ) -> Wanted:
        """The fleet from now on.

        `arrivals` counts the turns since the last decision by class, `offered` says whether facts
        may answer a class, `running` counts replicas that run or start, and `backlog` is work in
        seconds that waits at a deployment.
        """
        self.demand.add(sum(arrivals.values()) / self.steering.every_s)
        rate = self.steering.bias * self.demand.forecast()
        mix = self._mixed(arrivals)
        waiting = {name: work / self.steering.lead_s for name, work in backlog.items()}
        price = self.price * _RELAX if self.price > _LEAST_PRICE else 0.0
        while True:
            fleet = self._best(Expected(rate, mix, offered, waiting, price), running)
            if self._sizer.cores(fleet.replicas) <= self.cores or price >= _MOST_PRICE:
                break
            price = price * 1.3 + _LEAST_PRICE
        self.price = price
        kept = self._held(now, self._within(fleet.replicas, running), running)
        self._note_starts(now, kept, running)
        best = self.demand.best()
        return Wanted(kept, fleet.prices, price, self.demand.values[-1], rate, best, fleet.work)

    def _best(self, expected: Expected, running: Mapping[str, int]) -> Fleet:
        """The fleet that is worth most, what its starts cost over the horizon included."""
        fleets = self._sizer.fleets(expected)
        return max(fleets, key=lambda fleet: fleet.worth - self._switching(fleet, running))

    def _switching(self, fleet: Fleet, running: Mapping[str, int]) -> float:
        """What the starts that a fleet needs cost, a second over the horizon."""
        if not self.steering.switch_cost or not running:
            return 0.0
        facts = self.catalog.facts
        started = sum(
            max(0, count - running.get(name, 0)) * facts[name].start_s * facts[name].cores
            for name, count in fleet.replicas.items()
        )
        return started / self.steering.horizon_s

    def _mixed(self, arrivals: Mapping[Evidenced, float]) -> dict[Evidenced, float]:
        """The shares of the classes among the turns of late."""
        for seen in {*self._mix, *arrivals}:
            self._mix[seen] = _FADE * self._mix.get(seen, 0.0) + arrivals.get(seen, 0)
        total = max(1e-9, sum(self._mix.values()))
        return {seen: count / total for seen, count in self._mix.items()}

    def _within(self, wanted: Mapping[str, int], running: Mapping[str, int]) -> dict[str, int]:
        """What fits the cores: the cheapest deployments first, and at least one replica of one.

        That is one of those that run already, where nothing is wanted.
        """
        facts = self.catalog.facts
        left, kept = self.cores, dict.fromkeys(wanted, 0)
        for name in sorted(wanted, key=lambda name: facts[name].cores):
            kept[name] = min(wanted[name], int(left // facts[name].cores))
            left -= kept[name] * facts[name].cores
        if not any(kept.values()):
            kept[min(kept, key=lambda name: (not running.get(name), facts[name].cores))] = 1
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
                start_s = self.catalog.facts[name].start_s
                patience = max(self.steering.hold_s, self.steering.payback * start_s)
                still = sum(now - when < patience for when in since)
                kept[name] = wanted.get(name, 0) + still
        return self._fit(now, kept, wanted, running)

    def _fit(
        self,
        now: float,
        kept: dict[str, int],
        wanted: Mapping[str, int],
        running: Mapping[str, int],
    ) -> dict[str, int]:
        """Make room where the cores do not suffice, the dearest first.

        What was held is given up once its start has paid; else what would be started has to wait.
        """
        dearest = sorted(kept, key=lambda name: -self.catalog.facts[name].cores)
        for name in dearest:
            paid = self._paid(now, name)
            while self._sizer.cores(kept) > self.cores and kept[name] > wanted[name] and paid > 0:
                kept[name] -= 1
                paid -= 1
        for name in dearest:
            while self._sizer.cores(kept) > self.cores and kept[name] > running.get(name, 0):
                kept[name] -= 1
        return kept

    def _paid(self, now: float, name: str) -> int:
        """How many replicas have run for as long as their start has to be worth."""
        if not self.steering.switch_cost:
            return len(self._started.get(name, []))
        needed = self.steering.payback * self.catalog.facts[name].start_s
        return sum(now - when >= needed for when in self._started.get(name, []))

    def _note_starts(self, now: float, kept: Mapping[str, int], running: Mapping[str, int]) -> None:
        for name, count in kept.items():
            started = self._started.setdefault(name, [])
            # What ran before the first look counts as paid.
            started += [-math.inf] * (running.get(name, 0) - len(started))
            started += [now] * (count - len(started))
            del started[: len(started) - count]
