"""The small models of a turn, which it can do without."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ModelError
from ontopilot.models.encoding.pairs import PairReader, Task
from ontopilot.orchestrator.state import Workspace

T = TypeVar("T")
Known = dict[tuple[str, str, float], float]


def read_together(
    work: Workspace, task: Task, use: Callable[[PairReader | None], T], *, without: str
) -> T:
    """What `use` makes of the small model of a task, or of none when it cannot be loaded.

    The answer records which model read, or says that none could and what that meant.
    """
    reader = _Remembering(work.services.pool.small.reader(task), work.read.setdefault(task, {}))
    try:
        found = use(reader)
    except ModelError as error:
        work.degrade(f"{without} ({error})")
        return use(None)
    if reader.asked:
        work.versions = {**work.versions, task: reader.name}
    return found


class _Remembering:
    """A reader that reads a pair once a turn, and tells whether it was asked.

    A turn that searches again finds most of what it had found.
    """

    def __init__(self, reader: PairReader, known: Known) -> None:
        self._reader = reader
        self._known = known
        self.asked = False

    @property
    def name(self) -> str:
        return self._reader.name

    def odds(
        self, pairs: Sequence[tuple[str, str]], priors: Sequence[float] = ()
    ) -> NDArray[np.float32]:
        self.asked = True
        keys = [
            (*pair, prior) for pair, prior in zip(pairs, priors or [0.0] * len(pairs), strict=True)
        ]
        new = list(dict.fromkeys(key for key in keys if key not in self._known))
        odds = self._reader.odds([key[:2] for key in new], [key[2] for key in new])
        self._known.update(zip(new, odds.tolist(), strict=True))
        return np.array([self._known[key] for key in keys], dtype=np.float32)
