import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ontopilot.errors import ConfigError, DocumentError, IndexDamaged, RetrievalError
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.retrieval import Knowledge, KnowledgeIndex, Query, inspect
from ontopilot.retrieval.read import MAX_BYTES
from ontopilot.retrieval.storage import BLOCK, Storage


@pytest.fixture
def knowledge(shop: Path) -> Knowledge:
    return Knowledge("docs", interactions="tickets.jsonl", folder=shop)


def opened(knowledge: Knowledge, shop: Path, encoder: Any, **more: Any) -> KnowledgeIndex:
    return knowledge.open(encoder=encoder, ontology=None, home=shop / "home", **more)


def stored_files(shop: Path) -> dict[str, bytes]:
    folder = shop / "home" / "index"
    return {
        str(p.relative_to(folder)): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != "lock"
    }


def test_a_second_opening_encodes_nothing(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    first = opened(knowledge, shop, encoder)
    assert first.report.passages == first.report.embedded == 5
    assert first.report.interactions == 1
    assert first.report.left_out == 2
    before = stored_files(shop)
    encoder.texts.clear()
    second = opened(knowledge, shop, encoder)
    assert encoder.texts == []
    assert (second.report.reused, second.report.embedded) == (5, 0)
    assert second.passages == first.passages
    assert stored_files(shop) == before


def test_an_index_of_another_format_is_made_again(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    opened(knowledge, shop, encoder)
    pointer = shop / "home" / "index" / "current"
    pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "format": 999}))
    assert opened(knowledge, shop, encoder).report.embedded == 5
    assert opened(knowledge, shop, encoder).report.reused == 5


