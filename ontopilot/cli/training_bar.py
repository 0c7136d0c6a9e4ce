"""The progress bar of a training: steps, loss, tokens a second, and the time that is left."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ontopilot.cli.output import notes

if TYPE_CHECKING:
    from ontopilot.tune.training import Progress, Watch

QUIET_STEPS = 50
"""Where there is no terminal, one line after so many steps."""


@contextmanager
def training_bar() -> Iterator["Watch"]:
    """What a training tells its progress; drawn on a terminal, else a line now and then."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    console = notes()
    columns = (
        TextColumn("{task.description}", style="dim"),
        BarColumn(bar_width=30, complete_style="cyan", finished_style="cyan"),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task("training", total=None)

        def watch(at: "Progress") -> None:
            told = f"loss {at.loss:.3f}, {at.tokens_per_second:,.0f} tokens/s"
            bars.update(task, completed=at.step, total=at.steps, description=told)
            if not console.is_terminal and (at.step % QUIET_STEPS == 0 or at.step == at.steps):
                left = f"{at.seconds_left / 60:.1f} min left"
                console.print(f"step {at.step} of {at.steps}: {told}, {left}")

        yield watch
