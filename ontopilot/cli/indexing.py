"""`ontopilot index`: build or refresh the index of an agent."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import AsJson, prepare
from ontopilot.cli.output import clean, notes, print_json, screen

if TYPE_CHECKING:
    from ontopilot.orchestrator.agent import Agent
    from ontopilot.retrieval.knowledge import IndexReport


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ontopilot index agent.py:support --rebuild")(index)


def index(
    agent: AgentName,
    *,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Embed everything anew.")] = False,
    verify: Annotated[
        bool, typer.Option("--verify", help="Only check what is stored, and tell what it is.")
    ] = False,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="Mend what --verify finds wrong, from the documents, or from the newest whole "
            "generation of the index where they cannot be read.",
        ),
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Tell how the vectors are searched, and why so.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Build or refresh the index of an agent.

    Only documents and past interactions that changed are embedded again. A document that cannot
    be read is skipped and named. Of a damaged index, what is intact is not embedded again.
    """
    with opened(agent) as indexed:
        if repair:
            _repair(indexed, as_json=as_json)
            return
        if verify or explain:
            _verify(indexed.name, indexed.home, as_json=as_json)
            return
        _index(indexed, rebuild=rebuild, as_json=as_json)


def _index(agent: "Agent", *, rebuild: bool = False, as_json: bool) -> None:
    prepare(agent, rebuild=rebuild, tell_skipped=False)
    report = agent.knowledge_index.report
    if as_json:
        print_json({"agent": agent.name, "home": str(agent.home), **asdict(report)})
        return
    console = screen()
    for line in _lines(agent.name, report, agent.home):
        console.print(clean(line))


def _repair(agent: "Agent", *, as_json: bool) -> None:
    """Mend a damaged index; one that is whole is left alone and told."""
    from ontopilot.errors import DocumentError, IndexDamaged
    from ontopilot.retrieval import inspect

    try:
        inspect.verify(agent.home)
    except IndexDamaged:
        try:
            _index(agent, as_json=as_json)
        except DocumentError as error:
            inspect.go_back(agent.home)
            notes().print(clean(f"{error}; the index is its newest whole generation again"))
            _verify(agent.name, agent.home, as_json=as_json)
        return
    _verify(agent.name, agent.home, as_json=as_json)


def _verify(name: str, home: Path, *, as_json: bool) -> None:
    from ontopilot.retrieval.inspect import verify

    stock = verify(home)
    if as_json:
        print_json({"agent": name, "home": str(home), **asdict(stock)})
        return
    console = screen()
    console.print(
        clean(
            f"{name}: every file in {home / 'index'} matches its checksum; "
            f"{stock.passages - stock.interactions:,} passages of documents and "
            f"{stock.interactions:,} past interactions from {stock.sources:,} sources, "
            f"{stock.statements:,} statements"
        )
    )
    console.print(clean(f"encoder: {stock.encoder}, {stock.dimension} numbers a vector"))
    console.print(
        clean(f"search: {stock.search}; the vectors take {stock.memory / 2**20:,.1f} MB of memory")
    )


def _lines(name: str, report: "IndexReport", home: Path) -> list[str]:
    pieces = report.passages - report.interactions
    lines = [
        f"{name}: {pieces:,} passages of documents and {report.interactions:,} past interactions, "
        f"{report.embedded:,} of them embedded now, in {report.seconds:.1f} s; "
        f"the index is in {home}"
    ]
    if report.note:
        lines.append(report.note)
    if report.left_out:
        lines.append(f"left out: {report.left_out:,} past interactions that did not end well")
    if report.redacted:
        lines.append(f"redacted: {report.redacted:,} places with personal data")
    if report.foreign:
        lines.append(
            f"left out: {report.foreign:,} places with orders to whoever answers, or with the "
            "words of others"
        )
    return lines + [f"skipped: {skipped.reason}" for skipped in report.skipped]
