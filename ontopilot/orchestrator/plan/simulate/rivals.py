"""Rivals of the planner: ways to choose a model, and ways to size the fleet."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from ontopilot.orchestrator.plan.forecast import Demand
from ontopilot.orchestrator.plan.simulate.replica import Job
from ontopilot.orchestrator.plan.simulate.world import Turn, World
from ontopilot.orchestrator.plan.space import Candidate


class Router(Protocol):
    """Chooses the models of a turn."""

    def plan(self, turn: Turn) -> Candidate:
        """The plan of a turn that has just come."""

    def again(self, turn: Turn) -> Candidate:
        """The rest of the plan after retrieval."""

    def after_failure(self, turn: Turn) -> Candidate | None:
        """What follows a draft that verification turned down."""


@dataclass(frozen=True, slots=True)
class Static:
    """One plan for every turn; `facts` answers from the ontology alone what it seems to answer."""

    model: str
    evidence: int = 10
    facts: bool = True

    def plan(self, turn: Turn) -> Candidate:
        """Facts, or a draft."""
        if self.facts and turn.asked.outcome.facts_offer:
            return Candidate("facts")
        return self._draft(self.model)

    def again(self, turn: Turn) -> Candidate:
        """What was planned."""
        return turn.chosen

    def after_failure(self, turn: Turn) -> Candidate | None:
        """A draft after facts that did not answer."""
        return self._draft(self.model) if turn.chosen.strategy == "facts" else None

    def _draft(self, model: str) -> Candidate:
        return Candidate("draft", self.evidence, 0, model)


@dataclass(frozen=True, slots=True)
class Cascade(Static):
    """The model first, and a stronger one where verification turns its draft down."""

    second: str = ""

    def after_failure(self, turn: Turn) -> Candidate | None:
        """The stronger model, once."""
        if turn.chosen.strategy == "facts":
            return self._draft(self.model)
        if turn.chosen.generator != self.model:
            return None
        return Candidate("reason", self.evidence, 0, "", self.second)


@dataclass(frozen=True, slots=True)
class Threshold(Static):
    """A weak model, or a strong one where it is likely to win (RouteLLM, Ong et al. 2024).

    `wins` gives the probability that the strong model is right and the weak one is not, by class
    and nearness of the evidence, from labelled questions of the train slice.
    """

    strong: str = ""
    threshold: float = 0.2
    wins: Mapping[tuple[str, str], float] = field(default_factory=dict)

    def again(self, turn: Turn) -> Candidate:
        """Weak or strong."""
        outcome = turn.asked.outcome
        win = self.wins.get((outcome.turn_class, outcome.band), 0.5)
        return self._draft(self.strong if win > self.threshold else self.model)


class Scaler(Protocol):
    """Sizes the fleet."""

    @property
    def every_s(self) -> float:
        """Seconds between two calls of `control`."""

    def begin(self, world: World) -> None:
        """Start the first replicas."""

    def control(self, world: World) -> None:
        """Start and stop."""


@dataclass(slots=True)
class Fixed:
    """The same fleet at all times."""

    replicas: Mapping[str, int]
    every_s: float = 60.0

    def begin(self, world: World) -> None:
        """Start it."""
        for name, count in self.replicas.items():
            world.resize(name, count)

    def control(self, world: World) -> None:
        """Nothing changes."""
        del world


@dataclass(slots=True)
class Reactive:
    """Follows the streams a replica has, as Kubernetes' horizontal autoscaler does.

    `target` is the share of the streams that a replica should have; what is not needed is stopped
    after `hold_s` seconds.
    """

    replicas: Mapping[str, int]
    target: float = 0.5
    hold_s: float = 120.0
    every_s: float = 15.0
    _wanted: dict[str, list[tuple[float, int]]] = field(default_factory=dict)

    def begin(self, world: World) -> None:
        """Start the first fleet."""
        for name, count in self.replicas.items():
            world.resize(name, count)

    def control(self, world: World) -> None:
        """As many replicas as the streams of now want, or wanted within `hold_s`."""
        room = world.site.cores - world.cores_held()
        for name in self.replicas:
            facts = world.site.facts[name]
            jobs = sum(replica.jobs for replica in world.replicas[name])
            wanted = max(1, math.ceil(jobs / (self.target * facts.slots)))
            told = self._wanted.setdefault(name, [])
            told.append((world.now, wanted))
            told[:] = [row for row in told if world.now - row[0] <= self.hold_s]
            have, most = world.count(name), max(count for _, count in told)
            grow = min(max(0, most - have), int(max(0.0, room) // facts.cores))
            world.resize(name, have + grow if most > have else most)
            room -= grow * facts.cores


@dataclass(slots=True)
class Predictive:
    """Follows a forecast of the work, as NVIDIA Dynamo's planner does.

    Every `every_s` seconds the work of the next interval is forecast for each deployment and
    divided by what a replica does, so that it is busy for a share `busy` of its time.
    """

    replicas: Mapping[str, int]
    forecaster: str = "last"
    busy: float = 0.7
    every_s: float = 180.0
    _demand: dict[str, Demand] = field(default_factory=dict)

    def begin(self, world: World) -> None:
        """Start the first fleet."""
        for name, count in self.replicas.items():
            world.resize(name, count)

    def control(self, world: World) -> None:
        """Size every deployment for its forecast."""
        room = world.site.cores
        for name in self.replicas:
            demand = self._demand.setdefault(name, Demand(only=self.forecaster))
            demand.add(world.sent.get(name, 0.0) / self.every_s)
            wanted = max(1, math.ceil(demand.forecast() / self.busy))
            wanted = max(1, min(wanted, int(room // world.site.facts[name].cores)))
            room -= wanted * world.site.facts[name].cores
            world.resize(name, wanted)


@dataclass(slots=True)
class Rival:
    """A router and a scaler."""

    name: str
    router: Router
    scaler: Scaler

    @property
    def every_s(self) -> float:
        """Seconds between two looks at the fleet."""
        return self.scaler.every_s

    def begin(self, world: World) -> None:
        """Start the first replicas."""
        self.scaler.begin(world)

    def plan(self, world: World, turn: Turn) -> Candidate:
        """As the router says."""
        del world
        return self.router.plan(turn)

    def again(self, world: World, turn: Turn) -> Candidate:
        """As the router says."""
        del world
        return self.router.again(turn)

    def after_failure(self, world: World, turn: Turn) -> Candidate | None:
        """As the router says."""
        del world
        return self.router.after_failure(turn)

    def generated(self, world: World, turn: Turn, name: str, job: Job) -> None:
        """Rivals learn on the train slice alone."""

    def ended(self, world: World, turn: Turn) -> None:
        """Rivals learn on the train slice alone."""

    def control(self, world: World) -> None:
        """As the scaler says."""
        self.scaler.control(world)
