"""The simulated engines and world: laws, and what policies make of a small trace."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontopilot.errors import ConfigError
from ontopilot.orchestrator.plan.controller import Controller, Steering
from ontopilot.orchestrator.plan.facts import DeploymentFacts
from ontopilot.orchestrator.plan.optimizer import Objective
from ontopilot.orchestrator.plan.quality import Evidenced
from ontopilot.orchestrator.plan.simulate.compare import at_load, compare, default_slo, oracle
from ontopilot.orchestrator.plan.simulate.outcomes import Join, measured
from ontopilot.orchestrator.plan.simulate.page import page
from ontopilot.orchestrator.plan.simulate.planned import Parts, Planned, fresh_catalog
from ontopilot.orchestrator.plan.simulate.replica import Job, PrefixCache, Replica
from ontopilot.orchestrator.plan.simulate.rivals import Fixed, Reactive, Rival, Static
from ontopilot.orchestrator.plan.simulate.run import Scenario, run
from ontopilot.orchestrator.plan.simulate.site import Site, read_site, write_site
from ontopilot.orchestrator.plan.simulate.trace import Trace
from ontopilot.orchestrator.plan.space import Space

FACTS = DeploymentFacts("one", prefill_s=1e-3, step_s=0.02, stream_s=0.002, slots=4)


def finish(replica, jobs):
    done = []
    for job in sorted(jobs, key=lambda job: job.arrived):
        done += replica.push(job, job.arrived)
    return done + replica.advance(1e9)


def test_a_lone_request_takes_its_prompt_and_its_steps():
    job = Job(prompt=200, output=50, arrived=3.0)
    assert finish(Replica(FACTS, 0.0), [job]) == [job]
    assert job.first - job.began == pytest.approx(0.2)
    assert job.done - job.first == pytest.approx(50 * 0.02)


def test_streams_share_an_engine_as_its_batch_curve_says():
    jobs = [Job(prompt=1, output=1000, arrived=0.0) for _ in range(4)]
    finish(Replica(FACTS, 0.0), jobs)
    assert max(job.done for job in jobs) == pytest.approx(1000 * (0.02 + 3 * 0.002), rel=0.02)


jobs_of = st.lists(
    st.builds(Job, st.integers(1, 3000), st.integers(1, 400), st.floats(0, 60)),
    min_size=1,
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(jobs_of, st.sampled_from([0, 6000]))
def test_every_request_ends_once_and_in_the_order_of_its_stages(jobs, room):
    facts = DeploymentFacts(
        "one", prefill_s=1e-3, step_s=0.02, stream_s=0.002, slots=4, kv_tokens=room
    )
    done = finish(Replica(facts, 2.0), jobs)
    assert sorted(map(id, done)) == sorted(map(id, jobs))
    for job in jobs:
        assert job.arrived <= job.began <= job.first < job.done
        assert job.began >= 2.0
        assert job.done - job.first >= job.output * 0.02 * 0.999


@settings(max_examples=30, deadline=None)
@given(jobs_of)
def test_an_engine_does_no_more_than_it_can(jobs):
    finish(Replica(FACTS, 0.0), jobs)
    first, last = min(j.arrived for j in jobs), max(j.done for j in jobs)
    most = FACTS.slots / FACTS.step(FACTS.slots)
    assert sum(job.output for job in jobs) <= most * (last - first) * 1.001


def test_a_prompt_whose_blocks_are_held_is_read_faster():
    replica = Replica(FACTS, 0.0, block_tokens=512)
    first = Job(1024, 5, 0.0, blocks=(7, 8))
    again = Job(1024, 5, 100.0, blocks=(7, 8))
    other = Job(1024, 5, 200.0, blocks=(9, 8))
    finish(replica, [first, again, other])
    assert (first.cached, again.cached, other.cached) == (0, 1023, 0)
    assert again.first - again.began < (first.first - first.began) / 50


def test_a_prefix_cache_forgets_what_was_used_longest_ago():
    cache = PrefixCache(tokens=30, block=10)
    cache.take([1, 2, 3])
    cache.take([1])
    cache.take([4])
    assert cache.hit([1]) == 10
    assert cache.hit([2]) == 0


def small_trace(count=400, rate=2.0, seed=0):
    random = np.random.default_rng(seed)
    seconds = np.cumsum(random.exponential(1 / rate, count))
    return Trace(
        "made",
        seconds - seconds[0],
        random.integers(200, 1500, count),
        random.integers(20, 200, count),
    )


SITE = Site(cores=64)


def scenario(trace=None, slo=20.0, **more):
    return Scenario(trace or small_trace(), SITE, measured(), slo, **more)


def planner(value=50.0, parts=None, **steered):
    models = ["small", "medium", "large"]
    return Planned(
        fresh_catalog(SITE, 800.0, 110.0),
        Space(models, models[1:], (4, 10)),
        Objective(slo_s=20.0, confidence=0.9, value=value),
        Steering(**steered),
        parts or Parts(),
        {"small": 2, "medium": 1, "large": 1},
    )


def test_the_same_seed_gives_the_same_run():
    first, _ = run(scenario(), planner(), 3)
    again, _ = run(scenario(), planner(), 3)
    assert first == again
    assert run(scenario(), planner(), 4)[0] != first


def test_every_turn_ends_and_every_core_second_is_counted():
    result, world = run(scenario(), Rival("s", Static("small"), Fixed({"small": 3})), 1)
    assert result.turns == 400
    assert all(np.isfinite(turn.done) for turn in world.turns)
    assert world.core_s == pytest.approx((3 * 2 + SITE.front_cores) * world.now)


def test_the_planner_s_estimates_are_near_what_happens():
    result, _ = run(scenario(), planner(), 1)
    assert result.q_error_p50 < 1.6
    assert result.good > 0.5


def test_no_policy_beats_the_bound():
    bound = oracle(scenario(), 1, 0.4)
    for policy in (planner(), Rival("s", Static("small"), Fixed({"small": 2}))):
        assert run(scenario(), policy, 1)[0].goodput < bound


def test_a_fleet_follows_demand_and_nothing_is_undone_before_it_pays():
    calm, busy = small_trace(150, 0.5), small_trace(600, 6.0)
    seconds = np.concatenate(
        [calm.seconds, calm.span + busy.seconds, calm.span + busy.span + calm.seconds]
    )
    wave = Trace(
        "wave",
        seconds,
        np.concatenate([calm.prompts, busy.prompts, calm.prompts]),
        np.concatenate([calm.outputs, busy.outputs, calm.outputs]),
    )
    result, world = run(scenario(wave), planner(), 1)
    held = [
        sum(SITE.facts[n].cores * c for n, c in counts.items()) for _, counts, _ in world.samples
    ]
    edge = calm.span / world.now
    early, middle = held[: int(edge * len(held))], held[int(edge * len(held)) :]
    assert max(middle) > 1.5 * np.mean(early)
    assert result.undone == 0


def test_a_constant_demand_makes_no_switch_after_a_while():
    models = ["small", "medium", "large"]
    controller = Controller(
        fresh_catalog(SITE, 800.0, 110.0),
        Space(models, models[1:], (10,)),
        Objective(slo_s=20.0, value=50.0),
        SITE.cores,
        Steering(every_s=15.0),
    )
    running, seen = {"small": 1, "medium": 1, "large": 1}, {Evidenced("draft"): 30}
    fleets = []
    for step in range(40):
        wanted = controller.decide(step * 15.0, seen, offered={}, running=running, backlog={})
        running = dict(wanted.replicas)
        fleets.append(running)
    assert all(fleet == fleets[20] for fleet in fleets[20:])


def test_demand_beyond_the_cores_raises_the_price_and_not_the_cores():
    models = ["small", "medium", "large"]
    controller = Controller(
        fresh_catalog(SITE, 800.0, 110.0),
        Space(models, models[1:], (4, 10)),
        Objective(slo_s=20.0, value=200.0),
        SITE.cores,
    )
    wanted = controller.decide(0.0, {Evidenced("draft"): 600}, offered={}, running={}, backlog={})
    assert wanted.core_price > 0
    assert sum(SITE.facts[n].cores * c for n, c in wanted.replicas.items()) <= SITE.cores


def test_an_engine_that_slows_threefold_is_learned_and_avoided():
    sick = scenario(faults=((60.0, "small", 1 / 3),))
    policy = planner()
    run(sick, policy, 1)
    assert policy.catalog.decode["small"].factor.mean > 1.5


@pytest.mark.parametrize("parts", [Parts(quality=False), Parts(queue=False), Parts(replan=False)])
def test_every_mechanism_can_be_left_out(parts):
    result, _ = run(scenario(), planner(parts=parts), 1)
    assert result.turns == 400


def test_questions_may_follow_themselves():
    asked = Join(measured(), 1, runs=5.0).draw(2000)
    repeats = sum(
        a.outcome.turn_class == b.outcome.turn_class and a.outcome.band == b.outcome.band
        for a, b in itertools.pairwise(asked)
    )
    fresh = Join(measured(), 1).draw(2000)
    usual = sum(
        a.outcome.turn_class == b.outcome.turn_class and a.outcome.band == b.outcome.band
        for a, b in itertools.pairwise(fresh)
    )
    assert repeats > 1.5 * usual


def test_a_reactive_scaler_starts_and_stops():
    trace = small_trace(500, 4.0)
    policy = Rival("r", Static("small"), Reactive({"small": 1}, target=0.3, hold_s=30.0))
    result, _ = run(scenario(trace), policy, 1)
    assert result.switches > 2


@pytest.mark.slow
def test_a_comparison_has_every_policy_its_grid_and_a_page(tmp_path):
    compared = compare(
        at_load(scenario(small_trace(500)), 0.5), ["cascade", "planner"], seeds=[1, 2]
    )
    document = compared.document()
    assert [p["name"] for p in document["policies"]] == ["static", "cascade", "planner"]
    assert all(0 < len(p["tried"]) <= 12 for p in document["policies"])
    for policy in document["policies"]:
        goodput = policy["figures"]["goodput"]
        assert goodput["low"] <= goodput["mean"] <= goodput["high"]
        assert goodput["mean"] < document["oracle_goodput"]["mean"]
    text = page(compared)
    assert text.count("<svg") == 3
    assert "http" not in text.split("<body>")[0]
    assert "<script" not in text


def test_the_slo_of_a_trace_leaves_time_for_the_ablest_model():
    trace = small_trace()
    slo = default_slo(trace, SITE)
    assert slo > 2 * np.median(trace.outputs) * SITE.facts["large"].step_s


def test_a_site_comes_back_as_it_was_written(tmp_path):
    write_site(SITE, tmp_path / "site.json")
    assert read_site(tmp_path / "site.json") == SITE


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "Field required"),
        ('{"cores": 4, "deployments": []}', "at least 1"),
        ('{"cores": -1, "deployments": [{}]}', "greater than 0"),
        ("x", "Invalid JSON"),
    ],
)
def test_a_wrong_site_is_refused_in_words(tmp_path, text, said):
    file = tmp_path / "site.json"
    file.write_text(text)
    with pytest.raises(ConfigError, match=said):
        read_site(file)
