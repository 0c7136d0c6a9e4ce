"""Cited prose, read while it streams: sentences with the markers `[n]` that belong to them."""

import re
from typing import NamedTuple

from ontopilot.prose import plain, split

_MARKER = r"\[\s*\d{1,3}(?:\s*[,;]\s*\d{1,3})*\s*\]"
_MARKERS = re.compile(rf"(?:\s*{_MARKER})*")
_MARKER_INSIDE = re.compile(rf"\s*({_MARKER})")
_PARTIAL_MARKER = re.compile(r"\s*\[[\d\s,;]*$")
_BULLET = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)]|#{1,6})\s+")
_BREAK = re.compile(
    r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+•]|\d{1,3}[.)]|#{1,6})[ \t])|(?<=\])[ \t]*\n|(?<=[.!?:])[ \t]*\n"
)
# What follows a boundary is known well enough when one whole word of it is there.
_WORD_AFTER = re.compile(r"\s*(?:\S+\s|\S{64})")
_MAY_END = re.compile(r"[.!?:…\n\]]")
"""Without one of these, no sentence ends; most pieces of a stream have none."""
_SPACE_BEFORE_STOP = re.compile(r"\s+(?=[.,;:!?…])")


class CitedSentence(NamedTuple):
    """A sentence without its markers, and the numbers in them, in order, each once."""

    text: str
    markers: tuple[int, ...]


class CitedStream:
    """Takes a draft apart into sentences as its text arrives.

    The outcome does not depend on how the text was cut into pieces. Markers count whether they
    stand after the full stop, before it, or within the sentence. A sentence longer than `limit`
    characters is cut at the last space before the limit.

        >>> stream = CitedStream()
        >>> stream.feed("It weighs 1.5 kg. [2]")
        ()
        >>> stream.feed("[5] It is blue. [1]")
        (CitedSentence(text='It weighs 1.5 kg.', markers=(2, 5)),)
        >>> stream.finish()
        (CitedSentence(text='It is blue.', markers=(1,)),)
    """

    def __init__(self, *, limit: int = 1000) -> None:
        self._limit = limit
        self._buffer = ""

    def feed(self, text: str) -> tuple[CitedSentence, ...]:
        """Add text; the sentences that it completes."""
        self._buffer += text
        return self._drain(final=False)

    def finish(self) -> tuple[CitedSentence, ...]:
        """The sentences that are left at the end of the text; the stream can be used again."""
        found = self._drain(final=True)
        self._buffer = ""
        return found

    def reset(self) -> None:
        """Forget the sentence that is under way."""
        self._buffer = ""

    def _drain(self, *, final: bool) -> tuple[CitedSentence, ...]:
        found: list[CitedSentence] = []
        while (end := self._boundary(final=final)) is not None:
            sentence = read_sentence(self._buffer[:end])
            self._buffer = self._buffer[end:]
            if sentence is not None:
                found.append(sentence)
        return tuple(found)

    def _boundary(self, *, final: bool) -> int | None:
        """Where the first sentence of the buffer ends, its markers included, if that is sure."""
        text = self._buffer = self._buffer.lstrip()
        if not text or not (final or len(text) > self._limit or _MAY_END.search(text)):
            return None
        end = _first_end(text)
        if end > self._limit:
            space = text.rfind(" ", 1, self._limit)
            return space if space > 0 else self._limit
        markers = _MARKERS.match(text, end)
        end = markers.end() if markers else end
        rest = text[end:]
        if final:
            return end
        if _PARTIAL_MARKER.match(rest) or not _WORD_AFTER.match(rest):
            return None
        return end


def _first_end(text: str) -> int:
    first = next(split(text), (0, len(text)))[1]
    found = _BREAK.search(text, 1)
    return min(first, found.start()) if found else first


def read_sentence(text: str) -> CitedSentence | None:
    """A sentence and the numbers of the markers that stand in it; None where there is no word."""
    numbers: dict[int, None] = {}
    for marker in _MARKER_INSIDE.findall(text):
        numbers.update(dict.fromkeys(int(digits) for digits in re.findall(r"\d+", marker)))
    text = _MARKER_INSIDE.sub(" ", text)
    text = plain(_BULLET.sub("", text, count=1) if _BULLET.match(text) else text)
    text = _SPACE_BEFORE_STOP.sub("", text)
    return CitedSentence(text, tuple(numbers)) if re.search(r"\w", text) else None
