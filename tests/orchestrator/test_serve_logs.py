"""What the log of a server tells, and what it never does."""

import io
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from ontopilot.errors import StoreError
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.serve.logs import formatter, harmless
from tests.orchestrator.test_serve import CLAIMS, QUESTION, Drafts, post, user

BODY = {"model": "tiny", "messages": user(QUESTION)}
KEY = "opk_a-key-of-somebody"


@pytest.fixture
def agent(make_agent):
    return make_agent(generator=Drafts())


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent})
    return base


def logged(form):
    """The root's log in a form, as `ontopilot serve` sets it up."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter(form))
    return handler, written


@pytest.fixture
def lines(request):
    form = getattr(request, "param", "json")
    handler, written = logged(form)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def waited_for(written, part):
    """The log once something is in it: a request is logged after it was answered."""
    deadline = time.monotonic() + 10
    while part not in written.getvalue():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return written.getvalue()


def told(written, logger="ontopilot.access"):
    """The records of a logger."""
    records = [json.loads(line) for line in waited_for(written, logger).splitlines()]
    return [record for record in records if record["logger"] == logger]


@pytest.mark.parametrize("stream", [False, True])
def test_a_turn_has_one_line_with_its_agent_and_its_id(url, lines, stream):
    reply = post(url, BODY | {"stream": stream}, headers={"x-request-id": "from-the-proxy.7"})
    turn = re.search('"turn":"([^"]+)"', reply.text)[1]
    (line,) = told(lines)
    assert reply.headers["x-request-id"] == line["request"] == "from-the-proxy.7"
    assert (line["agent"], line["turn"], line["level"]) == ("tiny", turn, "INFO")
    assert (line["method"], line["path"], line["status"]) == ("POST", "/v1/chat/completions", 200)
    assert line["ms"] > 0
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    for said in (QUESTION, *CLAIMS):
        assert said not in lines.getvalue()


@pytest.mark.parametrize(
    "given", ["", "a b", "x" * 101, "a\tb", "<script>", "-x", KEY, f"id-{KEY}", "käse"]
)
def test_an_id_that_is_not_harmless_is_replaced(url, lines, given):
    headers = {"x-request-id": given.encode("latin-1")}
    shown = httpx.get(f"{url}/v1/models", headers=headers).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", shown)
    assert told(lines)[0]["request"] == shown


def test_what_is_refused_at_the_fence_has_an_id_and_a_line_too(server, agent, lines):
    current, base = server
    current.app = create_app({"tiny": agent}, hosts={"shop.example"})
    reply = httpx.get(f"{base}/v1/models")
    assert reply.status_code == 403
    (line,) = told(lines)
    assert (line["status"], line["request"]) == (403, reply.headers["x-request-id"])


def test_probes_are_not_logged_unless_everything_is(url, lines):
    httpx.get(f"{url}/healthz")
    httpx.get(f"{url}/v1/models")
    assert [line["path"] for line in told(lines)] == ["/v1/models"]


def test_a_key_in_a_path_is_not_repeated(url, lines):
    httpx.get(f"{url}/v1/models/{KEY}?key={KEY}", headers={"authorization": f"Bearer {KEY}"})
    (line,) = told(lines)
    assert line["path"] == "/v1/models/…"
    assert KEY not in lines.getvalue()


@pytest.mark.parametrize("lines", ["json", "text"], indirect=True)
@pytest.mark.parametrize("stream", [False, True])
def test_a_turn_that_fails_is_explained_without_what_was_said(
    url, agent, lines, monkeypatch, stream
):
    def full(*args, **kwargs):
        raise StoreError(
            f"store '/data/store.db': no space for {QUESTION!r:.80}, {CLAIMS[0]!r:.40} and {KEY}"
        )

    monkeypatch.setattr(agent.store, "finish_turn", full)
    reply = post(url, BODY | {"stream": stream}, headers={"x-request-id": "r-1"}, timeout=30)
    assert "log has the reason" in reply.text
    written = lines.getvalue()
    (line,) = [line for line in written.splitlines() if "ontopilot.serve" in line]
    assert "StoreError: store '/data/store.db': no space for" in line
    assert "r-1" in line
    for said in (QUESTION, CLAIMS[0][:30], KEY):
        assert said not in written


@pytest.mark.parametrize("lines", ["json", "text"], indirect=True)
def test_an_error_of_other_code_is_told_by_its_kind_and_place(url, agent, lines, monkeypatch):
    async def breaks(*args, **kwargs):
        raise KeyError(f"half of {QUESTION[:15]}")

    monkeypatch.setattr(agent, "aask", breaks)
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    monkeypatch.setattr(logging.getLogger("uvicorn.error"), "propagate", True)
    reply = post(url, BODY, headers={"x-request-id": "r-2"})
    assert (reply.status_code, reply.headers["x-request-id"]) == (500, "r-2")
    written = waited_for(lines, "uvicorn.error")
    (line,) = [line for line in written.splitlines() if "uvicorn.error" in line]
    assert "r-2" in line
    assert "KeyError" in written
    assert "test_serve_logs.py" in written
    assert QUESTION[:15] not in written


def test_lines_outside_a_request_have_no_request(lines):
    logging.getLogger("other").warning("a\nline of %d words", 5)
    (record,) = told(lines, "other")
    assert record["message"] == "a line of 5 words"
    assert "request" not in record


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("engine '/models/my kettle' failed", "engine '/models/my kettle' failed"),
        ("answers 'I don't know what you mean', which", "answers '…', which"),
        ('answers "one two three four"', "answers '…'"),
        ("cut off: 'one two three four fi", "cut off: '…'"),
        ("the agent's own words, and the server's", "the agent's own words, and the server's"),
        ("Authorization: Bearer sk-1234", "Authorization: Bearer …"),
    ],
)
def test_long_quotations_and_keys_are_left_out(text, shown):
    assert harmless(text) == shown


PROGRAM = [sys.executable, "-m", "ontopilot.cli", "serve"]
AGENT = """
from pathlib import Path
from conftest import build_agent
from ontopilot.models.scripted import ScriptedEngine

