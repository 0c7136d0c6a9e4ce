"""The documentation: every link of the pages and of the built API reference leads somewhere."""

import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import ontopilot

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


class Links(HTMLParser):
    """The targets of the links and pictures of a page, and its anchors."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.anchors = [], {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.anchors |= {named["id"]} if "id" in named else set()
        self.targets += [named[key] for key in ("href", "src") if named.get(key)]


def headings(text):
    """The anchors that the headings of a Markdown page have on GitHub."""
    names = re.findall(r"^#+ +(.+?) *$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    return {re.sub(r"[^\w\- ]", "", name.lower()).replace(" ", "-") for name in names}


@cache
def markdown(page):
    """The targets and the anchors of a Markdown page."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"\]\(([^)\s]+)\)", CODE.sub("", text)), headings(text)


@cache
def html(page):
    """The targets and the anchors of an HTML page."""
    links = Links(page.read_text(encoding="utf-8"))
    return links.targets, links.anchors


def problem(page, target, read):
    """What is wrong with a link of a page; of an address elsewhere only the form is looked at."""
    parts = urlsplit(target)
    if parts.scheme == "data":
        return ""
    if parts.scheme or parts.netloc:
        sound = parts.scheme in ("http", "https") and re.fullmatch(r"[\w.-]+(:\d+)?", parts.netloc)
        return "" if sound else "is no address"
    file = page if not parts.path else page.parent / unquote(parts.path)
    if not file.exists():
        return "does not exist"
    if not parts.fragment or file.suffix != page.suffix:
        return ""
    return "" if unquote(parts.fragment) in read(file)[1] else "has no such heading"


def broken(pages, read):
    return [
        f"{page.name}: {target} {wrong}"
        for page in pages
        for target in read(page)[0]
        if (wrong := problem(page, target, read))
    ]


def test_links_of_the_pages_lead_somewhere():
    assert sum(len(markdown(page)[0]) for page in PAGES) > 20
    assert broken(PAGES, markdown) == []


def test_a_broken_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# One heading\n[a](#one-heading) [b](#none) [c](none.md) [d](https:///x) `[e](none)`\n"
    )
    assert [line.split()[1] for line in broken([page], markdown)] == [
        "#none",
        "none.md",
        "https:///x",
    ]
    page = tmp_path / "page.html"
    page.write_text('<p id="a"><a href="#a">a</a><a href="#b">b</a><img src="none.png"></p>')
    assert [line.split()[1] for line in broken([page], html)] == ["#b", "none.png"]


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference")
    command = [sys.executable, "-W", "error", ROOT / "docs" / "reference.py", folder]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.mark.slow
def test_links_of_the_reference_lead_somewhere(reference):
    pages = sorted(reference.rglob("*.html"))
    assert broken(pages, html) == []


@pytest.mark.slow
def test_the_reference_has_the_public_names_and_no_others(reference):
    pages = {str(page.relative_to(reference)) for page in reference.rglob("*.html")}
    public = {f"ontopilot/{name}.html" for name in ("errors", "models", "ontology", "retrieval")}
    assert pages == public | {"index.html", "ontopilot.html"}
    anchors = html(reference / "ontopilot.html")[1]
    assert {name for name in ontopilot.__all__ if name != "__version__"} <= anchors
    assert "Agent.ask" in anchors
    assert {name for name in anchors if name.startswith("_")} <= {"__version__"}
