"""Knowledge: the documents and past interactions that an agent may draw on."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ConfigError, DocumentError, IndexDamaged
from ontopilot.models.encoder import Encoder
from ontopilot.retrieval.corpus import Corpus, Progress, gather, silent
from ontopilot.retrieval.dense import encode
from ontopilot.retrieval.index import IndexReport, KnowledgeIndex, Skipped
from ontopilot.retrieval.meaning import Meaning
from ontopilot.retrieval.passage import Passage
from ontopilot.retrieval.relevance import worded
from ontopilot.retrieval.storage import Storage, Stored

__all__ = ["IndexReport", "Knowledge", "KnowledgeIndex", "Progress", "Skipped"]

Vector = NDArray[np.float32]
Paths = str | Path | Sequence[str | Path]


class Knowledge:
    """What there is to know: folders or files of documents, and a file of past interactions.

    Making one only checks that the paths exist; `open` reads, encodes and stores.

    Args:
        documents: a folder, a file, or several; Markdown, plain text and HTML are read.
        interactions: a JSONL file with lines `{"id", "question", "answer", …}`.
        folder: where relative paths start; the current folder by default.

    Raises:
        ConfigError: an argument is no path.
        DocumentError: a path does not exist.
    """

    def __init__(
        self,
        documents: Paths = (),
        *,
        interactions: str | Path | None = None,
        folder: str | Path | None = None,
    ) -> None:
        base = Path() if folder is None else Path(folder)
        several = (documents,) if isinstance(documents, str | Path) else tuple(documents)
        self.documents = tuple(_existing(base, path, "documents") for path in several)
        self.interactions = (
            None if interactions is None else _existing(base, interactions, "interactions")
        )
        if self.interactions is not None and not self.interactions.is_file():
            raise DocumentError(
                f"Knowledge: interactions {str(self.interactions)!r} is a folder; give a JSONL file"
            )

    def open(
        self,
        *,
        encoder: Encoder,
        ontology: Meaning | None,
        home: Path,
        progress: Progress | None = None,
        rebuild: bool = False,
    ) -> KnowledgeIndex:
        """The index of this knowledge, stored in `home/index`.

        What is stored is used as far as it is up to date: a source that changed is read again,
        and of its passages those that changed are encoded again. A damaged index, or one made
        with another encoder, is made from the sources; the report's note says so.

        Raises:
            DocumentError: a source is missing, or the interactions are malformed.
            RetrievalError: the index cannot be written, or another process keeps writing it.
        """
        started = time.perf_counter()
        tell = progress or silent
        storage = Storage(Path(home) / "index")
        stored, note = (None, "") if rebuild else _load(storage, encoder)
        corpus = gather(self.documents, self.interactions, stored=stored, progress=tell)
        embedded = 0
        if stored is None or stored.sources != corpus.sources:
            with storage.writing():
                # Another process may have written it while this one waited.
                stored = None if rebuild else _load(storage, encoder)[0]
                stored, embedded = _renewed(corpus, stored, encoder, tell)
                storage.save(stored)
        report = _report(stored, embedded, note, time.perf_counter() - started)
        tell("tag", 0, len(stored.passages))
        index = KnowledgeIndex(
            stored.passages,
            stored.vectors,
            statements=stored.statements,
            encoder=encoder,
            ontology=ontology,
            report=report,
        )
        tell("tag", len(stored.passages), len(stored.passages))
        return index


def _existing(base: Path, path: str | Path, what: str) -> Path:
    if not isinstance(path, str | Path):
        raise ConfigError(f"Knowledge: {what} has {path!r}, which is no path; give str or Path")
    full = base / Path(path).expanduser()
    if not full.exists():
        raise DocumentError(
            f"Knowledge: {what} {str(full)!r} does not exist; give a path that does"
        )
    return full


def _load(storage: Storage, encoder: Encoder) -> tuple[Stored | None, str]:
    """The stored index if it can be used, and why it cannot."""
    try:
        stored = storage.load()
    except IndexDamaged as error:
        return None, f"made again: {error}"
    if stored is None:
        return None, ""
    if len(stored.statements) != sum(
        len(worded(passage.place, passage.text)) for passage in stored.passages
    ):
        return None, "made again: this version reads statements in another way"
    if stored.encoder != encoder.name or stored.vectors.shape[1] != encoder.dimension:
        return None, (
            f"made again: the stored index was made with the encoder {stored.encoder!r}, "
            f"this one is {encoder.name!r}"
        )
    return stored, ""


def _renewed(
    corpus: Corpus, stored: Stored | None, encoder: Encoder, progress: Progress
) -> tuple[Stored, int]:
    """The index of a corpus, and how many passages had to be encoded."""
    known: dict[str, Vector] = {}
    if stored is not None:
        known = _by_text(stored)
    wholes = [passage.indexed_text for passage in corpus.passages]
    parts = [text for passage in corpus.passages for text in worded(passage.place, passage.text)]
    new = sorted({text for text in (*wholes, *parts) if text not in known}, key=len)
    embedded = sum(text not in known for text in wholes)
    progress("embed", 0, len(new))
    vectors = encode(new, encoder, done=lambda done: progress("embed", done, len(new)))
    known |= dict(zip(new, vectors, strict=True))
    empty = np.empty((0, encoder.dimension), dtype=np.float32)
    rows, said = (np.array([known[t] for t in texts] or empty) for texts in (wholes, parts))
    return Stored(encoder.name, corpus.sources, corpus.passages, rows, said), embedded


def _by_text(stored: Stored) -> dict[str, Vector]:
    """The vectors of an index, by the text that each stands for."""
    parts = [text for passage in stored.passages for text in worded(passage.place, passage.text)]
    known: dict[str, Vector] = dict(zip(parts, stored.statements, strict=True))
    for passage, vector in zip(stored.passages, stored.vectors, strict=True):
        known[passage.indexed_text] = vector
    return known


def _report(stored: Stored, embedded: int, note: str, seconds: float) -> IndexReport:
    passages: tuple[Passage, ...] = stored.passages
    return IndexReport(
        passages=len(passages),
        interactions=sum(passage.kind == "interaction" for passage in passages),
        reused=len(passages) - embedded,
        embedded=embedded,
        seconds=seconds,
        skipped=tuple(Skipped(s.name, s.problem) for s in stored.sources if s.problem),
        left_out=sum(source.left_out for source in stored.sources),
        redacted=sum(source.redacted for source in stored.sources),
        note=note,
    )
