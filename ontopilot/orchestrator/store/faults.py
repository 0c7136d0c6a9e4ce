"""A database's errors as this project's, in one sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from ontopilot.errors import StoreError, StoreLocked, StoreReadOnly

_KNOWN: tuple[tuple[str, type[StoreError], str], ...] = (
    ("locked", StoreLocked, "another process holds it; wait for it to end, or stop it"),
    ("readonly", StoreReadOnly, "it cannot be written; check the rights of the file and folder"),
    ("read-only", StoreReadOnly, "it cannot be written; check the rights of the file and folder"),
    ("unable to open", StoreReadOnly, "it cannot be opened; check that the folder can be written"),
    ("is full", StoreError, "the disk is full; free some space; what was stored is kept"),
    ("disk i/o", StoreError, "the disk refuses to write; check its space and health"),
    ("not a database", StoreError, "the file is no ontopilot store; move it away or name another"),
    ("malformed", StoreError, "the file is damaged; restore it from a copy or move it away"),
)


@contextmanager
def faults(url: str) -> Iterator[None]:
    """Turn database errors inside the block into `StoreError`s that name the store."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).lower()
        for sign, kind, advice in _KNOWN:
            if sign in said:
                raise kind(f"store {url!r}: {advice}") from error
        raise StoreError(f"store {url!r}: the database says {error.orig!s}") from error
