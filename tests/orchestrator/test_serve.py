"""The API as the official OpenAI client, and clients that misbehave, see it."""

import asyncio
import json
import re
import threading

import httpx
import openai
import pytest

from ontopilot.errors import ConfigError, EngineFailed, StoreLocked
from ontopilot.models.messages import Chunk, Usage
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.events import Step
from ontopilot.orchestrator.serve import create_app
from tests.orchestrator.serving import running

QUESTION = "How do I descale my AquaBoil 2?"
CLAIMS = (
    "To descale the AquaBoil 2, boil half a litre of white vinegar with half a litre of water.",
    "Leave the mixture in the AquaBoil 2 for 20 minutes and rinse it twice.",
)
NO_CLAIM = "Who won the chess world championship in 1972?"


class Drafts(ScriptedEngine):
    """Says the two claims; with `hangs` it waits for ever after the first one."""

    def __init__(self):
        super().__init__()
        self.hangs = False
        self.cancelled = threading.Event()

    async def generate(self, request):
        number = next((s.id for s in request.sources if "vinegar" in s.text), None)
        if number is None:
            yield Chunk("", "stop", Usage(3, 0))
            return
        first, rest = CLAIMS[1].split(" ", 1)
        yield Chunk(f"{CLAIMS[0]} [{number}] {first} ")
        try:
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self.cancelled.set()
        yield Chunk(f"{rest} [{number}]")
        yield Chunk("", "stop", Usage(7, 5))


@pytest.fixture
def drafts():
    return Drafts()


@pytest.fixture
def agent(make_agent, drafts):
    return make_agent(generator=drafts)


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent})
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


def text_of(done):
    """The text of a completion, or of a stream of its chunks."""
    if hasattr(done, "choices"):
        return done.choices[0].message.content
    return "".join(chunk.choices[0].delta.content or "" for chunk in done if chunk.choices)


def test_a_completion(client):
    done = client.chat.completions.create(model="tiny", messages=user(QUESTION))
    assert re.sub(r" \[\d\]", "", text_of(done)) == " ".join(CLAIMS)
    assert done.choices[0].message.role == "assistant"
    assert done.choices[0].finish_reason == "stop"
    assert (done.object, done.model) == ("chat.completion", "tiny")
    assert done.id == f"chatcmpl-{done.ontopilot['turn']}"
    assert (done.usage.prompt_tokens, done.usage.total_tokens) == (7, 12)
    assert done.ontopilot["conversation"]
    assert done.ontopilot["degraded"] == ""
    assert done.ontopilot["citations"][0]["source"] == "kettle.md"


def test_a_stream_has_one_claim_a_chunk_and_ends_with_what_was_cited(client):
    options = {"include_usage": True}
    chunks = list(
        client.chat.completions.create(
            model="tiny", messages=user(QUESTION), stream=True, stream_options=options
        )
    )
    texts = [c.choices[0].delta.content for c in chunks if c.choices and c.choices[0].delta.content]
    assert texts == [f"{CLAIMS[0]} [1]", f" {CLAIMS[1]} [1]"]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[1].ontopilot["citations"][0]["source"] == "kettle.md"
    last = chunks[-2]
    assert last.choices[0].finish_reason == "stop"
    assert last.ontopilot["citations"][0]["number"] == 1
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 5
    assert len({chunk.id for chunk in chunks}) == 1


def test_a_stream_says_the_same_as_a_completion(client):
    for question in (QUESTION, NO_CLAIM):
        one = client.chat.completions.create(model="tiny", messages=user(question))
        many = client.chat.completions.create(model="tiny", messages=user(question), stream=True)
        assert text_of(many) == text_of(one) != ""


async def test_the_asynchronous_client(url):
    async with openai.AsyncOpenAI(base_url=f"{url}/v1", api_key="none") as client:
        done = await client.chat.completions.create(model="tiny", messages=user(QUESTION))
        assert text_of(done).startswith(CLAIMS[0])


def test_models_are_agents(client):
    assert [model.id for model in client.models.list()] == ["tiny"]
    assert client.models.retrieve("tiny").owned_by == "ontopilot"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("other")


def test_health(url):
    assert httpx.get(f"{url}/healthz").json() == {"status": "ok", "agents": ["tiny"]}


def test_agents_are_prepared_before_the_first_request(agent):
    assert not (agent.home / "store.db").exists()
    with running(create_app({"tiny": agent})) as base:
        assert (agent.home / "store.db").exists()
        assert httpx.get(f"{base}/healthz").status_code == 200


REFUND = user("I want my money back for order A-10001")


@pytest.mark.parametrize("stream", [False, True])
def test_a_stock_client_says_yes_in_its_conversation(client, agent, stream):
    def say(messages):
        return text_of(
            client.chat.completions.create(
                model="tiny", messages=messages, user="C-1001", stream=stream
            )
        )

    asked = say(REFUND)
    assert agent.refunded == []
    say([*REFUND, {"role": "assistant", "content": f"{asked}\n"}, *user("yes")])
    assert agent.refunded == [("A-10001", "C-1001")]


def test_another_customer_cannot_say_the_yes(client, agent):
    create = client.chat.completions.create
    asked = create(model="tiny", messages=REFUND, user="C-1001")
    history = [*REFUND, {"role": "assistant", "content": text_of(asked)}, *user("yes")]
    answered = create(model="tiny", messages=history, user="C-1002")
    assert agent.refunded == []
    assert answered.ontopilot["conversation"] != asked.ontopilot["conversation"]


