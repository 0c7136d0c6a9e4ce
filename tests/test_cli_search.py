"""`ontopilot search`, and an agent that is asked with a filter."""

import json
import shutil
from pathlib import Path

import pytest

from ontopilot.cli import main
from ontopilot.cli.agents import load_agent
from ontopilot.errors import ConfigError

SHOP = Path(__file__).parent / "shop"


@pytest.fixture
def shop(tmp_path):
    folder = Path(
        shutil.copytree(SHOP, tmp_path / "shop", ignore=shutil.ignore_patterns(".*", "__*"))
    )
    page = folder / "docs" / "returns.md"
    page.write_text("---\naudience: staff\n---\n" + page.read_text())
    return folder


@pytest.fixture
def run(shop, capfd):
    def call(*arguments):
        code = main(["search", f"{shop / 'agent.py'}:support", *arguments])
        out, err = capfd.readouterr()
        return code, out, err

    return call


def sources(run, *arguments):
    code, out, err = run(*arguments, "--json")
    assert (code, err) == (0, "")
    return {item["source"] for item in json.loads(out)["evidence"]}


def test_search_shows_evidence_and_why_without_an_answer(run):
    code, out, _ = run("How long does standard shipping take?")
    assert code == 0
    assert "doc:shipping.md#" in out
    assert "match" in out


def test_search_keeps_to_its_filter(run):
    asked = "Can I return a kettle?"
    assert len(sources(run, asked)) > 1
    assert sources(run, asked, "--filter", "audience=staff") == {"returns.md"}
    both = ("--filter", "audience=staff", "--filter", "source=shipping.md")
    assert sources(run, asked, *both) == set()
    assert sources(run, asked, "--kind", "fact") <= {"shop.ttl"}


@pytest.mark.parametrize(
    ("arguments", "code", "word"),
    [
        (["--filter", "audiense=staff"], 1, "did you mean 'audience'?"),
        (["--filter", "staff"], 1, "is no condition"),
        (["--filter", "concept=Ketle"], 1, "'Ketle'"),
        (["--k", "0"], 1, "k=0 must be at least 1"),
        (["--k", "-3"], 1, "k=-3 must be at least 1"),
        (["--kind", "page"], 2, "passage, fact, interaction"),
    ],
)
def test_what_cannot_be_searched_is_one_sentence(run, arguments, code, word):
    found, out, err = run("kettle", *arguments)
    assert (found, out) == (code, "")
    assert len(err.strip().splitlines()) == 1
    assert word in err


def test_an_agent_answers_from_what_the_filter_lets_through(shop):
    asked = "How long does standard shipping take?"
    with load_agent(f"{shop / 'agent.py'}:support") as agent:
        whole = agent.ask(asked)
        assert any(citation.source == "shipping.md" for citation in whole.citations)
        told = agent.ask(asked, filter=["audience=staff"])
        assert {c.source for c in told.citations} <= {"returns.md", "shop.ttl"}
        kept = agent.store.evidence(told.turn)
        assert {item.source for item in kept if item.kind != "fact"} == {"returns.md"}
        with pytest.raises(ConfigError, match="no document has the field 'audiense'"):
            agent.ask(asked, filter=["audiense=staff"])
        assert agent.unfinished() == ()
