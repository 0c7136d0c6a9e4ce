"""What is whole of a damaged index: its intact rows, with the text that each is the vector of."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import IndexDamaged
from ontopilot.models.encoder import Vectors
from ontopilot.retrieval.passage import Passage
from ontopilot.retrieval.relevance import told
from ontopilot.retrieval.storage import SourceRecord, Storage, digest, intact, passages_in

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Left:
    """Vectors of which some are lost; `intact` has shape (rows,)."""

    encoder: str
    vectors: Vectors
    intact: NDArray[np.bool_]

    def by_text(self, texts: Sequence[str], at: Iterable[int]) -> dict[str, Vector]:
        """The intact vectors of texts whose rows are given."""
        return {
            text: self.vectors[row]
            for text, row in zip(texts, at, strict=True)
            if row < len(self.intact) and self.intact[row]
        }


@dataclass(frozen=True, slots=True)
class Salvage:
    """What one generation still has; `passages` is None where they are damaged."""

    sources: tuple[SourceRecord, ...]
    passages: tuple[Passage, ...] | None
    vectors: Left
    statements: Left

    def known(
        self, passages: Sequence[Passage], sources: Sequence[SourceRecord]
    ) -> tuple[Mapping[str, Vector], Mapping[str, Vector]]:
        """The vectors of passages and of statements by their texts.

        Given are the passages that the sources have now, in their order: where the stored ones are
        damaged, those of a source that did not change are the same.
        """
        whole: dict[str, Vector] = {}
        said: dict[str, Vector] = {}
        if self.passages is not None:
            pieces: list[tuple[int, int, Sequence[Passage]]] = [(0, 0, self.passages)]
        else:
            pieces = list(self._aligned(passages, sources))
        for row, statement, piece in pieces:
            texts = [passage.indexed_text for passage in piece]
            whole |= self.vectors.by_text(texts, range(row, row + len(texts)))
            parts = told(piece)
            said |= self.statements.by_text(parts, range(statement, statement + len(parts)))
        return whole, said

    def _aligned(
        self, passages: Sequence[Passage], sources: Sequence[SourceRecord]
    ) -> Iterable[tuple[int, int, Sequence[Passage]]]:
        """The first row, the first statement, and the passages of each source up to one that
        changed: how many statements that one had is not known.
        """
        now: dict[str, Sequence[Passage]] = {}
        at = 0
        for source in sources:
            now[source.digest] = passages[at : at + source.passages]
            at += source.passages
        row = statement = 0
        for source in self.sources:
            piece = now.get(source.digest, ())
            if len(piece) != source.passages:
                return
            yield row, statement, piece
            row += len(piece)
            statement += len(told(piece))


def salvage(storage: Storage) -> Iterator[Salvage]:
    """What the generations of a damaged index still have, newest first.

    A generation whose manifest is damaged is left out: nothing tells what its rows are.
    """
    for generation in storage.generations():
        try:
            manifest = storage.manifest(generation)
        except (OSError, IndexDamaged):
            continue
        files = manifest["files"]
        lines = _bytes(generation / "passages.jsonl")
        whole = digest(lines) == files["passages.jsonl"]["sha256"]
        yield Salvage(
            sources=tuple(SourceRecord(**row) for row in manifest["sources"]),
            passages=passages_in(lines) if whole else None,
            vectors=_rows(generation, "vectors.f32", manifest, "encoder", "dimension"),
            statements=_rows(
                generation, "statements.f16", manifest, "nearness", "statement_dimension"
            ),
        )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _rows(
    generation: Path, name: str, manifest: Mapping[str, Any], encoder: str, dimension: str
) -> Left:
    kind = "<f4" if name.endswith(".f32") else "<f2"
    width = int(manifest[dimension])
    size = width * np.dtype(kind).itemsize
    data = _bytes(generation / name)
    rows = len(data) // size
    vectors = np.frombuffer(data[: rows * size], dtype=kind).astype(np.float32)
    return Left(
        str(manifest[encoder]),
        vectors.reshape(rows, width),
        intact(data, manifest["files"][name]["blocks"], size, rows),
    )
