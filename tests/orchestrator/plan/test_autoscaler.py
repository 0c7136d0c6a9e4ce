"""Engines of a live pool that follow the demand: started ahead of it, stopped once it is over."""

import pytest

from ontopilot import DeploymentFacts, Model, Objective, Steering
from ontopilot.errors import ConfigError, ModelError
from ontopilot.models.engines import BACKENDS
from ontopilot.models.pool import Pool
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.autoscaler import Autoscaler
from ontopilot.orchestrator.plan.live import Planner
from ontopilot.orchestrator.plan.planned import FULL, Roles, Serving
from ontopilot.orchestrator.plan.space import Candidate
from tests.orchestrator.plan.test_live import QUESTION, folder

__all__ = ["folder"]

ONE, OTHER = "scripted:one", "scripted:other"
EVERY_S = 10.0


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def started(monkeypatch):
    """The names of the engines in the order in which they were made; `fails` cannot be made."""
    made = []

    def make(model, host):
        if made.count("fails") and model.name == OTHER:
            raise ModelError("there is no memory for it")
        made.append(model.name)
        return ScriptedEngine(name=model.label)

    backend = type(BACKENDS["scripted"])(make, "double")
    monkeypatch.setattr(
        "ontopilot.models.pool.chain.backend_of",
        lambda model: backend if model.kind == "scripted" else BACKENDS["extractive"],
    )
    return made


def facts(name):
    """Eight streams of 100 tokens a second in all: a draft of 90 tokens takes it .9 s."""
    return DeploymentFacts(
        name, prefill_s=1e-5, step_s=0.01, stream_s=0.01, slots=8, start_s=4.0, grade="same"
    )


class Site:
    def __init__(self, models=(ONE, OTHER), **steering):
        self.clock = Clock()
        self.pool = Pool(generator=[Model(name) for name in models])
        self.planner = Planner(seeds={n: facts(n) for n in models}, clock=self.clock)
        self.objective = Objective(slo_s=20.0, value=20.0)
        told = {"every_s": EVERY_S, "lead_s": EVERY_S, "hold_s": 25.0} | steering
        self.scaler = Autoscaler(
            self.planner, self.pool, self.objective, Steering(**told), 4.0, self.clock
        )

    async def look(self, rate):
        """Let a step with so many turns a second pass."""
        for _ in range(round(rate * EVERY_S)):
            roles = Roles(
                tuple(Serving(*one) for one in self.pool.serving("generator")),
                tuple(Serving(*one) for one in self.pool.serving("reasoner")),
            )
            usual = Candidate("draft", FULL, 0, roles.generators[0].name, ONE)
            self.planner.begin(
                usual,
                offered=False,
                turn_class="draft",
                roles=roles,
                objective=self.objective,
                began=self.clock.now,
            )
        self.clock.now += EVERY_S
        return await self.scaler.look()


async def test_engines_start_with_the_demand_and_stop_after_it(started):
    site = Site()
    assert [one[0] for one in site.pool.serving("generator")] == [ONE]
    quiet = [await site.look(0.2) for _ in range(3)]
    assert not any(look.switches for look in quiet)
    assert OTHER not in started
    busy = await site.look(2.0)
    assert [(s.deployment, s.to) for s in busy.switches] == [(OTHER, "start")]
    assert busy.running == (ONE, OTHER)
    assert busy.demand == pytest.approx(2.0)
    assert "turns a second are forecast" in busy.switches[0].reason
    after = [await site.look(0.2) for _ in range(12)]
    stops = [(n, s.to) for n, look in enumerate(after) for s in look.switches]
    assert [to for _, to in stops] == ["stop"]
    assert stops[0][0] * EVERY_S >= 25.0
    assert len(after[-1].running) == 1
    await site.pool.aclose()


async def test_demand_that_ends_altogether_lets_the_engines_stop(started):
    site = Site(forecaster="last")
    for rate in (2.0, 2.0):
        busy = await site.look(rate)
    assert busy.running == (ONE, OTHER)
    looks = [await site.look(0.0) for _ in range(12)]
    assert looks[0].forecast == 0.0
    assert len(looks[-1].running) == 1
    await site.pool.aclose()


async def test_nothing_to_do_keeps_one_engine_and_switches_nothing(started):
    site = Site()
    looks = [await site.look(0.0) for _ in range(8)]
    assert not any(look.switches for look in looks)
    assert all(look.running == (ONE,) for look in looks)


async def test_demand_beyond_all_engines_holds_what_there_is(started):
    site = Site()
    for _ in range(4):
        look = await site.look(15.0)
    assert look.running == (ONE, OTHER)


async def test_an_engine_that_cannot_start_is_left_alone_for_a_while(started):
    started.append("fails")
    site = Site()
    looks = [await site.look(2.0) for _ in range(8)]
    tried = [n for n, look in enumerate(looks) if look.switches]
    assert len(tried) == 2
    assert (tried[1] - tried[0]) * EVERY_S >= 50.0
    assert looks[tried[0]].switches[0].problem == "there is no memory for it"
    assert all(look.running == (ONE,) for look in looks)


async def test_how_long_a_start_took_is_learned(started):
    site = Site()
    await site.look(2.0)
    assert site.planner.catalog.facts[OTHER].start_s < 4.0


def test_an_agent_follows_demand(folder, started):
    steering = Steering(every_s=0.05, lead_s=0.05)
    with Agent(
        "kettle",
        ontology=folder / "k.ttl",
        home=folder / "home",
        generator=[Model(ONE), Model(OTHER)],
        objective=Objective(slo_s=20.0, value=20.0),
        steering=steering,
        deployments=[facts(ONE), facts(OTHER)],
    ) as agent:
        answer = agent.ask(QUESTION)
        scaler = agent.autoscaler
        while len(scaler.history) < 3:
            answer = agent.ask(QUESTION)
    assert answer.plan.expected.label.startswith("draft on scripted:")
    assert max(look.demand for look in scaler.history) > 0


def test_steering_needs_an_objective(folder):
    with pytest.raises(ConfigError, match="give an objective too"):
        Agent("kettle", ontology=folder / "k.ttl", steering=Steering())
