"""Results that are computed once, in a dictionary that a C loop can read."""

from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

MOST = 65_536
"""Results that are remembered; then all are forgotten, so that texts cannot fill the memory."""


class Memo(dict[Key, Value]):
    """A function without side effects, as a mapping; threads may compute a result twice."""

    def __init__(self, function: Callable[[Key], Value]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, key: Key) -> Value:
        """Compute a result and remember it."""
        found = self._function(key)
        if len(self) >= MOST:
            self.clear()
        self[key] = found
        return found
