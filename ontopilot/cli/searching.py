"""`ontopilot search`: the evidence for a question, without an answer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, print_json, screen, shortened

if TYPE_CHECKING:
    from ontopilot.retrieval.passage import Evidence, EvidenceKind

Filters = Annotated[
    list[str] | None,
    typer.Option(
        "--filter",
        help="Only evidence that meets this condition, such as product=AquaBoil 2, "
        "date>=2026-01 or concept=Kettle; several must all be met.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog='Example: ontopilot search agent.py:support "descaling" --filter concept=Kettle'
    )(search)


def search(
    agent: AgentName,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What to look for.")],
    *,
    wanted: Filters = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Only passage, fact or interaction.")
    ] = None,
    k: Annotated[int, typer.Option(help="How many pieces of evidence.")] = 8,
    as_json: AsJson = False,
) -> None:
    """Show the evidence for a question, best first, and why each piece is there."""
    with opened(agent) as searched:
        found = searched.search(question, k=k, kinds=_kinds(kind), filter=wanted or ())
    if as_json:
        print_json({"question": question, "evidence": [_row(item) for item in found]})
        return
    console = screen()
    for item in found:
        console.print(clean(f"{item.id}  {item.title}"), style="bold")
        console.print(clean(f"  {shortened(' '.join(item.text.split()), 200)}"))
        console.print(clean(f"  {item.why}"), style="dim")
    if not found:
        console.print("nothing found")


def _kinds(names: Sequence[str] | None) -> "list[EvidenceKind] | None":
    from ontopilot.retrieval.passage import EvidenceKind

    known: tuple[EvidenceKind, ...] = get_args(EvidenceKind)
    for name in names or ():
        if name not in known:
            raise typer.BadParameter(f"--kind is {name!r}: write one of {', '.join(known)}")
    return [kind for kind in known if kind in names] if names else None


def _row(item: "Evidence") -> dict[str, object]:
    return {
        "id": item.id,
        "kind": item.kind,
        "title": item.title,
        "source": item.source,
        "score": item.score,
        "why": item.why,
        "text": item.text,
    }
