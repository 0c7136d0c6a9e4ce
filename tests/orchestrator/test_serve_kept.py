"""Responses that are asked for again, gone on with and deleted, by the official client."""

import httpx
import openai
import pytest

from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.forgetting import Forgetting
from ontopilot.orchestrator.store.keys import Keys
from ontopilot.orchestrator.store.owners import Owners
from tests.orchestrator.test_serve import QUESTION, Drafts, user

REFUND = "I want my money back for order A-10001"


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


@pytest.fixture
def clients(server, agent):
    """Clients with keys of their own: two customers, an operator who may speak for any, an editor
    who reads all turns, and one who may only embed."""
    current, base = server
    current.app = create_app({"tiny": agent}, open_to_all=False)
    keys = Keys(agent.store.database)
    secrets = {
        "mara": keys.add("Mara", role="customer", customer="C-1001"),
        "tobias": keys.add("Tobias", role="customer", customer="C-1002"),
        "shop": keys.add("shop", role="operator"),
        "editor": keys.add("editor", role="editor"),
        "embed": keys.add("embed", role="editor", scopes=["embed"]),
    }
    made = {
        name: openai.OpenAI(base_url=f"{base}/v1", api_key=secret, max_retries=0)
        for name, (_, secret) in secrets.items()
    }
    yield made
    for one in made.values():
        one.close()


def test_a_response_is_retrieved_as_it_was_given(client):
    made = client.responses.create(model="tiny", input=QUESTION)
    kept = client.responses.retrieve(made.id)
    assert abs(kept.created_at - made.created_at) < 60
    same = {"created_at": made.created_at}
    assert kept.model_copy(update=same).model_dump() == made.model_dump()


def test_a_streamed_response_is_kept_too(client):
    with client.responses.stream(model="tiny", input=QUESTION) as stream:
        final = stream.get_final_response()
    assert client.responses.retrieve(final.id).output_text == final.output_text


def test_a_chat_completion_is_kept_as_a_response(client):
    done = client.chat.completions.create(model="tiny", messages=user(QUESTION))
    kept = client.responses.retrieve(f"resp_{done.ontopilot['turn']}")
    assert kept.output_text == done.choices[0].message.content


def test_each_response_knows_the_one_before_it(client):
    first = client.responses.create(model="tiny", input=QUESTION)
    then = client.responses.create(
        model="tiny", input="And how long?", previous_response_id=first.id
    )
    assert client.responses.retrieve(first.id).previous_response_id is None
    assert client.responses.retrieve(then.id).previous_response_id == first.id


def test_a_yes_goes_on_with_the_response_that_asked_for_it(client, agent):
    asked = client.responses.create(model="tiny", input=REFUND, user="C-1001")
    assert asked.ontopilot["outcome"] == "confirm"
    done = client.responses.create(model="tiny", input="yes", previous_response_id=asked.id)
    assert done.ontopilot["outcome"] == "acted"
    assert agent.refunded == [("A-10001", "C-1001")]


def test_nobody_says_yes_in_the_place_of_another_customer(client, agent):
    asked = client.responses.create(model="tiny", input=REFUND, user="C-1001")
    with pytest.raises(openai.NotFoundError):
        client.responses.create(
            model="tiny", input="yes", previous_response_id=asked.id, user="C-1002"
        )
    assert agent.refunded == []


def test_a_deleted_response_is_gone_with_all_that_hung_on_it(client, agent):
    first = client.responses.create(model="tiny", input=QUESTION)
    then = client.responses.create(model="tiny", input="Hello?", previous_response_id=first.id)
    client.responses.delete(first.id)
    for call in (client.responses.retrieve, client.responses.delete):
        with pytest.raises(openai.NotFoundError):
            call(first.id)
    with pytest.raises(openai.NotFoundError) as caught:
        client.responses.create(model="tiny", input="x", previous_response_id=first.id)
    assert caught.value.param == "previous_response_id"
    assert agent.store.evidence(first.ontopilot["turn"]) == ()
    kept = client.responses.retrieve(then.id)
    assert kept.previous_response_id is None
    assert [turn.id for turn in agent.store.history(kept.ontopilot["conversation"])] == [
        then.ontopilot["turn"]
    ]


