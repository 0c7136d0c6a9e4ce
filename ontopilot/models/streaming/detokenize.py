"""Token ids to text while they arrive."""

from collections.abc import Callable, Sequence, Sized
from dataclasses import InitVar, dataclass, field

_UNFINISHED = "\ufffd"
_LAST = 8


def left_of(max_tokens: int, begun: str, encode: Callable[[str], Sized]) -> int:
    """How many tokens of an answer are left when some of it was begun elsewhere; 0 for none."""
    return max(0, max_tokens - len(encode(begun))) if begun else max_tokens


def shown_before(begun: str, ids: Sequence[int]) -> Sequence[int]:
    """The last tokens of a prompt that ends with what was shown of the answer, if any was."""
    return ids[-_LAST:] if begun else ()


@dataclass(slots=True)
class Detokenizer:
    """Turns a growing list of tokens into text, never cutting a character.

    `decode` must skip special tokens. Each step decodes only the last tokens again, because what
    a token means may depend on the one before it: `before` are those that were shown already.
    """

    decode: Callable[[list[int]], str]
    before: InitVar[Sequence[int]] = ()
    _ids: list[int] = field(default_factory=list, init=False)
    _shown: int = field(default=0, init=False)
    _start: int = field(default=0, init=False)

    def __post_init__(self, before: Sequence[int]) -> None:
        self._ids = list(before)
        self._shown = len(self._ids)

    def feed(self, token: int) -> str:
        """The text that this token completes."""
        self._ids.append(token)
        return self._advance(final=False)

    def finish(self) -> str:
        """The rest, even where the last character is incomplete."""
        return self._advance(final=True)

    def _advance(self, *, final: bool) -> str:
        before = self.decode(self._ids[self._start : self._shown])
        now = self.decode(self._ids[self._start :])
        if len(now) <= len(before) or (now.endswith(_UNFINISHED) and not final):
            return ""
        self._start, self._shown = self._shown, len(self._ids)
        return now[len(before) :]
