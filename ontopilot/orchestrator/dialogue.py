"""What the prompts of a conversation have said so far, so that the next one goes on from there.

Prefix caches hold what prompts begin with. A prompt that repeats the conversation as it was, and
then lists only the sources that are new, is mostly held there already.
"""

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ontopilot.models.messages import Message
from ontopilot.retrieval.passage import Evidence

MOST_TOKENS = 6000
"""What a prompt repeats of a conversation at most; one that would be longer begins anew."""

_USUAL = 0.25
"""Tokens of a character, until an engine has counted."""

_KEPT = 512
_KEPT_S = 3600.0


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question as it was put with its sources, and the verified claims that answered it."""

    asked: str
    claims: tuple[tuple[str, tuple[int, ...]], ...] = ()

    def answer(self, *, as_json: bool) -> str:
        """The answer as a model writes it: in JSON, or in prose with numbers behind it."""
        if as_json:
            told = [{"text": text, "ids": list(numbers)} for text, numbers in self.claims]
            return json.dumps({"claims": told}, ensure_ascii=False, separators=(",", ":"))
        return " ".join(
            text + " " + "".join(f"[{number}]" for number in numbers)
            for text, numbers in self.claims
        )


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The exchanges of a conversation, and the sources that were listed, numbered from 1.

    `opened` is a question that was put and is not answered yet. What was withheld is in none of
    them: a model shall not read as said what did not hold.
    """

    exchanges: tuple[Exchange, ...] = ()
    listed: tuple[tuple[str, str, str], ...] = ()
    opened: str = ""
    tokens_of_char: float = _USUAL

    def numbers(self, evidence: Iterable[Evidence]) -> dict[int, Evidence]:
        """Evidence by the number under which it was listed, or will be: in the order given."""
        known = {key: number for number, key in enumerate(self.listed, start=1)}
        return {known.setdefault(_key(item), len(known) + 1): item for item in evidence}

    def asking(self, question: str, evidence: Sequence[Evidence]) -> str:
        """What the user says next: the sources that are new, and the question unless it was put."""
        numbered = self.numbers(evidence)
        known = len(self.listed)
        new = [f"[{n}] {one.title}: {one.text}" for n, one in numbered.items() if n > known]
        again = " ".join(f"[{n}]" for n in sorted(numbered) if n <= known)
        if self.opened:
            return "\n\n".join(
                (self.opened, *(["\n".join(("More sources:", *new))] if new else []))
            )
        parts = ["\n".join(("Sources:", *new))] if new or not again else []
        parts += [f"Sources from before: {again}"] if again else []
        return "\n\n".join((*parts, f"Question: {question}"))

    def opening(self, question: str, evidence: Sequence[Evidence]) -> "Dialogue":
        """The dialogue with that said, before it is answered."""
        new = (key for item in evidence if (key := _key(item)) not in self.listed)
        return replace(
            self,
            opened=self.asking(question, evidence),
            listed=(*self.listed, *dict.fromkeys(new)),
        )

    def answered(self, claims: Iterable[tuple[str, Sequence[str]]]) -> "Dialogue":
        """The dialogue with an answer to what was opened: claims with the ids of their evidence."""
        number = {key: n for n, (key, _, _) in enumerate(self.listed, start=1)}
        told = [(text, tuple(number[i] for i in ids if i in number)) for text, ids in claims]
        exchange = Exchange(self.opened, tuple((text, ids) for text, ids in told if ids))
        return replace(self, exchanges=(*self.exchanges, exchange), opened="")

    def counted(self, tokens: int, characters: int) -> "Dialogue":
        """The dialogue with what an engine counted for a prompt of so many characters."""
        return replace(self, tokens_of_char=tokens / characters) if tokens else self

    def messages(self, *, as_json: bool) -> tuple[Message, ...]:
        """The exchanges as messages, word for word as they were."""
        told: list[Message] = []
        for one in self.exchanges:
            told.append(Message("user", one.asked))
            told.append(Message("assistant", one.answer(as_json=as_json)))
        return tuple(told)

    def fits(self, characters: int, *, room: int) -> bool:
        """Whether a prompt of so many characters keeps to `room` tokens; 0 is the usual room."""
        return characters * self.tokens_of_char <= min(room or MOST_TOKENS, MOST_TOKENS)


class Dialogues:
    """The dialogues of the conversations of late; safe from many threads.

    One that was not gone on with for an hour is dropped, as no cache holds it any more.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[float, Dialogue]] = OrderedDict()

    def of(self, conversation: str) -> Dialogue:
        """What the prompts of a conversation have said; nothing where that is not known."""
        with self._lock:
            self._drop_old()
            found = self._kept.get(conversation)
            return found[1] if found else Dialogue()

    def keep(self, conversation: str, dialogue: Dialogue) -> None:
        """Remember a dialogue in the place of what was known of its conversation."""
        with self._lock:
            self._drop_old()
            self._kept.pop(conversation, None)
            self._kept[conversation] = (self._clock(), dialogue)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget what was said in every conversation."""
        with self._lock:
            self._kept.clear()

    def _drop_old(self) -> None:
        while self._kept and self._clock() - next(iter(self._kept.values()))[0] > _KEPT_S:
            self._kept.popitem(last=False)


def _key(item: Evidence) -> tuple[str, str, str]:
    return str(item.id), item.title, item.text
