"""`kill -9` of the server while a hundred turns stream: what was acknowledged is stored, once."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.review import Review

pytestmark = pytest.mark.slow

STREAMS = 100
SERVER = """
import sys
from pathlib import Path
sys.path[:0] = [sys.argv[1], sys.argv[2]]
import uvicorn
from conftest import build_agent
from ontopilot.orchestrator.serve import create_app
from tests.orchestrator.test_serve import Drafts
agent = build_agent(Path(sys.argv[3]), generator=Drafts())
agent.prepare()
app = create_app({"tiny": agent}, prepared=True, most_turns=16, rate="100000/hour")
config = uvicorn.Config(app, port=int(sys.argv[4]), log_level="error", timeout_graceful_shutdown=20)
uvicorn.Server(config).run()
agent.close()
"""
HERE = Path(__file__).parent


def started(shop, port):
    """A server in a process of its own, once it answers."""
    command = [sys.executable, "-c", SERVER, str(HERE), str(HERE.parents[1]), str(shop), str(port)]
    process = subprocess.Popen(command)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError("the server did not start")


class Streams:
    """Many visitors of the chat page at once; the turns of which they saw the end."""

    def __init__(self, port):
        self._url = f"http://127.0.0.1:{port}"
        self.seen = []
        self.begun = []
        self.threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(STREAMS)]
        for thread in self.threads:
            thread.start()

    def _ask(self, number):
        try:
            with httpx.Client(base_url=self._url, timeout=60) as client:
                token = re.search('data-csrf="([^"]+)"', client.get("/").text)[1]
                asked = {"text": f"{number}: how do I descale my AquaBoil 2?"}
                with client.stream(
                    "POST", "/chat/tiny/turns", json=asked, headers={"x-csrf": token}
                ) as reply:
                    self._follow(reply, number)
        except httpx.TransportError:
            return

    def _follow(self, reply, number):
        name = ""
        for line in reply.iter_lines():
            name = line.removeprefix("event: ") if line.startswith("event: ") else name
            if line.startswith("data: ") and name in ("begun", "done"):
                turn = re.search('"turn":"([^"]+)"', line)[1]
                (self.begun if name == "begun" else self.seen).append((number, turn))

    def join(self):
        for thread in self.threads:
            thread.join(90)


def waited(condition, seconds=90):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.timeout(400)
def test_every_acknowledged_turn_is_stored_once(shop, unused_port):
    process = started(shop, unused_port)
    try:
        streams = Streams(unused_port)
        waited(lambda: len(streams.seen) >= 20)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    streams.join()
    assert len(streams.seen) < STREAMS
    store = Store.open(f"sqlite:///{shop}/home/store.db")
    for _, turn in streams.seen:
        assert "vinegar" in store.answer(turn).text
    kept = Review(store.database).latest(limit=10_000)
    assert {turn for _, turn in streams.begun} <= {row.id for row in kept}
    assert max(Counter(row.question for row in kept).values()) == 1
    store.close()
    again = started(shop, unused_port)
    second = Streams(unused_port)
    second.join()
    assert len(second.seen) == STREAMS
    again.send_signal(signal.SIGTERM)
    assert again.wait(60) in (0, -signal.SIGTERM)


@pytest.mark.timeout(300)
def test_a_server_that_is_asked_to_stop_finishes_its_streams(shop, unused_port):
    process = started(shop, unused_port)
    streams = Streams(unused_port)
    waited(lambda: len(streams.begun) >= 10)
    begun = list(streams.begun)
    process.send_signal(signal.SIGTERM)
    streams.join()
    assert process.wait(60) in (0, -signal.SIGTERM)
    assert set(begun) <= set(streams.seen)
