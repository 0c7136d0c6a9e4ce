"""The remote engine against a server on this machine."""

import asyncio
import json
import logging
import socket

import pytest

from ontopilot.errors import (
    ConfigError,
    ConstraintRefused,
    EngineFailed,
    ModelError,
    ModelNotFound,
    PromptTooLong,
    RequestRefused,
)
from ontopilot.models import EngineOptions, HashEncoder, Model, Pool, Usage
from ontopilot.models.remote import RemoteEngine
from tests.conformance.engine import KETTLE, ask, chunks_of, text_of
from tests.conformance.structured import FORMS
from tests.models.chat_server import ANSWERS, KEY


def engine_for(server, model, **options):
    return RemoteEngine(Model(f"{server.address}#{model}", options=EngineOptions(**options)))


async def test_the_request_is_that_of_the_protocol(server):
    engine = engine_for(server, "good")
    request = ask(temperature=0.5, seed=3, stop=("a", "b", "c", "d", "e"))
    await text_of(engine, request)
    body = server.bodies[-1]
    assert body["messages"] == [{"role": "user", "content": KETTLE}]
    assert (body["model"], body["max_tokens"]) == ("good", 60)
    assert (body["temperature"], body["seed"], body["stream"]) == (0.5, 3, True)
    assert body["stop"] == ["a", "b", "c", "d"]
    await text_of(engine, ask())
    assert "stop" not in server.bodies[-1]


async def test_the_servers_count_is_the_usage(server):
    assert (await chunks_of(engine_for(server, "good"), ask()))[-1].usage == Usage(9, 9)


async def test_an_answer_of_another_model_is_told(server, caplog):
    engine = engine_for(server, "aliased")
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert await text_of(engine, ask()) == ANSWERS[KETTLE] + " "
    assert engine.standing == "running, and answers as model 'something-else-2026'"
    assert caplog.text.count("answers as model 'something-else-2026'") == 1
    pool = Pool(generator=Model(engine.name), encoder=HashEncoder())
    _ = [chunk async for chunk in pool.generate("generator", ask())]
    assert "answers as model 'something-else-2026'" in str(pool.describe())
    await pool.aclose()
    good = engine_for(server, "good")
    await text_of(good, ask())
    assert good.standing == "running"


async def test_pieces_count_where_the_server_does_not(server):
    assert (await chunks_of(engine_for(server, "uncounted"), ask()))[-1].usage == Usage(0, 9)


@pytest.mark.parametrize(
    ("model", "error", "says"),
    [
        ("busy", EngineFailed, "answers 429: .*too many requests.*; ask again later"),
        ("broken", EngineFailed, "answers 500: .*out of memory"),
        ("missing", ModelNotFound, "answers 404: .*name a model that it serves"),
        ("long", PromptTooLong, "context length of 8 tokens.*; shorten the prompt"),
        ("odd", RequestRefused, "answers 422"),
        ("whole", EngineFailed, "'application/json' and not with a stream"),
        ("cut", EngineFailed, "the stream broke off"),
        ("garbled", EngineFailed, r"the stream holds '\{not json'"),
        ("failing", EngineFailed, "the server reports 'the GPU fell off'"),
        ("filtered", EngineFailed, "ended the answer for 'content_filter'"),
    ],
)
async def test_what_a_server_can_do_wrong(server, model, error, says):
    engine = engine_for(server, model)
    with pytest.raises(error, match=says) as raised:
        await text_of(engine, ask())
    assert type(raised.value) is error
    assert engine.stats().failures == 1
    assert engine.stats().running == 0
    assert server.address in str(raised.value)


async def test_a_silent_server_is_given_up(server):
    engine = engine_for(server, "silent", stall_s=0.2)
    with pytest.raises(EngineFailed, match="ReadTimeout"):
        await text_of(engine, ask())


async def test_no_server_at_the_address():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(ModelNotFound, match="no server answers there"):
        await text_of(RemoteEngine(Model(f"http://127.0.0.1:{port}/v1#m")), ask())


async def test_closing_the_iterator_hangs_up(server):
    server.gone.clear()
    stream = engine_for(server, "silent").generate(ask())
    await anext(stream)
    await stream.aclose()
    assert await asyncio.to_thread(server.gone.wait, 10)