def test_deletion_tells_what_was_deleted(client, url):
    made = client.responses.create(model="tiny", input=QUESTION)
    told = httpx.delete(f"{url}/v1/responses/{made.id}").json()
    assert told == {"id": made.id, "object": "response", "deleted": True}


def test_a_deleted_question_for_a_yes_takes_no_yes(client, agent):
    asked = client.responses.create(model="tiny", input=REFUND, user="C-1001")
    talk = {"conversation": asked.ontopilot["conversation"]}
    client.responses.delete(asked.id)
    done = client.responses.create(model="tiny", input="yes", user="C-1001", metadata=talk)
    assert done.ontopilot["outcome"] != "acted"
    assert agent.refunded == []


def test_a_response_that_is_being_written_is_told_and_stays(client, agent):
    talk = Owners(agent.store.database).claim(None, "open", customer=None)
    row = agent.store.begin_turn(talk, None, QUESTION, "v1")
    found = client.responses.retrieve(f"resp_{row.id}")
    assert (found.status, found.output) == ("in_progress", [])
    with pytest.raises(openai.ConflictError, match="not ended"):
        client.responses.delete(found.id)
    agent.store.abandon(row.id)
    assert client.responses.retrieve(found.id).status == "cancelled"
    client.responses.delete(found.id)


@pytest.mark.parametrize(
    "named", ["resp_t-1", "resp_", "t-1", "resp_%00", "resp_\ud7ff\ue000", "x" * 5000]
)
def test_an_unknown_response_is_a_404_in_openais_shape(url, named):
    for method in ("GET", "DELETE"):
        reply = httpx.request(method, f"{url}/v1/responses/{named}")
        assert reply.status_code == 404
        error = reply.json()["error"]
        assert (error["type"], error["param"]) == ("invalid_request_error", "response")
        assert error["message"].startswith("There is no response")
    body = {"model": "tiny", "input": "x", "previous_response_id": named[:200]}
    assert httpx.post(f"{url}/v1/responses", json=body).status_code == 404


def test_a_kept_response_is_not_streamed_again(client):
    made = client.responses.create(model="tiny", input=QUESTION)
    with pytest.raises(openai.BadRequestError, match="given whole"):
        client.responses.retrieve(made.id, stream=True)


@pytest.mark.parametrize("thief", ["tobias", "editor"])
def test_only_the_owner_reaches_a_response(clients, thief):
    made = clients["mara"].responses.create(model="tiny", input=QUESTION)
    for call in (clients[thief].responses.retrieve, clients[thief].responses.delete):
        with pytest.raises(openai.NotFoundError):
            call(made.id)
    with pytest.raises(openai.NotFoundError):
        clients[thief].responses.create(model="tiny", input="x", previous_response_id=made.id)
    assert clients["mara"].responses.retrieve(made.id).output_text == made.output_text


def test_who_may_not_chat_reaches_no_response(clients):
    made = clients["mara"].responses.create(model="tiny", input=QUESTION)
    with pytest.raises(openai.PermissionDeniedError):
        clients["embed"].responses.retrieve(made.id)


def test_who_speaks_for_customers_reaches_their_responses_and_goes_on_for_them(clients):
    made = clients["shop"].responses.create(model="tiny", input=QUESTION, user="C-1001")
    assert clients["shop"].responses.retrieve(made.id).id == made.id
    then = clients["shop"].responses.create(
        model="tiny", input="And how long?", previous_response_id=made.id
    )
    assert clients["mara"].responses.retrieve(then.id).previous_response_id == made.id
    clients["shop"].responses.delete(made.id)


@pytest.mark.parametrize("forget", ["response", "conversation"])
def test_a_key_of_a_deleted_turn_is_free_again(client, agent, forget):
    once = {"idempotency-key": f"once-{forget}"}

    def ask():
        return client.responses.create(model="tiny", input=QUESTION, extra_headers=once)

    first = ask()
    assert ask().id == first.id
    if forget == "response":
        client.responses.delete(first.id)
    else:
        Forgetting(agent.store.database).conversation(first.ontopilot["conversation"])
    assert ask().id != first.id
