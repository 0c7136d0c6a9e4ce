"""The console in a real browser: every view, and a hand-over from the customer to an operator."""

from pathlib import Path

import pytest

from ontopilot import Objective, Steering
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.handovers import HandOvers
from ontopilot.orchestrator.store.keys import Keys
from tests.orchestrator.test_chat_page import (
    PATIENCE_MS,
    SIZES,
    answered,
    browser,
    say,
    violations,
)
from tests.orchestrator.test_handovers import PERSON
from tests.orchestrator.test_serve import NO_CLAIM, QUESTION, Drafts

__all__ = ["browser"]
pytestmark = [pytest.mark.chromium, pytest.mark.slow]

REPLY = "Hello!\nUse <b>citric acid</b>."


@pytest.fixture
def agent(make_agent):
    """An agent whose engines follow demand, and which can hand over."""
    made = make_agent(
        generator=Drafts(),
        objective=Objective(slo_s=20.0, value=20.0),
        steering=Steering(every_s=0.2, lead_s=0.4),
    )

    @made.action(effect="tiny:HandOver", examples=[PERSON])
    def hand_over() -> str:
        """Hand the conversation to a person."""
        return "A colleague will answer you here."

    made.prepare()
    return made


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, open_to_all=False)
    return base


@pytest.fixture
def opened(browser, url, agent):
    """Opens a page in a browser of its own; an error of a script or of the policy fails the test.

    With `role` it is the console, signed in with a new key.
    """
    contexts, wrong = [], []

    def opened(size="desktop", *, role=None, **more):
        context = browser.new_context(**SIZES[size], **more)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        if role is None:
            page.goto(url)
            page.wait_for_selector("#starters button", state="attached")
        else:
            _, key = Keys(agent.store.database).add("Ada", role=role)
            page.goto(f"{url}/console#ticket={key}")
            page.locator("nav button").first.wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [text for text in wrong if "status of" not in text] == []


def see(page, name):
    page.locator(f"nav button:has-text('{name}')").click()
    page.locator("main .card").first.wait_for()


def sound(page):
    """Nothing that axe finds wrong, and nothing wider than the screen."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_view_of_the_console(opened, agent, shop, size, colours, tmp_path):
    first = agent.ask(QUESTION, customer="C-1001")
    agent.ask(NO_CLAIM)
    agent.ask(PERSON, conversation=first.conversation, customer="C-1001")
    page = opened(size, role="operator", color_scheme=colours)
    page.locator(".list button").last.click()
    page.locator(".graph").wait_for()
    assert "draft" in page.inner_text("pre")
    sound(page)
    page.wait_for_selector("text=Hand-overs (1)")
    see(page, "Hand-overs")
    page.locator(".list button").click()
    page.locator(".talk > li").nth(1).wait_for()
    sound(page)
    see(page, "Open questions")
    sound(page)
    see(page, "Models")
    page.locator(".chart").first.wait_for()
    label = page.locator(".chart").nth(1).get_attribute("aria-label")
    assert label.startswith("Time to the first token. median: ")
    page.locator("summary").first.click()
    assert page.locator("details[open] td").first.is_visible()
    sound(page)
    page.screenshot(path=tmp_path / f"models-{size}-{colours}.png", full_page=True)
    see(page, "Planner")
    page.wait_for_selector("text=forecast:")
    page.locator("button.link").first.click()
    page.locator("pre").wait_for()
    sound(page)
    page.screenshot(path=tmp_path / f"planner-{size}-{colours}.png", full_page=True)
    see(page, "Changes")
    path = Path(shop) / "shop.ttl"
    good = path.read_text(encoding="utf-8")
    _ = agent.snapshot
    page.wait_for_selector("text=Nothing was saved")
    path.write_text(good.replace(":warrantyMonths 24", ":warrantyMonths 30"), encoding="utf-8")
    page.wait_for_selector("text=1 fact gained, 1 lost")
    path.write_text(good + "\n:this is not Turtle", encoding="utf-8")
    page.wait_for_selector("text=The version before goes on answering.")
    sound(page)
    see_term(page)
    sound(page)


def see_term(page):
    page.locator("nav button:has-text('Ontology')").click()
    page.fill("#q", "kettle")
    page.keyboard.press("Enter")
    page.locator(".terms button").first.click()
    page.locator(".graph").wait_for()


@pytest.mark.parametrize("size", SIZES)
def test_a_person_takes_over_and_the_customer_reads_the_answer(opened, agent, size, tmp_path):
    customer = opened(size)
    say(customer)
    answered(customer)
    say(customer, PERSON)
    customer.wait_for_selector("text=You are in the queue")
    console = opened(role="operator")
    see(console, "Hand-overs")
    console.locator(".list button").click()
    console.click("text=Take")
    console.fill("#reply", REPLY)
    console.click("text=Send the answer")
    console.locator(".talk .from-person").wait_for()
    assert console.input_value("#reply") == ""
    customer.locator(".from-person").wait_for()
    assert customer.locator(".from-person .message").inner_text() == REPLY
    assert customer.locator("#person-state").inner_text().startswith("A person is reading")
    sound(customer)
    customer.screenshot(path=tmp_path / f"person-{size}.png")
    customer.reload()
    customer.locator(".from-person").wait_for()
    assert customer.locator(".turn").count() == 3
    assert "A person answers" in customer.locator(".turn").last.inner_text()
    console.locator(".row >> text=Close").click()
    customer.wait_for_selector("text=has ended this conversation")
    console.wait_for_selector("text=Nobody waits for a person.")
    customer.click("#anew")
    assert customer.locator("#person-state").is_hidden()
    assert customer.locator(".from-person").count() == 0


def test_two_operators_do_not_answer_at_once_and_an_editor_never(opened, agent):
    first = agent.ask(QUESTION)
    agent.ask(PERSON, conversation=first.conversation)
    ada, bo, editor = opened(role="operator"), opened(role="operator"), opened(role="editor")
    for page in (ada, bo, editor):
        see(page, "Hand-overs")
        page.locator(".list button").click()
        page.locator(".talk > li").nth(1).wait_for()
    editor.wait_for_selector("text=Only operators answer customers.")
    assert editor.locator(".row button").count() == 0
    ada.click("text=Take")
    ada.locator("#reply").wait_for()
    bo.locator("text=Take over from Ada").click()
    bo.locator("#reply").wait_for()
    ada.locator("text=Take over from Ada").wait_for()
    assert ada.locator("#reply").is_hidden()
    assert HandOvers(agent.store.database).waiting()[0].taken_by.startswith("Ada (k-")
