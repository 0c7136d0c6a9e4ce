"""The statistics: corrected by what happened, reset when it no longer holds, kept and restored."""

import json
import logging
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import ConfigError
from ontopilot.models import Model, Pool
from ontopilot.models.benching.profile import Cell, Figures, Profile, Setting, Shape, save_profile
from ontopilot.orchestrator.plan.catalog import Catalog
from ontopilot.orchestrator.plan.facts import DeploymentFacts
from ontopilot.orchestrator.plan.forecast import FORECASTERS, Demand
from ontopilot.orchestrator.plan.learning import Measure, Ratio
from ontopilot.orchestrator.plan.quality import Evidenced, Quality
from ontopilot.orchestrator.plan.seeding import facts_of, seeds


def noise(seed=1, spread=0.1):
    choose = random.Random(seed)
    while True:
        yield math.exp(choose.gauss(0, spread))


def test_a_ratio_learns_how_far_estimates_are_off():
    ratio = Ratio()
    for _, factor in zip(range(40), noise(), strict=False):
        ratio.add(2.0 * factor, 1.0)
    assert ratio.factor.mean == pytest.approx(2.0, rel=0.08)
    assert ratio.resets == 0


def test_an_engine_that_slows_threefold_is_noticed_and_what_held_is_dropped():
    ratio, steps = Ratio(), noise(2)
    for _ in range(60):
        ratio.add(next(steps), 1.0)
    noticed = next(i for i in range(30) if ratio.add(3.0 * next(steps), 1.0))
    assert noticed <= 6
    for _ in range(10):
        ratio.add(3.0 * next(steps), 1.0)
    assert ratio.factor.mean == pytest.approx(3.0, rel=0.15)


@pytest.mark.parametrize("seed", range(5))
def test_noise_alone_is_no_drift(seed):
    ratio, steps = Ratio(), noise(seed, 0.3)
    assert not any(ratio.add(next(steps), 1.0) for _ in range(400))


@given(st.floats(allow_nan=True, allow_infinity=True), st.floats(allow_nan=True))
def test_nonsense_is_refused_and_changes_nothing(actual, estimated):
    ratio = Ratio()
    ratio.add(1.0, 1.0)
    before = ratio.mean
    possible = (
        math.isfinite(actual)
        and math.isfinite(estimated)
        and min(actual, estimated) > 0
        and 1e-3 <= actual / estimated <= 1e3
    )
    ratio.add(actual, estimated)
    assert possible or (ratio.mean, ratio.refused) == (before, 1)


def test_a_size_is_learned_whatever_its_distribution():
    choose, measure = random.Random(5), Measure(50.0, 2500.0)
    for _ in range(400):
        measure.add(choose.choice([40.0, 400.0]))
    assert measure.quantity.mean == pytest.approx(220.0, rel=0.2)
    measure.add(float("nan"))
    measure.add(-1.0)
    assert measure.refused == 2


def test_probabilities_are_calibrated_and_their_lower_bounds_hold():
    choose = random.Random(3)
    truth = {"easy": 0.95, "middle": 0.7, "hard": 0.35}
    quality, held, told = Quality(), 0, []
    for turn in range(900):
        name = choose.choice(list(truth))
        odds = quality.passes(Evidenced(name), ("draft", "small"))
        if turn > 150:
            held += truth[name] >= odds.low
            told.append((odds.mean, truth[name]))
        quality.note_pass(Evidenced(name), ("draft", "small"), passed=choose.random() < truth[name])
    assert held / len(told) >= 0.9
    assert sum(abs(mean - true) for mean, true in told) / len(told) < 0.06


def test_a_class_that_was_never_seen_borrows_from_the_others():
    quality = Quality({"small": 0.5})
    for _ in range(200):
        quality.note_pass(Evidenced("known"), ("draft", "10+0", "small"), passed=True)
    new = quality.passes(Evidenced("new"), ("draft", "10+0", "small"))
    other = quality.passes(Evidenced("new"), ("reason", "0", "10+1", "large"))
    assert new.mean > 0.85
    assert new.low < new.mean
    assert other.mean == pytest.approx(0.6, abs=0.05)


def test_a_plan_that_is_chosen_for_hard_turns_is_not_taken_for_a_bad_one():
    quality, choose = Quality(), random.Random(6)
    for _ in range(600):
        hard = choose.random() < 0.5
        arm = (
            ("draft", "10+0", "small")
            if hard == (choose.random() < 0.9)
            else ("draft", "4+0", "small")
        )
        chance = (0.3 if hard else 0.9) + (0.05 if arm[1] == "10+0" else 0.0)
        seen = Evidenced("hard" if hard else "easy")
        quality.note_pass(seen, arm, passed=choose.random() < chance)
    for turn_class in ("hard", "easy"):
        much = quality.passes(Evidenced(turn_class), ("draft", "10+0", "small")).mean
        little = quality.passes(Evidenced(turn_class), ("draft", "4+0", "small")).mean
        assert much > little - 0.12


