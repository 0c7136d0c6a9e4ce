"""Keys, sign-in links and owners: what opens, what does not, and what is kept of them."""

from pathlib import Path

import pytest

from ontopilot.errors import NotYours, QuestionError, StoreError
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.keys import Keys
from ontopilot.orchestrator.store.owners import Owners


@pytest.fixture
def store(tmp_path):
    opened = Store.open(f"sqlite:///{tmp_path}/store.db")
    yield opened
    opened.close()


@pytest.fixture
def keys(store):
    return Keys(store.database)


def test_a_key_is_found_by_its_text_and_its_text_is_not_kept(keys, store):
    key, secret = keys.add("the shop", role="operator")
    assert keys.find(secret) == key
    assert key.valid
    kept = Path(store.name).read_bytes() + Path(f"{store.name}-wal").read_bytes()
    assert secret.encode() not in kept
    assert keys.find(secret + "x") is None


def test_a_revoked_key_opens_nothing(keys):
    key, secret = keys.add("the shop", role="operator")
    keys.revoke(key.id)
    assert not keys.find(secret).valid
    with pytest.raises(StoreError, match="revoked already"):
        keys.revoke(key.id)


def test_an_expired_key_opens_nothing(keys):
    _, secret = keys.add("for a day", role="editor", days=0)
    assert not keys.find(secret).valid


def test_a_key_has_no_scope_beyond_its_role(keys):
    with pytest.raises(StoreError, match="console"):
        keys.add("x", role="customer", customer="C-1", scopes=["console"])
    with pytest.raises(StoreError, match="names one"):
        keys.add("x", role="customer")
    with pytest.raises(StoreError, match="names one"):
        keys.add("x", role="operator", customer="C-1")
    narrow, _ = keys.add("metrics only", role="operator", scopes=["metrics"])
    assert narrow.scopes == {"metrics"}


def test_a_sign_in_link_works_once(keys):
    link = keys.ticket("customer", customer="C-1001")
    assert keys.redeem(link).customer == "C-1001"
    assert keys.redeem(link) is None
    assert keys.redeem(keys.ticket("customer", customer="C-1001", seconds=0)) is None


def test_the_secret_of_cookies_is_one_for_all_servers(keys, store):
    assert keys.cookie_secret() == Keys(store.database).cookie_secret()


def test_a_conversation_is_its_owners_alone(store):
    owners = Owners(store.database)
    mine = owners.claim(None, "visitor:a", customer=None)
    assert owners.claim(mine, "visitor:a", customer=None) == mine
    with pytest.raises(NotYours):
        owners.claim(mine, "visitor:b", customer=None)
    turn = store.begin_turn(mine, None, "Hello?", "v1")
    assert owners.of_turn(turn.id) == "visitor:a"
    assert owners.last("visitor:a", since=0) == mine
    assert owners.last("visitor:b", since=0) is None


def test_a_conversation_that_python_began_is_taken_up_by_its_customer_only(store):
    owners = Owners(store.database)
    row = store.begin_turn(None, "C-1001", "Hello?", "v1")
    assert (owners.of_turn(row.id), owners.of_turn("t-none")) == ("", None)
    with pytest.raises(NotYours):
        owners.claim(row.conversation, "visitor:a", customer=None)
    with pytest.raises(NotYours):
        owners.claim(row.conversation, "customer:C-1002", customer="C-1002")
    owners.claim(row.conversation, "customer:C-1001", customer="C-1001")
    assert owners.of(row.conversation) == "customer:C-1001"


def test_what_is_no_identifier_is_refused(store):
    with pytest.raises(QuestionError, match="conversation"):
        Owners(store.database).claim("\x00", "visitor:a", customer=None)
