"""Statements: the sentences of a text as they can be read alone, without their markup."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import takewhile

from ontopilot.prose.blocks import Block, BlockKind, blocks, without_comments
from ontopilot.prose.sentence import Span, split

_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s\"[^\"]*\")?\)")
_EMPHASIS = re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1")
_ITALIC = re.compile(r"(?<![\w*_\\])([*_])(?=\S)([^*_\n]+?)(?<=\S)\1(?![\w*_])")
_CODE = re.compile(r"`+([^`]+)`+")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>])")


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of a text: `text` is plain and stands on one line.

    `headings` is the path of headings above it; `kind`, `number` and `group` say of which block
    it is a part (see `Block`); `start` and `end` are offsets into the original text.
    """

    start: int
    end: int
    text: str
    kind: BlockKind
    headings: tuple[str, ...] = ()
    number: int = 0
    group: int = 0


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A stretch of Markdown as plain text on one line."""
    text = _LINK.sub(r"\1", text)
    text = _CODE.sub(r"\1", text)
    text = _EMPHASIS.sub(r"\2", text)
    text = _ITALIC.sub(r"\2", text)
    text = _TAG.sub(" ", text)
    text = _ESCAPE.sub(r"\1", text)
    return " ".join(text.split())


@lru_cache(maxsize=2048)
def sentences(text: str) -> tuple[Span, ...]:
    """The spans of the sentences of a text; headings, list items and table rows are their own."""
    spans: list[Span] = []
    for block in blocks(text):
        if block.kind in ("heading", "row"):
            spans.append((block.start, block.end))
        else:
            spans.extend(split(text, block.start, block.end))
    return tuple(span for span in spans if span[0] < span[1])


@lru_cache(maxsize=2048)
def statements(text: str) -> tuple[Statement, ...]:
    """The statements of a text; headings are context only, a table row is read with its header."""
    clean = without_comments(text)
    path: list[tuple[int, str]] = []
    header: tuple[int, list[str]] = (0, [])
    found: list[Statement] = []
    for block in blocks(text):
        if block.kind == "heading":
            path = [entry for entry in path if entry[0] < block.level]
            path.append((block.level, plain(clean[block.start : block.end])))
        elif block.kind == "row" and header[0] != block.group:
            header = (block.group, _cells(clean[block.start : block.end]))
        else:
            found.extend(_read(clean, block, tuple(title for _, title in path), header[1]))
    return tuple(_with_lists(found))


def _with_lists(found: list[Statement]) -> Iterator[Statement]:
    """Complete a sentence that ends in a colon by the short list after it."""
    for at, statement in enumerate(found):
        if statement.kind != "prose" or not statement.text.endswith(":"):
            yield statement
            continue
        items = _list_at(found, at + 1)
        texts = [item.text.rstrip(".;, ") for item in items]
        if texts and not items[0].number and len(" ".join(texts).split()) <= 45:
            text = f"{statement.text} {'; '.join(texts)}."
            yield replace(statement, end=items[-1].end, text=text)
        else:
            yield statement


def _list_at(found: list[Statement], at: int) -> list[Statement]:
    first = found[at] if at < len(found) else None
    if first is None or first.kind != "item":
        return []
    return list(takewhile(lambda other: other.group == first.group, found[at:]))


def _read(
    text: str, block: Block, headings: tuple[str, ...], header: list[str]
) -> Iterator[Statement]:
    if block.kind == "row":
        reading = _row(header, _cells(text[block.start : block.end]))
        spans = [(block.start, block.end, reading)]
    else:
        spans = [(a, b, plain(text[a:b])) for a, b in split(text, block.start, block.end)]
    for start, end, reading in spans:
        if re.search(r"\w", reading):
            yield Statement(start, end, reading, block.kind, headings, block.number, block.group)


def _cells(row: str) -> list[str]:
    return [plain(cell) for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def _row(header: list[str], cells: list[str]) -> str:
    """`| Kettle | 24 months |` under `| Product | Warranty |`: "Kettle: Warranty 24 months."."""
    named = [
        f"{name} {cell}".strip() if name.lower() not in cell.lower() else cell
        for name, cell in zip(header[1:], cells[1:], strict=False)
        if cell
    ]
    body = ", ".join(named)
    return f"{cells[0]}: {body}." if body else cells[0]
