from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ontopilot.errors import ConfigError, DocumentError, RetrievalError
from ontopilot.retrieval import EvidenceId, Knowledge, KnowledgeIndex, Passage, Query
from ontopilot.retrieval.facts import MOST_JOINED

Ask = Callable[[str], Query]


def passage(name: str, text: str, **more: Any) -> Passage:
    return Passage(EvidenceId(name), more.pop("kind", "passage"), text, more.pop("title", ""), name)


@pytest.fixture
def index(shop: Path, encoder: Any, ontology: Any) -> KnowledgeIndex:
    knowledge = Knowledge("docs", interactions="tickets.jsonl", folder=shop)
    return knowledge.open(encoder=encoder, ontology=ontology, home=shop / "home")


def test_the_passage_that_answers_comes_first(index: KnowledgeIndex, ask: Ask) -> None:
    first = index.search(ask("How do I reset my router?"))[0]
    assert first.id == "doc:routers.md#1"
    assert first.title == "Routers"
    assert "mentions Router" in first.why
    assert "lexical" in first.why


def test_a_title_says_where_the_passage_stands(index: KnowledgeIndex, ask: Ask) -> None:
    found = index.search(ask("Who pays for the shipping of faulty items?"), kinds=["passage"])
    assert found[0].title == "Returns > Who pays for shipping"


def test_a_fact_answers_what_its_property_names(index: KnowledgeIndex, ask: Ask) -> None:
    first = index.search(ask("How long is the guarantee of the AquaBoil 2?"))[0]
    assert first.kind == "fact"
    assert first.text == "AquaBoil 2 has the warranty period 24 months."
    assert first.source == "shop.owl"
    assert first.facts[0].predicate.endswith("warrantyPeriod")
    assert first.why == "a fact about AquaBoil 2, stated in the ontology"


def test_inferred_facts_are_evidence_and_say_so(index: KnowledgeIndex, ask: Ask) -> None:
    found = index.search(ask("Who is the manufacturer of the AquaBoil 2?"), kinds=["fact"])
    assert found[0].text.endswith("AquaWorks.")
    assert "inferred" in found[0].why


def test_two_things_are_joined_by_one_fact_only(index: KnowledgeIndex, ask: Ask) -> None:
    query = ask("Who is the manufacturer of the AquaBoil 2?")
    found = [item.facts[0] for item in index.search(query, k=20, kinds=["fact"])]
    joining = [fact for fact in found if "AquaWorks" in f"{fact.subject} {fact.object}"]
    assert [fact.predicate.rpartition("#")[2] for fact in joining] == ["madeBy"]


def test_facts_of_a_class_hold_for_its_members(index: KnowledgeIndex, ask: Ask) -> None:
    found = index.search(ask("What descaling interval does the AquaBoil 2 need?"), kinds=["fact"])
    assert found[0].text == "Kettle has the descaling interval 3 months."
    assert "every Kettle" in found[0].why


def test_a_concept_above_brings_its_passage(index: KnowledgeIndex, ask: Ask) -> None:
    found = {e.id: e for e in index.search(ask("Is my kettle broken?"), kinds=["passage"])}
    why = found[EvidenceId("doc:heated.md#1")].why
    assert "mentions Heated Appliance, of which Kettle is a kind" in why


def test_a_concept_below_brings_its_passage(index: KnowledgeIndex, ask: Ask) -> None:
    found = {e.id: e for e in index.search(ask("heated appliance"), kinds=["passage"])}
    why = found[EvidenceId("doc:returns.md#1")].why
    assert "mentions Kettle, a kind of Heated Appliance" in why


def test_a_synonym_finds_the_label(encoder: Any, ontology: Any, ask: Ask) -> None:
    passages = [passage("a", "Clean the kettle with vinegar."), passage("b", "Water the lawn.")]
    index = KnowledgeIndex.build(passages, encoder=encoder, ontology=ontology)
    assert index.search(ask("How do I clean a water boiler?"))[0].id == "a"


def test_a_ticket_says_that_it_is_one(index: KnowledgeIndex, ask: Ask) -> None:
    found = index.search(ask("My kettle leaks"), kinds=["interaction"])
    assert [e.id for e in found] == ["ticket:T-0001"]
    assert found[0].why.startswith("past ticket T-0001; mentions ")


def test_a_ticket_never_outranks_a_document_that_says_the_same(encoder: Any) -> None:
    text = "Descale the kettle with vinegar."
    passages = [
        passage("ticket:1", text + " Done.", kind="interaction"),
        passage("doc:b", text + " Rinse."),
        passage("doc:c", "Routers blink."),
    ]
    index = KnowledgeIndex.build(passages, encoder=encoder)
    assert index.search(Query("Descale the kettle with vinegar"))[0].id == "doc:b"


def test_terms_of_earlier_turns_count_without_their_offsets(
    index: KnowledgeIndex, ask: Ask
) -> None:
    earlier = ask("I have a question about the AquaBoil 2").mentions
    first = index.search(Query("And how long is its warranty period?", earlier))[0]
    assert first.text == "AquaBoil 2 has the warranty period 24 months."


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80), st.integers(1, 12))
@example("LOCK", 2)  # two passages, and a fact of what one of them names
def test_any_question_is_searched(index: KnowledgeIndex, ask: Ask, text: str, k: int) -> None:
    found = index.search(ask(text), k=k)
    assert len(found) <= k + MOST_JOINED
    assert all(item.kind == "fact" for item in found[k:])
    assert len({e.id for e in found}) == len(found)
    assert all(0 <= e.score <= 1 and e.why for e in found)


