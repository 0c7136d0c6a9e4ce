"""The API as the official OpenAI client, and clients that misbehave, see it."""

import asyncio
import json
import socket
import threading
import time
from contextlib import contextmanager

import httpx
import openai
import pytest
import uvicorn

from ontopilot.errors import ConfigError, QuestionError, StoreLocked
from ontopilot.models.messages import Usage
from ontopilot.orchestrator.answer import Answer, Citation, Claim
from ontopilot.orchestrator.events import Done, Released, Step
from ontopilot.orchestrator.plan.plan import Plan
from ontopilot.orchestrator.serve import create_app

CITED = Citation(1, "doc:returns.md#1", "passage", "Within 30 days.", "returns.md", "Returns")
CLAIMS = ("You can return it within 30 days. [1]", "It is free. [1]")


class Double:
    """An agent that answers at once, remembers what it was asked, and can hang or fail."""

    name = "support"

    def __init__(self):
        self.asked = []
        self.prepared = 0
        self.cancelled = threading.Event()
        self.hangs = False
        self.fails = None

    def prepare(self):
        self.prepared += 1

    def _answer(self, question, conversation, customer):
        if self.fails is not None:
            raise self.fails
        self.asked.append((question, conversation, customer))
        number = len(self.asked)
        text = " ".join(CLAIMS) if question != "hello" else "Hello! Which order is it?"
        return Answer(
            text=text,
            outcome="answered",
            citations=(CITED,),
            claims=tuple(Claim(text, (CITED.id,)) for text in CLAIMS),
            verdicts=(),
            plan=Plan("draft", "because", ()),
            usage=Usage(7, 5),
            degraded="quoted: no model",
            conversation=conversation or f"c-{number}",
            turn=f"t-{number}",
        )

    async def aask(self, question, *, conversation=None, customer=None):
        await self._maybe_hang()
        return self._answer(question, conversation, customer)

    async def astream(self, question, *, conversation=None, customer=None):
        answer = self._answer(question, conversation, customer)
        yield Step("understand")
        if question != "hello":
            yield Released(answer.claims[0], CLAIMS[0], (CITED,))
            await self._maybe_hang()
            yield Released(answer.claims[1], CLAIMS[1], (CITED,))
        yield Done(answer)

    async def _maybe_hang(self):
        if not self.hangs:
            return
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled.set()


