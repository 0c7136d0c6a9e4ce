"""The automaton finds what reading word by word finds, in any text and with any names."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontopilot.ontology import Iri
from ontopilot.ontology.link import Linker
from ontopilot.ontology.linking.context import Background
from ontopilot.ontology.linking.memo import MOST
from ontopilot.ontology.linking.names import Name

WORDS = (
    "own owned owns kettle kettles Kettle ketle boil boiled boiling the a of 6 wifi Wi-Fi gasket "
    "gaskets seal sealed Dichtung Dichtungen der İstanbul straße ’s don't 𝔘nicode keeps not leaks "
    "leaking fan fans gaskt sael to"
).split()
NOTHING = Background({}, lambda cls: frozenset())
CODES = ("", "K2", "10")

phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
names = st.lists(
    st.builds(
        lambda place, text, weight, language, code, kind: Name(
            Iri(f"urn:t{place}"), text, weight, language, code=code, kind=kind
        ),
        st.integers(0, 5),
        phrases,
        st.sampled_from([1.0, 0.95, 0.8]),
        st.sampled_from(["en", "de", ""]),
        st.sampled_from(CODES),
        st.sampled_from(["class", "individual", "data_property"]),
    ),
    max_size=8,
)
texts = st.lists(
    st.one_of(phrases, st.text(max_size=6), st.sampled_from(["A-10432", ", ", " / "])), max_size=8
).map(" ".join)
related = st.dictionaries(
    st.integers(0, 5).map(lambda n: Iri(f"urn:t{n}")),
    st.frozensets(st.integers(0, 5).map(lambda n: Iri(f"urn:t{n}"))),
)


@settings(max_examples=300, deadline=None)
@given(names, st.lists(texts, min_size=1, max_size=4), related)
def test_linking_is_the_same_as_word_by_word(
    known: list[Name], said: list[str], joined: dict[Iri, frozenset[Iri]]
) -> None:
    linker = Linker(
        known,
        {Iri("urn:order"): re.compile(r"\bA-\d{5}\b")},
        Background(joined, lambda cls: joined.get(cls, frozenset())),
    )
    for text in (*said, *said):
        assert linker.link(text) == linker.link_word_by_word(text)


@pytest.mark.parametrize(
    ("known", "text"),
    [
        # "own the" is another form of small words, and no name; "own" is one
        ([("owns the", "en"), ("own", "en")], "own the kettle"),
        # the longest name is German, and begins inside an English one
        ([("old kettle", "en"), ("Kettle Dichtung neu", "de"), ("Dichtung", "en")],
         "the old kettle Dichtung neu"),
        ([("kettle", "en"), ("Kettle Dichtung", "de")], "a kettle Dichtung"),
    ],
)  # fmt: skip
def test_what_the_automaton_cannot_tell_is_read_word_by_word(
    known: list[tuple[str, str]], text: str
) -> None:
    every = [Name(Iri(f"urn:{name}"), name, 1.0, language) for name, language in known]
    linker = Linker(every, {}, NOTHING)
    assert linker.link(text)
    assert linker.link(text) == linker.link_word_by_word(text)


@pytest.mark.parametrize("text", ["the kettle and the gasket", "gasket kettles", "no such thing"])
def test_what_was_forgotten_is_found_again(text: str) -> None:
    known = [Name(Iri("urn:k"), "kettle", 1.0, "en"), Name(Iri("urn:g"), "gasket", 1.0, "en")]
    linker = Linker(known, {}, NOTHING)
    before = linker.link(text)
    for start in range(0, MOST + 1000, 500):
        linker.link(" ".join(f"w{number}" for number in range(start, start + 500)))
    assert linker.link(text) == before
