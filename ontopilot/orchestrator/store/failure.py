"""Errors of a database in words that say which store, what happened and what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from sqlite3 import Error as SqliteError

from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from ontopilot.errors import StoreError, StoreLocked, StoreReadOnly

_SQLITE: dict[str, tuple[type[StoreError], str]] = {
    "SQLITE_BUSY": (
        StoreLocked,
        "another process holds it; end that process or wait, then try again",
    ),
    "SQLITE_LOCKED": (StoreLocked, "another transaction holds it; try again"),
    "SQLITE_READONLY": (
        StoreReadOnly,
        "it cannot be written; give write permission on the file and its folder",
    ),
    "SQLITE_PERM": (StoreReadOnly, "permission is denied; give write permission on the file"),
    "SQLITE_CANTOPEN": (
        StoreReadOnly,
        "it cannot be opened; check that its folder exists and may be written",
    ),
    "SQLITE_FULL": (
        StoreError,
        "no space is left to write it; free some disk space and ask again, nothing stored is lost",
    ),
    "SQLITE_IOERR": (
        StoreError,
        "the disk refused to read or write it; check free space, file size limits and the disk, "
        "then ask again, nothing stored is lost",
    ),
    "SQLITE_NOTADB": (
        StoreError,
        "the file is not a store; give another path or move the file away",
    ),
    "SQLITE_CORRUPT": (StoreError, "the file is damaged; restore it from a backup"),
}


@contextmanager
def explained(store: str) -> Iterator[None]:
    """Turn errors of the database behind `store` (its path or address) into `StoreError`s."""
    try:
        yield
    except NoConnection:
        raise StoreLocked(
            f"store {store!r}: all its connections are in use; send fewer turns at once"
        ) from None
    except IntegrityError as error:
        raise StoreError(
            f"store {store!r}: what this belongs to is missing, or it is stored already; check the "
            "identifier of the turn, and let one process run a turn"
        ) from error
    except DBAPIError as error:
        raise _translated(store, error.orig or error) from error
    except SqliteError as error:
        raise _translated(store, error) from error
    except SQLAlchemyError as error:
        raise StoreError(f"store {store!r}: {_first_line(error)}; check its URL") from error


def _translated(store: str, cause: BaseException) -> StoreError:
    if isinstance(cause, SqliteError):
        code = str(getattr(cause, "sqlite_errorname", ""))
        for name, (kind, advice) in _SQLITE.items():
            if code.startswith(name):
                return kind(f"store {store!r}: {advice}")
        return StoreError(f"store {store!r}: {cause}; check that ontopilot made this file")
    advice = "check that the database server runs and is reachable, then try again"
    return StoreError(f"store {store!r}: {_first_line(cause)}; {advice}")


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
