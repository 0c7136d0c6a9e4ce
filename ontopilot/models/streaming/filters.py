"""Filters on streamed text: stop strings, and the thoughts of a reasoning model."""

from collections.abc import Sequence
from dataclasses import InitVar, dataclass, field


def _held(text: str, marks: Sequence[str]) -> int:
    """How many characters at the end of `text` may be the beginning of a mark."""
    longest = 0
    for mark in marks:
        for size in range(min(len(mark) - 1, len(text)), longest, -1):
            if text.endswith(mark[:size]):
                longest = size
                break
    return longest


def begins_in_thoughts(prompt: str) -> bool:
    """Whether a prompt ends where the model has begun to think."""
    return prompt.rstrip().endswith("<think>")


@dataclass(slots=True)
class StopStrings:
    """Cuts a stream before the first stop string, which may span several pieces."""

    marks: tuple[str, ...]
    stopped: bool = False
    _pending: str = field(default="", init=False)

    def feed(self, text: str) -> str:
        """The text that can be shown now."""
        if self.stopped:
            return ""
        self._pending += text
        found = [at for mark in self.marks if mark and (at := self._pending.find(mark)) >= 0]
        if found:
            self.stopped = True
            shown, self._pending = self._pending[: min(found)], ""
            return shown
        keep = _held(self._pending, self.marks)
        cut = len(self._pending) - keep
        shown, self._pending = self._pending[:cut], self._pending[cut:]
        return shown

    def finish(self) -> str:
        """The text that was held back, now that nothing follows."""
        shown, self._pending = self._pending, ""
        return shown


@dataclass(slots=True)
class Thoughts:
    """Drops what a reasoning model thinks, `<think>…</think>` and the space after it.

    `inside` is set where the prompt itself ends with `<think>`.
    """

    inside: bool = False
    _after: bool = field(default=False, init=False)
    _pending: str = field(default="", init=False)

    def feed(self, text: str) -> str:
        """The text outside thoughts that can be shown now."""
        self._pending += text
        shown = ""
        while True:
            mark = "</think>" if self.inside else "<think>"
            before, found, after = self._pending.partition(mark)
            if not found:
                break
            shown += self._outside(before)
            self.inside, self._after = not self.inside, self.inside
            self._pending = after
        cut = len(self._pending) - _held(self._pending, (mark,))
        shown += self._outside(self._pending[:cut])
        self._pending = self._pending[cut:]
        return shown

    def finish(self) -> str:
        """What was held back and is no thought."""
        shown, self._pending = self._outside(self._pending), ""
        return shown

    def _outside(self, text: str) -> str:
        if self.inside:
            return ""
        if self._after:
            text = text.lstrip()
            self._after = not text
        return text


@dataclass(slots=True)
class TextFilter:
    """Both filters in the order in which a stream needs them; the end of the prompt matters."""

    stop: tuple[str, ...]
    thinking: bool
    prompt: InitVar[str] = ""
    _thoughts: Thoughts = field(init=False)
    _stops: StopStrings = field(init=False)

    def __post_init__(self, prompt: str) -> None:
        self._thoughts = Thoughts(inside=begins_in_thoughts(prompt))
        self._stops = StopStrings(self.stop)

    @property
    def stopped(self) -> bool:
        """Whether a stop string was met."""
        return self._stops.stopped

    def feed(self, text: str) -> str:
        """The text that can be shown now."""
        return self._stops.feed(self._thoughts.feed(text) if self.thinking else text)

    def finish(self) -> str:
        """The rest, at the end of the stream."""
        rest = self._thoughts.finish() if self.thinking else ""
        return self._stops.feed(rest) + self._stops.finish()
