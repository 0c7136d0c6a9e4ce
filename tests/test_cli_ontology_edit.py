"""`ontopilot ontology add|set|remove|rename`: what they print, what they save, how they fail."""

import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from ontopilot.cli import main
from ontopilot.ontology import Ontology

EXAMPLE = Path(__file__).parents[1] / "examples/customer_service"
S = "http://example.org/shop#"


@pytest.fixture
def shop(tmp_path):
    """A copy of the demo's ontology and what it imports."""
    for name in ("shop.owl", "network.owl", "catalog-v001.xml"):
        shutil.copyfile(EXAMPLE / name, tmp_path / name)
    return tmp_path / "shop.owl"


@pytest.fixture
def run(capfd):
    """Run a command in this process: exit code, stdout, stderr."""

    def call(*arguments):
        code = main(["ontology", *map(str, arguments)])
        out, err = capfd.readouterr()
        return code, out, err

    return call


def test_add_creates_a_class_with_labels_and_axioms(run, shop):
    code, out, err = run(
        *("add", shop, "TravelKettle", "--kind", "class", "--label", "travel kettle"),
        *("--synonym", "hotel kettle", "--subclass-of", "Kettle"),
        *("--subclass-of", "canShow value KettleLeaks"),
    )
    assert (code, err) == (0, "")
    assert "added: shop:TravelKettle SubClassOf shop:Kettle\n" in out
    shown = Ontology.load(shop)
    assert shown.label(S + "TravelKettle") == "travel kettle"
    assert shown.parents(S + "TravelKettle") == {S + "Kettle"}


def test_add_goes_on_with_a_term_that_exists(run, shop):
    assert run("add", shop, "Kettle", "--synonym", "Teekessel", "-l", "de")[0] == 0
    assert "Teekessel" in Ontology.load(shop).term(S + "Kettle").synonyms
    code, out, _ = run("add", shop, "Kettle", "--synonym", "Teekessel", "-l", "de")
    assert code == 0
    assert "nothing to change" in out


def test_dry_run_prints_a_diff_that_git_applies_and_saves_nothing(run, shop):
    before = shop.read_bytes()
    code, out, err = run("remove", shop, "Kettle", "--dry-run")
    assert code == 0
    assert shop.read_bytes() == before
    assert "removed: shop:AquaBoil1 Type shop:Kettle" in err
    assert out.startswith("--- a/shop.owl\n+++ b/shop.owl\n@@ ")
    subprocess.run(["git", "apply", "-"], input=out.encode(), cwd=shop.parent, check=True)
    applied = shop.read_bytes()
    shop.write_bytes(before)
    assert run("remove", shop, "Kettle")[0] == 0
    assert shop.read_bytes() == applied != before


def test_json_is_one_document(run, shop):
    code, out, err = run("rename", shop, "Kettle", "ElectricKettle", "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert set(document) == {"file", "changes", "diff", "saved", "relaid", "warning"}
    assert document["saved"] is True
    assert document["changes"] == [{"action": "renamed", "text": f"{S}Kettle → {S}ElectricKettle"}]
    assert f'+    <owl:Class rdf:about="{S}ElectricKettle">' in document["diff"]


def test_set_replaces_labels_and_facts_and_marks_deprecation(run, shop):
    assert run("set", shop, "Kettle", "--label", "electric kettle", "--deprecated")[0] == 0
    term = Ontology.load(shop).term(S + "Kettle")
    assert (term.label, term.deprecated) == ("electric kettle", True)
    assert run("set", shop, "Kettle", "--no-deprecated")[0] == 0
    assert not Ontology.load(shop).term(S + "Kettle").deprecated


def test_remove_takes_only_the_axioms_that_are_named(run, shop):
    lines = shop.read_text().count("\n")
    code, out, _ = run("remove", shop, "Kettle", "--subclass-of", "SmallKitchenAppliance")
    assert code == 0
    assert out == "removed: shop:Kettle SubClassOf shop:SmallKitchenAppliance\n"
    assert shop.read_text().count("\n") == lines - 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["add", "Kettle"], 2, "say what to add"),
        (["set", "Kettle"], 2, "say what to set"),
        (["add", "Kettel", "--label", "x"], 1, "did you mean 'Kettle'"),
        (["add", "New", "--kind", "thing"], 2, "thing"),
        (["add", "Kettle", "--subclass-of", "canShow sum X"], 1, "expected some, only"),
        (["rename", "Kettle", "Toaster"], 1, "exists already"),
        (["remove", "Kettle", "--subclass-of", "Toaster"], 1, "no axiom"),
        (["remove", "Kettle", "--no-such-option"], 2, "no-such-option"),
    ],
)
def test_a_failure_is_one_sentence_and_nothing_is_saved(run, shop, arguments, code, words):
    before = shop.read_bytes()
    command, *rest = arguments
    found, out, err = run(command, shop, *rest)
    assert (found, out) == (code, "")
    assert words in err
    assert len(err.strip().splitlines()) == 1
    assert shop.read_bytes() == before


@pytest.mark.parametrize("command", ["add", "set", "remove", "rename"])
def test_help_shows_an_example(run, command):
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "Example: ontopilot ontology" in " ".join(out.split())


def test_the_commands_of_the_documentation_work_one_after_another(run, shop):
    page = (EXAMPLE.parents[1] / "docs/ontology-editors.md").read_text(encoding="utf-8")
    commands = [
        line.removeprefix("ontopilot ontology ").replace("shop.owl", str(shop))
        for line in page.splitlines()
        if re.match("ontopilot ontology (add|set|remove|rename) ", line)
    ]
    assert len(commands) > 5
    for command in commands:
        code, _, err = run(*shlex.split(command))
        assert code == 0, f"{command}: {err}"


def test_an_edit_that_makes_the_ontology_contradict_itself_is_told(run, shop):
    code, _, err = run("set", shop, "AquaBoil 2", "--fact", "warrantyPeriod 36")
    assert code == 0
    assert "saved, and no agent can use it" in " ".join(err.split())
    _, out, _ = run("set", shop, "AquaBoil 2", "--fact", "warrantyPeriod 24", "--json")
    assert json.loads(out)["warning"] == ""
