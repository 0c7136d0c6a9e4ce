"""The stored index: whole generations, so that a reader never sees half of one.

    folder/current          which generation is the index: its name
    folder/g-…-…/manifest.json  encoders, sources, and the checksums of each other file: of the
                                whole, and of each block, so that a damaged file is not all lost
    folder/g-…/passages.jsonl   one passage a line
    folder/g-…/vectors.f32      float32, little-endian, one row a passage
    folder/g-…/statements.f16   float16, little-endian, one row a statement of a passage
    folder/g-…/approximate.faiss    lists and codes, only where there are very many vectors
    folder/lock             held by the one process that writes

A generation is written under another name, flushed to disk and renamed; then `current` is
replaced. Whatever stops a writer leaves the old index or the new one. The name of a generation ends
with the checksum of its manifest, so that each can be checked by itself.
"""

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from ontopilot.errors import IndexDamaged, RetrievalError
from ontopilot.models.encoder import Vectors
from ontopilot.retrieval.approximate import Approximate
from ontopilot.retrieval.passage import EvidenceId, Passage

FORMAT = 4
LOCK_SECONDS = 120.0
BLOCK = 65_536
"""Bytes of a file that have a checksum of their own."""

_APPROXIMATE = "approximate.faiss"
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
    approximate: Approximate | None = None


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
                return self._read(self.folder / name)
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
                generation = f"{generation}-{_write(temporary, stored)}"
                temporary.rename(self.folder / generation)
                _sync(self.folder)
                self._point(generation)
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
        return IndexDamaged(f"index in {str(self.folder)!r}: {what}")

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

    def generations(self) -> tuple[Path, ...]:
        """The folders of all generations, newest first."""
        if not self.folder.is_dir():
            return ()
        found = [path for path in self.folder.iterdir() if path.name.startswith(_GENERATION)]
        return tuple(sorted(found, key=lambda path: path.stat().st_mtime_ns, reverse=True))

    def go_back(self) -> str:
        """Make the newest whole generation the stored index, and tell its name.

        Raises:
            IndexDamaged: no generation is whole.
            RetrievalError: the folder cannot be written.
        """
        for path in self.generations():
            try:
                self._read(path)
            except (OSError, IndexDamaged):
                continue
            with self._writing_errors():
                self._point(path.name)
            return path.name
        raise self._damaged("no generation of it is whole")

    def manifest(self, generation: Path) -> Mapping[str, Any]:
        """What a generation says of itself.

        Raises:
            IndexDamaged: it does not match its checksum.
            OSError: it cannot be read.
        """
        raw = (generation / "manifest.json").read_bytes()
        if not generation.name.endswith(f"-{digest(raw)}"):
            raise self._damaged("'manifest.json' does not match its checksum")
        found: Mapping[str, Any] = json.loads(raw)
        return found

    def _read(self, generation: Path) -> Stored:
        manifest = self.manifest(generation)
        content = {}
        for name, expected in manifest["files"].items():
            content[name] = (generation / name).read_bytes()
            if digest(content[name]) != expected["sha256"]:
                raise self._damaged(f"{name!r} does not match its checksum")
        vectors = np.frombuffer(content["vectors.f32"], dtype="<f4").astype(np.float32, copy=False)
        said = np.frombuffer(content["statements.f16"], dtype="<f2")
        return Stored(
            encoder=manifest["encoder"],
            nearness=manifest["nearness"],
            sources=tuple(SourceRecord(**row) for row in manifest["sources"]),
            passages=passages_in(content["passages.jsonl"]),
            vectors=vectors.reshape(-1, manifest["dimension"]),
            statements=said.astype(np.float32).reshape(-1, manifest["statement_dimension"]),
            approximate=Approximate.from_bytes(content[_APPROXIMATE])
            if _APPROXIMATE in content
            else None,
        )

    def _point(self, generation: str) -> None:
        pointer = {"format": FORMAT, "generation": generation}
        temporary = self.folder / f"{_TEMPORARY}current"
        _put(temporary, json.dumps(pointer).encode())
        temporary.replace(self.folder / "current")
        _sync(self.folder)

    def _prune(self, current: str) -> None:
        """Remove what writers left behind, and old generations but the newest before this."""
        old = [path for path in self.generations() if path.name != current]
        left = [path for path in self.folder.iterdir() if path.name.startswith(_TEMPORARY)]
        for path in (*old[1:], *left):
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
    if stored.approximate is not None:
        content[_APPROXIMATE] = stored.approximate.to_bytes()
    for name, data in content.items():
        _put(folder / name, data)
    manifest = {
        "format": FORMAT,
        "encoder": stored.encoder,
        "dimension": int(stored.vectors.shape[1]),
        "nearness": stored.nearness,
        "statement_dimension": int(stored.statements.shape[1]),
        "sources": [asdict(source) for source in stored.sources],
        "files": {
            name: {"sha256": digest(data), "blocks": _blocks(data)}
            for name, data in content.items()
        },
    }
    raw = json.dumps(manifest, ensure_ascii=False, indent=1).encode()
    _put(folder / "manifest.json", raw)
    _sync(folder)
    return digest(raw)


def passages_in(data: bytes) -> tuple[Passage, ...]:
    """The passages of a file of a generation."""
    # Split at line feeds only: a passage may hold other line separators.
    return tuple(_passage(json.loads(line)) for line in data.split(b"\n") if line)


def _passage(row: dict[str, Any]) -> Passage:
    fields = tuple((field, value) for field, value in row["metadata"])
    return Passage(**{**row, "id": EvidenceId(row["id"]), "metadata": fields})


def intact(data: bytes, blocks: Sequence[str], row_bytes: int, rows: int) -> NDArray[np.bool_]:
    """Which rows of a file, whose blocks had these checksums, are as they were written."""
    pairs = zip_longest(_blocks(data), blocks)
    whole = np.array([now == written for now, written in pairs], dtype=np.bool_)
    starts = np.arange(rows) * row_bytes
    lost = np.concatenate([[0], np.cumsum(~whole)])
    first, last = starts // BLOCK, (starts + row_bytes - 1) // BLOCK
    found: NDArray[np.bool_] = lost[last + 1] == lost[first]
    return found


def digest(data: bytes) -> str:
    """The SHA-256 of what a file holds."""
    return hashlib.sha256(data).hexdigest()


def _blocks(data: bytes) -> list[str]:
    return [digest(data[at : at + BLOCK])[:16] for at in range(0, len(data), BLOCK)]


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
