"""Opening and writing a store that cannot be used: one clear sentence, and nothing lost."""

import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ontopilot.errors import StoreError, StoreLocked, StoreReadOnly, StoreVersion
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.database import Database
from ontopilot.orchestrator.store.tables import SCHEMA


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file of a store with one turn in it."""
    store = Store.open(f"sqlite:///{tmp_path}/store.db")
    store.begin_turn("c-1", None, "Return?", "v1")
    store.close()
    return tmp_path / "store.db"


def execute(path: Path, statement: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture
def holder(path: Path) -> Iterator[sqlite3.Connection]:
    """Another process's connection that holds the store."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    yield connection
    connection.close()


def test_a_locked_store_says_who_to_wait_for(path: Path, holder: sqlite3.Connection) -> None:
    with pytest.raises(StoreLocked, match=f"{path}.*another process holds it"):
        Store.open(f"sqlite:///{path}", patience=0.05)


def test_a_store_that_is_locked_later_loses_nothing(path: Path) -> None:
    store = Store.open(f"sqlite:///{path}", patience=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreLocked, match="try again"):
        store.begin_turn("c-1", None, "Again?", "v1")
    other.execute("ROLLBACK")
    other.close()
    store.begin_turn("c-1", None, "Again?", "v1")
    assert [row.question for row in store.unfinished()] == ["Return?", "Again?"]
    store.close()


def test_writes_of_one_process_wait_for_each_other(path: Path) -> None:
    """Longer than a write waits for another process, and each in its turn."""
    database = Database.open(f"sqlite:///{path}", patience=0.05)

    def write(n: int) -> int:
        with database.writing() as connection:
            connection.exec_driver_sql(f"UPDATE meta SET value = value WHERE key = '{n}'")
            time.sleep(0.05)
        return n

    with ThreadPoolExecutor(12) as threads:
        assert list(threads.map(write, range(12))) == list(range(12))
    database.close()


def test_a_store_opened_read_only_is_refused(path: Path) -> None:
    with pytest.raises(StoreReadOnly, match="write permission"):
        Store.open(f"sqlite:///file:{path}?mode=ro&uri=true")


def test_a_file_in_place_of_the_folder_is_named(path: Path) -> None:
    with pytest.raises(StoreReadOnly, match="folder cannot be made"):
        Store.open(f"sqlite:///{path}/inside/store.db")


OPEN_AS_NOBODY = """
import os, sys
from ontopilot.errors import StoreReadOnly
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.database import Database
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    Store.open(sys.argv[1])
except StoreReadOnly as error:
    print(error)
"""


@pytest.mark.parametrize("there", [True, False])
def test_without_permission_the_store_is_read_only(there: bool) -> None:
    """Root may write anything, so that the attempt is made by a user who may not."""
    folder = Path(tempfile.mkdtemp())
    path = folder / "store.db"
    if there:
        Store.open(f"sqlite:///{path}").close()
        path.chmod(stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH)
    folder.chmod(0o555)
    command = [sys.executable, "-c", OPEN_AS_NOBODY, f"sqlite:///{path}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.startswith(f"store {str(path)!r}: it cannot be")
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def test_a_store_of_a_newer_ontopilot_is_left_alone(path: Path) -> None:
    execute(path, "UPDATE meta SET value = '99' WHERE key = 'schema'")
    with pytest.raises(StoreVersion, match=r"schema '99'.*upgrade ontopilot"):
        Store.open(f"sqlite:///{path}")
    execute(path, f"UPDATE meta SET value = '{SCHEMA}' WHERE key = 'schema'")
    store = Store.open(f"sqlite:///{path}")
    assert [row.question for row in store.unfinished()] == ["Return?"]
    store.close()


@pytest.mark.parametrize("change", ["UPDATE meta SET value = 'x'", "DELETE FROM meta"])
def test_a_store_without_a_version_is_refused(path: Path, change: str) -> None:
    execute(path, change)
    with pytest.raises(StoreError, match="not one that ontopilot wrote"):
        Store.open(f"sqlite:///{path}")


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    execute(path, "CREATE TABLE turns (left INTEGER, right INTEGER)")
    with pytest.raises(StoreError, match=r"tables \['turns'\] of another program"):
        Store.open(f"sqlite:///{path}")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("This is the shopping list. " * 100)
    with pytest.raises(StoreError, match="the file is not a store"):
        Store.open(f"sqlite:///{path}")
    assert path.read_text().startswith("This is the shopping list.")


def test_a_store_cut_short_is_reported(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(StoreError, match=r"damaged|not a store|disk refused"):
        Store.open(f"sqlite:///{path}").unfinished()


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="this is a folder"):
        Store.open(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize("url", ["store.db", "", "nosql://host/name"])
def test_a_wrong_url_says_what_to_write(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///|install the driver"):
        Store.open(url)


def test_no_message_tells_a_password() -> None:
    with pytest.raises(StoreError) as caught:
        Store.open("nosql://user:hidden@host/name")
    assert "hidden" not in str(caught.value)


FILL_THE_DISK = """
import resource, sys
from ontopilot.errors import StoreError
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.database import Database
from ontopilot.retrieval.passage import Evidence, EvidenceId
store = Store.open(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
big = Evidence(EvidenceId("doc:1"), "passage", "x" * 40_000, 1.0, "")
try:
    for _ in range(100):
        row = store.begin_turn(None, None, "Return?", "v1")
        store.save_evidence(row.id, [big])
        print(row.id, flush=True)
except StoreError as error:
    print(error)
"""


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    done = subprocess.run(
        [sys.executable, "-c", FILL_THE_DISK, url],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    *stored, message = done.stdout.splitlines()
    assert str(tmp_path / "store.db") in message
    assert "nothing stored is lost" in message
    assert 2 < len(stored) < 100
    store = Store.open(url)
    assert [len(store.evidence(turn)) for turn in stored] == [1] * len(stored)
    store.begin_turn(None, None, "And now?", "v1")
    store.close()
