"""A rolling window: a ring of slots, each of which holds what happened in its share of the time."""

from collections import Counter
from dataclasses import dataclass, field

from ontopilot.models.measuring.histogram import Histogram

SLOTS = 12


@dataclass(slots=True)
class Slot:
    """What happened in one stretch of time, or in several that were added up."""

    number: int = -1
    arrived: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    prefilled: int = 0
    """Prompt tokens that were computed by requests whose prefill took `prefill_s` in sum."""
    prefill_s: float = 0.0
    decoded: int = 0
    """Tokens after the first that came in `decode_s` seconds, summed over requests."""
    decode_s: float = 0.0
    ended: Counter[str] = field(default_factory=Counter)
    waiting: Histogram = field(default_factory=Histogram)
    first_token: Histogram = field(default_factory=Histogram)
    between_tokens: Histogram = field(default_factory=Histogram)
    whole: Histogram = field(default_factory=Histogram)

    def merge(self, other: "Slot") -> None:
        """Add what happened in another slot."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.ended.update(other.ended)
        for name in _HISTOGRAMS:
            getattr(self, name).merge(getattr(other, name))


_SUMS = (
    *("arrived", "prompt_tokens", "cached_tokens", "completion_tokens"),
    *("prefilled", "prefill_s", "decoded", "decode_s"),
)
_HISTOGRAMS = ("waiting", "first_token", "between_tokens", "whole")


class Window:
    """The last `seconds`, to within a slot: a twelfth of them. What is older is forgotten."""

    def __init__(self, seconds: float, *, since: float) -> None:
        self._width = seconds / SLOTS
        self._since = since
        self._slots = [Slot() for _ in range(SLOTS)]

    def slot(self, now: float) -> Slot:
        """The slot of this moment."""
        number = self._number(now)
        at = number % SLOTS
        if self._slots[at].number != number:
            self._slots[at] = Slot(number)
        return self._slots[at]

    def sum(self, now: float) -> Slot:
        """All that happened in the window."""
        oldest = self._number(now) - SLOTS + 1
        total = Slot()
        for slot in self._slots:
            if slot.number >= max(0, oldest):
                total.merge(slot)
        return total

    def covered(self, now: float) -> float:
        """Seconds that the window looks back on: since its beginning, or a slot's width less."""
        age = now - self._since
        oldest = (self._number(now) - SLOTS + 1) * self._width
        return age - max(0.0, oldest)

    def _number(self, now: float) -> int:
        return int((now - self._since) / self._width)
