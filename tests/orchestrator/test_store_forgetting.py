"""What is deleted is gone from the file, and nobody else's is."""

from pathlib import Path

import pytest

from ontopilot.errors import StillRunning
from ontopilot.models.messages import Usage
from ontopilot.orchestrator.answer import Answer, Claim, Verdict
from ontopilot.orchestrator.plan.plan import Operator, Plan
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.forgetting import Forgetting
from ontopilot.orchestrator.store.keys import Keys
from ontopilot.orchestrator.store.owners import Owners

SECRET = "my-kettle-exploded-in-Uppsala"


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


def turn(store, customer, question, conversation=None):
    """A finished turn with all that may hang on it."""
    talk = Owners(store.database).claim(conversation, f"customer:{customer}", customer=customer)
    row = store.begin_turn(talk, customer, question, "v1")
    claim = Claim(f"About {question}")
    verdict = Verdict(claim, "supported", "It says so.")
    store.release(row.id, 0, claim, verdict)
    plan = Plan("facts", "why", (Operator("draft", "", 1.0, 2.0, 1),))
    answer = Answer(
        claim.text, "answered", (), (claim,), (verdict,), plan, Usage(), "", talk, row.id
    )
    store.start_action(row.id, "refund", {"order": question})
    store.finish_turn(row.id, answer)
    store.rate(row.id, 1, correction=question)
    return row


def files_of(store):
    return b"".join(path.read_bytes() for path in Path(store.name).parent.iterdir())


def test_a_forgotten_customer_leaves_no_byte(store):
    turn(store, "C-1", SECRET)
    other = turn(store, "C-2", "another question")
    _, key = Keys(store.database).add("Mara", role="customer", customer="C-1")
    assert SECRET.encode() in files_of(store)
    assert Forgetting(store.database).customer("C-1") == 1
    assert SECRET.encode() not in files_of(store)
    assert Keys(store.database).find(key) is None
    assert store.history(other.conversation)[0].question == "another question"
    assert Forgetting(store.database).customer("C-1") == 0


def test_a_conversation_and_old_ones_are_forgotten(store):
    first, second = turn(store, "C-1", "one"), turn(store, "C-1", "two")
    forgetting = Forgetting(store.database)
    assert forgetting.conversation(first.conversation) == 1
    assert store.history(first.conversation) == ()
    assert forgetting.before(0) == 0
    assert store.history(second.conversation)
    assert forgetting.before(10**15) == 1
    assert store.history(second.conversation) == ()


def test_a_turn_is_forgotten_and_its_conversation_goes_on(store):
    gone = turn(store, "C-1", SECRET)
    stays = turn(store, "C-1", "another question", gone.conversation)
    forgetting = Forgetting(store.database)
    assert forgetting.turn(gone.id) == 1
    assert SECRET.encode() not in files_of(store)
    assert [past.id for past in store.history(gone.conversation)] == [stays.id]
    assert forgetting.turn(gone.id) == 0


def test_a_turn_that_another_says_yes_to_is_kept(store):
    asked = turn(store, "C-1", "a refund")
    yes = store.begin_turn(asked.conversation, "C-1", "yes", "v1", thread=asked.id)
    forgetting = Forgetting(store.database)
    for running in (asked.id, yes.id):
        with pytest.raises(StillRunning, match="not ended"):
            forgetting.turn(running)
    store.abandon(yes.id)
    assert forgetting.turn(asked.id) == 1


def test_what_is_kept_is_given_out_whole(store):
    row = turn(store, "C-1", SECRET)
    turn(store, "C-2", "another question")
    (told,) = Forgetting(store.database).export("C-1")
    assert (told["id"], told["question"], told["correction"]) == (row.id, SECRET, SECRET)
    assert told["answer"]["text"] == f"About {SECRET}"
