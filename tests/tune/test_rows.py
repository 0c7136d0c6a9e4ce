"""Packing: no example sees another, and a step's batch depends on its number alone."""

import numpy as np
import torch

from ontopilot.tune.network import seen_mask
from ontopilot.tune.repeats import repeats
from ontopilot.tune.rows import Encoded, drawn, pack, read_encoded, write_encoded


def encoded(sizes: list[int]) -> list[Encoded]:
    return [
        Encoded(np.arange(10, 10 + size, dtype=np.int32), size // 2, "answer", "answer")
        for size in sizes
    ]


def test_rows_hold_every_example_whole_and_in_order() -> None:
    rows = list(pack(encoded([5, 6, 7, 4, 9]), length=12, pad=0))
    found = [row.tokens[0][row.segments[0] == n] for row in rows for n in range(1, 4)]
    assert [len(tokens) for tokens in found if len(tokens)] == [5, 6, 7, 4, 9]
    assert all(row.tokens.shape == (1, 12) for row in rows)


def test_positions_begin_anew_and_only_answers_are_learnt() -> None:
    (row,) = pack(encoded([4, 6]), length=12, pad=0)
    assert row.positions[0].tolist() == [0, 1, 2, 3, 0, 1, 2, 3, 4, 5, 0, 0]
    assert np.flatnonzero(row.answers[0]).tolist() == [2, 3, 7, 8, 9]


def test_no_token_sees_another_example_or_what_comes_after_it() -> None:
    (row,) = pack(encoded([2, 3]), length=6, pad=0)
    seen = seen_mask(torch.from_numpy(row.segments))[0, 0].int().tolist()
    assert seen == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0],
        [0, 0, 1, 1, 0, 0],
        [0, 0, 1, 1, 1, 0],
        [0, 0, 0, 0, 0, 1],
    ]


def test_the_batch_of_a_step_is_always_the_same() -> None:
    some = encoded(list(range(4, 40)))
    one, two = (drawn(some, seed=1, step=9, tokens=256, length=64, pad=0) for _ in range(2))
    other = drawn(some, seed=1, step=10, tokens=256, length=64, pad=0)
    assert np.array_equal(one.tokens, two.tokens)
    assert not np.array_equal(one.tokens, other.tokens)


def test_what_was_encoded_is_read_again(tmp_path: object) -> None:
    file = tmp_path / "e.npz"  # type: ignore[operator]
    some = encoded([4, 9])
    write_encoded(file, some)
    for one, two in zip(some, read_encoded(file), strict=True):
        assert np.array_equal(one.tokens, two.tokens)
        assert (one.answer, one.kind, one.label) == (two.answer, two.kind, two.label)


def test_exercises_in_copying_repeat_what_stood_before() -> None:
    for one in repeats(encoded([30, 40]), count=30, vocabulary=99, special=7, seed=0):
        before, again = one.tokens[: one.answer - 1], one.tokens[one.answer - 1 :]
        text = ",".join(map(str, before))
        assert len(again) > 5
        assert ",".join(map(str, again[:6])) in text
        assert one.tokens.min() >= 7
