"""The README's commands and programs, executed as they are written."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "customer_service"
COMMANDS = [
    line.removeprefix("$ ")
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith("$ ")
]
SHOWN = [line for line in COMMANDS if "ontopilot" in line and "ontopilot serve" not in line]
PROGRAMS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def run(command, *, home, cwd=ROOT, stdin=""):
    """Run a line of shell with the `ontopilot` of the Python that runs the tests."""
    scripts = Path(sys.executable).parent
    return subprocess.run(
        command.replace(".venv/bin/", f"{scripts}/"),
        shell=True,
        cwd=cwd,
        input=stdin,
        env={**os.environ, "ONTOPILOT_HOME": str(home), "COLUMNS": "100"},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


def test_the_readme_shows_commands_and_a_program():
    assert len(SHOWN) >= 3
    assert len(PROGRAMS) >= 1
    assert {"make demo", "make test"} <= set(COMMANDS)


@pytest.mark.parametrize("command", SHOWN)
def test_a_command_answers_as_written(command, tmp_path):
    done = run(command, home=tmp_path, stdin="How heavy is the AquaBoil 2?\n")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 100
    assert "Traceback" not in done.stderr


def test_make_demo_answers_in_a_checkout_that_is_installed(tmp_path):
    if not (ROOT / ".venv" / "installed").exists():
        pytest.skip("make demo: this checkout has no .venv that make made")
    done = run("make demo", home=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "24 months" in done.stdout


@pytest.mark.parametrize("target", ["demo", "test"])
def test_either_command_may_be_run_first(target, tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    planned = run(f"make -n {target}", home=tmp_path, cwd=tmp_path)
    assert planned.returncode == 0, planned.stderr
    assert "-m venv" in planned.stdout
    assert "pip" in planned.stdout


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_a_program_runs_as_written(number, tmp_path):
    for path in EXAMPLE.iterdir():
        if path.suffix in (".owl", ".xml", ".ttl", ".jsonl"):
            shutil.copy(path, tmp_path)
    shutil.copytree(EXAMPLE / "docs", tmp_path / "docs")
    (tmp_path / "shop.owl").rename(tmp_path / "support.owl")
    program = tmp_path / "program.py"
    program.write_text(PROGRAMS[number], encoding="utf-8")
    done = run(".venv/bin/python program.py", home=tmp_path / "home", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "[1]" in done.stdout
