"""The simulated world: arrivals, turns, replicas and the clock."""

import heapq
import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ontopilot.orchestrator.plan.facts import DeploymentFacts, Load
from ontopilot.orchestrator.plan.quality import Evidenced
from ontopilot.orchestrator.plan.simulate.outcomes import Asked, Verification
from ontopilot.orchestrator.plan.simulate.replica import Job, Replica
from ontopilot.orchestrator.plan.simulate.site import Site
from ontopilot.orchestrator.plan.simulate.trace import Trace
from ontopilot.orchestrator.plan.space import Candidate

UNDERSTAND_S, FACTS_S, RETRIEVE_S, VERIFY_S = 0.005, 0.01, 0.03, 0.02
"""What a turn takes beside its models, as `benchmarks/turn_latency.py` tells."""

FULL = 10
"""Pieces of evidence in a prompt as long as the trace says."""

BARE = 0.3
"""The share of a prompt that is no evidence."""

HARDER = 0.35
"""How much harder a question is with less than half of the evidence."""


@dataclass(slots=True, eq=False)
class Turn:
    """A turn of the simulation."""

    number: int
    arrived: float
    asked: Asked
    prompt: int
    output: int
    blocks: Sequence[int]
    chosen: Candidate = field(default=Candidate("draft"))
    attempts: int = 0
    done: float = math.inf
    right: bool = False
    passed: bool = False
    degraded: bool = False
    work_s: float = 0.0
    note: Any = None
    """What the policy that planned the turn wants to remember of it."""

    @property
    def seen(self) -> Evidenced:
        """What a planner sees before retrieval."""
        return Evidenced(self.asked.outcome.turn_class)

    @property
    def latency(self) -> float:
        """Seconds from arrival to answer."""
        return self.done - self.arrived


class Policy(Protocol):
    """Decides in the world: the plan of each turn, and the fleet."""

    name: str

    @property
    def every_s(self) -> float:
        """Seconds between two calls of `control`."""

    def begin(self, world: "World") -> None:
        """Start the first replicas."""

    def plan(self, world: "World", turn: Turn) -> Candidate:
        """How a turn is answered."""

    def again(self, world: "World", turn: Turn) -> Candidate:
        """The rest of a plan, after retrieval; most policies keep what they chose."""

    def after_failure(self, world: "World", turn: Turn) -> Candidate | None:
        """What is tried after verification turned a draft down, or None."""

    def generated(self, world: "World", turn: Turn, name: str, job: Job) -> None:
        """Learn what a generation took."""

    def ended(self, world: "World", turn: Turn) -> None:
        """Learn from a turn that has ended."""

    def control(self, world: "World") -> None:
        """Look at the fleet."""


@dataclass(slots=True)
class Switch:
    """A replica was started (1) or stopped (-1)."""

    at: float
    name: str
    change: int
    start_s: float


