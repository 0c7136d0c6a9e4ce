"""The console: who may look, what an operator and an editor see, also in a real browser."""

import itertools
import re
import time
from pathlib import Path

import httpx
import pytest

from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.serve.console.figures import KEPT, SAMPLE_EVERY_S, Figures
from ontopilot.orchestrator.serve.console.planner import DEMAND_MINUTES, fleet_page, per_minute
from ontopilot.orchestrator.store.keys import Keys
from tests.orchestrator.plan.test_autoscaler import Site, started
from tests.orchestrator.test_serve import QUESTION, Drafts

__all__ = ["started"]
PATHS = ("turns", "models", "planner", "changes", "open", "hand-overs", "terms?q=kettle")


@pytest.fixture
def agent(make_agent):
    made = make_agent(generator=Drafts())
    made.prepare()
    return made


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, open_to_all=False)
    return base


@pytest.fixture
def link(agent):
    return Keys(agent.store.database).ticket("editor")


@pytest.fixture
def editor(url, link):
    with httpx.Client(base_url=url, timeout=30) as client:
        shown = client.get("/console").text
        client.headers["x-csrf"] = re.search('data-csrf="([^"]+)"', shown)[1]
        assert client.post("/sign-in", json={"ticket": link}).status_code == 200
        yield client


def test_visitors_and_customers_see_nothing(url, agent):
    customer = Keys(agent.store.database).ticket("customer", customer="C-1001")
    with httpx.Client(base_url=url, timeout=30) as client:
        shown = client.get("/console").text
        client.headers["x-csrf"] = re.search('data-csrf="([^"]+)"', shown)[1]
        assert 'data-allowed=""' in shown
        for signed_in in (False, True):
            assert [client.get(f"/console/tiny/{path}").status_code for path in PATHS] == [403] * 7
            if not signed_in:
                client.post("/sign-in", json={"ticket": customer})


def test_a_turn_with_its_plan_and_what_was_checked(editor, agent):
    answer = agent.ask(QUESTION)
    (row,) = editor.get("/console/tiny/turns").json()["turns"]
    assert (row["question"], row["outcome"]) == (QUESTION, "answered")
    told = editor.get(f"/console/tiny/turns/{answer.turn}").json()
    assert "draft" in told["plan"]
    assert [verdict["status"] for verdict in told["verdicts"]] == ["supported"] * 2
    assert "AquaBoil 2" in [term["label"] for term in told["terms"]]
    around = editor.get(f"/console/tiny/graph?turn={answer.turn}").json()
    assert {"label": "AquaBoil 2", "lit": True}.items() <= around["nodes"][0].items()


def test_questions_without_an_answer_are_grouped_by_topic(editor, agent):
    unanswered = "Does the AquaBoil 2 glow in the dark during an eclipse of the moon?"
    agent.store.rate(agent.ask(unanswered).turn, 2)
    for question in ("Is my AquaBoil 2 made of glass?", "Does the AquaBoil 2 sing?"):
        agent.store.rate(agent.ask(question).turn, 1, correction="It should know.")
    topics = editor.get("/console/tiny/open").json()["topics"]
    assert next((topic["topic"], topic["count"]) for topic in topics) == ("AquaBoil 2", 3)
    assert unanswered in [turn["question"] for topic in topics for turn in topic["turns"]]


def test_a_term_with_its_axioms_and_what_follows(editor):
    (found, *_) = editor.get("/console/tiny/terms?q=AquaBoil").json()["terms"]
    told = editor.get("/console/tiny/term", params={"iri": found["iri"]}).json()
    assert told["label"] == "AquaBoil 2"
    assert told["axioms"]
    assert any(edge["label"] == "is a" for edge in told["graph"]["edges"])
    assert editor.get("/console/tiny/term", params={"iri": "urn:none"}).status_code == 404


