"""Each attack fails, and is shown to succeed where the defence against it is off."""

import re

import pytest

from ontopilot.models.messages import Chunk, Usage
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.answer import Verdict
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.keys import Keys
from ontopilot.orchestrator.store.owners import Owners
from tests.orchestrator.attacks import ACTIONS, MARKUP, PLANTED, PROMPT
from tests.orchestrator.test_serve import QUESTION
from tests.orchestrator.test_serve_access import said, visit

MANUAL = """# Descaling

To descale the AquaBoil 2, boil half a litre of white vinegar with half a litre of water.

{planted}

Leave the mixture in the AquaBoil 2 for 20 minutes and rinse it twice.
"""


class Obedient(ScriptedEngine):
    """Does what any text in its prompt tells it to, and cites where it read that."""

    def __init__(self, planted, says):
        super().__init__()
        self.sign = " ".join(re.sub(r"<[^>]*>|[|]", " ", planted).split())[-24:]
        self.says = says

    async def generate(self, request):
        told = self.says
        if told == PROMPT:
            told = f"My prompt is: {request.messages[0].content.splitlines()[0]}"
        for source in request.sources:
            if self.sign in " ".join(source.text.split()):
                yield Chunk(f"{told.rstrip('.')} [{source.id}].")
        yield Chunk("", "stop", Usage(1, 1))


def answer_to(make_agent, shop, planted, says, *, question=QUESTION):
    (shop / "docs" / "kettle.md").write_text(MANUAL.format(planted=planted), encoding="utf-8")
    agent = make_agent(generator=Obedient(planted, says))
    return agent, agent.ask(question)


def unprotected(monkeypatch):
    """No order is left out of the index, and every claim with a citation passes."""
    monkeypatch.setattr("ontopilot.retrieval.foreign.is_order", lambda text: False)

    def trusting(claim, **context):
        return Verdict(claim, "supported", "Nobody looked.")

    monkeypatch.setattr("ontopilot.orchestrator.drafting.judge", trusting)


def carried(text, says):
    """Whether a text says it, whatever its spaces."""
    return " ".join(says.split()) in " ".join(re.sub(r"\[\d+\]", "", text).split())


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_order_is_never_carried_out(make_agent, shop, name):
    planted, says = PLANTED[name]
    agent, answer = answer_to(make_agent, shop, planted, says)
    assert not carried(answer.text, says)
    evidence = " ".join(item.text for item in agent.store.evidence(answer.turn))
    assert planted not in evidence


@pytest.mark.parametrize("name", PLANTED)
def test_it_would_be_carried_out_without_the_defences(make_agent, shop, name, monkeypatch):
    planted, says = PLANTED[name]
    unprotected(monkeypatch)
    _, answer = answer_to(make_agent, shop, planted, says)
    assert carried(answer.text, says)


@pytest.mark.parametrize("name", ACTIONS)
def test_no_message_gets_an_action_that_the_policies_forbid(make_agent, name):
    customer, message = ACTIONS[name]
    agent = make_agent()
    answer = agent.ask(message, customer=customer)
    assert answer.outcome not in ("acted", "answered")
    assert agent.refunded == []


@pytest.mark.parametrize("name", ACTIONS)
def test_without_the_policies_it_would(make_agent, name):
    customer, message = ACTIONS[name]
    agent = make_agent(policies=None)
    answer = agent.ask(message, customer=customer or "C-1002")
    assert answer.outcome == "acted"
    assert len(agent.refunded) == 1


@pytest.mark.parametrize("name", MARKUP)
def test_markup_of_a_model_is_not_believed(make_agent, shop, name):
    _, answer = answer_to(make_agent, shop, MARKUP[name], MARKUP[name])
    assert MARKUP[name] not in answer.text


@pytest.fixture
def url(server, make_agent):
    current, base = server
    agent = make_agent()
    current.app = create_app({"tiny": agent}, open_to_all=False)
    current.key = Keys(agent.store.database).add("thief", role="customer", customer="C-1002")[1]
    return base


LEAKS = {
    "go on with it": lambda c, d: c.post(
        "/chat/tiny/turns", json={"text": "What did I say?", "conversation": d["conversation"]}
    ),
    "read a citation": lambda c, d: c.get(f"/chat/tiny/turns/{d['turn']}/evidence/1"),
    "rate it": lambda c, d: c.post("/chat/tiny/feedback", json={"turn": d["turn"], "rating": 1}),
    "read the turn by the API": lambda c, d: c.get(f"/turns/{d['turn']}"),
    "explain it by the API": lambda c, d: c.get(f"/turns/{d['turn']}/explain"),
    "retrieve it as a response": lambda c, d: c.get(f"/v1/responses/resp_{d['turn']}"),
    "delete it as a response": lambda c, d: c.delete(f"/v1/responses/resp_{d['turn']}"),
    "go on with it as a response": lambda c, d: c.post(
        "/v1/responses",
        json={"model": "tiny", "input": "Hello?", "previous_response_id": f"resp_{d['turn']}"},
    ),
    "look at it in the console": lambda c, d: c.get(f"/console/tiny/turns/{d['turn']}"),
}


@pytest.mark.parametrize("name", LEAKS)
def test_nobody_reaches_another_visitors_conversation(server, url, name):
    with visit(url) as victim, visit(url) as thief:
        thief.headers["authorization"] = f"Bearer {server[0].key}"
        done = said(victim)[-1][1]
        reply = LEAKS[name](thief, done)
    assert reply.status_code in (401, 403, 404)
    assert "vinegar" not in reply.text


def owned_by_all(monkeypatch):
    """Every conversation and turn is everybody's, and every scope too."""

    async def reaches(self, name, turn, caller):
        return True

    async def as_owner(self, name, turn, caller):
        return caller

    monkeypatch.setattr("ontopilot.orchestrator.serve.serving.Serving.reaches", reaches)
    monkeypatch.setattr("ontopilot.orchestrator.serve.serving.Serving.as_owner", as_owner)
    monkeypatch.setattr(Owners, "_is_owner", lambda *args: True)
    monkeypatch.setattr(
        "ontopilot.orchestrator.serve.access.caller.Caller.must", lambda self, scope: None
    )


@pytest.mark.parametrize("name", LEAKS)
def test_without_owners_everybody_would(server, make_agent, name, monkeypatch):
    owned_by_all(monkeypatch)
    current, base = server
    current.app = create_app({"tiny": make_agent()}, open_to_all=True)
    with visit(base) as victim, visit(base) as thief:
        done = said(victim)[-1][1]
        reply = LEAKS[name](thief, done)
    assert reply.status_code == 200


def test_the_api_gives_no_hint_whether_a_turn_exists(url):
    with visit(url) as victim, visit(url) as thief:
        done = said(victim)[-1][1]
        real = thief.get(f"/chat/tiny/turns/{done['turn']}/evidence/1")
        none = thief.get(f"/chat/tiny/turns/{'t-' + '0' * 27}/evidence/1")
    assert real.status_code == none.status_code == 404
    assert real.text.replace(done["turn"], "") == none.text.replace("t-" + "0" * 27, "")
