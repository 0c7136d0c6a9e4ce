"""How near statements are to a question: the words of the ontology count as the customer's own."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.prose import statements
from ontopilot.retrieval import KnowledgeIndex, Passage, Query
from ontopilot.retrieval.passage import EvidenceId
from ontopilot.retrieval.relevance import usual_cosine

TEXT = "The seal of the kettle leaks. Routers blink red. Standard parcels take two days."


@pytest.fixture
def index(ontology: Any) -> KnowledgeIndex:
    passage = Passage(EvidenceId("doc:a#1"), "passage", TEXT, "Notes", "a.md")
    return KnowledgeIndex.build([passage], encoder=HashEncoder(), ontology=ontology)


def near(index: KnowledgeIndex, query: Query) -> tuple[tuple[float, ...], ...]:
    return index.relevance(query, index.search(query, k=3, kinds=["passage"]))


def test_every_statement_of_every_source_gets_a_number(index: KnowledgeIndex) -> None:
    (found,) = near(index, Query("Why does the router blink red?"))
    assert len(found) == len(statements(TEXT)) == 3
    assert max(found) == found[1] <= 1.0


def test_a_fact_is_measured_by_its_sentence(
    index: KnowledgeIndex, ask: Callable[[str], Query]
) -> None:
    query = ask("How much water fits into the AquaBoil 2?")
    facts = index.search(query, k=2, kinds=["fact"])
    assert [len(row) for row in index.relevance(query, facts)] == [1, 1]


def test_a_synonym_counts_as_the_label_of_its_term(
    ontology: Any, ask: Callable[[str], Query]
) -> None:
    text = "The kettle leaks at its lid."
    passage = Passage(EvidenceId("doc:a#1"), "passage", text, "Notes", "a.md")
    index = KnowledgeIndex.build([passage], encoder=HashEncoder(), ontology=ontology)
    linked = ask("water boiler leaks")
    assert linked.mentions, "the test needs a synonym that the ontology knows"
    (plain,), (meant,) = near(index, Query(linked.text)), near(index, linked)
    assert meant[0] > plain[0]


def test_the_usual_cosine_of_a_corpus_is_taken_off() -> None:
    alike = np.ones((40, 4), dtype=np.float32) / 2
    assert usual_cosine(alike) == pytest.approx(0.9)
    assert usual_cosine(np.eye(40, dtype=np.float32)) == pytest.approx(0.0)
    assert usual_cosine(alike[:5]) == 0.0
