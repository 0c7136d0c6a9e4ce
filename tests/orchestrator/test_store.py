"""The store as turns use it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ontopilot.errors import QuestionError, StoreError
from ontopilot.models.messages import Usage
from ontopilot.ontology.terms import Iri, Mention
from ontopilot.orchestrator.answer import Answer, Citation, Claim, Verdict
from ontopilot.orchestrator.plan.plan import Operator, Plan
from ontopilot.orchestrator.store import Pending, Store, TurnRow
from ontopilot.retrieval.passage import Evidence, EvidenceId

RETURNS = EvidenceId("doc:returns.md#1")
EVIDENCE = (
    Evidence(RETURNS, "passage", "Return it within 30 days.", 0.9, "both searches found it"),
    Evidence(EvidenceId("fact:1"), "fact", "A kettle is an appliance.", 0.4, "named"),
)
CLAIM = Claim("You can return it within 30 days.", (RETURNS,))
SUPPORTED = Verdict(CLAIM, "supported", "the page on returns says so")
KETTLE = Mention(0, 6, "kettle", Iri("http://example.org/shop#Kettle"), 1.0)


def begin(store: Store, conversation: str | None = None, question: str = "Return?") -> TurnRow:
    return store.begin_turn(conversation, "C-1001", question, "v1")


def answer_to(row: TurnRow, *, milliseconds: float = 4.0) -> Answer:
    return Answer(
        text="You can return it within 30 days. [1]",
        outcome="answered",
        citations=(Citation(1, RETURNS, "passage", EVIDENCE[0].text, "returns.md"),),
        claims=(CLAIM,),
        verdicts=(SUPPORTED,),
        plan=Plan("draft", "documents say it", (Operator("draft", "", 3.0, milliseconds, 1),)),
        usage=Usage(10, 5),
        degraded="",
        conversation=row.conversation,
        turn=row.id,
        ontology_version="v1",
        versions={"generator": "scripted"},
    )


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/deep/store.db"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    opened = Store.open(url)
    yield opened
    opened.close()


def test_a_turn_comes_back_from_a_store_that_was_closed(store: Store, url: str) -> None:
    row = begin(store)
    store.save_evidence(row.id, EVIDENCE)
    store.release(row.id, 0, CLAIM, SUPPORTED)
    store.finish_turn(row.id, answer_to(row), [KETTLE])
    store.close()
    again = Store.open(url)
    assert again.answer(row.id) == answer_to(row)
    assert again.evidence(row.id) == EVIDENCE
    assert again.released(row.id) == ((CLAIM, SUPPORTED),)
    (past,) = again.history(row.conversation)
    assert (past.question, past.answer) == ("Return?", answer_to(row).text)
    assert past.mentions == (KETTLE,)
    again.close()


def test_a_turn_is_unfinished_until_it_ends(store: Store) -> None:
    first, second, third = begin(store), begin(store), begin(store)
    assert store.unfinished() == (first, second, third)
    assert store.turn(second.id) == second
    store.finish_turn(first.id, answer_to(first))
    store.abandon(third.id)
    assert store.unfinished() == (second,)
    for ended in (first, third):
        with pytest.raises(StoreError, match="finished or unknown"):
            store.turn(ended.id)


def test_an_abandoned_turn_has_no_answer_and_is_no_history(store: Store) -> None:
    row = begin(store)
    store.abandon(row.id)
    assert store.history(row.conversation) == ()
    with pytest.raises(StoreError, match="has no answer"):
        store.answer(row.id)
    with pytest.raises(StoreError, match="has ended"):
        store.finish_turn(row.id, answer_to(row))


def test_the_first_answer_of_a_turn_stays(store: Store) -> None:
    row = begin(store)
    store.finish_turn(row.id, answer_to(row, milliseconds=1.0))
    with pytest.raises(StoreError, match=row.id):
        store.finish_turn(row.id, answer_to(row, milliseconds=2.0))
    assert store.answer(row.id) == answer_to(row, milliseconds=1.0)


def test_the_answer_of_an_unknown_turn_is_an_error(store: Store) -> None:
    for ask in (store.answer, store.turn):
        with pytest.raises(StoreError, match="'t-none'"):
            ask("t-none")


def test_history_gives_the_last_turns_oldest_first(store: Store) -> None:
    conversation = None
    for number in range(5):
        row = begin(store, conversation, f"question {number}")
        conversation = row.conversation
        store.finish_turn(row.id, answer_to(row))
    begin(store, conversation, "unfinished")
    begin(store, None, "of another conversation")
    assert conversation is not None
    questions = [past.question for past in store.history(conversation, limit=3)]
    assert questions == ["question 2", "question 3", "question 4"]


def test_a_follow_up_remembers_the_last_mentions(store: Store) -> None:
    first = begin(store)
    store.finish_turn(first.id, answer_to(first), [KETTLE])
    second = begin(store, first.conversation)
    store.finish_turn(second.id, answer_to(second), [])
    third = begin(store, first.conversation)
    assert store.earlier_mentions(first.conversation, before=third.id) == (KETTLE,)
    assert store.earlier_mentions(first.conversation, before=first.id) == ()
    assert store.earlier_mentions("c-other", before=third.id) == ()


def test_a_second_search_replaces_the_evidence(store: Store) -> None:
    row = begin(store)
    store.save_evidence(row.id, EVIDENCE[:1])
    store.save_evidence(row.id, EVIDENCE[::-1])
    assert store.evidence(row.id) == EVIDENCE[::-1]
    store.save_evidence(row.id, ())
    assert store.evidence(row.id) == ()


def test_shown_and_withheld_claims_are_kept_apart(store: Store) -> None:
    row = begin(store)
    guess = Claim("You can return it for ever.")
    cleaned = Claim("You can return it for ever.", CLAIM.evidence_ids)
    store.withhold(row.id, guess, Verdict(cleaned, "contradicted", "30 days"))
    store.release(row.id, 0, CLAIM, SUPPORTED)
    assert store.released(row.id) == ((CLAIM, SUPPORTED),)
    assert store.withheld(row.id) == ((guess, Verdict(cleaned, "contradicted", "30 days")),)


def test_two_processes_cannot_release_the_same_claim(store: Store, url: str) -> None:
    row = begin(store)
    other = Store.open(url)
    store.release(row.id, 0, CLAIM, SUPPORTED)
    with pytest.raises(StoreError, match="let one process run a turn"):
        other.release(row.id, 0, CLAIM, SUPPORTED)
    assert len(store.released(row.id)) == 1
    other.close()


def test_what_belongs_to_no_turn_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        store.release("t-none", 0, CLAIM, SUPPORTED)
    with pytest.raises(StoreError):
        store.save_evidence("t-none", EVIDENCE)


def test_one_action_waits_in_a_conversation(store: Store) -> None:
    first = begin(store)
    assert store.pending(first.conversation) is None
    store.set_pending(first.conversation, Pending(first.id, "slot", "refund", {}))
    second = begin(store, first.conversation)
    wanted = Pending(second.id, "confirm", "refund", {"order": "A-10001", "amount": 49.9})
    store.set_pending(first.conversation, wanted)
    store.set_pending(first.conversation, wanted)
    assert store.pending(first.conversation) == wanted
    assert store.clear_pending(first.conversation)
    assert not store.clear_pending(first.conversation)
    assert store.pending(first.conversation) is None
    assert store.asked_in(second.id) == wanted
    assert store.asked_in("t-none") is None


def test_checkpoints_are_needed_while_a_turn_runs_or_waits_for_a_yes(store: Store) -> None:
    asking = begin(store)
    store.set_pending(asking.conversation, Pending(asking.id, "confirm", "refund", {}))
    store.finish_turn(asking.id, answer_to(asking))
    done = begin(store)
    store.finish_turn(done.id, answer_to(done))
    reply = store.begin_turn(asking.conversation, None, "yes", "v1", thread=asking.id)
    running = begin(store)
    assert store.threads() == {asking.id, running.id}
    store.clear_pending(asking.conversation)
    assert store.threads() == {asking.id, running.id}
    store.finish_turn(reply.id, answer_to(reply))
    assert store.threads() == {running.id}


def test_an_action_is_called_once_and_its_result_remembered(store: Store) -> None:
    row = begin(store)
    first = store.start_action(row.id, "refund", {"order": "A-10001"})
    assert (first.again, first.unknown) == (False, False)
    assert store.executed(row.id) == ()
    store.finish_action(row.id, result="Refunded.")
    again = store.start_action(row.id, "refund", {"order": "A-10001"})
    assert (again.again, again.unknown, again.result) == (True, False, "Refunded.")
    assert store.executed(row.id) == ("refund",)
    with pytest.raises(StoreError, match="no action under way"):
        store.finish_action(row.id, result="Refunded twice.")


def test_the_outcome_of_an_action_that_never_ended_is_unknown(store: Store) -> None:
    row = begin(store)
    store.start_action(row.id, "refund", {})
    assert store.start_action(row.id, "refund", {}).unknown


def test_an_action_that_failed_is_not_called_again(store: Store) -> None:
    row = begin(store)
    store.start_action(row.id, "refund", {})
    store.finish_action(row.id, error="the bank is closed")
    again = store.start_action(row.id, "refund", {})
    assert again.unknown
    assert again.error == "the bank is closed"
    assert store.executed(row.id) == ()


def test_an_action_ends_with_a_result_or_an_error(store: Store) -> None:
    row = begin(store)
    store.start_action(row.id, "refund", {})
    with pytest.raises(StoreError, match="exactly one"):
        store.finish_action(row.id)
    with pytest.raises(StoreError, match="exactly one"):
        store.finish_action(row.id, result="a", error="b")


def test_only_one_of_many_threads_may_call_the_action(store: Store) -> None:
    row = begin(store)
    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(lambda _: store.start_action(row.id, "refund", {}), range(16)))
    assert [started.again for started in rows].count(False) == 1


def test_steps_have_a_usual_time(store: Store, url: str) -> None:
    assert store.typical_ms() == {}
    for took in (2.0, 9.0, 4.0):
        row = begin(store)
        store.finish_turn(row.id, answer_to(row, milliseconds=took))
    assert store.typical_ms() == {"draft": 4.0}
    other = Store.open(url)
    assert other.typical_ms() == {"draft": 4.0}
    other.close()


def test_the_last_rating_counts(store: Store) -> None:
    row = begin(store)
    assert store.feedback(row.id) is None
    store.rate(row.id, 1, correction="It is 14 days.")
    store.rate(row.id, 5)
    feedback = store.feedback(row.id)
    assert feedback is not None
    assert (feedback.rating, feedback.correction) == (5, "")
    with pytest.raises(StoreError, match="rating=6"):
        store.rate(row.id, 6)
    with pytest.raises(StoreError, match="belongs to is missing"):
        store.rate("t-none", 5)


@pytest.mark.parametrize("name", ["", "x" * 201, "a\x00b", "\ud800", "line\nbreak"])
def test_an_identifier_from_outside_is_checked(store: Store, name: str) -> None:
    with pytest.raises(QuestionError, match="conversation="):
        begin(store, name)
    with pytest.raises(QuestionError, match="conversation="):
        store.pending(name)
    with pytest.raises(QuestionError, match="customer="):
        store.begin_turn(None, name, "Return?", "v1")
    assert store.unfinished() == ()


def test_hostile_text_is_only_text(store: Store) -> None:
    hostile = "'); DROP TABLE turns; --"
    row = begin(store, "c'); DELETE FROM turns; --", hostile)
    store.finish_turn(row.id, answer_to(row))
    assert store.history(row.conversation)[0].question == hostile


def test_threads_share_a_store(store: Store) -> None:
    def work(number: int) -> str:
        row = begin(store, f"c-{number % 4}")
        store.save_evidence(row.id, EVIDENCE)
        for position in range(3):
            store.release(row.id, position, CLAIM, SUPPORTED)
        store.finish_turn(row.id, answer_to(row))
        return row.id

    with ThreadPoolExecutor(8) as pool:
        turns = list(pool.map(work, range(64)))
    assert store.unfinished() == ()
    assert all(len(store.released(turn)) == 3 for turn in turns)
    past = [turn for n in range(4) for turn in store.history(f"c-{n}", limit=64)]
    assert sorted(turn.id for turn in past) == sorted(turns)


def test_a_store_in_memory_serves_several_threads() -> None:
    store = Store.open("sqlite://")
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda _: begin(store), range(8)))
    assert sorted(row.id for row in store.unfinished()) == sorted(row.id for row in rows)
    store.close()


def test_a_note_is_kept_until_another_takes_its_place(store: Store) -> None:
    assert store.noted("planner") == ""
    store.note("planner", "one")
    store.note("planner", "two")
    assert store.noted("planner") == "two"


def test_the_parts_of_a_step_are_no_steps_of_their_own(store: Store) -> None:
    row = begin(store)
    plan = Plan("draft", "", (Operator("draft", "", 3.0, 4.0, 1),))
    plan = plan.part("draft", "prefill", milliseconds=1.0, tokens=30)
    store.finish_turn(row.id, replace(answer_to(row), plan=plan))
    assert dict(store.typical_ms()) == {"draft": 4.0}
    assert store.answer(row.id).plan == plan
