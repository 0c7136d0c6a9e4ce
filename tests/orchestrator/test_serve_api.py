"""Responses, embeddings, turns and feedback, as the official client and others see them."""

import base64
import json
import re
from hashlib import sha256

import httpx
import numpy as np
import openai
import pytest

from ontopilot.errors import EngineFailed
from ontopilot.orchestrator.events import Begun
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.asked import Asked
from ontopilot.orchestrator.store.keys import Keys
from tests.orchestrator.test_serve import CLAIMS, NO_CLAIM, QUESTION, Drafts


@pytest.fixture
def agent(make_agent):
    return make_agent(generator=Drafts())


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent})
    return base


@pytest.fixture
def client(url):
    with openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as made:
        yield made


def test_a_response(client):
    done = client.responses.create(model="tiny", input=QUESTION)
    assert done.output_text.startswith(f"{CLAIMS[0]} [1]")
    assert (done.status, done.object) == ("completed", "response")
    assert (done.usage.input_tokens, done.usage.total_tokens) == (7, 12)
    first, *_ = done.output[0].content[0].annotations
    assert (first.type, first.filename) == ("file_citation", "kettle.md")
    assert done.output_text[first.index :].startswith("[1]")


def test_a_streamed_response_has_the_events_that_the_client_waits_for(client):
    with client.responses.stream(model="tiny", input=QUESTION) as stream:
        events = list(stream)
        final = stream.get_final_response()
    kinds = [event.type for event in events]
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert deltas == [f"{CLAIMS[0]} [1]", f" {CLAIMS[1]} [1]"]
    assert [event.sequence_number for event in events] == sorted(
        event.sequence_number for event in events
    )
    assert final.output_text == "".join(deltas)
    assert final.id == events[0].response.id


def test_a_response_goes_on_with_the_previous_one(client):
    first = client.responses.create(model="tiny", input=QUESTION)
    then = client.responses.create(
        model="tiny", input="And how long?", previous_response_id=first.id
    )
    assert then.previous_response_id == first.id
    assert then.ontopilot["conversation"] == first.ontopilot["conversation"]


def test_the_history_in_the_input_finds_the_conversation(client):
    first = client.responses.create(model="tiny", input=QUESTION)
    said = [
        {"role": "user", "content": QUESTION},
        {"role": "assistant", "content": [{"type": "output_text", "text": first.output_text}]},
        {"role": "user", "content": [{"type": "input_text", "text": "And how long?"}]},
    ]
    then = client.responses.create(model="tiny", input=said)
    assert then.ontopilot["conversation"] == first.ontopilot["conversation"]


def test_an_unknown_previous_response_is_the_clients_error(client):
    with pytest.raises(openai.NotFoundError, match="no response"):
        client.responses.create(model="tiny", input="x", previous_response_id="resp_t-1")


def test_a_response_that_fails_while_it_streams_ends_in_an_error(client, agent, monkeypatch):
    async def breaks(*args, **kwargs):
        yield Begun("t-1", "c-1")
        raise EngineFailed("/srv/secret/model stopped")

    monkeypatch.setattr(agent, "astream", breaks)
    *_, last = client.responses.create(model="tiny", input="hello", stream=True)
    assert (last.type, last.code) == ("error", "EngineFailed")
    assert "log has the reason" in last.message
    assert "secret" not in last.message


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"input": []}, "input"),
        ({"input": 7}, "input.list[InputMessage]"),
        ({"input": [{"role": "assistant", "content": "x"}]}, "input"),
        ({"input": [{"type": "image", "role": "user", "content": "x"}]}, None),
        ({"stream": "yes"}, "stream"),
        ({"previous_response_id": 7}, "previous_response_id"),
    ],
)
def test_a_wrong_response_request_is_a_400(url, change, param):
    reply = httpx.post(f"{url}/v1/responses", json={"model": "tiny", "input": "x"} | change)
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert error["message"]
    if param and "[" not in param:
        assert error["param"] == param


def test_embeddings_in_both_forms_are_those_of_the_encoder(client, agent):
    texts = ["a kettle", "a router"]
    packed = client.embeddings.create(model="tiny", input=texts)
    plain = client.embeddings.create(model="tiny", input=texts, encoding_format="float")
    expected = agent.pool.small.encoder.encode(texts)
    assert np.allclose([row.embedding for row in packed.data], expected, atol=1e-6)
    assert np.allclose([row.embedding for row in plain.data], expected, atol=1e-6)


@pytest.mark.parametrize("given", [[], "", [""], ["x"] * 257, [1, 2], "x" * 20_001])
def test_what_cannot_be_embedded_is_the_clients_error(client, given):
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model="tiny", input=given)


