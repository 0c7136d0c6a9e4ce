"""Documents to passages, along the structure that the author gave.

A section is at least one passage, however short: what is cited is then about one thing, and a
prompt of a given size holds more of what a question needs. Long ones are cut at about 150 words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from ontopilot.prose import split
from ontopilot.retrieval.foreign import own_words, voices
from ontopilot.retrieval.passage import EvidenceId, Passage
from ontopilot.retrieval.read import Document

TARGET_WORDS = 150
MAX_WORDS = 190
"""A sentence encoder with 256 word pieces reads about as much."""
MAX_WHOLE_WORDS = 320
"""A list, a table or a code block up to this size is never taken apart."""

CHUNKER = "3"
"""Changes when the same document would give other passages, so that they are made again."""

_CODE = frozenset({"fence", "code_block"})
_LISTS = frozenset({"bullet_list_open", "ordered_list_open"})


@dataclass(frozen=True, slots=True)
class _Block:
    """A block of Markdown; `parts` are where it may be cut, `head` is repeated before each."""

    text: str
    parts: tuple[str, ...] = ()
    head: str = ""
    whole: bool = False

    @property
    def words(self) -> int:
        return len(self.text.split())

    @property
    def introduces(self) -> bool:
        """Whether what follows belongs to it: `You need:` before a list."""
        return self.text.rstrip("*_ ").endswith(":")


@dataclass(slots=True)
class _Section:
    path: tuple[str, ...]
    blocks: list[_Block] = field(default_factory=list)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Chunks:
    """The passages of a document, and in how many places something foreign was left out of it."""

    passages: tuple[Passage, ...]
    foreign: int = 0


def chunk(document: Document) -> Chunks:
    """The passages of a document in reading order: `doc:name#1`, `doc:name#2` and so on.

    The first heading of level 1 is the title; deeper ones become each passage's `heading`.
    """
    foreign = 0
    if document.markdown:
        title, sections, foreign = _sections(document)
    else:
        title, sections = document.title, _plain(document.text)
    title = title or _title_from(document.name)
    found: list[Passage] = []
    for section in sections:
        for piece in _pieces(section.blocks):
            own = own_words(piece)
            foreign += own.places
            if not re.search(r"\w", own.text):
                continue
            found.append(
                Passage(
                    EvidenceId(f"doc:{document.name}#{len(found) + 1}"),
                    "passage",
                    own.text,
                    title,
                    document.name,
                    " > ".join(section.path),
                )
            )
    return Chunks(tuple(found), foreign)


def _plain(text: str) -> list[_Section]:
    paragraphs = re.split(r"\n[ \t]*\n", text)
    return [_Section((), [_Block(part.strip()) for part in paragraphs if part.strip()])]


def _title_from(name: str) -> str:
    stem = name.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    words = " ".join(stem.replace("_", " ").replace("-", " ").split())
    return words[:1].upper() + words[1:]


def _sections(document: Document) -> tuple[str, list[_Section], int]:
    """The title, the sections, and how many quotes of others were left out of them."""
    lines = document.text.split("\n")
    title = document.title
    path: list[tuple[int, str]] = []
    sections = [_Section(())]
    tokens = _parser().parse(document.text)
    quoted = {lines.start for lines in voices(tokens, lines)}
    for at, token in enumerate(tokens):
        if token.level or token.nesting < 0 or token.map is None:
            continue
        if token.type == "blockquote_open" and token.map[0] in quoted:
            continue
        if token.type == "heading_open":
            depth, text = int(token.tag[1]), _inline(tokens[at + 1])
            path = [(d, t) for d, t in path if d < depth]
            if depth == 1 and not title:
                title = text
            elif not (depth == 1 and text == title):
                path.append((depth, text))
            sections.append(_Section(tuple(t for _, t in path)))
        elif (block := _block(tokens, at, lines)) is not None:
            sections[-1].blocks.append(block)
    return title, [section for section in sections if section.blocks], len(quoted)


def _inline(token: Token) -> str:
    """The words of a heading without its marks."""
    children = token.children or []
    return "".join(
        " " if child.type.endswith("break") else child.content for child in children
    ).strip()


def _block(tokens: list[Token], at: int, lines: list[str]) -> _Block | None:
    token = tokens[at]
    start, end = token.map or (0, 0)
    text = "\n".join(lines[start:end]).strip("\n").rstrip()
    if not text.strip() or token.type == "hr" or text.lstrip().startswith("<!--"):
        return None
    if token.type in _CODE:
        return _Block(text, tuple(text.split("\n")), whole=True)
    if token.type in _LISTS:
        return _Block(text, tuple(_items(tokens, at, lines)), whole=True)
    if token.type == "table_open":
        rows = text.split("\n")
        return _Block(text, tuple(rows[2:]), "\n".join(rows[:2]) + "\n", whole=True)
    return _Block(text)


def _items(tokens: list[Token], at: int, lines: list[str]) -> Iterator[str]:
    for token in tokens[at + 1 :]:
        if token.level == 0:
            return
        if token.level == 1 and token.type == "list_item_open" and token.map is not None:
            yield "\n".join(lines[token.map[0] : token.map[1]]).rstrip()


def _pieces(blocks: Iterable[_Block]) -> Iterator[str]:
    """The texts of a section's passages: whole blocks up to the target, long ones cut."""
    units = _units(blocks)
    if sum(_words(unit) for unit in units) <= MAX_WORDS:
        yield "\n\n".join(block.text for unit in units for block in unit)
        return
    gathered: list[str] = []
    size = 0
    for unit in units:
        words = _words(unit)
        if gathered and size + words > MAX_WORDS:
            yield "\n\n".join(gathered)
            gathered, size = [], 0
        if _too_long(unit):
            yield from _cut(unit)
            continue
        gathered.extend(block.text for block in unit)
        size += words
        if size >= TARGET_WORDS:
            yield "\n\n".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield "\n\n".join(gathered)


def _words(unit: list[_Block]) -> int:
    return sum(block.words for block in unit)


def _units(blocks: Iterable[_Block]) -> list[list[_Block]]:
    """Blocks with those that introduce them."""
    units: list[list[_Block]] = []
    for block in blocks:
        if units and units[-1][-1].introduces:
            units[-1].append(block)
        else:
            units.append([block])
    return units


def _too_long(unit: list[_Block]) -> bool:
    return _words(unit) > (MAX_WHOLE_WORDS if unit[-1].whole else MAX_WORDS)


def _cut(unit: list[_Block]) -> Iterator[str]:
    """A unit in passages: its last block is cut, and what introduces it leads the first one."""
    *intro, last = unit
    lead = "".join(block.text + "\n\n" for block in intro)
    if last.whole:
        parts, joint = last.parts, "\n"
    else:
        parts = tuple(last.text[start:end] for start, end in split(last.text))
        joint = " "
    gathered: list[str] = []
    size = len(lead.split())
    for part in _halved(parts):
        words = len(part.split())
        if gathered and size + words > TARGET_WORDS:
            yield lead + last.head + joint.join(gathered)
            lead, gathered, size = "", [], 0
        gathered.append(part)
        size += words
    if gathered:
        yield lead + last.head + joint.join(gathered)


def _halved(parts: Iterable[str]) -> Iterator[str]:
    """Parts of at most the largest size: one endless sentence is cut between words."""
    for part in parts:
        words = part.split()
        if len(words) <= MAX_WHOLE_WORDS:
            yield part
            continue
        for at in range(0, len(words), TARGET_WORDS):
            yield " ".join(words[at : at + TARGET_WORDS])
