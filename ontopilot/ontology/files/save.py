"""A file replaced as a whole or not at all, and only if nobody else has changed it."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from ontopilot.errors import EditConflict, SaveFailed
from ontopilot.ontology.files.source import digest_of, read_bytes

LOCK_SECONDS = 10.0
"""How long another editor may take to save before this one gives up."""

LEFT_SECONDS = 60.0
"""The age from which a temporary file is taken for that of a save that was killed."""


def replace(path: Path, raw: bytes, *, loaded: str) -> None:
    """Put new content in place of that whose hash is `loaded`.

    The content goes to a temporary file in the same folder, is flushed to the disk and takes the
    place of the file in one step, so that a reader sees the old or the new file. Symbolic links are
    followed, and the permissions of the file are kept.

    Raises:
        EditConflict: the file is not as it was loaded, or another editor holds it.
        SaveFailed: it cannot be written; it is as it was.
    """
    target = path.resolve()
    with locked(target):
        if not target.exists() or digest_of(read_bytes(target)) != loaded:
            raise EditConflict(
                f"{path}: the file changed on disk since it was loaded, so nothing was written; "
                "load it again and make the edit anew"
            )
        if not os.access(target, os.W_OK):
            raise SaveFailed(
                f"{path}: the file is read-only; change its permissions and save again"
            )
        _write(target, raw)


def _write(target: Path, raw: bytes) -> None:
    temporary = None
    try:
        _clear(target)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".tmp")
        temporary = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        before = target.stat()
        temporary.chmod(before.st_mode & 0o7777)
        if hasattr(os, "chown"):
            with suppress(PermissionError):
                os.chown(temporary, before.st_uid, before.st_gid)
        temporary.replace(target)
        temporary = None
        _sync(target.parent)
    except OSError as error:
        raise SaveFailed(
            f"{target}: cannot be saved ({error.strerror or error}); the file is as it was: make "
            "room or change the permissions of its folder and save again"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _clear(target: Path) -> None:
    """Remove what saves that were killed left; a young file may be another machine's."""
    for left in target.parent.glob(f".{escape(target.name)}.*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > LEFT_SECONDS:
                left.unlink()


def _sync(folder: Path) -> None:
    """Flush a folder's entries, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def locked(target: Path) -> Iterator[None]:
    """Hold the lock of a file, which lies apart so that the folder of the ontology stays clean."""
    name = blake2b(str(target).encode(), digest_size=12).hexdigest()
    lock = FileLock(Path(tempfile.gettempdir()) / f"ontopilot-{name}.lock", timeout=LOCK_SECONDS)
    try:
        with lock:
            yield
    except Timeout:
        raise EditConflict(
            f"{target}: another editor is saving it and did not end within {LOCK_SECONDS:.0f} "
            "seconds; try again"
        ) from None
    except PermissionError as error:
        raise EditConflict(
            f"{target}: another user's lock {error.filename!r} is in the way; delete it when no "
            "one is saving"
        ) from None
