"""With the embedding model that ships, questions find facts that share no word with them."""

from collections.abc import Callable
from typing import Any

import pytest

from ontopilot.models.encoding.sentence import SentenceEncoder
from ontopilot.retrieval import KnowledgeIndex, Query

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def minilm() -> SentenceEncoder:
    return SentenceEncoder()


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("Who makes the AquaBoil 2?", "AquaBoil 2 has the made by AquaWorks."),
        ("How much water fits into the AquaBoil 2?", "AquaBoil 2 has the capacity 1.7 l."),
        (
            "How long am I covered if my AquaBoil 2 breaks?",
            "AquaBoil 2 has the warranty period 24 months.",
        ),
    ],
)
def test_a_property_is_asked_for_in_other_words(
    minilm: SentenceEncoder,
    ontology: Any,
    ask: Callable[[str], Query],
    question: str,
    fact: str,
) -> None:
    index = KnowledgeIndex.build([], encoder=minilm, ontology=ontology)
    first, second, *_ = index.search(ask(question), kinds=["fact"])
    assert first.text == fact
    assert first.score > second.score + 0.1


def test_a_question_that_asks_for_no_property_finds_no_fact_surely(
    minilm: SentenceEncoder, ontology: Any, ask: Callable[[str], Query]
) -> None:
    index = KnowledgeIndex.build([], encoder=minilm, ontology=ontology)
    assert index.search(ask("My AquaBoil 2 does not switch on."))[0].score < 0.5
