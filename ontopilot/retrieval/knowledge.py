"""Knowledge: the documents and past interactions that an agent may draw on."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ConfigError, DocumentError, IndexDamaged
from ontopilot.models.encoder import Encoder, Vectors
from ontopilot.models.encoding.cross import CrossReranker
from ontopilot.retrieval.approximate import Approximate
from ontopilot.retrieval.corpus import Corpus, Progress, gather, silent
from ontopilot.retrieval.dense import Rows, approximation, encode
from ontopilot.retrieval.index import KnowledgeIndex
from ontopilot.retrieval.meaning import Meaning
from ontopilot.retrieval.passage import Passage
from ontopilot.retrieval.relevance import told
from ontopilot.retrieval.report import IndexReport, Skipped
from ontopilot.retrieval.salvage import Left, salvage
from ontopilot.retrieval.storage import Storage, Stored

__all__ = ["IndexReport", "Knowledge", "KnowledgeIndex", "Progress", "Skipped"]

Vector = NDArray[np.float32]
Paths = str | Path | Sequence[str | Path]


class Knowledge:
    """What there is to know: folders or files of documents, and a file of past interactions.

    Making one only checks that the paths exist; `open` reads, encodes and stores.

    Args:
        documents: a folder, a file, or several; Markdown, plain text, HTML, PDF, CSV and JSONL are
            read.
        interactions: a JSONL file with lines `{"id", "question", "answer", …}`.
        reranker: the folder of a cross-encoder that orders what a search finds; by default none.
        folder: where relative paths start; the current folder by default.

    Raises:
        ConfigError: an argument is no path.
        DocumentError: a path does not exist.
        ModelError: the folder of the reranker holds no model that can be read.
    """

    def __init__(
        self,
        documents: Paths = (),
        *,
        interactions: str | Path | None = None,
        reranker: str | Path | None = None,
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
        self.reranker = (
            None if reranker is None else CrossReranker(base / Path(reranker).expanduser())
        )

    def open(
        self,
        *,
        encoder: Encoder,
        nearness: Encoder | None = None,
        ontology: Meaning | None,
        home: Path,
        progress: Progress | None = None,
        rebuild: bool = False,
    ) -> KnowledgeIndex:
        """The index of this knowledge, stored in `home/index`.

        `encoder` finds passages; `nearness`, or else the same, tells how near each of their
        statements is to a question.

        What is stored is used as far as it is up to date: a source that changed is read again,
        and of its passages those that changed are encoded again. A damaged index is mended: what
        is intact of it is not encoded again. One made with another encoder is made from the
        sources. The report's note says so.

        Raises:
            DocumentError: a source is missing, or the interactions are malformed.
            RetrievalError: the index cannot be written, or another process keeps writing it.
        """
        started = time.perf_counter()
        tell = progress or silent
        encoders = Encoders(encoder, nearness or encoder)
        storage = Storage(Path(home) / "index")
        stored, note = (None, "") if rebuild else _load(storage, encoders)
        corpus = gather(self.documents, self.interactions, stored=stored, progress=tell)
        embedded = 0
        if stored is None or stored.sources != corpus.sources:
            with storage.writing():
                # Another process may have written it while this one waited.
                known = Known() if rebuild else _known(storage, corpus, encoders)
                stored, embedded = _renewed(corpus, known, encoders, tell)
                storage.save(stored)
        report = _report(stored, embedded, note, time.perf_counter() - started)
        tell("tag", 0, len(stored.passages))
        index = KnowledgeIndex(
            stored.passages,
            stored.vectors,
            statements=stored.statements,
            approximate=stored.approximate,
            encoder=encoders.passages,
            nearness=encoders.statements,
            reranker=self.reranker,
            ontology=ontology,
            report=report,
        )
        tell("tag", len(stored.passages), len(stored.passages))
        return index


@dataclass(frozen=True, slots=True)
class Encoders:
    """What encodes whole passages, and what their statements."""

    passages: Encoder
    statements: Encoder


@dataclass(frozen=True, slots=True)
class Known:
    """The vectors that are stored, by the text of each; what they are searched by, and the row that
    each text has there.
    """

    passages: Mapping[str, Vector] = field(default_factory=dict)
    statements: Mapping[str, Vector] = field(default_factory=dict)
    approximate: Approximate | None = None
    rows: Mapping[str, int] = field(default_factory=dict)

    def before(self, texts: Sequence[str]) -> Rows:
        """The row that each text had; of a text that is there twice, the second has none."""
        left = dict(self.rows)
        return np.array([left.pop(text, -1) for text in texts], dtype=np.int64)


def _existing(base: Path, path: str | Path, what: str) -> Path:
    if not isinstance(path, str | Path):
        raise ConfigError(f"Knowledge: {what} has {path!r}, which is no path; give str or Path")
    full = base / Path(path).expanduser()
    if not full.exists():
        raise DocumentError(
            f"Knowledge: {what} {str(full)!r} does not exist; give a path that does"
        )
    return full


def _load(storage: Storage, encoders: Encoders) -> tuple[Stored | None, str]:
    """The stored index if it can be used, and why it cannot."""
    try:
        stored = storage.load()
    except IndexDamaged as error:
        return None, f"mended: {error.damage}"
    return _usable(stored, encoders)


def _usable(stored: Stored | None, encoders: Encoders) -> tuple[Stored | None, str]:
    if stored is None:
        return None, ""
    if len(stored.statements) != len(told(stored.passages)):
        return None, "made again: this version reads statements in another way"
    for made, encoder, vectors in (
        (stored.encoder, encoders.passages, stored.vectors),
        (stored.nearness, encoders.statements, stored.statements),
    ):
        if made != encoder.name or vectors.shape[1] != encoder.dimension:
            return None, (
                f"made again: the stored index was made with the encoder {made!r}, "
                f"this one is {encoder.name!r}"
            )
    return stored, ""


def _known(storage: Storage, corpus: Corpus, encoders: Encoders) -> Known:
    """What is stored, or is left of it where it is damaged."""
    try:
        stored, _ = _usable(storage.load(), encoders)
    except IndexDamaged:
        return _salvaged(storage, corpus, encoders)
    if stored is None:
        return Known()
    wholes = [passage.indexed_text for passage in stored.passages]
    return Known(
        dict(zip(wholes, stored.vectors, strict=True)),
        dict(zip(told(stored.passages), stored.statements, strict=True)),
        stored.approximate,
        {text: row for row, text in enumerate(wholes)},
    )


def _salvaged(storage: Storage, corpus: Corpus, encoders: Encoders) -> Known:
    """What any generation still has; where several have a text, the newest counts."""
    wholes: dict[str, Vector] = {}
    said: dict[str, Vector] = {}
    for generation in salvage(storage):
        known, parts = generation.known(corpus.passages, corpus.sources)
        if _made_by(generation.vectors, encoders.passages):
            wholes = {**known, **wholes}
        if _made_by(generation.statements, encoders.statements):
            said = {**parts, **said}
    return Known(wholes, said)


def _made_by(rows: Left, encoder: Encoder) -> bool:
    return rows.encoder == encoder.name and rows.vectors.shape[1] == encoder.dimension


def _renewed(
    corpus: Corpus, stored: Known, encoders: Encoders, progress: Progress
) -> tuple[Stored, int]:
    """The index of a corpus, and how many passages had to be encoded."""
    wholes = [passage.indexed_text for passage in corpus.passages]
    parts = told(corpus.passages)
    known, said = dict(stored.passages), dict(stored.statements)
    whole, part = _new(wholes, known), _new(parts, said)
    embedded = sum(text not in known for text in wholes)
    total = len(whole) + len(part)
    progress("embed", 0, total)
    vectors = encode(whole, encoders.passages, done=lambda done: progress("embed", done, total))
    known |= dict(zip(whole, vectors, strict=True))
    vectors = encode(
        part,
        encoders.statements,
        done=lambda done: progress("embed", len(whole) + done, total),
    )
    said |= dict(zip(part, vectors, strict=True))
    stacked = _stacked(wholes, known, encoders.passages.dimension)
    return Stored(
        encoders.passages.name,
        encoders.statements.name,
        corpus.sources,
        corpus.passages,
        stacked,
        _stacked(parts, said, encoders.statements.dimension),
        approximation(stacked, before=stored.approximate, rows=stored.before(wholes)),
    ), embedded


def _new(texts: Sequence[str], known: Mapping[str, Vector]) -> list[str]:
    return sorted({text for text in texts if text not in known}, key=len)


def _stacked(texts: Sequence[str], known: Mapping[str, Vector], dimension: int) -> Vectors:
    empty = np.empty((0, dimension), dtype=np.float32)
    return np.array([known[text] for text in texts] or empty)


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
        foreign=sum(source.foreign for source in stored.sources),
        note=note,
    )
