"""What stands in a text and is not its author's word to readers.

Orders to whoever answers, and the words of others, may not become an answer, whichever engine
writes it; so neither gets into a passage.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from ontopilot.prose import blocks, plain, split
from ontopilot.prose.blocks import without_comments
from ontopilot.prose.orders import is_order

_SIGNED = re.compile(
    r"(?:^|\s)(?:[*_](?=\S)[^*_\n]+[*_]|[—–]\s*\S[^\n]*|<cite>.*?</cite>)\s*$", re.IGNORECASE
)
_FIRST_PERSON = re.compile(r"\b(?:I|I['’](?:m|ve|d|ll)|[Mm]y|[Mm]ine|[Ii]ch|[Mm]eine?[mnrs]?)\b")
_LONG = r"(?:[^\s“”„«»\"]+\s+){11,}[^\s“”„«»\"]+"
_QUOTED = re.compile(rf"“{_LONG}”|„{_LONG}[“”]|«{_LONG}»|»{_LONG}«|(?<![\w\"])\"{_LONG}\"(?!\w)")
"""Twelve words and more between quotation marks are what somebody said, not a name."""

_TURNED = re.compile(r"[\u202d\u202e]")
"""They have a text shown in another order than it is read (Boucher and Anderson 2021)."""

_INVISIBLE = re.compile(r"[\u200b\u2060-\u2064\ufeff]")
_MOST_INVISIBLE = 0.2
"""The share of invisible characters above which a block hides from a search."""

_ENCODED = re.compile(
    r"(?<![\w/:.=+-])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*\d)"
    r"[A-Za-z0-9+/]{48,}={0,2}"
)
"""So much of base64 is no word and no part number."""

_BRACKETED = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|<!--.*?-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class OwnWords:
    """A text without what is foreign in it, and in how many places something was left out."""

    text: str
    places: int = 0


def own_words(text: str) -> OwnWords:
    """A text without its comments, without the paragraphs, items and rows that hold an order or
    hide what they say, and without long quotations.

    What stands beside an order was written by the same hand.
    """
    shown, quoted = _QUOTED.subn("", without_comments(text))
    kept: list[str] = []
    at = 0
    places = quoted
    for block in blocks(shown):
        written = shown[block.start : block.end]
        sentences = split(shown, block.start, block.end)
        if _hidden(written) or any(_orders(shown[a:b]) for a, b in sentences):
            kept.append(shown[at : block.start])
            at = block.end
            places += 1
    if not places:
        return OwnWords(shown)
    return OwnWords("".join([*kept, shown[at:]]).strip(), places)


def _hidden(text: str) -> bool:
    """Whether a text is written so that a reader sees something else than a program, or nothing."""
    invisible = len(_INVISIBLE.findall(text))
    return bool(
        _TURNED.search(text) or _ENCODED.search(text) or invisible > len(text) * _MOST_INVISIBLE
    )


def _orders(sentence: str) -> bool:
    """Whether a sentence is an order, by its words or by the tags that stand around them."""
    return is_order(plain(sentence)) or ("<" in sentence and is_order(sentence))


def without_bracketed_orders(line: str) -> OwnWords:
    """One line, such as a subject, without the brackets that hold orders; else without itself."""
    if not is_order(line):
        return OwnWords(line)
    shown = _BRACKETED.sub(lambda m: "" if is_order(m.group().strip("[]()")) else m.group(), line)
    shown = " ".join(shown.split())
    return OwnWords("" if is_order(shown) else shown, 1)


def voices(tokens: Iterable[Token], lines: list[str]) -> Iterator[range]:
    """The lines of the block quotes that somebody else said: signed (`*Edda, Celle*`, `- Edda`), or
    in the first person. Any other block quote is a note of the author's own.
    """
    for token in tokens:
        if token.type == "blockquote_open" and not token.level and token.map:
            said = "\n".join(line.lstrip("> ") for line in lines[slice(*token.map)]).strip()
            if _SIGNED.search(said) or _FIRST_PERSON.search(said):
                yield range(*token.map)
