import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.orchestrator.cited import CitedStream


def read(*pieces: str, limit: int = 1000) -> list[tuple[str, tuple[int, ...]]]:
    stream = CitedStream(limit=limit)
    found = [pair for piece in pieces for pair in stream.feed(piece)]
    return [tuple(pair) for pair in [*found, *stream.finish()]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is blue. [1]", [("It is blue.", (1,))]),
        ("It is blue [1].", [("It is blue.", (1,))]),
        ("It is blue.[1][2]", [("It is blue.", (1, 2))]),
        ("It is blue. [1] [2]\nIt is new. [3]", [("It is blue.", (1, 2)), ("It is new.", (3,))]),
        ("It is blue. [1, 2] It is new.[4; 1] Yes.",
         [("It is blue.", (1, 2)), ("It is new.", (4, 1)), ("Yes.", ())]),
        ("It weighs 1.5 kg, e.g. when full. [1] Fine. [2]",
         [("It weighs 1.5 kg, e.g. when full.", (1,)), ("Fine.", (2,))]),
        ("Blue [1] and new [2]. It stays.", [("Blue and new.", (1, 2)), ("It stays.", ())]),
        ("- Unplug it [1]\n- Wait **2 hours** [1]\n",
         [("Unplug it", (1,)), ("Wait 2 hours", (1,))]),
        ("1. Unplug it. [1]\n2. Wait. [2]", [("Unplug it.", (1,)), ("Wait.", (2,))]),
        ("It is blue.\n[1]\nNext. [2]", [("It is blue.", (1,)), ("Next.", (2,))]),
        ("No end", [("No end", ())]),
        ("", []),
        (" [1] ... ", []),
        ("It is blue. [1] [x] marks it. [2]", [("It is blue.", (1,)), ("[x] marks it.", (2,))]),
    ],
)  # fmt: skip
def test_sentences_are_read_with_their_markers(text, expected):
    assert read(text) == expected


def test_a_sentence_is_given_as_soon_as_the_next_one_begins():
    stream = CitedStream()
    assert stream.feed("It is blue. [1") == ()
    assert stream.feed("2]") == ()
    assert stream.feed("[3] ") == ()
    assert stream.feed("Next ") == (("It is blue.", (12, 3)),)
    assert stream.finish() == (("Next", ()),)
    assert stream.finish() == ()


def test_reset_forgets_the_sentence_under_way():
    stream = CitedStream()
    stream.feed("It is bl")
    stream.reset()
    assert stream.feed("It is red. [1] Done. ") == (("It is red.", (1,)),)


def test_a_sentence_without_end_is_cut_at_a_space():
    found = read("word " * 100, limit=50)
    assert all(len(text) <= 50 for text, _ in found)
    assert " ".join(text for text, _ in found).split() == ["word"] * 100


def test_a_word_without_end_is_cut_too():
    found = read("x" * 120, limit=50)
    assert [len(text) for text, _ in found] == [50, 50, 20]


PIECES = st.sampled_from(
    ["It", " is", " blue", ".", " [1]", "[2]", "[3, 4]", "\n", "\n\n", "- ", "1. ", " 1.5", " kg",
     " e.g.", "!", "?", " No.", " 5", " A", "[", "]", " **x**", ")", " (", "…", "\n# "]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40), st.lists(st.integers(1, 7), min_size=1, max_size=8))
def test_the_outcome_does_not_depend_on_the_pieces(parts, sizes):
    text = "".join(parts)
    pieces, at, turn = [], 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        pieces.append(text[at : at + size])
        at, turn = at + size, turn + 1
    assert read(*pieces, limit=60) == read(text, limit=60)


@given(st.text(max_size=300))
def test_any_text_is_read_and_no_word_is_invented(text):
    for sentence, markers in read(text):
        assert sentence.strip()
        assert all(0 <= marker <= 999 for marker in markers)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["It is blue.", "The kettle holds 1.7 l.", "Is it? Dr. Smith says so!"]
            ),
            st.lists(st.integers(1, 20), min_size=1, max_size=3, unique=True),
        ),
        max_size=6,
    )
)
def test_what_was_written_in_the_format_is_read_back(pairs):
    pairs = [(text, marks) for text, marks in pairs if "? " not in text]
    draft = " ".join(text + " " + "".join(f"[{n}]" for n in marks) for text, marks in pairs)
    assert read(draft) == [(text, tuple(marks)) for text, marks in pairs]
