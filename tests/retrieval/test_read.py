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
    title, text = as_markdown(HTML)
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
    assert as_markdown(deep)[1].strip() == "inside"


@given(st.text(st.sampled_from("<>/abp hlitdrule=\"'&;!- \n"), max_size=200))
def test_any_html_is_read(text: str) -> None:
    assert isinstance(as_markdown(text)[1], str)
