"""Texts that several threads encode at once: batches, order and failures."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontopilot.models.encoding.joining import Joined


class Slow:
    """Encodes a number as itself; the first batch waits until it is let go."""

    def __init__(self, bad: str = "") -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Event()
        self.go = threading.Event()
        self._bad = bad

    def __call__(self, texts):
        self.batches.append(list(texts))
        self.begun.set()
        assert self.go.wait(30)
        if self._bad in texts:
            raise ValueError(self._bad)
        return np.array([[float(text)] for text in texts], dtype=np.float32)


def waiting(joined, count):
    """Wait until so many ask."""
    while len(joined._waiting) < count:
        threading.Event().wait(0.001)


def test_what_comes_while_a_batch_runs_is_one_batch():
    run = Slow()
    joined = Joined(run, most=8)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(joined.encode, ["0"])
        assert run.begun.wait(30)
        others = [threads.submit(joined.encode, [str(n), str(-n)]) for n in range(1, 5)]
        waiting(joined, 4)
        run.go.set()
        assert first.result().tolist() == [[0]]
        for n, other in enumerate(others, start=1):
            assert other.result().tolist() == [[n], [-n]]
    assert run.batches[0] == ["0"]
    assert [len(batch) for batch in run.batches] == [1, 8]


def test_more_than_fits_goes_on_in_the_next_batch():
    run = Slow()
    joined = Joined(run, most=4)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(joined.encode, ["0"])
        assert run.begun.wait(30)
        others = [threads.submit(joined.encode, ["1", "2", "3"]) for _ in range(3)]
        waiting(joined, 3)
        run.go.set()
        assert all(other.result().shape == (3, 1) for other in [*others])
        assert len(first.result()) == 1
    assert [len(batch) for batch in run.batches] == [1, 3, 3, 3]


def test_a_text_that_fails_fails_alone():
    run = Slow(bad="7")
    joined = Joined(run, most=8)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(joined.encode, ["0"])
        assert run.begun.wait(30)
        good = threads.submit(joined.encode, ["1"])
        bad = threads.submit(joined.encode, ["7"])
        waiting(joined, 2)
        run.go.set()
        assert first.result().tolist() == [[0]]
        assert good.result().tolist() == [[1]]
        with pytest.raises(ValueError, match="7"):
            bad.result()
    assert joined.encode(["5"]).tolist() == [[5]]


def test_an_interrupt_ends_only_the_one_whom_it_meets():
    run = Slow(bad="7")
    interrupts = iter([KeyboardInterrupt()])

    def interrupted(texts):
        vectors = run(texts)
        if len(texts) > 1:
            for interrupt in interrupts:
                raise interrupt
        return vectors

    joined = Joined(interrupted, most=8)
    with ThreadPoolExecutor(8) as threads:
        first = threads.submit(joined.encode, ["0"])
        assert run.begun.wait(30)
        others = [threads.submit(joined.encode, [str(n)]) for n in range(1, 4)]
        waiting(joined, 3)
        run.go.set()
        ended = [other.exception(30) for other in others]
        assert [type(error) for error in ended].count(KeyboardInterrupt) == 1
        assert first.result().tolist() == [[0]]
        for n, (other, error) in enumerate(zip(others, ended, strict=True), start=1):
            if error is None:
                assert other.result().tolist() == [[n]]
            else:
                assert isinstance(error, KeyboardInterrupt)
    assert joined.encode(["5"]).tolist() == [[5]]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.lists(st.integers(-99, 99), max_size=5), min_size=1, max_size=30))
def test_everybody_gets_their_own(asked):
    run = Slow()
    run.go.set()
    joined = Joined(run, most=6)
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda numbers: joined.encode([str(n) for n in numbers]), asked))
    expected = [[[float(n)] for n in numbers] for numbers in asked]
    assert [rows.reshape(-1, 1).tolist() for rows in found] == expected
