"""Answers on a terminal: the text, its sources, and how it came about."""

import re
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.constrain import Constrain
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ontopilot.cli.output import clean, shortened

if TYPE_CHECKING:
    from ontopilot.orchestrator.answer import Answer, Citation
    from ontopilot.orchestrator.plan.plan import Plan

WIDEST = 100
"""Columns of text."""

_MARKER = re.compile(r"\[\d+\]")
_KINDS = {"passage": "", "fact": "ontology", "interaction": "past case"}


def show_answer(console: Console, answer: "Answer", *, explain: bool = False) -> None:
    """Print an answer with its sources; with `explain`, also its plan and its checks."""
    show(console, prose(answer.text))
    show_sources(console, answer.citations)
    if answer.degraded:
        show(console, Text(f"\nnote: {clean(answer.degraded)}", "dim italic"))
    if explain:
        show_explanation(console, answer)
    console.print()


def show_sources(console: Console, citations: "tuple[Citation, ...]") -> None:
    """Print the cited evidence, one line each."""
    if not citations:
        return
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    width = max(min(console.width, WIDEST) - 10, 40)
    for cited in citations:
        table.add_row(str(cited.number), _origin(cited))
        table.add_row("", Text(shortened(cited.text, width), "dim"))
    show(console, Text("\nSources", "bold dim"))
    show(console, table)


def show_explanation(console: Console, answer: "Answer") -> None:
    """Print the plan with estimated and actual times, and what was checked and withheld."""
    show(console, Text("\nPlan", "bold dim"))
    show(console, plan_tree(answer.plan))
    if not answer.verdicts:
        return
    show(console, Text("\nChecked", "bold dim"))
    table = Table.grid(padding=(0, 1))
    for verdict in answer.verdicts:
        good = verdict.status == "supported"
        mark = Text("✓", "green") if good else Text("✗", "red")
        head = "" if good else f"withheld, {verdict.status}: "
        said = Text(head + shortened(verdict.claim.text, 200), "" if good else "red")
        table.add_row(mark, Group(said, Text(clean(verdict.explanation), "dim")))
    show(console, table)


def plan_tree(plan: "Plan") -> Text:
    """The plan: why it was chosen, its steps with estimates and actuals, and what was not."""
    from ontopilot.orchestrator.plan.explain import lines

    first, *others = (clean(line) for line in lines(plan))
    strategy, colon, reason = first.partition(":")
    tree = Text.assemble((strategy, "bold"), f"{colon}{reason}")
    for line in others:
        tree.append(f"\n{line}", "" if line.startswith(("├", "│", "└")) else "dim")
    return tree


def prose(text: str) -> Text:
    """An answer's text with its citation markers set back."""
    styled = Text(clean(text))
    styled.highlight_regex(_MARKER, "cyan")
    return styled


def show(console: Console, inner: RenderableType) -> None:
    """Print, on a terminal two columns in and no wider than can be read."""
    console.print(framed(inner) if console.is_terminal else inner)


def framed(inner: RenderableType) -> Padding:
    """What a terminal shows of an answer."""
    return Padding(Constrain(inner, WIDEST), (0, 2))


def _origin(cited: "Citation") -> Text:
    kind = _KINDS[cited.kind]
    parts = [part for part in (kind, cited.title, cited.source) if part]
    return Text(" · ".join(dict.fromkeys(clean(part) for part in parts)) or cited.id)
