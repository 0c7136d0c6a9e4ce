"""Turns that are handed to a person: queued, taken by one operator, answered, and closed."""

import re
import threading

import httpx
import pytest

from ontopilot.errors import AlreadyTaken, StoreError
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.forgetting import Forgetting
from ontopilot.orchestrator.store.handovers import HandOvers
from ontopilot.orchestrator.store.keys import Keys
from tests.orchestrator.test_serve import QUESTION, Drafts

PERSON = "I want to talk to a person"


@pytest.fixture
def agent(make_agent):
    made = make_agent(generator=Drafts())

    @made.action(effect="tiny:HandOver", examples=[PERSON])
    def hand_over() -> str:
        """Hand the conversation to a person."""
        return "A colleague will answer you here."

    made.prepare()
    return made


@pytest.fixture
def queue(agent):
    return HandOvers(agent.store.database)


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, open_to_all=False)
    return base


@pytest.fixture
def visitor(url):
    """Opens a browser that holds the cookie and the token of its page."""
    opened = []

    def visit(path="/", ticket=None):
        client = httpx.Client(base_url=url, timeout=30)
        opened.append(client)
        for _ in range(2):
            shown = client.get(path).text
            client.headers["x-csrf"] = re.search('data-csrf="([^"]+)"', shown)[1]
            if ticket is None:
                return client
            assert client.post("/sign-in", json={"ticket": ticket}).status_code == 200
            ticket = None
        return client

    yield visit
    for client in opened:
        client.close()


@pytest.fixture
def operator(agent, visitor):
    def sign_in(name="Ada", role="operator"):
        _, secret = Keys(agent.store.database).add(name, role=role)
        client = visitor("/console", secret)
        client.headers["x-csrf"] = re.search('data-csrf="([^"]+)"', client.get("/console").text)[1]
        return client

    return sign_in


def handed(agent, customer="C-1001"):
    """A conversation in which a question was answered and a person asked for."""
    first = agent.ask(QUESTION, customer=customer)
    return agent.ask(PERSON, conversation=first.conversation, customer=customer)


def path(turn, what=""):
    return f"/console/tiny/hand-overs/{turn}{what}"


def test_a_turn_that_was_handed_over_waits_and_others_do_not(agent, queue):
    agent.ask(QUESTION)
    assert queue.waiting() == ()
    first, second = handed(agent), handed(agent, "C-1002")
    assert first.outcome == "handed_over"
    assert [one.turn for one in queue.waiting()] == [first.turn, second.turn]
    assert (queue.waiting()[0].question, queue.waiting()[0].about) == (PERSON, QUESTION)
    assert agent.ask(PERSON).outcome == "handed_over"
    assert [one.about for one in queue.waiting()] == [QUESTION, QUESTION, ""]
    assert queue.count() == 3


def test_a_conversation_waits_once_and_again_after_it_was_closed(agent, queue):
    first = handed(agent)
    agent.ask(PERSON, conversation=first.conversation, customer="C-1001")
    assert [one.turn for one in queue.waiting()] == [first.turn]
    queue.take(first.turn, "Ada")
    queue.close(first.turn, "Ada")
    assert queue.waiting() == ()
    again = agent.ask(PERSON, conversation=first.conversation, customer="C-1001")
    assert [one.turn for one in queue.waiting()] == [again.turn]
    assert [one.turn for one in queue.closed()] == [first.turn]


