"""Whatever is wrong, one clear sentence, and the index that was there is as it was."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ontopilot.errors import ConfigError, DocumentError, ModelNotFound, RetrievalError
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.models.encoding.sentence import SentenceEncoder
from ontopilot.retrieval import Knowledge, KnowledgeIndex, Query, inspect
from ontopilot.retrieval.interactions import parse

Open = Callable[..., KnowledgeIndex]


@pytest.fixture
def knowledge(shop: Path) -> Knowledge:
    return Knowledge("docs", interactions="tickets.jsonl", folder=shop)


@pytest.fixture
def opened(knowledge: Knowledge, shop: Path, encoder: Any) -> Open:
    def call(with_encoder: Any = encoder) -> KnowledgeIndex:
        return knowledge.open(encoder=with_encoder, ontology=None, home=shop / "home")

    call()
    return call


def bytes_of(shop: Path) -> dict[str, bytes]:
    files = (shop / "home" / "index").rglob("*")
    return {str(f): f.read_bytes() for f in files if f.is_file() and f.name != "lock"}


def one_sentence(error: BaseException) -> str:
    text = str(error)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


def skipped(opened: Open, name: str) -> str:
    """Why a document is skipped; everything else is still found."""
    index = opened()
    assert index.report.passages == 5
    assert index.search(Query("reset a router"))[0].source == "routers.md"
    (reason,) = [s.reason for s in index.report.skipped if s.source == name]
    assert "\n" not in reason
    return reason


@pytest.mark.parametrize("k", [0, -1])
def test_k_below_one_is_refused(opened: Open, k: int) -> None:
    with pytest.raises(ConfigError, match=rf"k={k} must be at least 1") as error:
        opened().search(Query("kettle"), k=k)
    one_sentence(error.value)


def test_k_beyond_what_there_is_gives_what_there_is(opened: Open) -> None:
    index = opened()
    assert len(index.search(Query("kettle"), k=10_000)) == len(index.passages)


def test_a_pdf_with_a_password(opened: Open, shop: Path) -> None:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret", algorithm="RC4-128")
    writer.write(shop / "docs" / "locked.pdf")
    assert "wants a password" in skipped(opened, "locked.pdf")


def test_a_document_of_200_megabytes_is_not_read(opened: Open, shop: Path) -> None:
    with (shop / "docs" / "dump.md").open("wb") as file:
        file.truncate(200 * 2**20)
    assert "has 200 MB, more than the limit" in skipped(opened, "dump.md")


def test_past_interactions_of_200_megabytes_are_not_read(opened: Open, shop: Path) -> None:
    before = bytes_of(shop)
    with (shop / "tickets.jsonl").open("wb") as file:
        file.truncate(200 * 2**20)
    with pytest.raises(DocumentError, match="200 MB") as error:
        opened()
    assert len(one_sentence(error.value)) < 300
    assert bytes_of(shop) == before


@pytest.mark.parametrize("tag", ["div", "ul><li", "table><tr><td", "blockquote", "b"])
def test_html_that_is_nested_very_deeply_is_read(opened: Open, shop: Path, tag: str) -> None:
    page = "<h1>Deep</h1>" + f"<{tag}>" * 20_000 + "The wombat sleeps."
    (shop / "docs" / "deep.html").write_text(page)
    index = opened()
    assert [s for s in index.report.skipped if s.source == "deep.html"] == []
    assert index.search(Query("wombat sleeps"), k=1)[0].source == "deep.html"


@pytest.mark.parametrize("line", [">", "- ", "  - ", "[", "*"])
def test_markdown_that_is_nested_very_deeply_is_read(opened: Open, shop: Path, line: str) -> None:
    (shop / "docs" / "deep.md").write_text("# Deep\n\nThe wombat sleeps.\n\n" + line * 20_000)
    index = opened()
    assert index.search(Query("wombat sleeps"), k=1)[0].source == "deep.md"


def test_json_that_is_nested_very_deeply_is_skipped(opened: Open, shop: Path) -> None:
    (shop / "docs" / "deep.jsonl").write_text('{"a":' + "[" * 100_000 + "\n")
    assert "not JSON" in skipped(opened, "deep.jsonl")


def test_a_ticket_that_is_nested_very_deeply_is_refused() -> None:
    with pytest.raises(DocumentError, match="line 1: not a JSON object") as error:
        parse(b'{"id": "T-1", "question": ' + b"[" * 100_000, source="tickets.jsonl")
    one_sentence(error.value)


def test_front_matter_that_multiplies_itself_stays_small(opened: Open, shop: Path) -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]
    text = "\n".join(["---", *lines, "title: *a59", "---", "The wombat sleeps."])
    (shop / "docs" / "bomb.md").write_text(text)
    index = opened()
    (passage,) = [p for p in index.passages if p.source == "bomb.md"]
    assert len(json.dumps(passage.metadata)) < 1000


def test_one_text_under_two_names_is_found_once(opened: Open, shop: Path) -> None:
    text = (shop / "docs" / "routers.md").read_text()
    (shop / "docs" / "copy.md").write_text(text)
    found = opened().search(Query("reset a router"), k=20, kinds=["passage"])
    assert len({e.text for e in found}) == len(found)


def test_one_id_for_two_tickets_is_refused(opened: Open, shop: Path) -> None:
    before = bytes_of(shop)
    tickets = shop / "tickets.jsonl"
    row = tickets.read_text().splitlines()[0]
    tickets.write_text(f"{row}\n{row}\n")
    with pytest.raises(DocumentError, match="both have the id 'T-0001'") as error:
        opened()
    one_sentence(error.value)
    assert bytes_of(shop) == before


def test_a_model_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match=r"has no modules\.json") as error:
        SentenceEncoder(tmp_path / "nowhere")
    one_sentence(error.value)


class Shorter:
    """Says that its vectors are longer than they are."""

    name, dimension = "shorter", 64

    def encode(self, texts: Any) -> Any:
        return np.ones((len(texts), 32), dtype=np.float32)


def test_an_encoder_of_another_dimension_leaves_the_index(opened: Open, shop: Path) -> None:
    before = bytes_of(shop)
    with pytest.raises(RetrievalError, match="expected finite numbers of shape") as error:
        opened(Shorter())
    one_sentence(error.value)
    assert bytes_of(shop) == before


def test_an_index_of_another_version_is_named_and_left(opened: Open, shop: Path) -> None:
    pointer = shop / "home" / "index" / "current"
    pointer.write_text(json.dumps({**json.loads(pointer.read_text()), "format": 999}))
    before = bytes_of(shop)
    with pytest.raises(RetrievalError, match="another version of ontopilot made it") as error:
        inspect.verify(shop / "home")
    one_sentence(error.value)
    assert bytes_of(shop) == before


def test_two_writers_at_once_leave_a_whole_index(opened: Open, shop: Path) -> None:
    (shop / "docs" / "new.md").write_text("# New\n\nThe wombat sleeps.\n")
    failures: list[BaseException] = []

    def write() -> None:
        try:
            opened(HashEncoder(64))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test names it
            failures.append(error)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failures == []
    assert inspect.verify(shop / "home").passages == 6
