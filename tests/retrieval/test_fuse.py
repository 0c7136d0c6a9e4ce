import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.retrieval.fuse import Scores, fuse

SIZE = 6
scorings = st.lists(
    st.tuples(
        st.lists(
            st.floats(0, 100, width=32, allow_subnormal=False), min_size=SIZE, max_size=SIZE
        ).map(lambda row: np.array(row, dtype=np.float32)),
        st.sampled_from([0.5, 1.0, 2.0]),
    ),
    min_size=1,
    max_size=4,
)
Scorings = list[tuple[Scores, float]]


@given(scorings)
def test_fused_scores_lie_between_zero_and_one(parts: Scorings) -> None:
    fused = fuse(parts)
    assert fused.shape == (SIZE,)
    assert (fused >= 0).all()
    assert (fused <= 1).all()


@given(scorings, st.permutations(range(4)))
def test_the_order_of_the_scorings_does_not_matter(parts: Scorings, order: list[int]) -> None:
    shuffled = [parts[i] for i in order if i < len(parts)]
    assert np.allclose(fuse(parts), fuse(shuffled), atol=1e-6)


@given(scorings, st.sampled_from([0.25, 4.0, 1024.0]))
def test_the_scale_of_a_scoring_does_not_matter(parts: Scorings, scale: float) -> None:
    scaled = [(scores * np.float32(scale), weight) for scores, weight in parts]
    assert np.allclose(fuse(parts), fuse(scaled), atol=1e-5)


@given(scorings)
def test_better_everywhere_is_never_worse_together(parts: Scorings) -> None:
    fused = fuse(parts)
    for a in range(SIZE):
        for b in range(SIZE):
            if all(scores[a] >= scores[b] for scores, _ in parts):
                assert fused[a] >= fused[b] - 1e-6


@given(scorings)
def test_a_scoring_that_found_nothing_takes_no_part(parts: Scorings) -> None:
    nothing = (np.zeros(SIZE, dtype=np.float32), 1.0)
    assert np.array_equal(fuse(parts), fuse([*parts, nothing]))


@given(scorings)
def test_negative_scores_count_nothing(parts: Scorings) -> None:
    (first, weight), *rest = parts
    lowered = np.where(first > 50, first, -first).astype(np.float32)
    clipped = np.clip(lowered, 0, None)
    assert np.allclose(fuse([(lowered, weight), *rest]), fuse([(clipped, weight), *rest]))


@given(scorings)
def test_one_alone_keeps_its_order(parts: Scorings) -> None:
    scores, weight = parts[0]
    fused = fuse([(scores, weight)])
    for a in range(SIZE):
        for b in range(SIZE):
            if scores[a] >= scores[b]:
                assert fused[a] >= fused[b]


def test_no_scorings_give_no_scores() -> None:
    assert fuse([]).shape == (0,)


def test_the_best_of_all_reaches_one() -> None:
    first = np.array([3, 1, 0], dtype=np.float32)
    second = np.array([9, 9, 2], dtype=np.float32)
    assert fuse([(first, 1.0), (second, 1.0)])[0] == 1.0


def test_a_full_score_may_be_set_by_some_passages_only() -> None:
    scores = np.array([1, 4, 2], dtype=np.float32)
    documents = np.array([True, False, True])
    assert fuse([(scores, 1.0)], among=documents).tolist() == [0.5, 1.0, 1.0]
    assert fuse([(scores, 1.0)], among=np.zeros(3, dtype=bool)).tolist() == [0.25, 1.0, 0.5]