@contextmanager
def running(app, lifespan="on"):
    """A real server on a free port of this machine."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan=lifespan))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            deadline = time.monotonic() + 20
            while not server.started:
                assert thread.is_alive()
                assert time.monotonic() < deadline
                time.sleep(0.01)
            yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def agent():
    return Double()


class Current:
    """The application of the test that is running, so that one server serves them all."""

    app = None

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def server():
    current = Current()
    with running(current, lifespan="off") as base:
        yield current, base


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"support": agent})
    return base


@pytest.fixture
def client(url):
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as made:
        yield made


def user(text):
    return [{"role": "user", "content": text}]


def post(url, body, **kwargs):
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    return httpx.post(f"{url}/v1/chat/completions", content=content, **kwargs)


def test_a_completion(client, agent):
    done = client.chat.completions.create(model="support", messages=user("Can I return it?"))
    assert done.choices[0].message.content == " ".join(CLAIMS)
    assert done.choices[0].message.role == "assistant"
    assert done.choices[0].finish_reason == "stop"
    assert (done.object, done.model, done.id) == ("chat.completion", "support", "chatcmpl-t-1")
    assert (done.usage.prompt_tokens, done.usage.total_tokens) == (7, 12)
    assert done.ontopilot["turn"] == "t-1"
    assert done.ontopilot["conversation"] == "c-1"
    assert done.ontopilot["degraded"] == "quoted: no model"
    assert done.ontopilot["citations"][0]["source"] == "returns.md"


def test_a_stream_has_one_claim_a_chunk_and_ends_with_what_was_cited(client):
    chunks = list(
        client.chat.completions.create(
            model="support",
            messages=user("Can I return it?"),
            stream=True,
            stream_options={"include_usage": True},
        )
    )
    texts = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert texts == [CLAIMS[0], f" {CLAIMS[1]}"]
    assert chunks[0].choices[0].delta.role == "assistant"
    last = chunks[-2]
    assert last.choices[0].finish_reason == "stop"
    assert last.ontopilot["citations"][0]["id"] == "doc:returns.md#1"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 5
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_of_an_answer_without_claims_has_its_text(client):
    stream = client.chat.completions.create(model="support", messages=user("hello"), stream=True)
    texts = [c.choices[0].delta.content or "" for c in stream if c.choices]
    assert "".join(texts) == "Hello! Which order is it?"


async def test_the_asynchronous_client(url):
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none") as client:
        done = await client.chat.completions.create(model="support", messages=user("Return it?"))
        assert done.choices[0].message.content.startswith(CLAIMS[0])


def test_models_are_agents(client):
    assert [model.id for model in client.models.list()] == ["support"]
    assert client.models.retrieve("support").owned_by == "ontopilot"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("other")


def test_health(url):
    assert httpx.get(f"{url}/healthz").json() == {"status": "ok", "agents": ["support"]}


def test_agents_are_prepared_before_the_first_request(agent):
    with running(create_app({"support": agent})) as base:
        assert agent.prepared == 1
        assert httpx.get(f"{base}/healthz").status_code == 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_stock_client_stays_in_its_conversation(client, agent, stream):
    def say(messages):
        done = client.chat.completions.create(model="support", messages=messages, stream=stream)
        if not stream:
            return done.choices[0].message.content
        return "".join(c.choices[0].delta.content or "" for c in done if c.choices)

    first = user("hello")
    reply = say(first)
    second = [*first, {"role": "assistant", "content": f"{reply}\n"}, *user("A-10001")]
    reply = say(second)
    say([*second, {"role": "assistant", "content": reply}, *user("yes")])
    assert [conversation for _, conversation, _ in agent.asked] == [None, "c-1", "c-1"]


def test_the_same_words_in_two_conversations_stay_two_conversations(client, agent):
    def say(*messages):
        client.chat.completions.create(model="support", messages=list(messages))

    say(*user("hello"))
    say(*user("hello"))
    history = [*user("hello"), {"role": "assistant", "content": "Hello! Which order is it?"}]
    say(*history, *user("A-10001"))
    say(*history, *user("A-10002"))
    taken = [conversation for _, conversation, _ in agent.asked]
    assert sorted(taken[2:]) == ["c-1", "c-2"]


def test_a_customer_never_joins_the_conversation_of_another(client, agent):
    client.chat.completions.create(model="support", messages=user("hello"), user="C-1001")
    history = [*user("hello"), {"role": "assistant", "content": "Hello! Which order is it?"}]
    client.chat.completions.create(
        model="support", messages=[*history, *user("A-10001")], user="C-1002"
    )
    assert agent.asked[0] == ("hello", None, "C-1001")
    assert agent.asked[1][1] != "c-1"
    assert agent.asked[1][2] == "C-1002"


def test_a_history_that_nobody_remembers_gives_one_conversation(client, agent):
    history = [*user("hi"), {"role": "assistant", "content": "Hi."}, *user("go on")]
    for _ in range(2):
        client.chat.completions.create(model="support", messages=history)
    first, second = (conversation for _, conversation, _ in agent.asked)
    assert first == second
    assert first.startswith("h-")


def test_a_client_may_name_the_conversation(client, agent):
    client.chat.completions.create(
        model="support", messages=user("hello"), metadata={"conversation": "c-77"}
    )
    assert agent.asked == [("hello", "c-77", None)]


def test_fields_that_an_agent_does_not_use_are_tolerated(client):
    client.chat.completions.create(
        model="support",
        messages=[{"role": "system", "content": "Be brief."}, *user("hello")],
        temperature=0.3,
        top_p=0.5,
        seed=3,
        extra_body={"something_new": {"a": 1}},
    )


def test_content_in_parts_is_read(client, agent):
    parts = [{"type": "text", "text": "Can I"}, {"type": "text", "text": "return it?"}]
    client.chat.completions.create(model="support", messages=[{"role": "user", "content": parts}])
    assert agent.asked[0][0] == "Can I\nreturn it?"


def test_an_unknown_model_says_which_there_are(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="suport", messages=user("hello"))
    assert caught.value.code == "model_not_found"
    assert "'support'" in caught.value.message


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"messages": "hello"}, "messages"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "robot", "content": "x"}]}, "messages.0.role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, "messages"),
        ({"model": None}, "model"),
        ({"stream": "yes"}, "stream"),
        ({"user": 7}, "user"),
        ({"metadata": {"conversation": 7}}, "metadata.conversation"),
        ({"n": 2}, "n"),
    ],
)
def test_a_wrong_type_is_a_400_that_names_the_parameter(url, change, param):
    reply = post(url, {"model": "support", "messages": user("hello")} | change)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert error["message"]


@pytest.mark.parametrize(
    "body",
    ["", "not json", "[1, 2]", "null", b"\xff\xfe", "[" * 100_000, '{"model": "support"}'],
    ids=["empty", "text", "list", "null", "binary", "nested", "no messages"],
)
def test_a_body_that_is_no_request_is_a_400(url, body):
    reply = post(url, body)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"]


def test_a_huge_body_is_refused(url):
    reply = post(url, {"model": "support", "messages": user("x" * 2_000_000)})
    assert reply.status_code == 413
    assert "1,000,000" in reply.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/chat/completions"])
def test_unknown_paths_and_methods_have_the_same_shape(url, path):
    assert httpx.get(f"{url}{path}").json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("stream", [False, True])
def test_a_question_that_cannot_be_asked_is_the_clients_error(client, agent, stream):
    agent.fails = QuestionError("question: it is empty; write what you want to know")
    with pytest.raises(openai.BadRequestError, match="it is empty"):
        list(client.chat.completions.create(model="support", messages=user(" "), stream=stream))


def test_a_failure_of_the_server_tells_no_paths(client, agent):
    agent.fails = StoreLocked("/srv/secret/store.db is locked")
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="support", messages=user("hello"))
    assert caught.value.status_code == 503
    assert "secret" not in caught.value.message


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_ends_the_turn(url, agent, stream):
    agent.hangs = True
    body = {"model": "support", "messages": user("Can I return it?"), "stream": stream}
    with pytest.raises(httpx.ReadTimeout):
        post(url, body, timeout=0.3)
    assert agent.cancelled.wait(10)


def test_a_turn_that_takes_long_blocks_nobody(url, agent):
    agent.hangs = True
    body = {"model": "support", "messages": user("Can I return it?"), "stream": True}
    with (
        httpx.Client() as client,
        client.stream("POST", f"{url}/v1/chat/completions", json=body) as reply,
    ):
        assert reply.status_code == 200
        assert httpx.get(f"{url}/healthz").status_code == 200


def test_there_must_be_an_agent():
    with pytest.raises(ConfigError, match="at least one agent"):
        create_app({})
