"""Opening the database behind a store: connections, pragmas, schema."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Insert,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from ontopilot.errors import StoreError, StoreLocked, StoreReadOnly, StoreVersion
from ontopilot.orchestrator.store.codec import dumps
from ontopilot.orchestrator.store.failure import explained
from ontopilot.orchestrator.store.tables import (
    SCHEMA,
    ActionTable,
    AskedTable,
    Base,
    ConversationTable,
    HandOverTable,
    MetaTable,
)

_SCHEMA_LOCK = 0x6F6E746F
"""Key of the PostgreSQL advisory lock under which the tables are made."""

_IN_LINE_S = 30.0
"""Seconds that a write to SQLite waits for other writes of this process."""


class Database:
    """Pooled connections to one database; every transaction explains its errors."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.name = name
        self._engine = engine
        self._line = threading.Lock()
        dialect = postgresql if self.dialect == "postgresql" else sqlite
        self._inserts: dict[type[Base], Insert] = {
            table: dialect.insert(table).on_conflict_do_nothing()
            for table in (ConversationTable, ActionTable, MetaTable, AskedTable, HandOverTable)
        }

    @classmethod
    def open(cls, url: str, *, patience: float) -> Self:
        """Connect, and make the tables or check their version.

        Raises:
            StoreLocked, StoreReadOnly, StoreVersion, StoreError: see `Store.open`.
        """
        parsed = _parse(url)
        name = _name(parsed)
        _make_folder(parsed)
        with explained(name):
            database = cls(_engine(parsed, patience), name)
            try:
                with database.writing() as connection:
                    _prepare(connection, name)
            except StoreError:
                database.close()
                raise
        return database

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; it is committed when the block ends without an error."""
        if self.dialect == "sqlite":
            with self._in_line(), explained(self.name), self._engine.begin() as connection:
                # Writers lock at once: a reader that turns writer later could not wait for it.
                raw: Any = connection.connection.driver_connection
                raw.execute("BEGIN IMMEDIATE")
                yield connection
        else:
            with explained(self.name), self._engine.begin() as connection:
                yield connection

    @contextmanager
    def _in_line(self) -> Iterator[None]:
        """Writers of this process one after the other: SQLite lets some of many wait too long."""
        if not self._line.acquire(timeout=_IN_LINE_S):
            raise StoreLocked(
                f"store {self.name!r}: other turns wrote to it for {_IN_LINE_S:.0f} s; send fewer "
                "turns at once"
            )
        try:
            yield
        finally:
            self._line.release()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for a single query."""
        with explained(self.name), self._engine.connect() as connection:
            yield connection

    def insert_new(self, table: type[Base]) -> Insert:
        """An insert that does nothing where the row is there already."""
        return self._inserts[table]

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError:
        scheme = url.partition("://")[0]
        raise StoreError(
            f"store URL beginning {scheme!r:.80} cannot be read; write sqlite:///path/store.db "
            "or postgresql://user:password@host/name"
        ) from None


def _name(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return url.database or ":memory:"
    return url.render_as_string(hide_password=True)


def _path(url: URL) -> Path | None:
    """The file of a SQLite URL; None for memory, for `file:` names and other databases."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return None if str(url.database).startswith("file:") else Path(str(url.database))


def _make_folder(url: URL) -> None:
    path = _path(url)
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreReadOnly(
            f"store {str(path)!r}: its folder cannot be made ({error.strerror}); give a path in a "
            "folder that may be written"
        ) from None
    if path.is_dir():
        raise StoreError(f"store {str(path)!r}: this is a folder; give the path of a file in it")


def _engine(url: URL, patience: float) -> Engine:
    options: dict[str, Any] = {"poolclass": QueuePool, "json_serializer": dumps}
    if url.get_backend_name() != "sqlite":
        try:
            return create_engine(url, pool_pre_ping=True, **options)
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise StoreError(
                f"store {_name(url)!r}: {error}; install the driver of this database, "
                "such as the package 'psycopg' for PostgreSQL"
            ) from None
    in_memory = _name(url) == ":memory:"
    engine = create_engine(
        url,
        connect_args={"check_same_thread": False, "timeout": patience},
        pool_size=1 if in_memory else 8,
        max_overflow=0 if in_memory else 56,
        # Every transaction here ends in a commit or a rollback of its own.
        pool_reset_on_return=None,
        **options,
    )
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: sqlite3.Connection, record: object) -> None:
    """WAL lets readers go on while a turn writes; a commit survives the end of the process."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=NORMAL")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] not in ("wal", "memory"):
        connection.execute("PRAGMA journal_mode=WAL")


def _prepare(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})")
    existing = set(inspect(connection).get_table_names())
    ours = set(Base.metadata.tables)
    if MetaTable.__tablename__ in existing:
        _check_version(connection, name)
    elif existing & ours:
        raise StoreError(
            f"store {name!r}: it has the tables {sorted(existing & ours)!r} of another program; "
            "give another path or database"
        )
    else:
        Base.metadata.create_all(connection)
        connection.execute(insert(MetaTable), {"key": "schema", "value": str(SCHEMA)})


def _check_version(connection: Connection, name: str) -> None:
    # It changes no row, but a store that cannot be written says so here and not in mid-turn.
    connection.execute(update(MetaTable).where(MetaTable.key == "").values(value=""))
    found = connection.execute(select(MetaTable.value).where(MetaTable.key == "schema")).scalar()
    if found is not None and found.isdigit() and 1 <= int(found) < SCHEMA:
        from ontopilot.orchestrator.store.migrations import upgrade

        upgrade(connection, found)
        connection.execute(
            update(MetaTable).where(MetaTable.key == "schema").values(value=str(SCHEMA))
        )
        return
    if found is not None and found.isdigit() and int(found) > SCHEMA:
        raise StoreVersion(
            f"store {name!r}: schema {found!r} was written by a newer ontopilot (this one reads "
            f"{SCHEMA}); upgrade ontopilot or give another path"
        )
    if found != str(SCHEMA):
        raise StoreError(
            f"store {name!r}: schema {found!r} is not one that ontopilot wrote; restore the store "
            "from a backup or give another path"
        )
