import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import ConfigError
from ontopilot.retrieval import Evidence, EvidenceId, pack
from ontopilot.retrieval.pack import approx


def evidence(name: str, text: str, score: float) -> Evidence:
    return Evidence(EvidenceId(name), "passage", text, score, "")


pieces = st.lists(
    st.builds(
        evidence,
        st.text("abcdef", min_size=1, max_size=6),
        st.text("lorem ipsum. ", max_size=80),
        st.floats(0, 1),
    ),
    unique_by=lambda item: item.id,
    max_size=8,
)


@given(pieces, st.integers(0, 120))
def test_the_budget_holds(items: list[Evidence], budget: int) -> None:
    context = pack(items, budget_tokens=budget)
    assert context.tokens <= budget
    assert context.tokens >= sum(approx(item.text) for item in context.evidence)


@given(pieces, st.integers(0, 120), st.randoms())
def test_the_order_it_comes_in_does_not_matter(
    items: list[Evidence], budget: int, random: object
) -> None:
    shuffled = list(items)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert pack(shuffled, budget_tokens=budget) == pack(items, budget_tokens=budget)


@given(pieces)
def test_what_a_better_piece_says_is_not_packed_again(items: list[Evidence]) -> None:
    texts = [" ".join(e.text.split()) for e in pack(items, budget_tokens=10_000).evidence]
    assert all(text not in better for at, text in enumerate(texts) for better in texts[:at])


@given(pieces)
def test_ids_and_texts_stay_as_they_are(items: list[Evidence]) -> None:
    assert set(pack(items, budget_tokens=10_000).evidence) <= set(items)


def test_what_is_too_long_makes_room_for_what_fits() -> None:
    long, short = evidence("a", "word " * 100, 0.9), evidence("b", "A short one.", 0.5)
    assert pack([long, short], budget_tokens=30).evidence == (short,)


def test_when_nothing_fits_the_first_sentences_do() -> None:
    text = "Returns are free. " + "They take a while. " * 30
    (only,) = pack([evidence("a", text, 1.0)], budget_tokens=20).evidence
    assert only.text.startswith("Returns are free.")
    assert only.text.endswith(".")
    assert only.id == "a"


def test_tokens_can_be_counted_by_the_model() -> None:
    context = pack([evidence("a", "one two three", 1.0)], budget_tokens=99, count=lambda t: 7)
    assert context.tokens == 20


def test_a_negative_budget_is_refused() -> None:
    with pytest.raises(ConfigError, match="-1"):
        pack([], budget_tokens=-1)
