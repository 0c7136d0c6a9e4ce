"""The small models of a turn, which it can do without."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ModelError
from ontopilot.models.pairs import PairReader, Task
from ontopilot.orchestrator.state import Workspace

T = TypeVar("T")


def read_together(
    work: Workspace, task: Task, use: Callable[[PairReader | None], T], *, without: str
) -> T:
    """What `use` makes of the small model of a task, or of none when it cannot be loaded.

    The answer records which model read, or says that none could and what that meant.
    """
    reader = _Watched(work.services.pool.reader(task))
    try:
        found = use(reader)
    except ModelError as error:
        work.degrade(f"{without} ({error})")
        return use(None)
    if reader.read:
        work.versions = {**work.versions, task: reader.name}
    return found


class _Watched:
    """A reader that tells whether it was asked."""

    def __init__(self, reader: PairReader) -> None:
        self._reader = reader
        self.read = False

    @property
    def name(self) -> str:
        return self._reader.name

    def odds(
        self, pairs: Sequence[tuple[str, str]], priors: Sequence[float] = ()
    ) -> NDArray[np.float32]:
        self.read = True
        return self._reader.odds(pairs, priors)
