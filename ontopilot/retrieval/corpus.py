"""The corpus: sources to passages, those that did not change taken over from the last time."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ontopilot.errors import DocumentError
from ontopilot.retrieval import interactions
from ontopilot.retrieval.chunk import CHUNKER, chunk
from ontopilot.retrieval.passage import Passage
from ontopilot.retrieval.read import Found, find, load, parse
from ontopilot.retrieval.storage import SourceRecord, Stored

Progress = Callable[[str, int, int], None]
"""Told a stage, how much of it is done and how much there is."""


def silent(stage: str, done: int, total: int) -> None:
    """A progress that tells nobody."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """The passages of all sources in the order of the sources, and what became of each source."""

    passages: tuple[Passage, ...]
    sources: tuple[SourceRecord, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored of a source."""

    record: SourceRecord
    passages: tuple[Passage, ...]


def gather(
    documents: Sequence[Path],
    tickets: Path | None,
    *,
    stored: Stored | None,
    progress: Progress = silent,
) -> Corpus:
    """Read the sources; a document that cannot be read is skipped, and its record says why.

    Raises:
        DocumentError: a path does not exist, or the interactions are malformed.
    """
    known = {} if stored is None else _known(stored)
    # Past interactions hold personal data: in a folder of documents they are still redacted.
    apart = None if tickets is None else tickets.resolve()
    found = [item for item in find(documents) if item.path.resolve() != apart]
    records: list[SourceRecord] = []
    passages: list[Passage] = []
    for done, item in enumerate(found, start=1):
        record, pieces = _document(item, known)
        records.append(record)
        passages.extend(pieces)
        progress("read", done, len(found))
    if tickets is not None:
        record, pieces = _tickets(tickets, known)
        records.append(record)
        passages.extend(pieces)
    return Corpus(tuple(passages), tuple(records))


def _known(stored: Stored) -> dict[str, _Known]:
    known: dict[str, _Known] = {}
    at = 0
    for record in stored.sources:
        known[record.digest] = _Known(record, stored.passages[at : at + record.passages])
        at += record.passages
    return known


def _document(
    found: Found, known: Mapping[str, _Known]
) -> tuple[SourceRecord, tuple[Passage, ...]]:
    digest = ""
    try:
        data = load(found)
        digest = _digest("document", CHUNKER, found.name, data)
        if (same := known.get(digest)) is not None:
            return same.record, same.passages
        chunks = chunk(parse(found, data))
    except DocumentError as error:
        return SourceRecord(found.name, digest, problem=str(error)), ()
    record = SourceRecord(found.name, digest, len(chunks.passages), foreign=chunks.foreign)
    return record, chunks.passages


def _tickets(path: Path, known: Mapping[str, _Known]) -> tuple[SourceRecord, tuple[Passage, ...]]:
    data = interactions.read(path)
    digest = _digest("interactions", interactions.REDACTION, path.name, data)
    if (same := known.get(digest)) is not None:
        return same.record, same.passages
    found = interactions.parse(data, source=path.name)
    record = SourceRecord(
        path.name,
        digest,
        len(found.passages),
        left_out=found.left_out,
        redacted=found.redacted,
        foreign=found.foreign,
    )
    return record, found.passages


def _digest(kind: str, version: str, name: str, data: bytes) -> str:
    """Stands for a source: with the same one it gives the same passages."""
    return hashlib.sha256(f"{kind}\0{version}\0{name}\0".encode() + data).hexdigest()
