"""The chat page in a real browser: what a customer sees, with mouse, keyboard and thumb.

Pictures of it are kept in the folder that pytest's `--basetemp` or its own temporary folder names.
"""

import re
import shutil
from importlib.resources import files

import pytest

from ontopilot.models.messages import Chunk, Usage
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.keys import Keys
from tests.orchestrator.attacks import MARKUP
from tests.orchestrator.test_serve import CLAIMS, QUESTION, Drafts

pytestmark = [pytest.mark.chromium, pytest.mark.slow]

PATIENCE_MS = 60_000
SIZES = {
    "desktop": {"viewport": {"width": 1280, "height": 860}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


class Hostile(Drafts):
    """Quotes the kettle's page, in which somebody has planted markup."""

    async def generate(self, request):
        number = next((s.id for s in request.sources if "<img" in s.text), None)
        if number is not None:
            yield Chunk(f"{PLANTED} [{number}]")
        yield Chunk("", "stop", Usage(7, 5))


PLANTED = "The NetBeam 5 costs <img src=x onerror=alert(1)> 49 euros <script>alert(2)</script>."


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield opened
        opened.close()


@pytest.fixture
def drafts():
    return Drafts()


@pytest.fixture
def agent(make_agent, drafts):
    made = make_agent(generator=drafts)
    made.prepare()
    return made


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, title="Tiny shop")
    return base


@pytest.fixture
def visit(browser, url, tmp_path):
    """Opens the page; an error of the script or of the policy fails the test."""
    opened, wrong = [], []

    def visit(size="desktop", path="/", **more):
        context = browser.new_context(**SIZES[size], **more)
        context.set_default_timeout(PATIENCE_MS)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and wrong.append(said.text))
        page.goto(url + path)
        page.wait_for_selector("#starters button", state="attached")
        return page

    yield visit
    for context in opened:
        context.close()
    assert [text for text in wrong if "net::" not in text and "status of" not in text] == []


def say(page, text=QUESTION):
    page.fill("#text", text)
    page.keyboard.press("Enter")


def answered(page, count=1):
    page.locator(".below").nth(count - 1).wait_for()


def violations(page):
    """What axe finds wrong, of every rule for WCAG 2.2 AA and good practice."""
    page.evaluate(files("axe_core_python").joinpath("axe.min.js").read_text() + "; 0")
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", rules)
    return [(v["id"], [node["target"] for node in v["nodes"]]) for v in found["violations"]]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_a_customer_asks_and_looks_behind_the_answer(visit, size, colours, tmp_path):
    page = visit(size, color_scheme=colours)
    assert violations(page) == []
    say(page)
    answered(page)
    lines = page.locator(".claim").all_inner_texts()
    assert [re.sub(r"\s*1$", "", line) for line in lines] == list(CLAIMS)
    assert "2 sentences checked" in page.inner_text(".below")
    chip = page.locator(".chip").first
    if size == "phone":
        chip.tap()
    else:
        chip.hover()
    page.wait_for_selector("#source:popover-open")
    assert "vinegar" in page.inner_text("#source-text")
    page.wait_for_selector("#source-more h3")
    assert "How it was checked" in page.inner_text("#source-more")
    assert violations(page) == []
    box = page.locator("#source").bounding_box()
    width, height = SIZES[size]["viewport"].values()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width + 1
    assert box["y"] + box["height"] <= height + 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=tmp_path / f"{size}-{colours}.png")
    page.keyboard.press("Escape")
    assert not page.locator("#source").is_visible()


def test_a_claim_is_shown_while_the_next_is_written_and_can_be_stopped(visit, drafts):
    drafts.hangs = True
    page = visit()
    say(page)
    page.wait_for_selector(".claim")
    assert page.locator(".claim").count() == 1
    assert page.locator(".below").count() == 0
    assert page.get_attribute("#send", "aria-label") == "Stop"
    assert page.get_attribute("#turns", "aria-busy") == "true"
    page.click("#send")
    page.wait_for_selector("text=Stopped.")
    assert drafts.cancelled.wait(10)
    drafts.hangs = False
    page.click("text=Try again")
    answered(page)
    assert page.locator(".turn").count() == 1


def test_all_of_it_works_with_the_keyboard(visit):
    page = visit()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Enter")
    answered(page)
    assert page.evaluate("document.activeElement.id") == "text"
    page.locator(".chip").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#source:popover-open")
    assert page.evaluate("document.activeElement.id") == "source-close"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "chip"
    page.wait_for_selector(".chip[aria-expanded='false']")


def test_a_screen_reader_hears_the_answer_and_the_names_of_the_buttons(visit):
    page = visit()
    say(page)
    answered(page)
    heard = page.locator("#turns").aria_snapshot()
    assert "log" in page.locator("#turns").get_attribute("role")
    assert CLAIMS[0] in heard
    assert 'button "Source 1: Kettles' in heard or 'button "Source 1:' in heard
    assert 'button "This helped"' in heard


