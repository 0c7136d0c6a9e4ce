"""Admission: places, the line before them, and who is sent away."""

import asyncio
import threading
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontopilot.errors import Busy
from ontopilot.models.pool.admission import Admission


@dataclass(eq=False)
class Desk:
    """A place that can be closed."""

    name: str = "desk"
    capacity: int = 1
    closed: str = ""
    most: int = field(default=0, init=False)

    def refusal(self):
        return self.closed

    def admit(self):
        return True


@pytest.fixture
def desk():
    return Desk()


async def waiting(admission, count):
    while admission.waiting < count:
        await asyncio.sleep(0)


async def test_a_free_place_is_granted_at_once(desk):
    admission = Admission()
    ticket = await admission.enter([desk], patience_s=0)
    assert ticket.place is desk
    assert admission.running(desk) == 1
    admission.leave(ticket)
    assert admission.running(desk) == 0


async def test_the_least_busy_place_is_taken():
    small, large = Desk("small", 2), Desk("large", 8)
    admission = Admission()
    taken = [(await admission.enter([small, large])).place.name for _ in range(10)]
    assert (taken.count("small"), taken.count("large")) == (2, 8)
    assert taken[:3] == ["small", "large", "large"]


async def test_who_waits_is_served_by_priority_and_then_in_turn(desk):
    admission = Admission()
    served = []

    async def ask(name, priority):
        ticket = await admission.enter([desk], priority=priority)
        served.append(name)
        admission.leave(ticket)

    first = await admission.enter([desk])
    asks = []
    for name, priority in [("late", 5), ("a", 0), ("b", 0), ("urgent", -1)]:
        asks.append(asyncio.create_task(ask(name, priority)))
        await waiting(admission, len(asks))
    admission.leave(first)
    await asyncio.gather(*asks)
    assert served == ["urgent", "a", "b", "late"]


async def test_of_equal_priority_the_nearest_deadline_is_served_first(desk):
    admission = Admission()
    first = await admission.enter([desk])
    patient = asyncio.create_task(admission.enter([desk], patience_s=60))
    await waiting(admission, 1)
    hasty = asyncio.create_task(admission.enter([desk], patience_s=30))
    await waiting(admission, 2)
    admission.leave(first)
    done, _ = await asyncio.wait({patient, hasty}, return_when=asyncio.FIRST_COMPLETED)
    assert done == {hasty}
    admission.leave(hasty.result())
    admission.leave(await patient)


async def test_a_full_line_sends_the_next_one_away(desk):
    admission = Admission(most_waiting=1)
    first = await admission.enter([desk])
    second = asyncio.create_task(admission.enter([desk]))
    await waiting(admission, 1)
    with pytest.raises(
        Busy, match="'desk' has no room: 1 requests wait already; ask again in"
    ) as e:
        await admission.enter([desk])
    assert e.value.retry_after_s >= 1
    admission.leave(first)
    admission.leave(await second)


async def test_patience_ends(desk):
    admission = Admission()
    ticket = await admission.enter([desk])
    with pytest.raises(Busy, match=r"no place for 0\.01 s"):
        await admission.enter([desk], patience_s=0.01)
    assert admission.waiting == 0
    admission.leave(ticket)
    assert (await admission.enter([desk])).place is desk


async def test_who_would_wait_too_long_is_told_at_once(desk):
    now = [0.0]
    admission = Admission(clock=lambda: now[0])
    ticket = await admission.enter([desk])
    now[0] = 20.0
    admission.leave(ticket)
    await admission.enter([desk])
    asyncio.get_running_loop().call_later(5, lambda: pytest.fail("it waited"))
    with pytest.raises(Busy, match=r"expected in 20 s, not in 10 s; ask again in 20 s"):
        await admission.enter([desk], patience_s=10)


async def test_who_leaves_the_line_takes_no_place(desk):
    admission = Admission()
    ticket = await admission.enter([desk])
    gone = asyncio.create_task(admission.enter([desk]))
    stays = asyncio.create_task(admission.enter([desk]))
    await waiting(admission, 2)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    admission.leave(ticket)
    admission.leave(await stays)
    assert (admission.waiting, admission.running(desk)) == (0, 0)


async def test_a_place_granted_to_one_who_has_just_left_is_given_back(desk):
    admission = Admission()
    ticket = await admission.enter([desk])
    gone = asyncio.create_task(admission.enter([desk]))
    await waiting(admission, 1)
    admission.leave(ticket)  # grants it, and the task has not run since
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert admission.running(desk) == 0


async def test_when_all_places_close_the_line_is_sent_on(desk):
    admission = Admission()
    ticket = await admission.enter([desk])
    waits = asyncio.create_task(admission.enter([desk]))
    await waiting(admission, 1)
    desk.closed = "it broke"
    admission.leave(ticket)
    assert await waits is None
    assert await admission.enter([desk]) is None


async def test_a_place_that_opens_again_serves_the_line(desk):
    other = Desk("other", closed="not yet")
    admission = Admission()
    await admission.enter([desk])
    waits = asyncio.create_task(admission.enter([desk, other]))
    await waiting(admission, 1)
    other.closed = ""
    admission.review()
    assert (await waits).place is other


async def test_it_serves_callers_of_other_loops(desk):
    admission = Admission()
    ticket = await admission.enter([desk])
    there = threading.Thread(target=lambda: asyncio.run(_in_and_out(admission, desk)))
    there.start()
    await waiting(admission, 1)
    admission.leave(ticket)
    await asyncio.to_thread(there.join)
    assert admission.running(desk) == 0


async def _in_and_out(admission, desk):
    admission.leave(await admission.enter([desk]))


async def test_ten_thousand_at_once_leave_a_short_line():
    desk = Desk(capacity=8)
    admission = Admission(most_waiting=100)

    async def ask():
        ticket = await admission.enter([desk])
        desk.most = max(desk.most, admission.running(desk), admission.waiting)
        await asyncio.sleep(0)
        admission.leave(ticket)

    ends = await asyncio.gather(*(ask() for _ in range(10_000)), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, Busy)]
    assert len(refused) == len(ends) - ends.count(None)
    assert ends.count(None) >= 108
    assert desk.most <= 100
    assert (admission.waiting, admission.running(desk)) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(
    capacities=st.lists(st.integers(1, 3), min_size=1, max_size=3),
    asks=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(["stay", "cancel", "hasty"])), max_size=25
    ),
)
async def test_no_place_is_lost_and_none_is_taken_twice(capacities, asks):
    desks = [Desk(str(at), capacity) for at, capacity in enumerate(capacities)]
    admission = Admission(most_waiting=10)

    async def ask(priority, steps, mask, how):
        wanted = [desk for at, desk in enumerate(desks) if mask >> at & 1] or desks
        patience = {"hasty": 0.0}.get(how, 60.0)
        ticket = await admission.enter(wanted, priority=priority, patience_s=patience)
        assert ticket.place in wanted
        assert admission.running(ticket.place) <= ticket.place.capacity
        for _ in range(steps):
            await asyncio.sleep(0)
        admission.leave(ticket)

    tasks = [asyncio.create_task(ask(p, n % 4, n, how)) for n, (p, how) in enumerate(asks)]
    await asyncio.sleep(0)
    for task, (_, how) in zip(tasks, asks, strict=True):
        if how == "cancel":
            task.cancel()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(e is None or isinstance(e, (Busy, asyncio.CancelledError)) for e in ends)
    assert admission.waiting == 0
    assert [admission.running(desk) for desk in desks] == [0] * len(desks)
