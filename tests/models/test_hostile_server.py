"""Whatever a server streams ends in an answer or in one error of ours, and within bounds."""

import asyncio
import gzip
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import EngineFailed, ModelError
from ontopilot.models import Model
from ontopilot.models.messages import Usage
from ontopilot.models.remote import RemoteEngine
from ontopilot.models.streaming.sse import LONGEST_LINE, Completion, read_completion, read_lines
from tests.conformance.engine import ask, text_of

GOOD = {"choices": [{"delta": {"content": "Yes. "}, "finish_reason": None}]}
END = {"choices": [{"delta": {}, "finish_reason": "stop"}]}

words = st.sampled_from(
    "choices delta content finish_reason usage prompt_tokens completion_tokens "
    "prompt_tokens_details cached_tokens model error message stop length".split()
)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
choices = st.fixed_dictionaries({"delta": st.dictionaries(words, values, max_size=3)})
events = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(choices | values, max_size=2) | values,
        "usage": st.dictionaries(words, values, max_size=4) | values,
        "error": values,
        "model": values,
    },
)
lines = st.one_of(
    (events | values).map(lambda value: f"data: {json.dumps(value)}\n\n".encode()),
    st.just(f"data: {json.dumps(GOOD)}\n\n".encode()),
    st.just(f"data: {json.dumps(END)}\n\n".encode()),
    st.just(b"data: [DONE]\n\n"),
    st.binary(max_size=60),
    st.sampled_from(
        [b"\r", b"\r\n", b"data", b"data:", b": ping\n\n", b"event: x\n", b"\xef\xbb\xbf"]
    ),
)


async def parts_of(stream, cuts):
    """A stream in pieces as a network cuts it."""
    at = 0
    for cut in [*cuts, len(stream)]:
        if at < cut:
            yield stream[at:cut]
            at = cut


async def read(stream, cuts=(), *, most_bytes=10**7, most_characters=10**6):
    completion = Completion("hostile")
    parts = read_lines(parts_of(stream, cuts), "hostile", most_bytes=most_bytes)
    pieces = read_completion(parts, completion, most_characters=most_characters)
    return "".join([piece async for piece in pieces]), completion


def outcome(stream, cuts=()):
    """What was read; an error that is not one of ours goes through."""
    try:
        text, completion = asyncio.run(read(stream, cuts))
    except EngineFailed as error:
        return str(error)
    total = completion.usage + Usage(1, 1)
    assert min(total.prompt_tokens, total.completion_tokens, total.cached_tokens) >= 0
    return text, completion


@given(st.lists(lines, max_size=8).map(b"".join))
def test_every_stream_is_an_answer_or_one_error(stream):
    told = outcome(stream)
    if isinstance(told, str):
        assert told.startswith("engine 'hostile': ")
        assert len(told) < 600
    else:
        assert told[1].finish in ("stop", "length")


@given(st.lists(lines, max_size=5).map(b"".join), st.integers(0, 2**31))
def test_where_the_network_cuts_a_stream_changes_nothing(stream, seed):
    drawn = random.Random(seed)
    cuts = sorted(drawn.randrange(len(stream) + 1) for _ in range(6))
    assert outcome(stream, cuts) == outcome(stream)
    assert outcome(stream, range(len(stream))) == outcome(stream)


def event(value):
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()


@pytest.mark.parametrize("odd", ["\u2028", "\x85", "\x0b", "\x1c", "\ufeff", "é"])
def test_what_is_no_end_of_a_line_ends_none(odd):
    said = {"choices": [{"delta": {"content": f"a{odd}b"}, "finish_reason": "stop"}]}
    text = json.dumps(said, ensure_ascii=False)
    text = text.replace("\\u000b", "\x0b").replace("\\u001c", "\x1c")
    if odd in ("\x0b", "\x1c"):  # JSON allows no such character as it is
        assert "the stream holds" in outcome(f"data: {text}\n\n".encode())
    else:
        assert outcome(event(said))[0] == f"a{odd}b"


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": "many", "completion_tokens": 1},
        {"prompt_tokens": -1, "completion_tokens": 1},
        {"prompt_tokens": True, "completion_tokens": 1},
        {"prompt_tokens": 1.5, "completion_tokens": 1},
        {"prompt_tokens": 10**30, "completion_tokens": 1},
        {
            "prompt_tokens": 1,
            "completion_tokens": 1,
            "prompt_tokens_details": {"cached_tokens": []},
        },
        {"prompt_tokens": 1, "completion_tokens": 1, "prompt_tokens_details": [7]},
    ],
)
def test_counts_are_counts(usage):
    told = outcome(event(END | {"usage": usage}))
    if isinstance(told, tuple):
        assert told[1].usage == Usage(1, 1, 0)  # an empty list is no count of cached tokens
    else:
        assert "the stream holds" in told


