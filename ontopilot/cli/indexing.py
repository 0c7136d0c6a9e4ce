"""`ontopilot index`: build or refresh the index of an agent."""

from dataclasses import asdict
from typing import Annotated

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import AsJson, prepare
from ontopilot.cli.output import print_json, screen


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ontopilot index agent.py:support --rebuild")(index)


def index(
    agent: AgentName,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Embed everything anew.")] = False,
    as_json: AsJson = False,
) -> None:
    """Build or refresh the index of an agent.

    Only documents and past interactions that changed are embedded again.
    """
    with opened(agent) as indexed:
        prepare(indexed, rebuild=rebuild)
        report = asdict(indexed.knowledge_index.report)
        home = indexed.home
    if as_json:
        print_json({"agent": indexed.name, "home": str(home), **report})
        return
    figures = ", ".join(
        f"{value:.1f} s" if name == "seconds" else f"{value:,} {name}"
        for name, value in report.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    )
    screen().print(f"{indexed.name}: {figures}; the index is in {home}")
