"""`ontopilot simulate`: what a trace of requests would take, and what policies would make of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import notes, print_json, screen

if TYPE_CHECKING:
    from rich.table import Table

    from ontopilot.orchestrator.plan.simulate.compare import Comparison

_HOUR = 3600.0


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: ontopilot simulate requests.csv --policy planner --html report.html"
    )(simulate)


def simulate(
    trace: Annotated[
        Path, typer.Argument(metavar="TRACE", help="Requests: CSV, JSON lines or ServeGen's tar.")
    ],
    *,
    policy: Annotated[
        list[str] | None, typer.Option(help="A policy to compare; may be given again.")
    ] = None,
    site: Annotated[Path | None, typer.Option(help="Deployments and cores, as JSON.")] = None,
    slo: Annotated[float | None, typer.Option(help="Seconds within which a turn is good.")] = None,
    load: Annotated[
        float | None, typer.Option(help="Scale time: share of the cores that the trace fills.")
    ] = None,
    tokens: Annotated[float, typer.Option(help="Scale the tokens of every request.")] = 1.0,
    seeds: Annotated[int, typer.Option(min=1, max=30, help="Runs of each policy.")] = 3,
    most: Annotated[int | None, typer.Option(min=50, help="Only the first requests.")] = None,
    price: Annotated[float, typer.Option(min=0, help="What a core costs in an hour.")] = 0.0,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.")] = None,
    write_site: Annotated[
        Path | None, typer.Option(help="Write the site to this file, to change it, and stop.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a trace: what hardware it needs, what that costs, and how policies compare.

    Every policy is tuned on the first 30 % of the trace and measured on the rest.
    """
    from ontopilot.orchestrator.plan.simulate import site as sites
    from ontopilot.orchestrator.plan.simulate.compare import (
        at_load,
        check_names,
        compare,
        default_slo,
    )
    from ontopilot.orchestrator.plan.simulate.outcomes import measured
    from ontopilot.orchestrator.plan.simulate.run import Scenario
    from ontopilot.orchestrator.plan.simulate.trace import read_trace

    place = sites.read_site(site) if site is not None else sites.Site()
    if write_site is not None:
        sites.write_site(place, write_site)
        return
    if not tokens > 0 or (load is not None and not load > 0) or (slo is not None and not slo > 0):
        raise typer.BadParameter("--tokens, --load and --slo are numbers above 0")
    names = check_names(policy or ("planner",))
    requests = read_trace(trace, most=most).scaled(tokens=tokens)
    within = slo or default_slo(requests, place)
    scenario = Scenario(requests, place, measured(), within)
    if load is not None:
        scenario = at_load(scenario, load)
    told = notes()
    compared = compare(
        scenario,
        names,
        seeds=range(1, seeds + 1),
        told=lambda said: told.print(said, style="dim"),
    )
    if html is not None:
        from ontopilot.orchestrator.plan.simulate.page import write_page

        write_page(html, compared)
    document = {**compared.document(), "hardware": hardware(compared, price)}
    if as_json:
        print_json(document)
        return
    console = screen()
    for note in requests.notes:
        console.print(f"note: {note}", style="dim")
    console.print(_policies(compared))
    console.print(_hardware(document["hardware"]))


def hardware(compared: "Comparison", price: float) -> list[dict[str, Any]]:
    """What each policy would hold: replicas and cores at most, core-hours, and their price."""
    rows = []
    for one in compared.measured:
        world = one.world
        facts = world.site.facts
        counts = [sample for _, sample, _ in world.samples]
        most = {name: max((c[name] for c in counts), default=0) for name in facts}
        held = [sum(c[name] * facts[name].cores for name in facts) for c in counts]
        core_hours = world.core_s / _HOUR
        rows.append(
            {
                "policy": one.name,
                "replicas_at_most": most,
                "cores_at_most": max(held, default=0.0) + world.site.front_cores,
                "core_hours": core_hours,
                "price": core_hours * price,
                "price_per_1000_good": 1000
                * core_hours
                * price
                / max(1.0, one.results[0].good * one.results[0].turns),
            }
        )
    return rows


def _policies(compared: "Comparison") -> "Table":
    from rich.table import Table

    from ontopilot.orchestrator.plan.simulate.run import figures

    trace = compared.scenario.trace
    table = Table(
        title=f"{trace.name}: {len(trace):,} requests in {trace.span:,.0f} s, "
        f"good within {compared.scenario.slo_s:.3g} s",
        title_justify="left",
        box=None,
        header_style="dim",
        pad_edge=False,
    )
    for number, column in enumerate(
        (
            "policy",
            "good/core-s",
            "95 %",
            "good",
            "right",
            "in time",
            "p50",
            "p95",
            "cores",
            "undone",
        )
    ):
        table.add_column(column, justify="right" if number else "left")
    for one in compared.measured:
        told = figures(one.results)
        goodput = told["goodput"]
        table.add_row(
            f"{one.name} ({one.setting})",
            f"{goodput['mean']:.4f}",
            f"{goodput['low']:.4f}–{goodput['high']:.4f}",
            *(f"{told[name]['mean']:.1%}" for name in ("good", "right", "in_time")),
            *(f"{told[name]['mean']:.2f} s" for name in ("latency_p50", "latency_p95")),
            f"{told['cores']['mean']:.1f}",
            f"{told['undone']['mean']:.0f}",
        )
    bound = sum(compared.oracle) / len(compared.oracle)
    table.add_row("bound of any policy", f"{bound:.4f}", *[""] * 8)
    return table


def _hardware(rows: list[dict[str, Any]]) -> "Table":
    from rich.table import Table

    table = Table(
        title="\nHardware", title_justify="left", box=None, header_style="dim", pad_edge=False
    )
    for number, column in enumerate(
        ("policy", "cores at most", "replicas at most", "core-hours", "price")
    ):
        table.add_column(column, justify="right" if number in (1, 3, 4) else "left")
    for row in rows:
        most = ", ".join(
            f"{count} {name}" for name, count in row["replicas_at_most"].items() if count
        )
        table.add_row(
            row["policy"],
            f"{row['cores_at_most']:.0f}",
            most,
            f"{row['core_hours']:.1f}",
            f"{row['price']:,.2f}" if row["price"] else "–",
        )
    return table
