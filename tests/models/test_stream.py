"""Filters on streamed text, whatever the pieces are."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ontopilot.models.streaming.detokenize import Detokenizer
from ontopilot.models.streaming.filters import TextFilter

letters = st.text("ab<think>/", max_size=40)
marks = st.lists(st.text("ab<", min_size=1, max_size=4), max_size=3).map(tuple)


def pieces_of(text: str, cuts: list[int]) -> list[str]:
    at = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[a:b] for a, b in pairwise(at)]


def through(shown: TextFilter, pieces: list[str]) -> str:
    return "".join(shown.feed(piece) for piece in pieces) + shown.finish()


@given(letters, marks, st.lists(st.integers(0, 40)))
def test_stop_strings_cut_as_if_the_text_came_at_once(text, stops, cuts):
    found = [at for mark in stops if (at := text.find(mark)) >= 0]
    expected = text[: min(found)] if found else text
    shown = TextFilter(stops, thinking=False)
    assert through(shown, pieces_of(text, cuts)) == expected
    assert shown.stopped == bool(found)


@given(letters, letters, letters, st.lists(st.integers(0, 140)))
def test_thoughts_are_dropped_wherever_the_pieces_end(before, inside, after, cuts):
    def plain(text):
        return text.replace("<", "").replace("/", "")

    text = f"{plain(before)}<think>{plain(inside)}</think>\n\n{plain(after)}"
    shown = TextFilter((), thinking=True)
    assert through(shown, pieces_of(text, cuts)) == plain(before) + plain(after)


def test_a_stop_string_inside_a_thought_does_not_stop():
    shown = TextFilter(("END",), thinking=True)
    assert through(shown, ["<think>END", "</think>Yes. E", "ND no"]) == "Yes. "
    assert shown.stopped


def test_a_thought_that_never_ends_is_never_shown():
    assert through(TextFilter((), thinking=True), ["A", "<thi", "nk>secret"]) == "A"


def test_a_prompt_may_open_the_thought():
    shown = TextFilter((), thinking=True, prompt="<|assistant|><think>\n")
    assert through(shown, ["secret</thi", "nk>\n", "\nYes."]) == "Yes."


def test_what_only_looks_like_a_thought_is_shown():
    assert through(TextFilter((), thinking=True), ["<thin", "g>"]) == "<thing>"


@given(st.text(max_size=30))
def test_characters_are_never_cut(text):
    """Tokens that are bytes: the text appears in whole characters and loses nothing."""
    decoder = Detokenizer(lambda ids: bytes(ids).decode(errors="replace"))
    shown = [decoder.feed(byte) for byte in text.encode("utf-8", "ignore")]
    whole = "".join(shown) + decoder.finish()
    assert whole == text.encode("utf-8", "ignore").decode()
    assert all("\ufffd" not in piece for piece in shown) or "\ufffd" in text