support = build_agent(Path({shop!r}), generator=ScriptedEngine(["Secret words of an answer. [1]"]))
"""


@pytest.mark.slow
def test_every_line_of_a_server_is_json(shop):
    here = Path(__file__).parent
    (shop / "agent.py").write_text(AGENT.format(shop=str(shop)))
    (shop / "docs" / "damaged.pdf").write_bytes(b"%PDF-1.4 damaged")
    path = os.pathsep.join([str(here), str(here.parents[1])])
    process = subprocess.Popen(
        [*PROGRAM, f"{shop}/agent.py:support", "--port", "0", "--log-format", "json"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    lines = []
    try:
        for line in process.stderr:
            lines.append(line)
            if found := re.search(r"agent 'tiny' answers at (http://[\d.:]+)", line):
                break
        assert found, lines
        again = httpx.HTTPTransport(retries=5)
        with httpx.Client(base_url=found[1], transport=again, timeout=30) as client:
            client.post("/v1/chat/completions", json=BODY, headers={"authorization": KEY})
            client.post("/v1/responses", content="{")
    finally:
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=60)
    records = [json.loads(line) for line in [*lines, *rest.splitlines()]]
    for record in records:
        assert {"time", "level", "logger", "message"} <= set(record)
    loggers = {record["logger"] for record in records}
    assert {"ontopilot.serve", "ontopilot.access", "uvicorn.error"} <= loggers
    assert any("damaged.pdf" in record["message"] for record in records)
    assert [r["status"] for r in records if "status" in r] == [200, 400]
    whole = "".join([*lines, rest])
    for said in (QUESTION, "Secret words", KEY, "ticket="):
        assert said not in whole
