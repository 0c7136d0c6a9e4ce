"""Knowledge: the documents and past interactions that an agent may draw on."""

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ontopilot.errors import ConfigError, DocumentError, IndexDamaged
from ontopilot.models.encoder import Encoder, Vectors
from ontopilot.retrieval.corpus import Corpus, Progress, gather, silent
from ontopilot.retrieval.dense import encode
from ontopilot.retrieval.index import IndexReport, KnowledgeIndex, Skipped
from ontopilot.retrieval.meaning import Meaning
from ontopilot.retrieval.passage import Passage
from ontopilot.retrieval.storage import Storage, Stored

__all__ = ["IndexReport", "Knowledge", "KnowledgeIndex", "Progress", "Skipped"]

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
            stored.passages, stored.vectors, encoder=encoder, ontology=ontology, report=report
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
    known: dict[str, int] = {}
    if stored is not None:
        known = {passage.indexed_text: row for row, passage in enumerate(stored.passages)}
    new = [row for row, p in enumerate(corpus.passages) if p.indexed_text not in known]
    vectors: Vectors = np.empty((len(corpus.passages), encoder.dimension), dtype=np.float32)
    if stored is not None:
        for row, passage in enumerate(corpus.passages):
            if passage.indexed_text in known:
                vectors[row] = stored.vectors[known[passage.indexed_text]]
    texts = [corpus.passages[row].indexed_text for row in new]
    progress("embed", 0, len(texts))
    vectors[new] = encode(texts, encoder, done=lambda done: progress("embed", done, len(texts)))
    return Stored(encoder.name, corpus.sources, corpus.passages, vectors), len(new)


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
