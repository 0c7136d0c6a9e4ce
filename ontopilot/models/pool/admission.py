"""Admission: who gets a place now, who waits for one, and who is told to do without.

A place serves so many requests at a time. A request that finds none of the places it wants free
waits in one bounded line, ordered by priority, then by deadline, then by arrival.
"""

import asyncio
import bisect
import itertools
import math
import threading
import time
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from ontopilot.errors import Busy

MOST_WAITING = 1024
"""Requests that may wait for a place, by default."""

_SMOOTH = 0.2
"""The weight of the latest service time in the running mean."""


class Place(Hashable, Protocol):
    """Where a request is served."""

    @property
    def name(self) -> str:
        """What errors call it."""
        ...

    @property
    def capacity(self) -> int:
        """How many requests it serves at a time."""
        ...

    def refusal(self) -> str:
        """Why it takes nobody at all now, or ""."""
        ...

    def admit(self) -> bool:
        """Let one request in; False when it takes nobody after all."""
        ...


P = TypeVar("P", bound=Place)


@dataclass(slots=True)
class _Load:
    """What goes on at one place."""

    running: int = 0
    service_s: float = 0.0
    """Running mean of the time that a request took; 0 before the first one ended."""


@dataclass(order=True, slots=True)
class _Waiter(Generic[P]):
    """A request in the line."""

    priority: int
    until: float
    number: int
    wanted: tuple[P, ...] = field(compare=False)
    granted: "Future[P | None]" = field(compare=False, default_factory=Future, init=False)

    def __post_init__(self) -> None:
        self.granted.set_running_or_notify_cancel()  # only the line settles it, never its reader


@dataclass(frozen=True, slots=True)
class Ticket(Generic[P]):
    """A place that was taken, to be given back with `Admission.leave`."""

    place: P
    since: float


class Admission(Generic[P]):
    """Grants places to requests of any thread and event loop; only `enter` waits."""

    def __init__(
        self, *, most_waiting: int = MOST_WAITING, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most_waiting = most_waiting
        self._clock = clock
        self._lock = threading.Lock()
        self._loads: dict[P, _Load] = {}
        self._waiters: list[_Waiter[P]] = []
        self._numbers = itertools.count()

    @property
    def waiting(self) -> int:
        """Requests in the line."""
        return len(self._waiters)

    def waiting_for(self, place: P) -> int:
        """Requests in the line that would take a place."""
        with self._lock:
            return sum(any(place is p for p in w.wanted) for w in self._waiters)

    def running(self, place: P) -> int:
        """Requests that a place serves."""
        load = self._loads.get(place)
        return load.running if load else 0

    async def enter(
        self, wanted: Sequence[P], *, priority: int = 0, patience_s: float = math.inf
    ) -> Ticket[P] | None:
        """Take a place, the least busy of those wanted; None when all of them closed meanwhile.

        Lower priorities are served first.

        Raises:
            Busy: the line is full, or no place will be free within `patience_s` seconds.
        """
        waiter = self._take_or_wait(tuple(wanted), priority, patience_s)
        try:
            async with asyncio.timeout(None if math.isinf(patience_s) else patience_s):
                place = await asyncio.wrap_future(waiter.granted)
        except TimeoutError:
            place = self._withdraw(waiter)
            if place is None:
                with self._lock:
                    raise self._busy(waiter, f"no place for {patience_s:.3g} s") from None
        except asyncio.CancelledError:
            if (granted := self._withdraw(waiter)) is not None:
                self.leave(Ticket(granted, self._clock()), served=False)
            raise
        return None if place is None else Ticket(place, self._clock())

    def leave(self, ticket: Ticket[P], *, served: bool = True) -> None:
        """Give a place back; how long it was held tells how long others will wait."""
        with self._lock:
            load = self._loads[ticket.place]
            load.running -= 1
            if served:
                took = self._clock() - ticket.since
                mean = load.service_s
                load.service_s = mean + _SMOOTH * (took - mean) if mean else took
            self._serve_next(ticket.place)

    def forget(self, place: P) -> None:
        """Drop what is known of a place that serves nobody any more."""
        with self._lock:
            self._loads.pop(place, None)

    def review(self) -> None:
        """Look at the line again, after places opened or closed."""
        with self._lock:
            self._serve_line()

    def _take_or_wait(self, wanted: tuple[P, ...], priority: int, patience_s: float) -> _Waiter[P]:
        waiter = _Waiter(priority, self._clock() + patience_s, next(self._numbers), wanted)
        with self._lock:
            if self._grant(waiter):
                return waiter
            if all(place.refusal() for place in wanted):
                waiter.granted.set_result(None)
                return waiter
            if len(self._waiters) >= self._most_waiting:
                raise self._busy(waiter, f"{len(self._waiters)} requests wait already")
            expected = self._expected(waiter)
            if expected > patience_s:
                raise self._busy(
                    waiter, f"a place is expected in {expected:.3g} s, not in {patience_s:.3g} s"
                )
            bisect.insort(self._waiters, waiter)
        return waiter

    def _grant(self, waiter: _Waiter[P]) -> bool:
        """Give a waiter the least busy place that it wants and that is free."""
        loads = [(self._loads.setdefault(p, _Load()), p) for p in waiter.wanted]
        loads.sort(key=lambda pair: pair[0].running / pair[1].capacity)
        for load, place in loads:
            if load.running < place.capacity and not place.refusal() and place.admit():
                load.running += 1
                waiter.granted.set_result(place)
                return True
        return False

    def _serve_next(self, place: P) -> None:
        """Let the first of the line in that wants a place; all may leave if it has closed."""
        if place.refusal():
            self._serve_line()
            return
        for at, waiter in enumerate(self._waiters):
            if any(place is wanted for wanted in waiter.wanted):
                if self._grant(waiter):
                    del self._waiters[at]
                return

    def _serve_line(self) -> None:
        """Serve the line in its order, and send those away whose places have all closed."""
        left: list[_Waiter[P]] = []
        for waiter in self._waiters:
            if all(place.refusal() for place in waiter.wanted):
                waiter.granted.set_result(None)
            elif not self._grant(waiter):
                left.append(waiter)
        self._waiters = left

    def _withdraw(self, waiter: _Waiter[P]) -> P | None:
        """Leave the line; the place if one was granted at the last moment."""
        with self._lock:
            if waiter in self._waiters:
                self._waiters.remove(waiter)
                return None
            return waiter.granted.result()

    def _expected(self, newcomer: _Waiter[P]) -> float:
        """Seconds until a newcomer would be served, by the means of its places; 0 if unknown."""
        ahead = sum(w < newcomer and _share(w, newcomer) for w in self._waiters)
        rate = 0.0
        for place in newcomer.wanted:
            load = self._loads.get(place)
            if load is not None and load.service_s and not place.refusal():
                rate += place.capacity / load.service_s
        return (ahead + 1) / rate if rate else 0.0

    def _busy(self, waiter: _Waiter[P], why: str) -> Busy:
        names = ", ".join(repr(place.name) for place in waiter.wanted)
        return Busy(f"{names} has no room: {why}", retry_after_s=max(1.0, self._expected(waiter)))


def _share(one: _Waiter[P], other: _Waiter[P]) -> bool:
    return any(place is wanted for place in one.wanted for wanted in other.wanted)