@dataclass(slots=True)
class World:
    """Runs one policy over one trace."""

    site: Site
    trace: Trace
    asked: Sequence[Asked]
    policy: Policy
    verification: Verification = field(default_factory=Verification)
    faults: Sequence[tuple[float, str, float]] = ()
    """At a time, all replicas of a deployment get a speed: (seconds, name, speed)."""
    now: float = 0.0
    replicas: dict[str, list[Replica]] = field(default_factory=dict)
    prices: dict[str, float] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)
    samples: list[tuple[float, dict[str, int], int]] = field(default_factory=list)
    core_s: float = 0.0
    arrivals: "Counter[Evidenced]" = field(default_factory=Counter)
    sent: dict[str, float] = field(default_factory=dict)
    """Seconds of work that turns brought to deployments since the last control."""
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: "itertools.count[int]" = field(default_factory=itertools.count)
    _owners: dict[Job, tuple[Turn, str]] = field(default_factory=dict)
    _speeds: dict[str, float] = field(default_factory=dict)
    _open: int = 0
    _facts: dict[str, DeploymentFacts] = field(default_factory=dict)

    def run(self) -> "World":
        """Go through the whole trace; the world as it is when the last turn has ended."""
        self._facts = self.site.facts
        self.replicas = {name: [] for name in self._facts}
        self.policy.begin(self)
        # What is there at the beginning has been started before it.
        for replica in itertools.chain(*self.replicas.values()):
            replica.ready_at = replica.begun_at = 0.0
        self.switches.clear()
        for at, name, speed in self.faults:
            self.at(at, lambda name=name, speed=speed: self._fault(name, speed))  # type: ignore[misc]
        self._arrive(0)
        self.at(self.policy.every_s, self._control)
        while self._events:
            when, _, act = heapq.heappop(self._events)
            self.now = max(self.now, when)
            act()
        for name in self._facts:
            for replica in list(self.replicas[name]):
                self._drop(name, replica)
        self.core_s += self.site.front_cores * self.now
        return self

    def at(self, when: float, act: Callable[[], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._events, (when, next(self._order), act))

    # Replicas

    def start(self, name: str) -> None:
        """Start a replica; it serves after its start time."""
        facts = self._facts[name]
        replica = Replica(
            facts,
            self.now + facts.start_s,
            self.trace.block_tokens,
            self._speeds.get(name, 1.0),
            begun_at=self.now,
        )
        self.replicas[name].append(replica)
        self.switches.append(Switch(self.now, name, 1, facts.start_s))

    def stop(self, name: str) -> None:
        """Stop the replica with the least to do; it finishes what it has begun."""
        able = [replica for replica in self.replicas[name] if not replica.leaving]
        if able:
            leaving = min(able, key=lambda r: (r.ready_at <= self.now, r.jobs))
            leaving.leaving = True
            self.switches.append(Switch(self.now, name, -1, leaving.facts.start_s))
            if not leaving.jobs:
                self._drop(name, leaving)

    def resize(self, name: str, count: int) -> None:
        """Start or stop until so many replicas run."""
        have = self.count(name)
        for _ in range(count - have):
            self.start(name)
        for _ in range(have - count):
            self.stop(name)

    def count(self, name: str) -> int:
        """Replicas that run or start."""
        return sum(not replica.leaving for replica in self.replicas[name])

    def cores_held(self) -> float:
        """Cores that replicas hold now."""
        return sum(len(rs) * self._facts[name].cores for name, rs in self.replicas.items())

    def pick(self, name: str, turn: Turn) -> Replica | None:
        """The replica that would begin with a turn first."""
        able = [replica for replica in self.replicas[name] if not replica.leaving]
        if not able:
            return None
        return min(able, key=lambda r: r.begins_in(self.now, turn.prompt, turn.blocks))

    def loads(self, turn: Turn) -> dict[str, Load]:
        """How busy each deployment is for a turn; one without replicas is ready after a start.

        The cores of a replica that has little to do are held in any case, so that its price is
        less.
        """
        found = {}
        for name in self._facts:
            replica, price = self.pick(name, turn), self.prices.get(name, 0.0)
            if replica is None:
                found[name] = Load(ready_in_s=1e6, price=price)
            else:
                price -= self._facts[name].cores * replica.idle
                found[name] = replica.load(self.now, turn.blocks, turn.prompt, price=price)
        return found

    def _fault(self, name: str, speed: float) -> None:
        self._speeds[name] = speed
        for replica in self.replicas[name]:
            self._advance(name, replica)
            replica.speed = speed
            self._watch(name, replica)

    def _drop(self, name: str, replica: Replica) -> None:
        self.replicas[name].remove(replica)
        self.core_s += (self.now - replica.begun_at) * replica.facts.cores

    # Turns

    def _arrive(self, number: int) -> None:
        """Bring the turn of a number, and let the next one come."""
        trace = self.trace
        if number >= len(trace):
            return
        when = float(trace.seconds[number])

        def come() -> None:
            self._arrive(number + 1)
            self._begin(number)

        self.at(when, come)

    def _begin(self, number: int) -> None:
        trace = self.trace
        turn = Turn(
            number,
            self.now,
            self.asked[number],
            int(trace.prompts[number]),
            int(trace.outputs[number]),
            trace.blocks[number] if trace.blocks else (),
        )
        self.turns.append(turn)
        self._open += 1
        self.arrivals[turn.seen] += 1
        turn.chosen = self.policy.plan(self, turn)
        outcome = turn.asked.outcome
        if turn.chosen.strategy == "facts":
            turn.right, turn.passed = outcome.facts_right, outcome.facts_passed
            self.at(self.now + UNDERSTAND_S + FACTS_S, lambda: self._facts_told(turn))
            return
        self.at(self.now + UNDERSTAND_S + RETRIEVE_S, lambda: self._retrieved(turn))

    def _facts_told(self, turn: Turn) -> None:
        if not turn.passed:
            # Facts that do not answer are told from an answer: a search follows.
            again = self.policy.after_failure(self, turn)
            if again is not None:
                turn.chosen = again
                self.at(self.now + RETRIEVE_S, lambda: self._retrieved(turn))
                return
        self._end(turn)

    def _retrieved(self, turn: Turn) -> None:
        turn.chosen = self.policy.again(self, turn)
        self._generate(turn, turn.chosen.generator or turn.chosen.reasoner)

    def _generate(self, turn: Turn, name: str) -> None:
        replica = self.pick(name, turn)
        if replica is None:
            self.start(name)
            replica = self.replicas[name][-1]
        share = BARE + (1 - BARE) * min(1.0, turn.chosen.evidence / FULL)
        prompt = max(1, round(turn.prompt * share))
        kept = len(turn.blocks) * prompt // max(1, turn.prompt)
        slow = math.exp(replica.facts.spread * turn.asked.of_grade[-1])
        job = Job(prompt, turn.output, self.now, turn.blocks[:kept], slow=slow)
        self._owners[job] = (turn, name)
        turn.attempts += 1
        work = replica.facts.work_s(prompt, turn.output)
        turn.work_s += work * replica.facts.cores
        self.sent[name] = self.sent.get(name, 0.0) + work
        for done in replica.push(job, self.now):
            self._generated(done)
        self._watch(name, replica)

    def _watch(self, name: str, replica: Replica) -> None:
        """Come back when something happens at a replica, unless it changes before."""
        replica.version += 1
        version, when = replica.version, replica.next_event()
        if math.isfinite(when):
            self.at(max(when, self.now), lambda: self._look(name, replica, version))

    def _look(self, name: str, replica: Replica, version: int) -> None:
        if replica.version == version:
            self._advance(name, replica)
            self._watch(name, replica)

    def _advance(self, name: str, replica: Replica) -> None:
        for job in replica.advance(self.now):
            self._generated(job)
        if replica.leaving and not replica.jobs and replica in self.replicas[name]:
            self._drop(name, replica)

    def _generated(self, job: Job) -> None:
        turn, name = self._owners.pop(job)
        self.policy.generated(self, turn, name, job)
        self.at(self.now + VERIFY_S, lambda: self._verified(turn, name))

    def _verified(self, turn: Turn, name: str) -> None:
        lack = HARDER if turn.chosen.evidence < FULL / 2 else 0.0
        ability = self.site.abilities[name] - lack
        turn.right = turn.asked.right(ability, self.site.grade(name))
        luck = turn.asked.verified[(turn.attempts - 1) % 2]
        bound = self.verification.flagged if turn.right else self.verification.caught
        turn.passed = luck >= bound
        if not turn.passed and turn.attempts < 2:
            again = self.policy.after_failure(self, turn)
            if again is not None:
                turn.chosen = again
                self._generate(turn, again.reasoner or again.generator)
                return
        if not turn.passed:
            turn.right = False
        self._end(turn)

    def _end(self, turn: Turn) -> None:
        turn.done = self.now
        self._open -= 1
        self.policy.ended(self, turn)

    def _control(self) -> None:
        self.policy.control(self)
        counts = {name: self.count(name) for name in self._facts}
        self.samples.append((self.now, counts, self._open))
        self.arrivals.clear()
        self.sent.clear()
        if self._open or len(self.turns) < len(self.trace):
            self.at(self.now + self.policy.every_s, self._control)
