"""Bodies that no client of ours would send: each gets an answer or one clear error."""

import json
from contextlib import suppress

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.serve.connection import BODY_LIMIT
from tests.orchestrator.test_serve import QUESTION, Drafts, user
from tests.orchestrator.test_serve_access import visit

GOOD = {
    "/v1/chat/completions": {"model": "tiny", "messages": user(QUESTION)},
    "/v1/responses": {"model": "tiny", "input": QUESTION},
    "/v1/embeddings": {"model": "tiny", "input": QUESTION},
    "/feedback": {"turn": "t-1", "rating": 3},
    "/chat/tiny/turns": {"text": QUESTION},
    "/chat/tiny/feedback": {"turn": "t-1", "rating": 3},
    "/sign-in": {"ticket": "x"},
}
paths = st.sampled_from(sorted(GOOD))
text = st.text(st.characters(codec=None), max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=10,
)
names = st.sampled_from(
    "model messages input stream stream_options user metadata n temperature previous_response_id "
    "encoding_format turn rating correction text conversation ticket role content".split()
)
fuzzed = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def client(server, make_agent):
    current, base = server
    current.app = create_app({"tiny": make_agent(generator=Drafts())}, rate="1000000/minute")
    with visit(base) as visitor:
        visitor.timeout = 60
        yield visitor


def sent(client, path, body):
    """The reply to a body, which has the shape of an error where it is one."""
    reply = client.post(path, content=body)
    assert reply.status_code < 500, (path, body, reply.text)
    assert '"server_error"' not in reply.text
    if reply.status_code >= 400:
        error = reply.json()["error"]
        assert error["type"]
        assert 0 < len(error["message"]) < 500
    return reply


@fuzzed
@given(paths, st.binary(max_size=80) | values.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_request_is_refused(client, path, body):
    assert 400 <= sent(client, path, body).status_code < 500


@fuzzed
@given(paths, names, values, st.booleans())
def test_a_field_of_any_value_is_answered_or_refused(client, path, name, value, inside):
    body = json.loads(json.dumps(GOOD[path]))
    place = body["messages"][0] if inside and "messages" in body else body
    place[name] = value
    sent(client, path, json.dumps(body).encode())


@fuzzed
@given(paths, text.filter(bool), values)
def test_an_unknown_field_is_tolerated_by_the_api_and_refused_by_the_pages(
    client, path, name, value
):
    reply = sent(client, path, json.dumps({f"x-{name}": value} | GOOD[path]).encode())
    ours = not path.startswith("/v1/")
    assert (reply.status_code == 400) == ours


@pytest.mark.parametrize("path", sorted(GOOD))
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 200_000, 400),
        (b'{"a":' * 150_000, 400),
        (b'{"model":"tiny","input":' + b"[" * 9_000 + b"]" * 9_000 + b"}", 400),
        (b'{"model":' + b"9" * 10_000 + b"}", 400),
        (b'"' + b"x" * BODY_LIMIT + b'"', 413),
        (json.dumps(GOOD["/v1/chat/completions"]).encode("utf-16"), None),
        (b"\xef\xbb\xbf{}", 400),
        (b"{} {}", 400),
        (b'{"model": NaN, "input": Infinity}', 400),
    ],
    ids=["lists", "objects", "closed", "digits", "huge", "utf-16", "bom", "two", "nan"],
)
def test_a_monstrous_body_is_refused_at_once(client, path, body, status):
    found = sent(client, path, body).status_code
    assert found == status or (status is None and found in (200, 400))


def test_a_body_that_grows_beyond_the_limit_is_cut_off(client):
    def endless():
        for _ in range(10_000):
            yield b" " * 65_536

    with suppress(httpx.WriteError):  # the server may have answered and hung up
        assert client.post("/v1/responses", content=endless()).status_code == 413
