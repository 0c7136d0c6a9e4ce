"""What is stored of an index, checked and told without making anything."""

from dataclasses import dataclass
from pathlib import Path

from ontopilot.errors import RetrievalError
from ontopilot.retrieval.dense import EXACT_BELOW
from ontopilot.retrieval.storage import Storage, Stored


@dataclass(frozen=True, slots=True)
class Stock:
    """A stored index that matches its checksums; memory is that of its vectors, in bytes."""

    passages: int
    interactions: int
    sources: int
    statements: int
    encoder: str
    dimension: int
    memory: int
    search: str


def go_back(home: Path) -> Stock:
    """Make the newest generation that is whole the index, and read it; nothing else is changed.

    Raises:
        IndexDamaged: no generation is whole.
        RetrievalError: the folder cannot be written.
    """
    storage = Storage(home / "index")
    with storage.writing():
        storage.go_back()
    return verify(home)


def verify(home: Path) -> Stock:
    """Read the index stored in `home` and check every file of it; nothing is changed.

    Raises:
        IndexDamaged: a file does not match its checksum, or lacks.
        RetrievalError: nothing is stored, or by another version.
    """
    folder = home / "index"
    stored = Storage(folder).load()
    if stored is None:
        raise RetrievalError(
            f"index in {str(folder)!r}: there is none, or another version of ontopilot made it; "
            "run `ontopilot index` to make it"
        )
    return Stock(
        passages=len(stored.passages),
        interactions=sum(passage.kind == "interaction" for passage in stored.passages),
        sources=len(stored.sources),
        statements=len(stored.statements),
        encoder=stored.encoder,
        dimension=int(stored.vectors.shape[1]),
        memory=stored.vectors.nbytes + stored.statements.nbytes + codes(stored),
        search=searched(stored),
    )


def searched(stored: Stored) -> str:
    """How the vectors are searched, and why so, in words."""
    how = stored.approximate
    if how is None:
        return (
            "exact inner products over all vectors, so that nothing near is missed: there are "
            f"fewer than {EXACT_BELOW:,}"
        )
    return (
        f"{how.probes:,} of {how.index.nlist:,} lists of product-quantised codes (FAISS IVF-PQ), "
        f"what is near compared in full: {how.recall:.1%} of the 10 nearest were found when this "
        f"was chosen; the codes take {codes(stored) / 2**20:,.0f} MB"
    )


def codes(stored: Stored) -> int:
    """The bytes of the codes of an approximate search."""
    how = stored.approximate
    return 0 if how is None else int(how.index.ntotal * (how.index.code_size + 2 * 8))