def filled():
    catalog = Catalog.of([DeploymentFacts("small", prefill_s=1e-4, step_s=0.01)])
    for number in range(20):
        catalog.note_size("plain", "output", 50.0 + number)
        catalog.note_times("small", prefill=(0.2, 0.1), decode=(0.5, 0.4))
        catalog.quality.note_pass(Evidenced("plain", "low"), ("draft", "small"), passed=True)
    catalog.turns = 20
    return catalog


def test_a_catalog_comes_back_as_it_was():
    catalog, again = filled(), Catalog()
    assert again.restore(json.loads(json.dumps(catalog.document()))) == 0
    assert again.document() == catalog.document()
    assert again.turn("plain").output == catalog.turn("plain").output


@pytest.mark.parametrize(
    "damage",
    [
        {"prefill": {"small": [1, "x", 0, 0, 0]}},
        {"decode": {"small": [1, float("nan"), 0, 0, 0]}},
        {"sizes": {"plain": {"output": [3, -5, 1]}}},
        {"sizes": {"plain": {"nothing": [3, 5, 1]}}},
        {"weights": {"drafts": [0.1, -1, 3]}},
    ],
)
def test_damaged_statistics_are_left_out_and_counted(damage):
    catalog = Catalog()
    assert catalog.restore(damage) == 1
    assert catalog.turn("plain").output.mean > 0


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=40), st.integers(1, 6))
def test_no_forecast_is_below_nothing(values, ahead):
    for make in FORECASTERS.values():
        assert make(values, ahead) >= 0


def test_the_reactive_forecast_wins_where_nothing_can_be_foreseen():
    demand, choose = Demand(), random.Random(4)
    level = 10.0
    for _ in range(60):
        level = max(0.0, level + choose.choice([-4.0, 4.0]))
        demand.add(level)
    assert demand.best() in ("last", "peak")


def test_a_rise_is_foreseen_by_its_trend():
    demand = Demand(ahead=2)
    for step in range(20):
        demand.add(5.0 + step)
    assert demand.best() == "trend"
    assert demand.forecast() > 24.0


def test_a_demand_that_cannot_be_is_taken_as_the_last_one():
    demand = Demand()
    for value in (3.0, float("nan"), -5.0, float("inf")):
        demand.add(value)
    assert list(demand.values) == [3.0, 3.0, 3.0, 3.0]


def profile(streams=(1, 2, 4, 8), base=0.02, each=0.002):
    cells = tuple(
        Cell(
            setting=Setting(engine="openvino", precision="auto", draft="", streams=b),
            versions={},
            figures=Figures(
                prefill_tokens_per_s=4000.0,
                decode_tokens_per_s=b / (base + (b - 1) * each),
                output_tokens_per_s=1.0,
                first_token_p50_s=0.17,
                first_token_p95_s=0.2,
                between_tokens_p50_s=0.01,
                between_tokens_p95_s=0.01,
                acceptance=None,
                start_s=1.5,
                memory_bytes=2 * 10**9,
                rounds=3,
            ),
        )
        for b in streams
    )
    shape = Shape(prompt_tokens=600, new_tokens=64)
    return Profile(model="m", digest="", machine="x", machine_summary="x", shape=shape, cells=cells)


def test_a_profile_becomes_coefficients():
    facts = facts_of(profile(), engine="openvino", name="small", cores=2)
    assert facts.step_s == pytest.approx(0.02)
    assert facts.stream_s == pytest.approx(0.002)
    assert facts.prefill_s == pytest.approx(1 / 4000)
    assert facts.fixed_s == pytest.approx(0.02)
    assert facts.start_s == 1.5


def test_a_setting_that_was_not_measured_is_refused():
    with pytest.raises(ConfigError, match="no figures of engine 'vllm'"):
        facts_of(profile(), engine="vllm", name="small")


@pytest.mark.parametrize(("times", "told"), [(1.2, 1.0), (3.0, 3.0)])
def test_a_fleet_counts_on_a_slow_engine_only_where_it_is_far_off(times, told):
    catalog = Catalog.of([DeploymentFacts("small")])
    assert catalog.slowness("small") == 1.0
    for _ in range(40):
        catalog.note_times("small", prefill=(0.1, 0.1), decode=(times, 1.0))
    assert catalog.slowness("small") == pytest.approx(told, rel=0.1)


def test_profiles_are_found_by_the_model_that_they_are_of(tmp_path, caplog):
    pool = Pool(generator=[Model("openvino:m"), Model("openvino:other")])
    machine = pool.machine()
    own = profile().model_copy(update={"machine": machine.fingerprint})
    save_profile(own, tmp_path / "own.json")
    save_profile(profile(), tmp_path / "elsewhere.json")
    files = [tmp_path / name for name in ("own.json", "elsewhere.json", "none.json")]
    with caplog.at_level(logging.WARNING):
        found = seeds(files, pool.named("generator"), machine)
    assert {name: facts.step_s for name, facts in found.items()} == {
        "openvino:m": pytest.approx(0.02)
    }
    assert "was measured on another machine" in caplog.text
    assert "none.json' does not exist" in caplog.text
