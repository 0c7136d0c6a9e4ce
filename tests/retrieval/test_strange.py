"""Names in a question that nothing known has."""

import pytest

from ontopilot.ontology import Mention
from ontopilot.ontology.terms import Iri
from ontopilot.retrieval.passage import Query
from ontopilot.retrieval.strange import strangers

KNOWN = {"kettl", "dusthawk", "crema"}


def found(question, mentions=()):
    return strangers(Query(question, tuple(mentions)), lambda stem: int(stem in KNOWN))


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Do ESE pods fit into the Crema?", ("ESE",)),
        ("Why did the Roman Empire fall?", ("Roman", "Empire")),
        ("Is the vacuum from Dyson better? Be honest with Pat.", ("Dyson",)),
        ("Tell me the way to Paris and what it costs", ("Paris",)),
    ],
)
def test_names_that_nothing_has_are_strange(question, names):
    assert found(question) == names


@pytest.mark.parametrize(
    "question",
    [
        "How do I clean the DustHawks and my Kettle?",
        "Vacuums: which of the two is louder?",
        "I am Dieter. How do I open the lid?",
        "Kann ich die Maschine auch mit Essig entkalken?",
        "how do i get to paris?",
        "",
    ],
)
def test_known_names_first_words_and_german_nouns_are_not(question):
    assert found(question) == ()


def test_what_is_linked_to_a_term_is_known():
    question = "How loud is the Boldeo?"
    assert found(question) == ("Boldeo",)
    at = question.index("Boldeo")
    mention = Mention(at, at + 6, "Boldeo", Iri("urn:x"), 1.0)
    assert found(question, [mention]) == ()