def test_a_kind_that_is_not_wanted_takes_no_place(index: KnowledgeIndex, ask: Ask) -> None:
    found = index.search(ask("My kettle leaks"), k=3, kinds=["passage"])
    assert {e.kind for e in found} == {"passage"}
    assert len(found) == 3


def test_k_may_exceed_what_there_is(index: KnowledgeIndex) -> None:
    found = index.search(Query("kettle"), k=10_000)
    assert len(found) == len(index.passages)


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(index: KnowledgeIndex, k: int) -> None:
    with pytest.raises(ConfigError, match=f"k={k} must be at least 1"):
        index.search(Query("kettle"), k=k)


def test_an_unknown_kind_is_refused(index: KnowledgeIndex) -> None:
    with pytest.raises(ConfigError, match="'picture'"):
        index.search(Query("kettle"), kinds=["picture"])  # type: ignore[list-item]


def test_a_blank_question_finds_nothing(index: KnowledgeIndex) -> None:
    assert index.search(Query("  \n")) == ()


def test_nothing_indexed_finds_only_facts(encoder: Any, ontology: Any, ask: Ask) -> None:
    index = KnowledgeIndex.build([], encoder=encoder, ontology=ontology)
    assert {e.kind for e in index.search(ask("capacity of the AquaBoil 2"))} == {"fact"}
    assert index.search(Query("anything")) == ()


def test_the_same_text_is_found_once(encoder: Any) -> None:
    passages = [passage("a", "Reset the router."), passage("b", "Reset  the ROUTER.")]
    index = KnowledgeIndex.build(passages, encoder=encoder)
    assert [e.id for e in index.search(Query("reset router"))] == ["a"]


def test_searching_twice_gives_the_same(index: KnowledgeIndex, ask: Ask) -> None:
    question = ask("My kettle leaks, can I return it?")
    first = index.search(question)
    with ThreadPoolExecutor(4) as threads:
        assert all(r == first for r in threads.map(index.search, [question] * 20))
    scores = [e.score for e in first]
    assert scores == sorted(scores, reverse=True)


def test_another_ontology_tags_again_without_encoding(
    index: KnowledgeIndex, encoder: Any, ontology: Any, ask: Ask
) -> None:
    before = len(encoder.texts)
    renamed = type(ontology)(version="v2", renamed="receipt")
    other = index.with_ontology(renamed)
    assert len(encoder.texts) == before
    toaster = next(t for t in renamed.link("receipt")).iri
    with_receipt = [e for e in other.search(Query("box")) if toaster in e.terms]
    assert [e.id for e in with_receipt] == ["doc:returns.md#2"]
    assert not any(toaster in e.terms for e in index.search(Query("box")))
    assert index.ontology is ontology


def test_without_an_ontology_documents_are_found(shop: Path, encoder: Any) -> None:
    index = Knowledge(shop / "docs").open(encoder=encoder, ontology=None, home=shop / "home")
    assert index.search(Query("reset router"))[0].id == "doc:routers.md#1"


def test_two_passages_with_one_id_are_refused(encoder: Any) -> None:
    with pytest.raises(DocumentError, match="'a'"):
        KnowledgeIndex.build([passage("a", "x"), passage("a", "y")], encoder=encoder)


def test_an_encoder_of_the_wrong_shape_is_named(encoder: Any) -> None:
    encoder.dimension = 32
    with pytest.raises(RetrievalError, match=r"'counting'.*dimension"):
        KnowledgeIndex.build([passage("a", "x")], encoder=encoder)


class Topics:
    """An encoder that knows two topics, whatever the words: water and light."""

    name, dimension = "topics", 2

    def encode(self, texts: Any) -> Any:
        wet = np.array([any(w in t for w in ("drip", "puddle", "leak")) for t in texts], float)
        return np.stack([wet, 1.0 - wet], axis=1).astype(np.float32)


def test_past_interactions_are_ordered_by_what_was_told_there_too(encoder: Any) -> None:
    tickets = [
        passage("ticket:1", "Change the lamp.", kind="interaction", title="kettle on the table"),
        passage("ticket:2", "Change the seal.", kind="interaction", title="a puddle below it"),
    ]
    asked = Query("My kettle on the table has a leak", ())
    plain = KnowledgeIndex.build(tickets, encoder=encoder)
    taught = KnowledgeIndex.build(tickets, encoder=encoder, nearness=Topics())
    assert [item.id for item in plain.search(asked)] == ["ticket:1", "ticket:2"]
    found = taught.search(asked)
    assert [item.id for item in found] == ["ticket:2", "ticket:1"]
    assert [item.score for item in found] == [item.score for item in plain.search(asked)]


def test_the_order_of_documents_is_not_changed_by_it(encoder: Any) -> None:
    pages = [
        passage("doc:1", "The kettle stands on the table."),
        passage("doc:2", "A puddle below it means that the seal is worn."),
    ]
    asked = Query("My kettle on the table has a leak", ())
    taught = KnowledgeIndex.build(pages, encoder=encoder, nearness=Topics())
    assert [item.id for item in taught.search(asked)] == ["doc:1", "doc:2"]
