from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import DocumentError
from ontopilot.retrieval.chunk import chunk
from ontopilot.retrieval.html import as_markdown
from ontopilot.retrieval.read import Document, Found, find, parse


def read(name: str, data: bytes) -> Document:
    return parse(Found(name, Path(name)), data)


def test_files_are_named_by_their_path_in_the_folder(tmp_path: Path) -> None:
    for name in ("b.md", "guides/a.md", ".git/c.md", "guides/.d.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [found.name for found in find([tmp_path])] == ["b.md", "guides/a.md"]
    assert [found.name for found in find([tmp_path / "guides" / "a.md"])] == ["a.md"]


def test_front_matter_gives_the_title_and_is_no_text() -> None:
    document = read("a.md", b'---\ntitle: "Returns"\ntags: [x]\n---\nText.\n')
    assert (document.title, document.text) == ("Returns", "Text.\n")


def test_marks_and_line_ends_of_any_system_are_read() -> None:
    assert read("a.md", b"\xef\xbb\xbf# T\r\n\r\nText.\r\n").text == "# T\n\nText.\n"
    assert read("a.md", "# T\n".encode("utf-16")).text == "# T\n"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"---\ntitle: x\n---\n", "is empty"),
        (b"%PDF\x00\x01\x02", "is binary"),
        (bytes(range(256)), "is binary"),
        ("Größe".encode("cp1252"), "is not UTF-8: byte 0xf6 at offset 2"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read("a.md", data)


HTML = """<!doctype html><html><head><title>Returns &amp; refunds</title>
<style>p { color: red }</style></head><body><nav><a href="/">Home</a></nav>
<h1>Returns</h1><p>You have <b>30 days</b>.<br>Keep the box.</p>
<h2>Costs</h2><ul><li>Faulty: free</li><li>Else <i>you</i> pay
<ol><li>pack</li><li>send</li></ol></li></ul>
<table><tr><th>Country</th><th>Days</th></tr><tr><td><p>France</p></td><td>14</td></tr></table>
<pre>reset --hard
  now</pre><script>alert("no")</script></body></html>"""


def test_html_keeps_its_structure() -> None:
    page = as_markdown(HTML, "page.html")
    title, text = page.title, page.text
    assert title == "Returns & refunds"
    assert text == (
        "# Returns\n\nYou have 30 days. Keep the box.\n\n## Costs\n\n- Faulty: free\n"
        "- Else you pay\n   1. pack\n   2. send\n\n| Country | Days |\n| --- | --- |\n"
        "| France | 14 |\n\n```\nreset --hard\n  now\n```\n"
    )


def test_html_documents_become_passages() -> None:
    found = chunk(read("a.html", HTML.encode())).passages
    assert found[0].title == "Returns & refunds"
    assert any(p.heading.endswith("Costs") and "| France | 14 |" in p.text for p in found)
    assert not any("alert" in p.text or "Home" in p.text for p in found)


def test_deeply_nested_html_is_read() -> None:
    deep = "<div>" * 20_000 + "inside" + "</div>" * 20_000
    assert as_markdown(deep, "deep.html").text.strip() == "inside"


@given(st.text(st.sampled_from("<>/abp hlitdrule=\"'&;!- \n"), max_size=200))
def test_any_html_is_read(text: str) -> None:
    assert isinstance(as_markdown(text, "page.html").text, str)


def drawn(*pages: str, password: str = "") -> bytes:
    """A PDF with a line of text a page, written out by hand and, with a password, encrypted."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>",
            f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        ]
    data = b"%PDF-1.4\n"
    starts = []
    for number, body in enumerate(objects, start=1):
        starts.append(len(data))
        data += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{start:010} 00000 n \n" for start in starts)
    size = len(objects) + 1
    data += (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
        f"startxref\n{len(data)}\n%%EOF"
    ).encode()
    return data if not password else _locked(data, password)


def _locked(data: bytes, password: str) -> bytes:
    import io

    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    return locked.getvalue()


def test_a_pdf_is_read_page_by_page() -> None:
    document = read("returns.pdf", drawn("You have 30 days.", "Keep the box."))
    assert document.text == "You have 30 days.\n\nKeep the box."
    assert chunk(document).passages[0].title == "Returns"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (drawn("Secret.", password="once"), "wants a password"),
        (drawn(""), "has no text"),
        (b"%PDF-1.4\nand then nothing", "is a damaged PDF"),
        (b"", "is a damaged PDF"),
        (drawn("You have 30 days.")[:400], "is a damaged PDF|has no text"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_why(data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read("a.pdf", data)


@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=4))
def test_a_pdf_with_changed_bytes_is_read_or_refused(at: int, change: bytes) -> None:
    data = bytearray(drawn("You have 30 days."))
    at %= len(data)
    data[at : at + len(change)] = change
    with suppress(DocumentError):
        assert read("a.pdf", bytes(data)).text


CSV = 'Name;Weight;Text\nKettle;1.2 kg;"Boils water; quickly."\nToaster;;Browns bread.\n'


def test_each_row_of_a_table_is_a_passage_under_its_name() -> None:
    passages = chunk(read("goods.csv", CSV.encode())).passages
    assert [(p.title, p.heading) for p in passages] == [("Goods", "Kettle"), ("Goods", "Toaster")]
    assert passages[0].text == "Boils water; quickly.\n\n- Weight: 1.2 kg"
    assert passages[1].text == "Browns bread."


def test_each_line_of_json_is_a_passage() -> None:
    data = b'{"id": 7, "title": "Kettle", "text": "Boils.", "parts": ["lid", "base"]}\n\n'
    (passage,) = chunk(read("goods.jsonl", data)).passages
    assert (passage.heading, passage.text) == (
        "Kettle",
        'Boils.\n\n- id: 7\n- parts: ["lid", "base"]',
    )


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"a,b\n1,2\n1,2,3\n", "line 3: more cells than columns"),
        ("a.jsonl", b'{"a": 1}\n{"a": \n', "line 2: not JSON"),
        ("a.jsonl", b"[1]\n", r"line 1: '\[1\]' is no object"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"a,b\n", "is empty"),
    ],
)
def test_a_table_that_cannot_be_read_says_where(name: str, data: bytes, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read(name, data)