async def test_the_key_is_sent_and_never_shown(server, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    engine = engine_for(server, "keyed", key_file=file)
    assert await text_of(engine, ask()) == f"{ANSWERS[KETTLE]} "
    with pytest.raises(ModelError) as error:
        await text_of(engine_for(server, "odd", key_file=file), ask())
    assert KEY not in str(error.value)
    assert KEY not in caplog.text
    assert KEY not in repr(vars(engine)["_model"])


async def test_the_common_key_is_sent_where_no_other_is_named(server, tmp_path):
    engine = RemoteEngine(Model(f"{server.address}#keyed"), key=KEY)
    assert "30 days" in await text_of(engine, ask())
    file = tmp_path / "key"
    file.write_text("another")
    options = EngineOptions(key_file=file)
    with pytest.raises(ModelError, match="refuses the key"):
        await text_of(RemoteEngine(Model(engine.name, options=options), key=KEY), ask())


@pytest.mark.parametrize(
    ("address", "sent"),
    [
        ("http://models.example:8000/v1", False),
        ("https://models.example/v1", True),
        ("http://localhost:8000/v1", True),
        ("http://[::1]:8000/v1", True),
    ],
)
def test_the_common_key_goes_only_where_nobody_reads_it_on_the_way(address, sent):
    engine = RemoteEngine(Model(f"{address}#m"), key=KEY)
    assert bool(engine._client.key) is sent  # nothing is sent in a test
    assert KEY not in repr(engine._client)


async def test_a_wrong_key_is_said_without_quoting_the_server(server):
    with pytest.raises(ModelError, match=r"answers 401, it refuses the key; check .*key_file") as e:
        await text_of(engine_for(server, "keyed"), ask())
    assert KEY not in str(e.value)


@pytest.mark.parametrize(
    "name",
    ["http://127.0.0.1:8000/v1", "http://#model", "http://127.0.0.1:nought/v1#m", "https://"],
)
def test_an_address_without_host_or_model(name):
    with pytest.raises(ConfigError, match=r"write the address, '#' and the model"):
        RemoteEngine(Model(name))


@pytest.mark.parametrize("name", ["http://me:pass123@127.0.0.1/v1#m", "http://a/v1?key=pass123#m"])
def test_a_password_in_the_address_is_refused_and_not_repeated(name):
    with pytest.raises(ConfigError, match="put the key in a file") as error:
        RemoteEngine(Model(name))
    assert "pass123" not in str(error.value)


@pytest.mark.parametrize("content", [None, b"", b"  \n", b"two words", "schlüssel".encode()])
def test_a_key_file_that_holds_no_key(tmp_path, content):
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ConfigError, match="a file that holds the key and nothing else"):
        RemoteEngine(Model("http://127.0.0.1/v1#m", options=EngineOptions(key_file=file)))


def test_a_server_chooses_its_adapters(tmp_path):
    with pytest.raises(ConfigError, match="a server chooses its adapters itself"):
        RemoteEngine(Model("http://127.0.0.1/v1#m", adapter=tmp_path))


SCHEMA = FORMS["members"].asked["schema"]


async def test_a_schema_is_asked_for_as_openai_writes_it_and_a_grammar_as_vllm_does(server):
    engine = engine_for(server, "good")
    for form in (FORMS["members"], FORMS["nested"]):
        assert form.kept(await text_of(engine, ask(**form.asked)))
    schema, grammar = server.bodies[-2:]
    asked = {"name": "answer", "strict": True, "schema": json.loads(SCHEMA)}
    assert schema["response_format"] == {"type": "json_schema", "json_schema": asked}
    assert "structured_outputs" not in schema
    assert grammar["structured_outputs"]["grammar"].startswith("root ::= digit |")
    assert "response_format" not in grammar


@pytest.mark.parametrize(
    ("model", "says"),
    [
        ("formless", r"answers 400: .*response_format.*leave out the grammar or schema"),
        ("ignoring", r"answers 'The kettle can.*', which the schema of the request does not allow"),
    ],
)
async def test_a_server_that_keeps_no_schema(server, model, says):
    engine = engine_for(server, model)
    assert engine.capabilities.grammar
    with pytest.raises(ConstraintRefused, match=says):
        await text_of(engine, ask(schema=SCHEMA))
    assert engine.stats().failures == 1
    assert not engine.capabilities.grammar
    assert await text_of(engine, ask()) == f"{ANSWERS[KETTLE]} "


async def test_a_cut_answer_is_of_no_form_and_says_so(server):
    chunks = await chunks_of(engine_for(server, "good"), ask(schema=SCHEMA, max_tokens=2))
    assert chunks[-1].finish == "length"


async def test_a_grammar_would_hold_for_thoughts_too(server):
    engine = RemoteEngine(Model(f"{server.address}#good", thinking=True))
    with pytest.raises(ConstraintRefused, match=r"after the model has thought; give a schema"):
        await text_of(engine, ask(**FORMS["ids"].asked))


@pytest.mark.parametrize("model", ["formless", "ignoring"])
async def test_a_pool_asks_such_a_server_for_prose_and_remembers_it(server, model):
    pool = Pool(generator=f"{server.address}#{model}", encoder=HashEncoder())
    request = ask(schema=SCHEMA, plain=ask())
    for first in (True, False):
        before = len(server.bodies)
        chunks = [chunk async for chunk in pool.generate("generator", request)]
        at = next((at for at, chunk in enumerate(chunks) if chunk.restart), -1)
        said = "".join(chunk.text for chunk in chunks[at + 1 :])
        assert said == f"{ANSWERS[KETTLE]} "
        assert all(chunk.plain for chunk in chunks[at + 1 :])
        assert (at >= 0) == (first and model == "ignoring")
        assert len(server.bodies) - before == 1 + first
        assert chunks[-1].degraded == ""
    await pool.aclose()