def test_base64_is_what_the_client_decodes(url, agent):
    body = {"model": "tiny", "input": "a kettle", "encoding_format": "base64"}
    row = httpx.post(f"{url}/v1/embeddings", json=body).json()["data"][0]["embedding"]
    raw = np.frombuffer(base64.b64decode(row), dtype="<f4")
    assert raw.shape == (agent.pool.small.encoder.dimension,)


def test_a_turn_tells_what_it_rested_on(client, url):
    turn = client.responses.create(model="tiny", input=QUESTION).ontopilot["turn"]
    told = httpx.get(f"{url}/turns/{turn}").json()
    assert told["agent"] == "tiny"
    assert {verdict["status"] for verdict in told["verdicts"]} == {"supported"}
    assert any("vinegar" in item["text"] for item in told["evidence"])
    assert told["plan"]["operators"]
    explained = httpx.get(f"{url}/turns/{turn}/explain").json()
    assert "draft" in explained["plan"]


def test_feedback_is_kept_and_shown(client, url):
    turn = client.responses.create(model="tiny", input=NO_CLAIM).ontopilot["turn"]
    said = {"turn": turn, "rating": 2, "correction": "Boris Spassky lost."}
    assert httpx.post(f"{url}/feedback", json=said).json() == said
    assert httpx.get(f"{url}/turns/{turn}").json()["feedback"]["rating"] == 2


@pytest.mark.parametrize(
    "said", [{}, {"turn": "t", "rating": 6}, {"turn": "t", "rating": 1, "x": 1}, "text"]
)
def test_wrong_feedback_is_a_400(url, said):
    assert httpx.post(f"{url}/feedback", json=said).status_code == 400


def test_unknown_turns_are_a_404(url):
    for path in ("/turns/t-1", "/turns/t-1/explain", "/turns/%00", "/turns/" + "x" * 5000):
        reply = httpx.get(f"{url}{path}")
        assert reply.status_code == 404
        assert reply.json()["error"]["message"]
    assert httpx.post(f"{url}/feedback", json={"turn": "t", "rating": 1}).status_code == 404


def test_a_turn_of_somebody_else_does_not_exist(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, open_to_all=False)
    keys = Keys(agent.store.database)
    secrets = [keys.add(c, role="customer", customer=c)[1] for c in ("C-1", "C-2")]
    mine, other = ({"authorization": f"Bearer {secret}"} for secret in secrets)
    body = {"model": "tiny", "input": QUESTION}
    turn = httpx.post(f"{base}/v1/responses", json=body, headers=mine).json()["ontopilot"]["turn"]
    assert httpx.get(f"{base}/turns/{turn}", headers=mine).status_code == 200
    for path in (f"/turns/{turn}", f"/turns/{turn}/explain"):
        assert httpx.get(f"{base}{path}", headers=other).status_code == 404
    goes_on = body | {"previous_response_id": f"resp_{turn}"}
    assert httpx.post(f"{base}/v1/responses", json=goes_on, headers=other).status_code == 404
    _, staff = keys.add("desk", role="editor")
    headers = {"authorization": f"Bearer {staff}"}
    assert httpx.get(f"{base}/turns/{turn}", headers=headers).status_code == 200


def test_the_description_of_the_api_has_every_path(url):
    paths = json.loads(httpx.get(f"{url}/openapi.json").text)["paths"]
    assert {"/v1/responses", "/v1/embeddings", "/turns/{turn}", "/feedback"} <= set(paths)


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_that_is_sent_again_is_the_same_turn(url, stream):
    body = {"model": "tiny", "messages": [{"role": "user", "content": QUESTION}], "stream": stream}
    headers = {"idempotency-key": "once-1"}
    path = f"{url}/v1/chat/completions"
    first, again = (httpx.post(path, json=body, headers=headers, timeout=30) for _ in range(2))
    turns = [re.search('"turn":"([^"]+)"', reply.text)[1] for reply in (first, again)]
    assert turns[0] == turns[1]
    assert all(CLAIMS[1] in reply.text for reply in (first, again))
    other = body | {"messages": [{"role": "user", "content": "Something else?"}]}
    assert httpx.post(path, json=other, headers=headers).status_code == 422
    assert httpx.post(path, json=body, headers={"idempotency-key": "x" * 201}).status_code == 400


def test_a_request_that_is_still_running_is_not_begun_twice(url, agent):
    asked = Asked(agent.store.database, "open")
    assert asked.begin("once-2", sha256(QUESTION.encode()).hexdigest()) is None
    body = {"model": "tiny", "messages": [{"role": "user", "content": QUESTION}]}
    path, headers = f"{url}/v1/chat/completions", {"idempotency-key": "once-2"}
    assert httpx.post(path, json=body, headers=headers).status_code == 409
    asked.end("once-2", None)
    assert httpx.post(path, json=body, headers=headers, timeout=30).status_code == 200