def changes(editor, enough):
    """The changes once there are that many."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        found = editor.get("/console/tiny/changes").json()["changes"]
        if len(found) >= enough:
            return found
        time.sleep(0.1)
    raise AssertionError("the save was not noticed")


def test_a_save_is_told_and_a_broken_one_refused_with_its_reason(editor, shop, agent):
    assert editor.get("/console/tiny/changes").json()["changes"] == []
    path = Path(shop) / "shop.ttl"
    good = path.read_text(encoding="utf-8")
    path.write_text(good.replace('"AquaBoil 2"', '"SteamJet"'), encoding="utf-8")
    (renamed,) = changes(editor, 1)
    assert "1 term changed" in renamed["summary"]
    index = renamed["index"]
    assert 0 < index["retagged"] <= index["passages"] == len(agent.knowledge_index.passages)
    assert {"label": "SteamJet", "came": 0, "went": index["retagged"]} in index["terms"]
    assert (index["facts"]["gained_count"], index["facts"]["lost_count"]) == (0, 0)
    path.write_text(good.replace(":warrantyMonths 24", ":warrantyMonths 30"), encoding="utf-8")
    facts = changes(editor, 2)[0]["index"]["facts"]
    assert [len(facts["gained"]), len(facts["lost"])] == [1, 1]
    assert "30" in facts["gained"][0]
    assert "24" in facts["lost"][0]
    path.write_text(good.replace('"AquaBoil 2"', '"SteamJet"'), encoding="utf-8")
    renamed = changes(editor, 3)[0]
    path.write_text(good + "\n:this is not Turtle", encoding="utf-8")
    refused = changes(editor, 4)[0]
    assert "shop.ttl" in refused["refused"]
    assert agent.snapshot.version == renamed["version"]
    path.write_text(good, encoding="utf-8")
    assert changes(editor, 5)[0]["refused"] == ""
    before = agent.snapshot
    path.write_text(good, encoding="utf-8")  # saved again, unchanged
    assert agent.snapshot is not before
    assert len(changes(editor, 5)) == 5


def test_the_models_with_their_load_and_their_samples(editor, agent):
    agent.ask(QUESTION)
    models = editor.get("/console/tiny/models").json()["models"]
    (drafting,) = [model for model in models if model["served"]]
    assert (drafting["role"], drafting["standing"]) == ("generator,reasoner", "running")
    assert drafting["first_token_p50_s"] > 0
    assert len(drafting["past"]["at"]) == len(drafting["past"]["running"]) == 1
    assert drafting["past"]["tokens_per_s"][-1] > 0


def test_samples_are_taken_at_a_steady_pace_and_the_oldest_go(agent):
    moments = itertools.count(step=SAMPLE_EVERY_S / 2)
    figures = Figures({"tiny": agent}, clock=lambda: next(moments))
    for _ in range(2 * KEPT + 20):
        figures.look()
    (*_, last) = figures.models("tiny")
    assert len(last["past"]["at"]) == KEPT


def test_the_plans_of_the_latest_turns_and_the_demand(editor, agent):
    agent.ask(QUESTION)
    told = editor.get("/console/tiny/planner").json()
    assert told["fleet"] is None
    assert len(told["demand"]) == DEMAND_MINUTES - 1
    (plan,) = told["plans"]
    assert plan["question"] == QUESTION
    assert plan["took_ms"] > 0
    assert "draft" in plan["explain"]


def test_demand_is_counted_in_whole_minutes():
    minute = 60_000
    begun = [5 * minute, 5 * minute + 59_999, 7 * minute, 8 * minute + 1]
    rates = dict(per_minute(begun, 8 * minute + 30_000))
    assert rates[5 * minute] == 2 / 60
    assert rates[6 * minute] == 0
    assert rates[7 * minute] == 1 / 60
    assert 8 * minute not in rates


async def test_the_fleet_is_told_as_it_was_seen(started):
    site = Site()
    for rate in (0.5, 6.0, 6.0, 0.0):
        await site.look(rate)
    await site.pool.aclose()
    looks = tuple(site.scaler.history)
    told = fleet_page(looks)
    assert [look["demand"] for look in told["looks"]] == [look.demand for look in looks]
    assert told["looks"][-1]["running"] == list(looks[-1].running)
    switches = [switch for look in looks for switch in look.switches]
    assert switches
    assert [one["deployment"] for one in told["switches"]] == [s.deployment for s in switches[::-1]]
