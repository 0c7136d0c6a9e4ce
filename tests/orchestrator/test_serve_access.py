"""Who is let in, what they reach, and what a browser is told."""

import json
import re
import time
from contextlib import contextmanager

import httpx
import openai
import pytest

from ontopilot.errors import ConfigError, StoreLocked
from ontopilot.orchestrator.serve import create_app
from ontopilot.orchestrator.store.keys import Keys
from tests.orchestrator.serving import running
from tests.orchestrator.test_serve import CLAIMS, QUESTION, Drafts, user

CHAT = "/v1/chat/completions"
BODY = {"model": "tiny", "messages": user(QUESTION)}


@pytest.fixture
def agent(make_agent):
    return make_agent(generator=Drafts())


@pytest.fixture
def url(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, open_to_all=False, rate="20/hour")
    return base


@pytest.fixture
def keys(agent):
    return Keys(agent.store.database)


def ask(url, secret, **more):
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    return httpx.post(f"{url}{CHAT}", json=BODY | more, headers=headers, timeout=30)


def test_without_a_key_nothing_is_answered(url):
    for path in (CHAT, "/v1/models", "/metrics"):
        method = "POST" if path == CHAT else "GET"
        reply = httpx.request(method, f"{url}{path}", json=BODY if method == "POST" else None)
        assert reply.status_code == 401
        assert reply.json()["error"]["code"] == "invalid_api_key"


def test_the_openai_client_takes_a_key(url, keys):
    _, secret = keys.add("shop", role="operator")
    with openai.OpenAI(base_url=f"{url}/v1", api_key=secret, max_retries=0) as client:
        done = client.chat.completions.create(model="tiny", messages=user(QUESTION))
        assert done.choices[0].message.content.startswith(CLAIMS[0])
    with (
        openai.OpenAI(base_url=f"{url}/v1", api_key="opk_wrong", max_retries=0) as client,
        pytest.raises(openai.AuthenticationError, match="unknown, expired or revoked"),
    ):
        client.chat.completions.create(model="tiny", messages=user(QUESTION))


def test_a_revoked_key_is_refused_at_once(url, keys):
    key, secret = keys.add("shop", role="operator")
    assert ask(url, secret).status_code == 200
    keys.revoke(key.id)
    assert ask(url, secret).status_code == 401


def test_a_key_does_what_its_scopes_say(url, keys):
    _, customer = keys.add("Mara", role="customer", customer="C-1001")
    _, metrics = keys.add("Prometheus", role="operator", scopes=["metrics"])
    headers = {"authorization": f"Bearer {metrics}"}
    assert httpx.get(f"{url}/metrics", headers=headers).status_code == 200
    assert ask(url, metrics).json()["error"]["code"] == "insufficient_permissions"
    headers = {"authorization": f"Bearer {customer}"}
    assert httpx.get(f"{url}/metrics", headers=headers).status_code == 403


def test_a_customer_speaks_for_nobody_else(url, keys):
    _, secret = keys.add("Mara", role="customer", customer="C-1001")
    assert ask(url, secret, user="C-1001").status_code == 200
    assert ask(url, secret, user="C-1002").status_code == 403


def test_a_conversation_is_closed_to_everybody_else(url, keys):
    _, mara = keys.add("Mara", role="customer", customer="C-1001")
    _, tobias = keys.add("Tobias", role="customer", customer="C-1002")
    begun = ask(url, mara).json()["ontopilot"]["conversation"]
    goes_on = {"metadata": {"conversation": begun}}
    assert ask(url, mara, **goes_on).status_code == 200
    refused = ask(url, tobias, **goes_on)
    assert refused.status_code == 403
    assert refused.json()["error"]["param"] == "conversation"


def test_the_same_words_of_two_customers_are_two_conversations(url, keys):
    talks = set()
    for who in ("C-1001", "C-1002"):
        _, secret = keys.add(who, role="customer", customer=who)
        said = [*user("hello"), {"role": "assistant", "content": "hi"}, *user(QUESTION)]
        talks.add(ask(url, secret, messages=said).json()["ontopilot"]["conversation"])
    assert len(talks) == 2


