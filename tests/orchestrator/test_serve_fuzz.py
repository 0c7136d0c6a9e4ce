"""What schemathesis makes of the API's description never breaks the server."""

import json
import subprocess
import sys

import pytest

from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.keys import Keys
from tests.orchestrator.serving import running
from tests.orchestrator.test_serve import Drafts

pytestmark = pytest.mark.slow

BRIEF_S, FULL_S = 30, 600
"""Seconds that one server is sent requests, in CI and with `--full`."""

LEAST = 40
"""Requests below which a run has shown nothing."""


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("keys", [False, True], ids=["without keys", "with keys"])
def test_no_request_makes_the_server_fail(make_agent, tmp_path, request, keys):
    agent = make_agent(generator=Drafts())
    app = create_app({"tiny": agent}, open_to_all=not keys, rate="1000000/minute")
    _, secret = Keys(agent.store.database).add("fuzz", role="operator")
    seconds = FULL_S if request.config.getoption("--full") else BRIEF_S
    report = tmp_path / "report.json"
    with running(app) as base:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{base}/openapi.json"),
                *("--checks", "not_a_server_error", "--max-time", str(seconds), "--seed", "7"),
                *("--continue-on-failure", "--warnings", "off", "--suppress-health-check", "all"),
                *("--report-json-path", str(report), "--report", "json"),
                *(("--header", f"Authorization: Bearer {secret}") if keys else ()),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["operations"]["tested"] == told["operations"]["total"] >= 13
    assert told["test_cases"]["generated"] >= LEAST
    rates = (phase for phases in told["valid_rates"].values() for phase in phases.values())
    assert sum(phase["accepted"] for phase in rates) > 0