def test_only_one_of_many_operators_takes_it(agent, queue):
    turn = handed(agent).turn
    results = []

    def take(name):
        try:
            queue.take(turn, name)
            results.append(name)
        except AlreadyTaken:
            results.append(None)

    threads = [threading.Thread(target=take, args=(f"operator {i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert [queue.of_turn(turn).taken_by] == [name for name in results if name]


def test_it_is_taken_over_only_from_the_one_who_has_it(agent, queue):
    turn = handed(agent).turn
    queue.take(turn, "Ada")
    with pytest.raises(AlreadyTaken, match="held by Ada"):
        queue.take(turn, "Bo", instead_of="Cy")
    queue.take(turn, "Bo", instead_of="Ada")
    with pytest.raises(AlreadyTaken, match="held by Bo"):
        queue.answer(turn, "Ada", "Too late.")
    queue.close(turn, "Bo")
    for change in (
        lambda: queue.take(turn, "Ada"),
        lambda: queue.answer(turn, "Bo", "Too late."),
        lambda: queue.close(turn, "Bo"),
    ):
        with pytest.raises(AlreadyTaken, match="closed by Bo"):
            change()
    with pytest.raises(StoreError, match="began no hand-over"):
        queue.take("t-none", "Ada")


def test_an_operator_reads_the_conversation_answers_and_closes(agent, visitor, operator):
    customer = visitor("/", Keys(agent.store.database).ticket("customer", customer="C-1001"))
    customer.headers["x-csrf"] = re.search('data-csrf="([^"]+)"', customer.get("/").text)[1]
    for text in (QUESTION, PERSON):
        talk = customer.get("/chat/tiny/conversation").json()["conversation"]
        said = {"text": text, "conversation": talk}
        assert customer.post("/chat/tiny/turns", json=said).status_code == 200
    talk = customer.get("/chat/tiny/conversation").json()["conversation"]
    person = f"/chat/tiny/conversation/{talk}/person"
    assert customer.get(person).json() == {"state": "waiting", "replies": []}
    ada = operator()
    queue = ada.get("/console/tiny/hand-overs").json()
    assert queue["may_answer"]
    assert queue["me"].startswith("Ada (k-")
    assert ada.get("/console/tiny/turns").json()["hand_overs"] == 1
    (waiting,) = queue["waiting"]
    shown = ada.get(path(waiting["turn"])).json()
    assert [turn["question"] for turn in shown["turns"]] == [QUESTION, PERSON]
    assert any("vinegar" in piece["text"] for piece in shown["turns"][0]["evidence"])
    assert ada.post(path(waiting["turn"], "/answer"), json={"text": "Hm."}).status_code == 409
    assert ada.post(path(waiting["turn"], "/take"), json={}).status_code == 200
    assert customer.get(person).json()["state"] == "taken"
    hello = "<b>Hello</b>, use citric acid."
    assert ada.post(path(waiting["turn"], "/answer"), json={"text": hello}).status_code == 200
    told = customer.get(person).json()
    assert [reply["text"] for reply in told["replies"]] == [hello]
    assert "Ada" not in str(told)
    after = told["replies"][0]["number"]
    assert customer.get(f"{person}?after={after}").json()["replies"] == []
    assert ada.post(path(waiting["turn"], "/close"), json={}).status_code == 200
    assert customer.get(person).json()["state"] == "closed"
    assert customer.get("/chat/tiny/conversation").json()["person"]["replies"] == told["replies"]
    closed = ada.get("/console/tiny/hand-overs").json()["closed"]
    assert [one["closed_by"] for one in closed] == [queue["me"]]


def test_who_may_see_and_who_may_answer(agent, visitor, operator):
    turn = handed(agent).turn
    bodies = {"/take": {}, "/answer": {"text": "Hello"}, "/close": {}}
    customer = visitor("/", Keys(agent.store.database).ticket("customer", customer="C-1002"))
    assert customer.get("/console/tiny/hand-overs").status_code == 403
    assert customer.get(path(turn)).status_code == 403
    editor = operator("Eve", "editor")
    assert editor.get(path(turn)).status_code == 200
    assert editor.get("/console/tiny/hand-overs").json()["may_answer"] is False
    for what, body in bodies.items():
        assert editor.post(path(turn, what), json=body).status_code == 403
    ada = operator()
    token = ada.headers.pop("x-csrf")
    for what, body in bodies.items():
        assert ada.post(path(turn, what), json=body).json()["error"]["code"] == "csrf"
    ada.headers["x-csrf"] = token
    assert ada.post(path("t-none", "/take"), json={}).status_code == 404
    assert ada.post(path(turn, "/take"), json={}).status_code == 200
    bo = operator("Bo")
    refused = bo.post(path(turn, "/take"), json={})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "already_taken")
    assert "Ada" in refused.json()["error"]["message"]
    for body in ({}, {"text": ""}, {"text": "x" * 5001}, {"text": 3}, {"text": "a", "by": "b"}):
        assert ada.post(path(turn, "/answer"), json=body).status_code == 400


def test_a_stranger_sees_nothing_of_a_conversation_with_a_person(agent, visitor):
    talk = handed(agent).conversation
    stranger = visitor("/")
    assert stranger.get(f"/chat/tiny/conversation/{talk}/person").status_code == 404
    assert stranger.get("/chat/tiny/conversation/c-none/person").status_code == 404


def test_what_operators_said_is_given_out_and_forgotten_with_its_customer(agent, queue):
    turn = handed(agent)
    queue.take(turn.turn, "Ada")
    queue.answer(turn.turn, "Ada", "Use citric acid.")
    forgetting = Forgetting(agent.store.database)
    told = [row["replies"] for row in forgetting.export("C-1001")]
    assert [[reply["text"] for reply in replies] for replies in told] == [[], ["Use citric acid."]]
    assert forgetting.customer("C-1001") == 1
    assert queue.count() == 0
    assert queue.replies(turn.conversation) == ()
