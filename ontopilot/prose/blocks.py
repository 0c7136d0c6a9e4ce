"""The blocks of a Markdown text: headings, list items, table rows, paragraphs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "item", "row", "prose"]

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$")
_ITEM = re.compile(r"[ \t]*(?:([-*+•‣–])|(\d{1,3})[.)])[ \t]+(?=\S)")
_ROW = re.compile(r"[ \t]*\|.*\|[ \t]*$")
_RULE = re.compile(
    r"[ \t]*(?:\|?[ \t]*:?-{3,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?|={3,}|[*_]{3,})[ \t]*$"
)
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{3,})[ \t]*$")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_QUOTE = re.compile(r"[ \t]*(?:>[ \t]?)+")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a text: the span of its content, without the Markdown sign before it.

    `level` is the depth of a heading; `number` the number of an item of an ordered list, else 0;
    `group` is shared by the items of one list and the rows of one table.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    number: int = 0
    group: int = 0


def without_comments(text: str) -> str:
    """The text with HTML comments blanked out, offsets kept."""
    if "<!--" not in text:
        return text
    return _COMMENT.sub(lambda match: re.sub(r"\S", " ", match.group()), text)


class _Reader:
    """One pass over the lines; a paragraph or an item grows until something else begins."""

    def __init__(self) -> None:
        self.open: Block | None = None
        self.group = 0
        self.last: BlockKind | None = None

    def close(self) -> Iterator[Block]:
        if self.open is not None:
            self.last = self.open.kind
            yield self.open
        self.open = None

    def begin(self, block: Block) -> Iterator[Block]:
        yield from self.close()
        if block.kind != self.last or block.kind not in ("item", "row") or block.number == 1:
            self.group += 1
        self.open = Block(block.start, block.end, block.kind, block.level, block.number, self.group)

    def grow(self, start: int, end: int) -> Iterator[Block]:
        if self.open is not None and self.open.kind in ("prose", "item"):
            block = self.open
            self.open = Block(block.start, end, block.kind, block.level, block.number, block.group)
        else:
            yield from self.begin(Block(start, end, "prose"))

    def underline(self) -> None:
        """What was a paragraph turns out to be a heading (setext)."""
        block = self.open
        if block is not None:
            self.open = Block(block.start, block.end, "heading", 1, 0, block.group)


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a text in order; offsets point into the text."""
    text = without_comments(text)
    reader = _Reader()
    offset = 0
    fenced = False
    for line in text.splitlines(keepends=True):
        start, offset = offset, offset + len(line)
        if _FENCE.match(line):
            fenced = not fenced
            yield from reader.close()
        elif fenced and line.strip():
            yield from reader.begin(Block(*_inner(text, start, offset), "prose"))
        else:
            yield from _line(reader, text, start, offset)
    yield from reader.close()


def _line(reader: _Reader, text: str, start: int, end: int) -> Iterator[Block]:
    quote = _QUOTE.match(text, start, end)
    start = quote.end() if quote else start
    line = text[start:end].rstrip("\r\n")
    if not line.strip():
        yield from reader.close()
    elif reader.open is not None and reader.open.kind == "prose" and _UNDERLINE.match(line):
        reader.underline()
        yield from reader.close()
    elif _RULE.match(line):
        yield from reader.close()
    elif heading := _HEADING.match(line):
        content = (start + heading.start(2), start + heading.end(2))
        yield from reader.begin(Block(*content, "heading", len(heading.group(1))))
        yield from reader.close()
    elif item := _ITEM.match(line):
        inner = _inner(text, start + item.end(), end)
        yield from reader.begin(Block(*inner, "item", 0, int(item.group(2) or 0)))
    elif _ROW.match(line):
        yield from reader.begin(Block(*_inner(text, start, end), "row"))
        yield from reader.close()
    else:
        yield from reader.grow(*_inner(text, start, end))


def _inner(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