def test_a_thumb_and_a_correction_are_kept(visit, agent):
    page = visit()
    say(page)
    answered(page)
    page.click("[aria-label='This did not help']")
    page.fill(".correct textarea", "It takes 30 minutes.")
    page.click(".correct button[type=submit]")
    page.wait_for_selector("text=A person will read this")
    turn = page.get_attribute(".turn", "data-turn")
    kept = agent.store.feedback(turn)
    assert (kept.rating, kept.correction) == (1, "It takes 30 minutes.")
    page.reload()
    answered(page)
    assert page.get_attribute("[aria-label='This did not help']", "aria-pressed") == "true"


def test_the_conversation_is_there_again_after_a_reload_and_can_be_left(visit):
    page = visit()
    say(page)
    answered(page)
    page.reload()
    answered(page)
    assert page.inner_text(".question") == QUESTION
    page.click("#anew")
    assert page.locator(".turn").count() == 0
    assert page.locator("#welcome").is_visible()


def test_an_action_is_agreed_to_with_a_button(visit, agent, url):
    link = Keys(agent.store.database).ticket("customer", customer="C-1001")
    page = visit(path=f"/#ticket={link}")
    page.wait_for_selector("text=Signed in as C-1001")
    assert link not in page.url
    say(page, "I want a refund for my order A-10001")
    page.click("text=Yes, please")
    page.wait_for_selector(".state")
    assert "Done" in page.inner_text(".turn:last-child .state")
    assert agent.refunded == [("A-10001", "C-1001")]
    page.reload()
    answered(page, 2)
    assert page.locator(".choices").count() == 0


def test_text_that_was_planted_stays_text(visit, server, make_agent, shop):
    (shop / "docs" / "router.md").write_text(f"# Routers\n\n{PLANTED}\n")
    agent = make_agent(generator=Hostile())
    agent.prepare()
    server[0].app = create_app({"tiny": agent})
    page = visit()
    page.on("dialog", lambda dialog: pytest.fail("a planted script ran"))
    say(page, "What does the NetBeam 5 cost? <img src=x onerror=alert(3)>")
    answered(page)
    assert "<img src=x onerror=alert(3)>" in page.inner_text(".question")
    assert page.locator("#turns img, #turns script").count() == 0


def test_what_cannot_be_reached_is_said_and_tried_again(visit, server, url):
    page = visit()
    page.context.set_offline(True)
    say(page)
    page.wait_for_selector(".alert")
    assert "cannot be reached" in page.inner_text(".alert")
    page.context.set_offline(False)
    page.click("text=Try again")
    answered(page)


def test_two_tabs_of_one_visitor_are_one_conversation(visit):
    page = visit()
    say(page)
    answered(page)
    other = page.context.new_page()
    other.goto(page.url)
    other.wait_for_selector(".below")
    assert other.inner_text(".question") == QUESTION


@pytest.mark.parametrize("name", [name for name in MARKUP if name != "markdown image"])
def test_markup_in_a_message_does_nothing_where_a_careless_page_would_obey(visit, browser, name):
    page = visit()
    page.on("dialog", lambda dialog: pytest.fail("a planted script ran"))
    say(page, MARKUP[name])
    page.locator(".question").wait_for()
    assert page.inner_text(".question") == MARKUP[name]
    made = "script, img, svg, a, iframe, style, form"
    assert page.locator(".turn").locator(made).locator("visible=true").count() <= icons(page)
    careless = browser.new_page()
    careless.evaluate("text => { document.body.innerHTML = text }", MARKUP[name])
    assert careless.locator(made).count() > 0
    careless.close()


def icons(page):
    """The pictures that the page itself draws in a turn."""
    return page.locator(".turn svg:has(use)").count()


class Boasting(Drafts):
    """Says a true sentence and one that the manual contradicts."""

    async def generate(self, request):
        number = next((s.id for s in request.sources if "vinegar" in s.text), None)
        if number is not None:
            yield Chunk(f"{CLAIMS[0]} [{number}] {BOAST} [{number}]")
        yield Chunk("", "stop", Usage(7, 5))


BOAST = "Leave the mixture in the AquaBoil 2 for 90 minutes and rinse it twice."


def test_what_was_held_back_is_counted_and_not_shown(visit, server, make_agent):
    agent = make_agent(generator=Boasting())
    agent.prepare()
    server[0].app = create_app({"tiny": agent})
    page = visit()
    say(page)
    answered(page)
    assert re.search(r"2 sentences checked, 1 held back because", page.inner_text(".checked"))
    assert "90 minutes" not in page.content()
    page.reload()
    answered(page)
    assert "1 held back" in page.inner_text(".checked")
    assert "90 minutes" not in page.content()
