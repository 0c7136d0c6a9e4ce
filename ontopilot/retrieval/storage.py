"""The stored index: whole generations, so that a reader never sees half of one.

    folder/current          which generation is the index: its name and its manifest's checksum
    folder/g-…/manifest.json    encoders, sources, and the checksum of each other file
    folder/g-…/passages.jsonl   one passage a line
    folder/g-…/vectors.f32      float32, little-endian, one row a passage
    folder/g-…/statements.f16   float16, little-endian, one row a statement of a passage
    folder/lock             held by the one process that writes

A generation is written under another name, flushed to disk and renamed; then `current` is
replaced. Whatever stops a writer leaves the old index or the new one.
"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from ontopilot.errors import IndexDamaged, RetrievalError
from ontopilot.models.encoder import Vectors
from ontopilot.retrieval.passage import EvidenceId, Passage

FORMAT = 4
LOCK_SECONDS = 120.0

_TEMPORARY = "tmp-"
_GENERATION = "g-"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A source file as it was indexed: its checksum, and how many passages it gave.

    `problem` is why it was skipped, or "".
    """

    name: str
    digest: str
    passages: int = 0
    problem: str = ""
    left_out: int = 0
    redacted: int = 0
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """The content of an index; the passages are in the order of the sources."""

    encoder: str
    nearness: str
    """The encoder of the statements."""
    sources: tuple[SourceRecord, ...]
    passages: tuple[Passage, ...]
    vectors: Vectors
    statements: Vectors


class Storage:
    """A folder that holds an index."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self) -> Stored | None:
        """The stored index; `None` when there is none yet or an older ontopilot made it.

        Raises:
            IndexDamaged: what is stored does not match its checksums.
        """
        for _ in range(3):
            pointer = self._pointer()
            if pointer is None:
                return None
            name = str(pointer.get("generation", ""))
            try:
                return self._read(self.folder / name, str(pointer.get("manifest", "")))
            except FileNotFoundError:
                # A writer may have removed the generation since the pointer was read.
                if self._pointer() == pointer:
                    raise self._damaged(f"generation {name!r} lacks a file") from None
        raise self._damaged("it keeps changing while it is read")

    def save(self, stored: Stored) -> None:
        """Make this the stored index; the one before is kept until it succeeds.

        Raises:
            RetrievalError: the folder cannot be written or the disk is full.
        """
        with self._writing_errors():
            generation = _GENERATION + uuid.uuid4().hex[:12]
            temporary = self.folder / (_TEMPORARY + generation)
            try:
                checksum = _write(temporary, stored)
                temporary.rename(self.folder / generation)
                _sync(self.folder)
                self._point(generation, checksum)
            finally:
                shutil.rmtree(temporary, ignore_errors=True)
            self._prune(generation)

    @contextmanager
    def writing(self, *, seconds: float = LOCK_SECONDS) -> Iterator[None]:
        """Hold the writers' lock; readers are not held up.

        Raises:
            RetrievalError: another process keeps it for longer, or the folder cannot be written.
        """
        with self._writing_errors():
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / "lock")
            try:
                lock.acquire(timeout=seconds)
            except Timeout:
                raise RetrievalError(
                    f"index in {str(self.folder)!r}: another process has been writing it for more "
                    f"than {seconds:.0f} s; wait until it is done, or stop it"
                ) from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def _writing_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RetrievalError(
                f"index in {str(self.folder)!r} cannot be written: "
                f"{error.strerror or error}; free space or give this user the right to write "
                "there, the index before is kept"
            ) from error

    def _damaged(self, what: str) -> IndexDamaged:
        return IndexDamaged(
            f"index in {str(self.folder)!r}: {what}; index again to make it from the documents"
        )

    def _pointer(self) -> Mapping[str, Any] | None:
        path = self.folder / "current"
        try:
            found = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise RetrievalError(
                f"index {str(path)!r} cannot be read: {error.strerror}; check its permissions"
            ) from error
        except ValueError:
            raise self._damaged("'current' is not what was written") from None
        if not isinstance(found, dict):
            raise self._damaged("'current' is not what was written")
        return None if found.get("format") != FORMAT else found

    def _read(self, generation: Path, checksum: str) -> Stored:
        raw = (generation / "manifest.json").read_bytes()
        if _digest(raw) != checksum:
            raise self._damaged("'manifest.json' does not match its checksum")
        manifest = json.loads(raw)
        content = {}
        for name, expected in manifest["files"].items():
            content[name] = (generation / name).read_bytes()
            if _digest(content[name]) != expected:
                raise self._damaged(f"{name!r} does not match its checksum")
        vectors = np.frombuffer(content["vectors.f32"], dtype="<f4").astype(np.float32, copy=False)
        said = np.frombuffer(content["statements.f16"], dtype="<f2")
        return Stored(
            encoder=manifest["encoder"],
            nearness=manifest["nearness"],
            sources=tuple(SourceRecord(**row) for row in manifest["sources"]),
            passages=tuple(_passages(content["passages.jsonl"])),
            vectors=vectors.reshape(-1, manifest["dimension"]),
            statements=said.astype(np.float32).reshape(-1, manifest["statement_dimension"]),
        )

    def _point(self, generation: str, checksum: str) -> None:
        pointer = {"format": FORMAT, "generation": generation, "manifest": checksum}
        temporary = self.folder / f"{_TEMPORARY}current"
        _put(temporary, json.dumps(pointer).encode())
        temporary.replace(self.folder / "current")
        _sync(self.folder)

    def _prune(self, current: str) -> None:
        """Remove what writers left behind, and old generations but the newest before this."""
        old = [path for path in self.folder.iterdir() if path.name.startswith(_GENERATION)]
        old = sorted((p for p in old if p.name != current), key=lambda path: path.stat().st_mtime)
        left = [path for path in self.folder.iterdir() if path.name.startswith(_TEMPORARY)]
        for path in (*old[:-1], *left):
            shutil.rmtree(path, ignore_errors=True)


def _write(folder: Path, stored: Stored) -> str:
    """Write a generation and return the checksum of its manifest."""
    folder.mkdir()
    rows = (json.dumps(asdict(passage), ensure_ascii=False) for passage in stored.passages)
    content = {
        "passages.jsonl": "".join(row + "\n" for row in rows).encode(),
        "vectors.f32": np.ascontiguousarray(stored.vectors, dtype="<f4").tobytes(),
        "statements.f16": np.ascontiguousarray(stored.statements, dtype="<f2").tobytes(),
    }
    for name, data in content.items():
        _put(folder / name, data)
    manifest = {
        "format": FORMAT,
        "encoder": stored.encoder,
        "dimension": int(stored.vectors.shape[1]),
        "nearness": stored.nearness,
        "statement_dimension": int(stored.statements.shape[1]),
        "sources": [asdict(source) for source in stored.sources],
        "files": {name: _digest(data) for name, data in content.items()},
    }
    raw = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    _put(folder / "manifest.json", raw)
    _sync(folder)
    return _digest(raw)


def _passages(data: bytes) -> Iterator[Passage]:
    # Split at line feeds only: a passage may hold other line separators.
    for line in data.split(b"\n"):
        if line:
            row = json.loads(line)
            fields = tuple((field, value) for field, value in row["metadata"])
            yield Passage(**{**row, "id": EvidenceId(row["id"]), "metadata": fields})


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _put(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Flush a folder's entries, where the system can."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