def test_only_changed_passages_are_encoded(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    opened(knowledge, shop, encoder)
    page = shop / "docs" / "returns.md"
    page.write_text(page.read_text().replace("30 days", "45 days"))
    encoder.texts.clear()
    index = opened(knowledge, shop, encoder)
    assert len(encoder.texts) == 2  # the passage, and its one statement
    assert all("45 days" in text for text in encoder.texts)
    assert (index.report.reused, index.report.embedded) == (4, 1)
    assert "45 days" in index.search(Query("return a kettle"), k=1)[0].text


def test_a_removed_document_is_no_longer_found(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    opened(knowledge, shop, encoder)
    (shop / "docs" / "routers.md").unlink()
    index = opened(knowledge, shop, encoder)
    assert all(p.source != "routers.md" for p in index.passages)
    assert index.report.embedded == 0


def test_a_moved_document_keeps_its_vectors(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    opened(knowledge, shop, encoder)
    (shop / "docs" / "routers.md").rename(shop / "docs" / "network.md")
    index = opened(knowledge, shop, encoder)
    assert index.report.embedded == 0
    assert index.search(Query("reset router"))[0].id == "doc:network.md#1"


def test_rebuild_encodes_everything(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    opened(knowledge, shop, encoder)
    assert opened(knowledge, shop, encoder, rebuild=True).report.embedded == 5


def test_another_encoder_makes_the_index_again(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    opened(knowledge, shop, encoder)
    other = type(encoder)("other", 32)
    index = opened(knowledge, shop, other)
    assert index.report.embedded == 5
    assert "'counting'" in index.report.note
    assert "'other'" in index.report.note


DAMAGES = ("flip", "cut", "empty", "remove", "grow")
FILES = ("current", "manifest.json", "passages.jsonl", "vectors.f32", "statements.f16")


def damage(path: Path, how: str) -> None:
    data = path.read_bytes()
    if how == "remove":
        path.unlink()
        return
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 0x41]) + data[middle + 1 :]
    path.write_bytes({"flip": flipped, "cut": data[:middle], "empty": b"", "grow": data * 300}[how])


@pytest.mark.parametrize("victim", FILES)
@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_index_is_mended_without_encoding_what_is_intact(
    knowledge: Knowledge, shop: Path, encoder: Any, victim: str, how: str
) -> None:
    whole = opened(knowledge, shop, encoder)
    (path,) = (shop / "home" / "index").rglob(victim)
    damage(path, how)
    encoder.texts.clear()
    again = opened(knowledge, shop, encoder)
    assert again.passages == whole.passages
    assert np.array_equal(again.vectors, whole.vectors)
    lost = victim == "manifest.json" or (victim, how) == ("current", "remove")
    lost = lost or victim == "vectors.f32"
    assert again.report.embedded == (5 if lost else 0)
    if victim in ("current", "passages.jsonl") and not lost:
        assert encoder.texts == []
    if (victim, how) != ("current", "remove"):
        assert again.report.note.startswith("mended: index in ")
    assert opened(knowledge, shop, encoder).report.reused == 5


def test_of_a_large_file_only_the_damaged_block_is_encoded_again(shop: Path, encoder: Any) -> None:
    for number in range(600):
        (shop / "docs" / f"n{number}.md").write_text(f"# N{number}\n\nItem {number} is here.\n")
    knowledge = Knowledge(shop / "docs")
    whole = opened(knowledge, shop, encoder)
    (path,) = (shop / "home" / "index").rglob("vectors.f32")
    damage(path, "flip")
    again = opened(knowledge, shop, encoder)
    assert np.array_equal(again.vectors, whole.vectors)
    rows = BLOCK // (4 * encoder.dimension)
    assert rows <= again.report.embedded <= rows + 2


@pytest.mark.parametrize("victim", FILES[1:])
def test_the_generation_before_helps_to_mend(
    knowledge: Knowledge, shop: Path, encoder: Any, victim: str
) -> None:
    opened(knowledge, shop, encoder)
    (shop / "docs" / "new.md").write_text("# New\n\nSomething new.\n")
    whole = opened(knowledge, shop, encoder)
    damage(Storage(shop / "home" / "index").generations()[0] / victim, "empty")
    again = opened(knowledge, shop, encoder)
    assert again.passages == whole.passages
    assert again.report.embedded <= 1


def test_without_sources_the_newest_whole_generation_is_the_index(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    first = opened(knowledge, shop, encoder)
    (shop / "docs" / "new.md").write_text("# New\n\nSomething new.\n")
    opened(knowledge, shop, encoder)
    storage = Storage(shop / "home" / "index")
    newest, before = storage.generations()
    damage(newest / "vectors.f32", "flip")
    kept = stored_files(shop)
    assert inspect.go_back(shop / "home").passages == len(first.passages)
    assert {**stored_files(shop), "current": b""} == {**kept, "current": b""}
    damage(before / "passages.jsonl", "cut")
    with pytest.raises(IndexDamaged, match="no generation of it is whole"):
        inspect.go_back(shop / "home")


class Stop(BaseException):
    """Stands for Ctrl-C."""


class StoppingEncoder:
    def __init__(self, inner: Any) -> None:
        self.name, self.dimension = inner.name, inner.dimension

    def encode(self, texts: Any) -> Any:
        raise Stop


def test_stopping_while_encoding_leaves_the_old_index(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    opened(knowledge, shop, encoder)
    before = stored_files(shop)
    page = shop / "docs" / "returns.md"
    old = page.read_text()
    page.write_text(old + "\n## New\n\nSomething new.\n")
    with pytest.raises(Stop):
        opened(knowledge, shop, StoppingEncoder(encoder))
    assert stored_files(shop) == before
    page.write_text(old)
    assert opened(knowledge, shop, encoder).report.reused == 5


FLUSHES = 8
"""How often saving an index flushes something to disk."""


@pytest.mark.parametrize("step", range(1, FLUSHES + 1))
def test_a_full_disk_leaves_the_old_index_or_the_new(
    knowledge: Knowledge, shop: Path, encoder: Any, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    opened(knowledge, shop, encoder)
    (shop / "docs" / "new.md").write_text("# New\n\nSomething new.\n")
    flush, flushes = os.fsync, iter(range(1, FLUSHES + 1))

    def full(descriptor: int) -> None:
        if next(flushes) == step:
            raise OSError(28, "No space left on device")
        flush(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(RetrievalError, match="No space left on device; free space"):
            opened(knowledge, shop, encoder)
    stored = Storage(shop / "home" / "index").load()
    assert stored is not None
    assert len(stored.passages) == (6 if step == FLUSHES else 5)
    assert opened(knowledge, shop, encoder).report.passages == 6
    assert not list((shop / "home" / "index").glob("tmp-*"))


KILLED = """
import os, signal, sys
from pathlib import Path
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.retrieval import Knowledge

shop, step = Path(sys.argv[1]), int(sys.argv[2])
flush, flushes = os.fsync, iter(range(1, 99))

def dies(descriptor):
    if next(flushes) == step:
        os.kill(os.getpid(), signal.SIGKILL)
    flush(descriptor)

os.fsync = dies
Knowledge(shop / "docs").open(encoder=HashEncoder(), ontology=None, home=shop / "home")
"""


@pytest.mark.parametrize("step", [1, 3, 5, 6])
def test_a_killed_writer_leaves_the_old_index(shop: Path, step: int) -> None:
    knowledge, encoder = Knowledge(shop / "docs"), HashEncoder()
    opened(knowledge, shop, encoder)
    (shop / "docs" / "new.md").write_text("# New\n\nSomething new.\n")
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(shop), str(step)], cwd=root, check=False
    )
    assert run.returncode == -signal.SIGKILL
    stored = Storage(shop / "home" / "index").load()
    assert stored is not None
    assert len(stored.passages) == 4
    again = opened(knowledge, shop, encoder)
    assert (again.report.embedded, again.report.note) == (1, "")
    assert not list((shop / "home" / "index").glob("tmp-*"))


def test_what_a_killed_writer_left_is_removed(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    half = shop / "home" / "index" / "tmp-g-half"
    half.mkdir(parents=True)
    (half / "vectors.f32").write_bytes(b"half")
    opened(knowledge, shop, encoder)
    assert not half.exists()


def test_old_generations_do_not_pile_up(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    for number in range(4):
        (shop / "docs" / "new.md").write_text(f"# New\n\nVersion {number}.\n")
        opened(knowledge, shop, encoder)
    generations = [p for p in (shop / "home" / "index").iterdir() if p.is_dir()]
    assert len(generations) == 2


def test_readers_read_while_another_writes(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    opened(knowledge, shop, encoder)
    storage = Storage(shop / "home" / "index")
    done = threading.Event()
    seen: list[int] = []

    def read() -> None:
        while not done.is_set():
            stored = storage.load()
            assert stored is not None
            assert len(stored.vectors) == len(stored.passages)
            seen.append(len(stored.passages))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(10):
        (shop / "docs" / f"new{number}.md").write_text(f"# New\n\nVersion {number}.\n")
        opened(knowledge, shop, encoder)
    done.set()
    reader.join()
    assert seen == sorted(seen)


def test_a_second_writer_that_waits_too_long_is_told(shop: Path) -> None:
    first, second = Storage(shop / "index"), Storage(shop / "index")
    with (
        first.writing(),
        pytest.raises(RetrievalError, match="another process"),
        second.writing(seconds=0.0),
    ):
        pass
    with second.writing(seconds=0.0):
        pass


def test_an_index_that_is_up_to_date_needs_no_right_to_write(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    opened(knowledge, shop, encoder)
    with Storage(shop / "home" / "index").writing():
        assert opened(knowledge, shop, encoder).report.reused == 5


def test_a_home_that_cannot_be_written_is_named(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    (shop / "home").write_text("a file where the folder should be")
    with pytest.raises(RetrievalError, match="cannot be written"):
        opened(knowledge, shop, encoder)


def test_what_cannot_be_read_is_skipped_with_its_reason(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    docs = shop / "docs"
    (docs / "empty.md").write_text(" \n")
    (docs / "image.md").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00" * 50)
    (docs / "latin.md").write_bytes("# Gerät\n\nWärme".encode("latin-1"))
    (docs / "scan.pdf").write_bytes(b"%PDF-1.7")
    (docs / "old.doc").write_bytes(b"\xd0\xcf")
    (docs / ".hidden.md").write_text("# Hidden\n\nNot indexed.")
    with (docs / "dump.md").open("wb") as file:
        file.truncate(50 * 2**20)
    index = opened(knowledge, shop, encoder)
    reasons = {skipped.source: skipped.reason for skipped in index.report.skipped}
    assert set(reasons) == {"empty.md", "image.md", "latin.md", "scan.pdf", "old.doc", "dump.md"}
    assert "is empty" in reasons["empty.md"]
    assert "is binary" in reasons["image.md"]
    assert "is not UTF-8: byte 0xe4 at offset 5" in reasons["latin.md"]
    assert "is a damaged PDF" in reasons["scan.pdf"]
    assert "no reader for '.doc'" in reasons["old.doc"]
    assert "has 50 MB" in reasons["dump.md"]
    assert f"limit of {MAX_BYTES // 2**20} MB" in reasons["dump.md"]
    assert index.report.passages == 5
    assert opened(knowledge, shop, encoder).report.skipped == index.report.skipped


def test_a_document_that_was_mended_is_read(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    page = shop / "docs" / "empty.md"
    page.write_text("")
    assert opened(knowledge, shop, encoder).report.passages == 5
    page.write_text("No longer empty.")
    assert opened(knowledge, shop, encoder).report.passages == 6


def test_a_missing_folder_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"'.*nowhere' does not exist"):
        Knowledge(tmp_path / "nowhere")
    with pytest.raises(DocumentError, match=r"interactions '.*none.jsonl' does not exist"):
        Knowledge(interactions="none.jsonl", folder=tmp_path)
    with pytest.raises(DocumentError, match="is a folder"):
        Knowledge(interactions=tmp_path)
    with pytest.raises(ConfigError, match="42"):
        Knowledge([42])  # type: ignore[list-item]


def test_a_folder_that_goes_away_is_named(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    opened(knowledge, shop, encoder)
    (shop / "docs").rename(shop / "elsewhere")
    with pytest.raises(DocumentError, match="docs' do not exist"):
        opened(knowledge, shop, encoder)


def test_two_documents_with_one_name_are_refused(shop: Path, encoder: Any) -> None:
    (shop / "more").mkdir()
    (shop / "more" / "returns.md").write_text("# Returns\n\nOthers.")
    with pytest.raises(DocumentError, match=r"'returns.md'"):
        opened(Knowledge(["docs", "more"], folder=shop), shop, encoder)


def test_knowledge_of_nothing_can_be_opened(shop: Path, encoder: Any) -> None:
    opened(Knowledge(), shop, encoder)
    index = opened(Knowledge(), shop, encoder)
    assert index.passages == ()
    assert index.report.note == ""
    assert index.search(Query("kettle")) == ()


def test_progress_tells_every_stage_to_its_end(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    told: list[tuple[str, int, int]] = []
    opened(knowledge, shop, encoder, progress=lambda *step: told.append(step))
    ends = {stage: (done, total) for stage, done, total in told}
    texts = ends["embed"][1]  # passages and their statements
    assert texts > 5
    assert ends == {"read": (3, 3), "embed": (texts, texts), "tag": (5, 5)}


def test_passages_survive_storing_letter_by_letter(shop: Path, encoder: Any) -> None:
    text = 'Quote " backslash \\ line separator \u2028 next \x85 emoji 🫖 end.'
    (shop / "docs" / "odd.md").write_text(text, encoding="utf-8")
    knowledge = Knowledge(shop / "docs")
    first = opened(knowledge, shop, encoder)
    second = opened(knowledge, shop, encoder)
    assert second.passages == first.passages
    assert any(p.text == text for p in second.passages)


def test_nothing_personal_is_stored(knowledge: Knowledge, shop: Path, encoder: Any) -> None:
    opened(knowledge, shop, encoder)
    everything = b"".join(stored_files(shop).values()) + " ".join(encoder.texts).encode()
    for secret in (b"bob@example.org", b"A-12345", b"C-1234", b"Rose Lane"):
        assert secret not in everything


def test_a_bad_ticket_file_keeps_the_old_index(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    opened(knowledge, shop, encoder)
    before = stored_files(shop)
    (shop / "tickets.jsonl").write_text(json.dumps({"id": "T-1"}) + "\n{")
    with pytest.raises(DocumentError, match="line 1: question"):
        opened(knowledge, shop, encoder)
    assert stored_files(shop) == before


def test_another_encoder_of_statements_makes_the_index_again(
    knowledge: Knowledge, shop: Path, encoder: Any
) -> None:
    opened(knowledge, shop, encoder)
    other = HashEncoder(dimension=64)
    again = opened(knowledge, shop, encoder, nearness=other)
    assert repr(other.name) in again.report.note
    assert opened(knowledge, shop, encoder, nearness=other).report.note == ""


def test_past_interactions_in_the_folder_of_documents_are_no_document(
    shop: Path, encoder: HashEncoder
) -> None:
    (shop / "tickets.jsonl").rename(shop / "docs" / "tickets.jsonl")
    knowledge = Knowledge("docs", interactions="docs/tickets.jsonl", folder=shop)
    kinds = {p.source: p.kind for p in opened(knowledge, shop, encoder).passages}
    assert kinds["tickets.jsonl"] == "interaction"