@pytest.mark.parametrize("content", [{"a": 1}, ["x"], 7, True])
def test_content_is_a_text(content):
    said = {"choices": [{"delta": {"content": content}, "finish_reason": "stop"}]}
    assert "the stream holds" in outcome(event(said))


def test_deep_nesting_is_an_error_of_the_stream():
    assert "the stream holds" in outcome(b"data: " + b"[" * 200_000 + b"\n\n")


def test_a_line_without_end_is_given_up():
    assert "a line of the stream has more than" in outcome(
        b"data: " + b"x" * (2 * LONGEST_LINE), range(0, 2 * LONGEST_LINE, 65_536)
    )


async def test_a_stream_without_end_is_given_up():
    async def endless(piece):
        while True:
            yield piece

    for piece, says in ((b": ping\n\n", "goes on after 50,000 bytes"), (event(GOOD), "characters")):
        parts = read_lines(endless(piece), "hostile", most_bytes=50_000)
        answer = read_completion(parts, Completion("hostile"), most_characters=1000)
        with pytest.raises(EngineFailed, match=says):
            _ = [piece async for piece in answer]


class Hostile:
    """A server on this machine that answers every request with the same bytes, for ever or once."""

    def __init__(self, head, body, *, endless=False):
        self._head, self._body, self._endless = head, body, endless
        self.heard = b""

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.engine = RemoteEngine(Model(f"http://127.0.0.1:{port}/v1#m"))
        return self

    async def __aexit__(self, *_):
        self._server.close()

    async def _answer(self, reader, writer):
        try:
            self.heard = await reader.readuntil(b"\r\n\r\n")
            writer.write(self._head + b"\r\n\r\n" + self._body)
            while self._endless:
                writer.write(self._body)
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()


STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream"


@pytest.mark.parametrize(
    ("head", "body", "endless", "says"),
    [
        (STREAM, event(GOOD), True, "more than .* characters"),
        (STREAM, b": ping\n\n" * 8000, True, "goes on after .* bytes"),
        (STREAM, b"data: x" * 9000, True, "a line of the stream has more than"),
        (STREAM + b"\r\ncontent-encoding: gzip", gzip.compress(event(GOOD)), False, "compresses"),
        (b"HTTP/1.1 500 No", b"sorry " * 10_000, True, "answers 500: sorry"),
        (b"HTTP/1.1 429 No\r\ncontent-encoding: gzip", b"\x1f\x8b" + b"\x00" * 99, False, "429"),
        (b"not HTTP at all", b"", False, "the connection failed"),
        (b"HTTP/1.1 200 OK\r\ncontent-type: \xff", event(GOOD), False, "not with a stream"),
        (STREAM + b"\r\ncontent-length: 9", event(GOOD), False, "broke off|holds|failed"),
        (STREAM + b"\r\ntransfer-encoding: chunked", b"zz\r\n", False, "the connection failed"),
        (b"HTTP/1.1 307 Go\r\nlocation: http://203.0.113.1/", b"", False, "answers 307"),
    ],
)
async def test_a_hostile_server_is_an_error_of_ours(head, body, endless, says):
    async with Hostile(head, body, endless=endless) as server:
        with pytest.raises(ModelError, match=says) as raised:
            await asyncio.wait_for(text_of(server.engine, ask()), 60)
        assert len(str(raised.value)) < 700
        assert server.engine.stats().running == 0
        assert b"accept-encoding: identity" in server.heard.lower()