def test_too_many_turns_are_refused_with_when_to_come_again(url, keys):
    _, secret = keys.add("shop", role="customer", customer="C-1")
    replies = [ask(url, secret, messages=user(" ")) for _ in range(21)]
    assert [reply.status_code for reply in replies[:20]] == [400] * 20
    assert replies[-1].status_code == 429
    assert 1 <= int(replies[-1].headers["retry-after"]) <= 7201
    _, other = keys.add("shop", role="customer", customer="C-2")
    assert ask(url, other).status_code == 200


def test_a_rate_that_is_none_is_refused(agent):
    with pytest.raises(ConfigError, match="60/minute"):
        create_app({"tiny": agent}, rate="often")


def test_secrets_are_in_no_log(url, keys, caplog):
    caplog.set_level("DEBUG")
    _, secret = keys.add("shop", role="operator")
    ask(url, secret)
    ask(url, "opk_wrong-secret")
    assert secret not in caplog.text
    assert "opk_wrong-secret" not in caplog.text


@pytest.mark.parametrize("path", ["/", "/healthz", "/assets/chat.js", "/v1/nothing"])
def test_every_answer_has_the_headers_that_protect_a_browser(url, path):
    headers = httpx.get(f"{url}{path}").headers
    policy = headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers


def test_other_sites_may_not_ask(url, keys):
    _, secret = keys.add("shop", role="operator")
    headers = {"authorization": f"Bearer {secret}", "origin": "https://evil.example"}
    assert httpx.post(f"{url}{CHAT}", json=BODY, headers=headers).status_code == 403
    assert httpx.post(f"{url}{CHAT}", json=BODY, headers={**headers, "origin": "null"}).is_error


def test_a_site_that_is_named_may_ask(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, origins=["https://shop.example"])
    headers = {"origin": "https://shop.example"}
    reply = httpx.post(f"{base}{CHAT}", json=BODY, headers=headers)
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == "https://shop.example"
    assert httpx.post(f"{base}{CHAT}", json=BODY, headers={"origin": "https://x.example"}).is_error


def test_a_name_that_is_not_the_servers_is_refused(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, hosts=["127.0.0.1"])
    assert httpx.get(f"{base}/healthz").status_code == 200
    assert httpx.get(f"{base}/healthz", headers={"host": "evil.example"}).status_code == 403


@contextmanager
def visit(url):
    """A new visitor of the page: a client with their cookie and their token."""
    with httpx.Client(base_url=url, timeout=30) as client:
        shown = client.get("/").text
        client.headers["x-csrf"] = re.search('data-csrf="([^"]+)"', shown)[1]
        yield client


def events(reply):
    """The events of a stream as (name, document)."""
    found = re.findall("event: (.+)\ndata: (.+)\n\n", reply.text)
    return [(name, json.loads(data)) for name, data in found]


def said(client, text=QUESTION, **more):
    return events(client.post("/chat/tiny/turns", json={"text": text, **more}))


def test_the_page_streams_each_claim_and_ends_with_what_was_checked(url):
    with visit(url) as client:
        happened = said(client)
    names = [name for name, _ in happened]
    assert names.count("claim") == 2
    assert names[-1] == "done"
    done = happened[-1][1]
    assert [claim["text"] for claim in done["claims"]] == list(CLAIMS)
    assert done["claims"][0]["marks"] == [1]
    assert done["citations"][0]["source"] == "kettle.md"
    assert done["checked"] == 2


def test_a_visitor_goes_on_where_they_were_and_nobody_else_can(url):
    with visit(url) as client, visit(url) as other:
        done = said(client)[-1][1]
        again = client.get("/chat/tiny/conversation").json()
        assert again["conversation"] == done["conversation"]
        assert [turn["question"] for turn in again["turns"]] == [QUESTION]
        assert other.get("/chat/tiny/conversation").json()["turns"] == []
        evidence = f"/chat/tiny/turns/{done['turn']}/evidence/1"
        assert "vinegar" in client.get(evidence).json()["text"]
        assert other.get(evidence).status_code == 404
        taken = {"text": QUESTION, "conversation": done["conversation"]}
        assert other.post("/chat/tiny/turns", json=taken).status_code == 403
        rating = {"turn": done["turn"], "rating": 1}
        assert other.post("/chat/tiny/feedback", json=rating).status_code == 404
        assert client.post("/chat/tiny/feedback", json=rating).status_code == 200


