"""The meter: nothing is lost, quantiles are as near as they say, and windows forget."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import ConfigError
from ontopilot.models import EngineStats, Usage
from ontopilot.models.measuring.histogram import GREATEST, LEAST, RELATIVE_ERROR, Histogram
from ontopilot.models.measuring.meter import Meter

DURATIONS = st.lists(st.floats(LEAST, GREATEST), min_size=1, max_size=60)
SHARES = st.sampled_from([0.0, 0.25, 0.5, 0.95, 1.0])


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def meter(clock):
    return Meter(clock=clock)


def filled(values):
    histogram = Histogram()
    for value in values:
        histogram.add(value)
    return histogram


@given(values=DURATIONS, share=SHARES)
def test_a_quantile_is_within_the_stated_error(values, share):
    exact = sorted(values)[max(0, -(-int(share * 100) * len(values) // 100) - 1)]
    found = filled(values).quantile(share)
    assert abs(found - exact) <= exact * (RELATIVE_ERROR + 1e-9)


@given(one=DURATIONS, other=DURATIONS, share=SHARES)
def test_merged_histograms_are_the_histogram_of_all(one, other, share):
    merged = filled(one)
    merged.merge(filled(other))
    whole = filled(one + other)
    assert merged.count == whole.count
    assert merged.quantile(share) == whole.quantile(share)
    assert merged.total == pytest.approx(whole.total)


@given(values=DURATIONS, bound=st.floats(LEAST, GREATEST))
def test_how_many_lie_below_a_bound_is_exact_but_for_the_error_of_a_value(values, bound):
    found = filled(values).below(bound)
    assert sum(v <= bound * (1 - 2 * RELATIVE_ERROR) for v in values) <= found
    assert found <= sum(v <= bound * (1 + 2 * RELATIVE_ERROR) + 1e-9 for v in values)


def test_what_cannot_be_told_apart_counts_as_the_nearest_that_can():
    assert filled([0.0, 1e-9]).quantile(0.5) == pytest.approx(LEAST, rel=RELATIVE_ERROR)
    assert filled([1e9]).quantile(0.5) == pytest.approx(GREATEST, rel=2 * RELATIVE_ERROR)
    assert Histogram().quantile(0.5) == 0.0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["arrive", "begin", "token", "end", "fail", "wait"]), st.integers(0, 9)
    ),
    max_size=80,
)


@given(steps=STEPS)
def test_every_request_that_arrived_is_queued_running_or_ended(steps):
    clock = Clock()
    meter = Meter(clock=clock)
    visits = []
    for step, at in steps:
        if step == "arrive":
            visits.append(meter.arrived())
        elif step == "wait":
            clock.now += at * 3
        elif visits:
            visit = visits[at % len(visits)]
            match step:
                case "begin":
                    visit.began()
                case "token":
                    visit.tokens(1 + at)
                case "end":
                    visit.ended(Usage(5, 3, 2))
                case "fail":
                    visit.ended(reason="EngineFailed")
        stats = meter.read()
        assert stats.queued >= 0
        assert stats.running >= 0
        ended = sum(stats.totals.ended.values())
        assert stats.totals.arrived == len(visits) == stats.queued + stats.running + ended


def test_requests_of_many_threads_are_all_counted():
    meter = Meter()

    def work():
        for number in range(200):
            visit = meter.arrived()
            visit.began()
            visit.tokens()
            visit.ended(Usage(10, 1, 4), "stop" if number % 4 else "EngineFailed")

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    totals = meter.read().totals
    assert totals.arrived == 1600
    assert totals.ended == {"stop": 1200, "EngineFailed": 400}
    assert (totals.prompt_tokens, totals.completion_tokens, totals.cached_tokens) == (
        16000,
        1600,
        6400,
    )


def test_a_request_is_timed_from_its_arrival_to_its_end(meter, clock):
    visit = meter.arrived()
    clock.now += 1
    visit.began()
    clock.now += 2
    visit.tokens()
    for _ in range(9):
        clock.now += 0.1
        visit.tokens()
    visit.ended(Usage(prompt_tokens=500, completion_tokens=10, cached_tokens=100))
    clock.now += 6.1
    stats = meter.read(EngineStats(drafted_tokens=8, accepted_tokens=6), memory=7)
    near = {"rel": RELATIVE_ERROR}
    assert stats.window_s == pytest.approx(10.0)
    assert stats.waiting.p50 == pytest.approx(1, **near)
    assert stats.first_token.p95 == pytest.approx(3, **near)
    assert stats.between_tokens.p50 == pytest.approx(0.1, **near)
    assert stats.arrivals_per_s == pytest.approx(0.1)
    assert stats.prompt_throughput == pytest.approx(50)
    assert stats.generation_throughput == pytest.approx(1)
    assert stats.prefill_tokens_per_s == pytest.approx(400 / 2)
    assert stats.decode_tokens_per_s == pytest.approx(10)
    assert stats.prefix_hit_rate == pytest.approx(0.2)
    assert stats.acceptance == pytest.approx(0.75)
    assert stats.memory == 7


def test_the_window_forgets_and_the_totals_do_not(meter, clock):
    visit = meter.arrived()
    visit.began()
    clock.now += 1
    visit.tokens()
    visit.ended(Usage(10, 1), "EngineFailed")
    clock.now += 50
    assert meter.read().failures == {"EngineFailed": 1}
    clock.now += 10
    stats = meter.read()
    assert stats.failures == {}
    assert (stats.arrivals_per_s, stats.first_token.p50, stats.prompt_throughput) == (0, 0, 0)
    assert 55 <= stats.window_s <= 60
    assert stats.totals.ended == {"EngineFailed": 1}
    assert stats.totals.first_token.count == 1


def test_a_request_that_another_deployment_served_is_no_failure_here(meter):
    meter.arrived().ended(reason="elsewhere")
    stats = meter.read()
    assert (stats.queued, stats.running, stats.failures) == (0, 0, {})
    assert stats.totals.ended == {"elsewhere": 1}


def test_reasons_without_end_do_not_fill_the_memory(meter):
    for number in range(100):
        meter.arrived().ended(reason=f"reason {number}")
    ended = meter.read().totals.ended
    assert len(ended) == 33
    assert ended["other"] == 68


def test_a_window_of_no_length_is_refused():
    with pytest.raises(ConfigError, match=r"Meter\(window_s=0\): use more than 0"):
        Meter(window_s=0)
