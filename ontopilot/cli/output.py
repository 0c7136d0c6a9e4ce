"""Where output goes: answers and documents to stdout, everything else to stderr."""

import json
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any

import typer

from ontopilot.errors import RetrievalError

if TYPE_CHECKING:
    from rich.console import Console


UNWRAPPED = 100_000
"""Columns of a line where no terminal asks for shorter ones."""


def screen() -> "Console":
    """The console for what was asked for."""
    return _console(stderr=False)


def notes() -> "Console":
    """The console for progress and remarks, on stderr."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> "Console":
    """A console whose lines are wrapped only on a terminal."""
    from rich.console import Console

    console = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    if not console.is_terminal:
        console.width = UNWRAPPED
    return console


def print_json(document: object) -> None:
    """Print one JSON document, the only thing on stdout."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def clean(text: str) -> str:
    """A text without control characters: nothing that was read may steer the terminal."""
    return "".join(
        letter
        for letter in text
        if letter in "\n\t" or unicodedata.category(letter) not in _CONTROL
    )


_CONTROL = frozenset({"Cc", "Cs"})


def shortened(text: str, width: int) -> str:
    """A text on one line, cut at a word when it is longer than `width`."""
    line = " ".join(clean(text).split())
    if len(line) <= width:
        return line
    return line[: max(line.rfind(" ", 0, width), width // 2)] + "…"


class Progress:
    """Shows stages that advance; `stop` ends the work at its next report."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._tasks: dict[str, Any] = {}
        self._stopped = Event()

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that `done` of `total` are ready; called from any thread."""
        if self._stopped.is_set():
            raise RetrievalError("indexing was interrupted; the earlier index is still in place")
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=total)
        self._bars.update(self._tasks[stage], completed=done, total=total)

    def stop(self) -> None:
        """Make the next report raise, so that the work behind it ends and cleans up."""
        self._stopped.set()


@contextmanager
def progress() -> Iterator[Progress]:
    """Progress bars on stderr that vanish when the work is done."""
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
    from rich.progress import Progress as Bars

    console = notes()
    columns = (
        SpinnerColumn(style="dim"),
        TextColumn("{task.description}", style="dim"),
        BarColumn(bar_width=30, complete_style="cyan", finished_style="cyan"),
        MofNCompleteColumn(),
    )
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        shown = Progress(bars)
        try:
            yield shown
        except KeyboardInterrupt:
            shown.stop()
            raise