def test_a_change_needs_the_token_of_the_page(url):
    with visit(url) as client, visit(url) as other:
        token = client.headers["x-csrf"]
        for wrong in ("", "x", other.headers["x-csrf"]):
            client.headers["x-csrf"] = wrong
            reply = client.post("/chat/tiny/turns", json={"text": QUESTION})
            assert reply.status_code == 403
        client.headers["x-csrf"] = token
        client.cookies.clear()
        assert client.post("/chat/tiny/turns", json={"text": QUESTION}).status_code == 401


def test_a_forged_cookie_is_nobody(url):
    with visit(url) as client:
        client.cookies.clear()
        client.cookies.set("ontopilot", "eyJ2IjoiYSJ9.aaaa.bbbb")
        assert client.get("/chat/tiny/conversation").status_code == 401


def test_a_sign_in_link_makes_a_customer_of_a_visitor_once(url, keys, agent):
    link = keys.ticket("customer", customer="C-1001")
    with visit(url) as client, visit(url) as late:
        assert client.post("/sign-in", json={"ticket": link}).status_code == 200
        assert late.post("/sign-in", json={"ticket": link}).status_code == 401
        shown = client.get("/").text
        client.headers["x-csrf"] = re.search('data-csrf="([^"]+)"', shown)[1]
        assert 'data-customer="C-1001"' in shown
        turn = said(client)[-1][1]["turn"]
        assert agent.store.begin_turn(None, "C-1001", "x", "v").customer == "C-1001"
        assert turn
        client.post("/sign-out", json={})
        assert 'data-customer=""' in client.get("/").text


def test_a_cookie_made_with_a_key_ends_with_the_key(url, keys):
    key, secret = keys.add("Mara", role="customer", customer="C-1001")
    with visit(url) as client:
        client.post("/sign-in", json={"ticket": secret})
        assert 'data-customer="C-1001"' in client.get("/").text
        keys.revoke(key.id)
        assert 'data-customer=""' in client.get("/").text


def test_a_key_opens_no_more_pages_than_it_is_for(url, keys):
    _, whole = keys.add("Ada", role="operator")
    _, part = keys.add("Ben", role="operator", scopes={"chat"})
    for secret, found in ((whole, 200), (part, 403)):
        with visit(url) as client:
            client.post("/sign-in", json={"ticket": secret})
            assert client.get("/console/tiny/turns").status_code == found
            assert client.get("/chat/tiny/conversation").status_code == 200


@pytest.mark.parametrize(
    "body",
    [{}, {"text": ""}, {"text": 7}, {"text": "x", "more": 1}, {"text": "x" * 20_001}, [], "x"],
)
def test_a_wrong_body_of_the_page_is_a_400(url, body):
    with visit(url) as client:
        reply = client.post("/chat/tiny/turns", json=body)
        assert reply.status_code == 400
        assert reply.json()["error"]["message"]


def test_what_is_filled_into_the_page_is_escaped(server, agent):
    current, base = server
    current.app = create_app({"tiny": agent}, title='"><script>alert(1)</script>')
    shown = httpx.get(base).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_ready_while_the_store_answers(url, agent, monkeypatch):
    def gone(*args, **kwargs):
        raise StoreLocked("/srv/secret/store.db is locked")

    assert httpx.get(f"{url}/readyz").json() == {"status": "ready"}
    monkeypatch.setattr(agent.store, "history", gone)
    reply = httpx.get(f"{url}/readyz")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")
    assert "secret" not in reply.text
    assert httpx.get(f"{url}/healthz").status_code == 200


def test_old_conversations_are_deleted_while_it_serves(agent):
    old = agent.store.begin_turn(None, "C-1", "Hello?", "v1")
    with agent.store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE conversations SET begun = 1")
        connection.exec_driver_sql("UPDATE turns SET begun = 1")
    new = agent.store.begin_turn(None, "C-1", "Hello again?", "v1")
    with running(create_app({"tiny": agent}, keep_days=30)) as base:
        deadline = time.monotonic() + 20
        while old.id in {row.id for row in agent.store.unfinished()}:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert httpx.get(f"{base}/healthz").status_code == 200
    assert [row.id for row in agent.store.unfinished()] == [new.id]
