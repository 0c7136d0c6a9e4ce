"""What the repository promises about its own files."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "ontopilot").rglob("*.py"))
LONGEST = 420


def test_no_file_holds_more_than_one_concept_can_need():
    long = {
        str(path.relative_to(ROOT)): count
        for path in SOURCES
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert long == {}


def test_only_config_reads_the_environment():
    reads = re.compile(r"os\.environ|os\.getenv|from os import .*(environ|getenv)")
    readers = {path.name for path in SOURCES if reads.search(path.read_text(encoding="utf-8"))}
    assert readers <= {"config.py"}


@pytest.mark.parametrize("folder", ["orchestrator", "ontology", "retrieval", "models"])
def test_the_four_folders_are_reachable_at_the_root(folder):
    link = ROOT / folder
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    assert link.is_symlink()
    assert link.resolve() == ROOT / "ontopilot" / folder


def test_the_public_names_are_sorted_and_can_be_imported():
    import ontopilot

    assert list(ontopilot.__all__) == sorted(ontopilot.__all__)
    for name in ontopilot.__all__:
        assert getattr(ontopilot, name) is not None


def test_an_unknown_public_name_is_an_attribute_error():
    import ontopilot

    with pytest.raises(AttributeError, match="Agnet"):
        _ = ontopilot.Agnet


def test_every_command_in_the_readme_exists():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`ontopilot ((?:ontology |eval |models )?[a-z-]+)", text))
    for command in sorted(named):
        shown = subprocess.run(
            [sys.executable, "-m", "ontopilot.cli", *command.split(), "--help"],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
        )
        assert shown.returncode == 0, f"{command}: {shown.stderr}"
