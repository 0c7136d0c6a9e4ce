"""Every example answers, from its own folder and from anywhere else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
EXAMPLES = Path(__file__).parents[1] / "examples"
QUESTIONS = {
    "customer_service": ("support", "How long is the warranty of the AquaBoil 2?", "24 months"),
    "minimal": ("library", "What does a late film cost?", "1 euro a day"),
}


def ask(agent, question, home, *options):
    done = subprocess.run(
        [sys.executable, "-m", "ontopilot.cli", "ask", agent, question, "--json", *options],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "ONTOPILOT_HOME": str(home)},
        cwd=home.parent,
        timeout=250,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_example_is_tested():
    assert {path.parent.name for path in EXAMPLES.glob("*/agent.py")} == set(QUESTIONS)


@pytest.mark.parametrize("example", QUESTIONS)
def test_an_example_answers_with_a_source(example, tmp_path):
    name, question, expected = QUESTIONS[example]
    answer = ask(f"{EXAMPLES / example / 'agent.py'}:{name}", question, tmp_path / "home")
    assert expected in answer["text"]
    assert answer["citations"]
    assert answer["degraded"] == ""


def test_the_agent_of_the_shop_is_under_sixty_lines():
    lines = (EXAMPLES / "customer_service" / "agent.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 60


def test_the_minimal_example_acts(tmp_path):
    agent = f"{EXAMPLES / 'minimal' / 'agent.py'}:library"
    asked = ask(agent, "Please renew my book", tmp_path / "home")
    assert asked["outcome"] == "asked"
    done = ask(agent, "It is M-1234", tmp_path / "home", "--conversation", asked["conversation"])
    assert done["outcome"] == "acted"
    assert "M-1234" in done["text"]
