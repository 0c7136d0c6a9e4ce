"""The circuit breaker: when it opens, how long it rests, and who may try."""

import pytest

from ontopilot.models.pool.breaker import Breaker


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def test_one_request_may_try_after_the_rest(clock):
    breaker = Breaker(limit=2, rest_s=30, clock=clock)
    breaker.failed("once")
    assert breaker.admit()
    breaker.failed("twice")
    assert (breaker.admit(), breaker.closed, breaker.reason) == (False, False, "twice")
    clock.now = 30.0
    assert not breaker.resting
    assert [breaker.admit() for _ in range(3)] == [True, False, False]
    clock.now = 59.0
    breaker.succeeded()
    assert (breaker.admit(), breaker.closed, breaker.reason) == (True, True, "")


def test_each_failed_trial_doubles_the_rest_up_to_the_longest(clock):
    breaker = Breaker(limit=1, rest_s=10, longest_s=35, clock=clock)
    breaker.failed("first")
    rests = []
    for _ in range(4):
        began = clock.now
        while not breaker.admit():
            clock.now += 1.0
        rests.append(clock.now - began)
        breaker.failed("again")
    assert rests == [10, 20, 35, 35]


def test_many_that_fail_together_open_it_once(clock):
    breaker = Breaker(limit=3, rest_s=10, clock=clock)
    for _ in range(64):
        breaker.failed("gone", at_once=True)
    clock.now = 10.0
    assert breaker.admit()


def test_an_engine_that_is_back_may_be_tried_before_the_rest_is_over(clock):
    breaker = Breaker(rest_s=10, clock=clock)
    breaker.failed("gone", at_once=True)
    assert breaker.resting
    breaker.revive()
    assert [breaker.admit(), breaker.admit()] == [True, False]


def test_an_engine_that_fails_while_it_is_well_has_its_rest(clock):
    breaker = Breaker(limit=1, rest_s=10, clock=clock)
    breaker.failed("wrong")
    breaker.revive()
    assert not breaker.admit()


def test_reviving_a_closed_breaker_changes_nothing():
    breaker = Breaker()
    breaker.revive()
    assert breaker.closed
    assert breaker.admit()


def test_requests_that_were_under_way_when_one_failed_share_its_fault(clock):
    breaker = Breaker(limit=2, rest_s=10, clock=clock)
    clock.now = 5.0
    for began in (1.0, 2.0, 4.9):
        breaker.failed("gone", began=began)
    assert breaker.closed
    clock.now = 6.0
    breaker.failed("gone again", began=5.5)
    assert breaker.resting