def test_the_same_words_in_two_conversations_stay_two_conversations(client):
    def say(*messages):
        done = client.chat.completions.create(model="tiny", messages=list(messages))
        return done.ontopilot["conversation"], text_of(done)

    first, reply = say(*user(NO_CLAIM))
    second, _ = say(*user(NO_CLAIM))
    history = [*user(NO_CLAIM), {"role": "assistant", "content": reply}]
    third, _ = say(*history, *user("And in 1975?"))
    fourth, _ = say(*history, *user("And in 1978?"))
    assert first != second
    assert {third, fourth} == {first, second}


def test_a_history_that_nobody_remembers_gives_one_conversation(client):
    history = [*user("hi"), {"role": "assistant", "content": "Hi."}, *user("go on")]
    first, second = (
        client.chat.completions.create(model="tiny", messages=history).ontopilot["conversation"]
        for _ in range(2)
    )
    assert first == second


def test_a_client_may_name_the_conversation(client):
    done = client.chat.completions.create(
        model="tiny", messages=user("hello"), metadata={"conversation": "c-77"}
    )
    assert done.ontopilot["conversation"] == "c-77"


def test_a_name_that_is_no_conversation_is_the_clients_error(client):
    with pytest.raises(openai.BadRequestError, match="conversation"):
        client.chat.completions.create(
            model="tiny", messages=user("hello"), metadata={"conversation": "\x00 / '"}
        )


def test_fields_that_an_agent_does_not_use_are_tolerated(client):
    client.chat.completions.create(
        model="tiny",
        messages=[{"role": "system", "content": "Be brief."}, *user("hello")],
        temperature=0.3,
        top_p=0.5,
        seed=3,
        extra_body={"something_new": {"a": 1}},
    )


def test_content_in_parts_is_read(client):
    parts = [
        {"type": "text", "text": "How do I"},
        {"type": "text", "text": "descale my AquaBoil 2?"},
    ]
    done = client.chat.completions.create(
        model="tiny", messages=[{"role": "user", "content": parts}]
    )
    assert text_of(done).startswith(CLAIMS[0])


def test_an_unknown_model_says_which_there_are(client):
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model="tyni", messages=user("hello"))
    assert caught.value.code == "model_not_found"
    assert "'tiny'" in caught.value.message


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
    reply = post(url, {"model": "tiny", "messages": user("hello")} | change)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["type"] == "invalid_request_error"
    assert error["param"] == param
    assert error["message"]


@pytest.mark.parametrize(
    "body",
    ["", "not json", "[1, 2]", "null", b"\xff\xfe", "[" * 100_000, '{"model": "tiny"}'],
    ids=["empty", "text", "list", "null", "binary", "nested", "no messages"],
)
def test_a_body_that_is_no_request_is_a_400(url, body):
    reply = post(url, body)
    assert reply.status_code == 400
    assert reply.json()["error"]["message"]


def test_a_huge_body_is_refused(url):
    reply = post(url, {"model": "tiny", "messages": user("x" * 2_000_000)})
    assert reply.status_code == 413
    assert "1,000,000" in reply.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/nothing", "/v1/chat/completions"])
def test_unknown_paths_and_methods_have_the_same_shape(url, path):
    assert httpx.get(f"{url}{path}").json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("question", [" ", "x" * 20_001, "a\x00b"])
def test_a_question_that_cannot_be_asked_is_the_clients_error(client, question, stream):
    with pytest.raises(openai.BadRequestError, match="question") as caught:
        client.chat.completions.create(model="tiny", messages=user(question), stream=stream)
    assert caught.value.param == "messages"


def test_a_failure_of_the_server_tells_no_paths(client, agent, monkeypatch):
    async def locked(*args, **kwargs):
        raise StoreLocked("/srv/secret/store.db is locked")

    monkeypatch.setattr(agent, "aask", locked)
    with pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="tiny", messages=user("hello"))
    assert caught.value.status_code == 503
    assert "secret" not in caught.value.message


def test_a_turn_that_fails_while_it_streams_ends_in_an_error(client, agent, monkeypatch):
    async def breaks(*args, **kwargs):
        yield Step("understand")
        raise EngineFailed("/srv/secret/model stopped")

    monkeypatch.setattr(agent, "astream", breaks)
    stream = client.chat.completions.create(model="tiny", messages=user("hello"), stream=True)
    with pytest.raises(openai.APIError, match="log has the reason"):
        list(stream)


@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_leaves_ends_the_turn(url, agent, drafts, stream):
    agent.prepare()
    drafts.hangs = True
    body = {"model": "tiny", "messages": user(QUESTION), "stream": stream}
    with pytest.raises(httpx.ReadTimeout):
        post(url, body, timeout=1)
    assert drafts.cancelled.wait(10)


def test_a_claim_is_streamed_while_the_next_is_written_and_blocks_nobody(url, drafts):
    drafts.hangs = True
    body = {"model": "tiny", "messages": user(QUESTION), "stream": True}
    with (
        httpx.Client() as client,
        client.stream("POST", f"{url}/v1/chat/completions", json=body) as reply,
    ):
        line = next(line for line in reply.iter_lines() if CLAIMS[0] in line)
        content = json.loads(line.removeprefix("data: "))["choices"][0]["delta"]["content"]
        assert CLAIMS[0] in content
        assert CLAIMS[1] not in content
        assert httpx.get(f"{url}/healthz").status_code == 200


def test_there_must_be_an_agent():
    with pytest.raises(ConfigError, match="at least one agent"):
        create_app({})
