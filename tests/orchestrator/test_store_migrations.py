"""A store of an older release is brought up to date, and loses nothing."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.tables import SCHEMA, Base

OLD = sorted((Path(__file__).parent / "stores").glob("schema_*.sql"))


@pytest.fixture(params=OLD, ids=lambda path: path.stem)
def path(request, tmp_path):
    made = sqlite3.connect(tmp_path / "store.db")
    made.executescript(request.param.read_text(encoding="utf-8"))
    made.close()
    return tmp_path / "store.db"


def schema_of(path):
    connection = sqlite3.connect(path)
    with connection:
        found = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()[0]
    connection.close()
    return int(found)


def test_there_is_a_store_of_every_older_release():
    assert [path.stem for path in OLD] == [f"schema_{n}" for n in range(1, SCHEMA)]


def test_what_was_stored_is_still_there(path):
    store = Store.open(f"sqlite:///{path}")
    assert schema_of(path) == SCHEMA
    (turn,) = store.history("c-1")
    assert (turn.question, turn.answer) == ("Where is my order?", "It is sent.")
    assert store.answer(turn.id).plan.operators[0].actual_ms == 2.0
    assert [row.question for row in store.unfinished()] == ["And the other one?"]
    store.begin_turn("c-1", "C-1001", "A third?", "v2")
    store.close()


def test_the_tables_are_those_of_a_new_store(path):
    store = Store.open(f"sqlite:///{path}")
    with store.database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        found = compare_metadata(context, Base.metadata)
    store.close()
    assert [change for change in found if "alembic_version" not in str(change)] == []


def test_a_second_opening_changes_nothing(path):
    for _ in range(2):
        Store.open(f"sqlite:///{path}").close()
    assert schema_of(path) == SCHEMA


def test_a_failure_half_way_leaves_the_old_store(path, monkeypatch):
    from ontopilot.orchestrator.store import migrations

    before = schema_of(path)

    def breaks(connection, found):
        connection.exec_driver_sql("ALTER TABLE conversations ADD COLUMN half TEXT")
        raise RuntimeError("half way")

    monkeypatch.setattr(migrations, "upgrade", breaks)
    with pytest.raises(RuntimeError, match="half way"):
        Store.open(f"sqlite:///{path}")
    monkeypatch.undo()
    assert schema_of(path) == before
    Store.open(f"sqlite:///{path}").close()
    assert schema_of(path) == SCHEMA
