"""A server that has more to do than it can: who waits, who is told to come again."""

import asyncio
import threading
import time

import httpx
import openai
import pytest

from ontopilot.errors import ConfigError
from ontopilot.models.messages import Chunk, Usage
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.serve.room import SeatedStream
from tests.orchestrator.serving import running
from tests.orchestrator.test_serve import QUESTION, post, user

BODY = {"model": "tiny", "messages": user(QUESTION)}


class Held(ScriptedEngine):
    """Answers once `go` is set, from whatever thread."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()
        self.entered = threading.Semaphore(0)

    async def generate(self, request):
        self.entered.release()
        while not self.go.is_set():
            await asyncio.sleep(0.005)
        yield Chunk("", "stop", Usage(1, 1))


@pytest.fixture
def held():
    return Held()


@pytest.fixture
def agent(make_agent, held):
    made = make_agent(generator=held)
    made.prepare()
    return made


def asking(url, count, **more):
    """That many clients at once; their responses once they are joined."""
    answers = []
    body = BODY | more
    threads = [
        threading.Thread(target=lambda: answers.append(post(url, body, timeout=30)))
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    return threads, answers


def joined(threads):
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("stream", [False, True])
def test_one_too_many_is_told_when_to_come_again(agent, held, stream):
    with running(create_app({"tiny": agent}, most_turns=1, most_waiting=0)) as url:
        threads, answers = asking(url, 1, stream=stream)
        held.entered.acquire()
        refused = post(url, BODY | {"stream": stream})
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) >= 1
        error = refused.json()["error"]
        assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
        assert "ask again in" in error["message"]
        assert httpx.get(f"{url}/healthz").status_code == 200
        held.go.set()
        joined(threads)
        assert answers[0].status_code == 200
        assert post(url, BODY | {"stream": stream}).status_code == 200


def test_a_few_wait_their_turn(agent, held):
    with running(create_app({"tiny": agent}, most_turns=1, most_waiting=3)) as url:
        threads, answers = asking(url, 4)
        held.entered.acquire()
        held.go.set()
        joined(threads)
        assert [answer.status_code for answer in answers] == [200] * 4


def test_who_leaves_while_waiting_takes_no_turn(agent, held):
    with running(create_app({"tiny": agent}, most_turns=1, most_waiting=1)) as url:
        threads, answers = asking(url, 1)
        held.entered.acquire()
        with pytest.raises(httpx.ReadTimeout):
            post(url, BODY, timeout=0.3)
        wait_for_room(url)
        held.go.set()
        joined(threads)
        assert answers[0].status_code == 200


def wait_for_room(url):
    """A line of one has room again once the server has noticed that the client left."""
    deadline = time.monotonic() + 10
    while True:
        try:
            assert post(url, BODY, timeout=0.3).status_code == 429
        except httpx.ReadTimeout:
            return  # it waits: there was room
        assert time.monotonic() < deadline


def test_a_client_that_leaves_a_stream_ends_its_turn(agent, held):
    held.go.set()
    with running(create_app({"tiny": agent}, most_turns=1, most_waiting=0)) as url:
        for _ in range(3):
            with (
                httpx.Client() as client,
                client.stream("POST", f"{url}/v1/chat/completions", json=BODY | {"stream": True}),
            ):
                pass
        deadline = time.monotonic() + 10
        while post(url, BODY).status_code != 200:
            assert time.monotonic() < deadline


def test_the_official_client_comes_again_by_itself(agent, held):
    with running(create_app({"tiny": agent}, most_turns=1, most_waiting=0)) as url:
        threads, _ = asking(url, 1)
        held.entered.acquire()
        threading.Timer(0.2, held.go.set).start()
        with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=3) as client:
            done = client.chat.completions.create(model="tiny", messages=user(QUESTION))
        assert done.choices
        joined(threads)


def test_a_flood_leaves_the_server_well(agent, held):
    held.go.set()

    async def flood(url):
        limits = httpx.Limits(max_connections=400)
        async with httpx.AsyncClient(limits=limits, timeout=60) as client:
            path = f"{url}/v1/chat/completions"
            answers = await asyncio.gather(*(client.post(path, json=BODY) for _ in range(400)))
        return [answer.status_code for answer in answers]

    with running(create_app({"tiny": agent}, most_turns=2, most_waiting=20)) as url:
        codes = asyncio.run(flood(url))
        assert set(codes) == {200, 429}
        assert codes.count(200) >= 22
        assert post(url, BODY).status_code == 200


def test_there_must_be_room_for_a_turn(agent):
    with pytest.raises(ConfigError, match="most_turns=0"):
        create_app({"tiny": agent}, most_turns=0)


async def test_a_stream_that_nobody_reads_ends_its_turn():
    ended = []

    async def turn():
        try:
            yield "first"
            yield "second"
        finally:
            ended.append("turn")

    async def lines():
        yield "never read"

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        await asyncio.Event().wait()

    source = turn()
    await anext(source)
    stream = SeatedStream(lines(), lambda: ended.append("place"), source=source, headers={})
    await stream({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
    assert ended == ["place", "turn"]
