"""The console: who may look, what an operator and an editor see, also in a real browser."""

import re
import time
from pathlib import Path

import httpx
import pytest

from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.keys import Keys
from tests.orchestrator.test_chat_page import PATIENCE_MS, SIZES, browser, violations
from tests.orchestrator.test_serve import NO_CLAIM, QUESTION, Current, Drafts, running

__all__ = ["browser"]
PATHS = ("turns", "engines", "changes", "open", "terms?q=kettle")


@pytest.fixture(scope="module")
def server():
    current = Current()
    with running(current, lifespan="off") as base:
        yield current, base


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
            assert [client.get(f"/console/tiny/{path}").status_code for path in PATHS] == [403] * 5
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
    path.write_text(good.replace('"AquaBoil 2"', '"AquaBoil Two"'), encoding="utf-8")
    (renamed,) = changes(editor, 1)
    assert "1 term changed" in renamed["summary"]
    path.write_text(good + "\n:this is not Turtle", encoding="utf-8")
    refused = changes(editor, 2)[0]
    assert "shop.ttl" in refused["refused"]
    assert agent.snapshot.version == renamed["version"]
    path.write_text(good, encoding="utf-8")
    assert changes(editor, 3)[0]["refused"] == ""


def test_the_engines_with_their_load(editor, agent):
    agent.ask(QUESTION)
    engines = editor.get("/console/tiny/engines").json()["engines"]
    assert any(engine["served"] > 0 for engine in engines)


@pytest.mark.chromium
@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_the_operators_journey(browser, url, link, agent, size, tmp_path):
    agent.ask(QUESTION)
    agent.ask(NO_CLAIM)
    context = browser.new_context(**SIZES[size])
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{url}/console#ticket={link}")
    page.locator(".list button").nth(1).click()
    page.locator(".graph").wait_for()
    assert "draft" in page.inner_text("pre")
    assert violations(page) == []
    page.screenshot(path=tmp_path / f"console-{size}.png")
    for name in ("Open questions", "Changes", "Engines"):
        page.click(f"nav >> text={name}")
        page.locator("main .card").first.wait_for()
        assert violations(page) == []
    page.click("nav >> text=Ontology")
    page.fill("#q", "kettle")
    page.keyboard.press("Enter")
    page.locator(".terms button").first.click()
    page.locator(".graph").wait_for()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
    assert wrong == []
