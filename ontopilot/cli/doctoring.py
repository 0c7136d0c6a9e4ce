"""`ontopilot doctor`: what this machine has, and what would serve what."""

import platform
import shutil
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Annotated, Any

import typer

import ontopilot
from ontopilot.cli.agents import AGENT_HELP, opened
from ontopilot.cli.asking import AsJson, prepare
from ontopilot.cli.output import clean, notes, print_json, screen
from ontopilot.errors import ConfigError, ModelError, OntopilotError

if TYPE_CHECKING:
    from rich.table import Table

    from ontopilot.models.hardware import Machine
    from ontopilot.models.pool import Pool
    from ontopilot.orchestrator.agent import Agent

PACKAGES = {
    "vllm": "language models on a GPU",
    "openvino-genai": "language models on the CPU",
    "transformers": "language models on the CPU, any architecture",
    "torch": "what transformers runs on",
    "sentence-transformers": "embeddings",
    "faiss-cpu": "vectors",
    "owlready2": "complete reasoning, with Java",
    "rustdl": "reasoning without Java",
    "pyshacl": "policies",
}
_GIB = 1 << 30
OPTIONAL = frozenset({"vllm"})
"""Packages that a complete installation may lack."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ontopilot doctor agent.py:support")(doctor)


def doctor(
    agent: Annotated[
        str | None, typer.Argument(metavar="[AGENT]", help=AGENT_HELP, show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Show the machine, the packages, and what would serve what."""
    report = machine_report()
    if agent is None:
        from ontopilot.models.pool import Pool

        report |= pool_report(Pool())
    else:
        report |= agent_report(agent)
    if as_json:
        print_json(report)
    else:
        _print(report)
    return 1 if report["problems"] else 0


def machine_report() -> dict[str, Any]:
    """The machine and what is installed on it, as plain values."""
    from ontopilot.models.hardware import inspect_machine

    machine = inspect_machine()
    packages = {name: installed(name) for name in PACKAGES}
    missing = [name for name, found in packages.items() if found is None and name not in OPTIONAL]
    return {
        "ontopilot": ontopilot.__version__,
        "python": platform.python_version(),
        "machine": {"summary": machine.describe(), **asdict(machine)},
        "speed": speed_report(machine),
        "engines": engine_report(machine),
        "packages": packages,
        "java": shutil.which("java"),
        "problems": [f"the package {name!r} is missing; install ontopilot" for name in missing],
    }


def speed_report(machine: "Machine") -> dict[str, Any]:
    """How fast the machine is, measured now unless it was before; or why that failed."""
    from ontopilot.models.measuring.speed import machine_speed

    try:
        return asdict(machine_speed(machine))
    except ModelError as error:
        return {"error": str(error)}


def engine_report(machine: "Machine") -> list[dict[str, Any]]:
    """The engines that run models here, best first, and what those that cannot are missing."""
    from ontopilot.config import load_settings
    from ontopilot.models.engines import BACKENDS, LOCAL_ORDER, Host
    from ontopilot.models.spec import Model

    settings = load_settings()
    told = []
    for kind in LOCAL_ORDER:
        problem = ""
        try:
            BACKENDS[kind].make(Model(f"{kind}:MODEL"), Host(settings.threads, settings.vllm))
        except ConfigError as error:
            problem = str(error)
        if kind == "vllm" and not problem and not machine.gpus:
            problem = "runs on the CPU if it is named: this machine has no GPU"
        told.append({"engine": kind, "about": BACKENDS[kind].about, "note": problem})
    return told


def installed(package: str) -> str | None:
    """The version of a package, or `None` when it is not installed."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def pool_report(pool: "Pool") -> dict[str, Any]:
    """What would serve the roles of a pool, and what that would take."""
    fits = {
        role: [{"fits": one.fits, **asdict(one)} for one in found]
        for role, found in pool.fits().items()
    }
    return {"roles": roles(pool), "memory": fits}


def roles(pool: "Pool") -> list[dict[str, Any]]:
    """Which deployments may serve each role, in order, and which one would."""
    return [{"serves": report.serves, **asdict(report)} for report in pool.describe()]


def agent_report(name: str) -> dict[str, Any]:
    """What an agent rests on; a part of it that cannot be used is a problem.

    Raises:
        ConfigError: there is no such agent.
    """
    with opened(name) as agent:
        try:
            prepare(agent)
        except OntopilotError as error:
            return {**pool_report(agent.pool), "problems": [str(error)]}
        return {**pool_report(agent.pool), "agent": _agent(agent), "problems": []}


def _agent(agent: "Agent") -> dict[str, Any]:
    ontology = agent.snapshot
    return {
        "name": agent.name,
        "home": str(agent.home),
        "ontology": str(ontology.path),
        "terms": len(ontology.terms()),
        "reasoning": asdict(ontology.reasoning),
        "index": asdict(agent.knowledge_index.report),
        "actions": [action.name for action in agent.actions],
        "unfinished_turns": list(agent.unfinished()),
    }


def _print(report: dict[str, Any]) -> None:
    from rich.text import Text

    console = screen()
    table = _rows()
    table.add_row("ontopilot", f"{report['ontopilot']}, Python {report['python']}")
    table.add_row("machine", clean(report["machine"]["summary"]))
    table.add_row("speed", _speed(report["speed"]))
    for one in report["engines"]:
        table.add_row(one["engine"], clean(one["note"] or one["about"]))
    table.add_row("java", report["java"] or "none: reasoning runs without it")
    console.print(table)
    _print_packages(report["packages"])
    console.print()
    serving = _rows()
    for role in report["roles"]:
        for number, one in enumerate(role["deployments"]):
            mark = ("● ", "green") if one["serves"] else ("○ ", "dim")
            note = (f"  {clean(one['note'])}", "dim")
            head = role["role"] if number == 0 else ""
            serving.add_row(head, Text.assemble(mark, clean(one["name"]), note))
    console.print(serving)
    _print_memory(report["memory"])
    if "agent" in report:
        _print_agent(report["agent"])
    for problem in report["problems"]:
        notes().print(f"problem: {clean(problem)}", style="red")


def _speed(speed: dict[str, Any]) -> str:
    if "error" in speed:
        return clean(speed["error"])
    rates = (f"{name} {rate:.0f}" for name, rate in speed["matmul_gflop_per_s"].items())
    busy = "" if speed["quiet"] else " (others were at work: measured again next time)"
    return f"memory {speed['memory_gb_per_s']:.0f} GB/s; GFLOP/s: {', '.join(rates)}{busy}"


def _print_memory(memory: dict[str, list[dict[str, Any]]]) -> None:
    """What each deployment would take in each precision, once though it may serve two roles."""
    from rich.text import Text

    table = _rows()
    seen: set[tuple[str, str]] = set()
    for role, fits in memory.items():
        for number, one in enumerate(fits):
            key = (one["deployment"], one["precision"])
            if key in seen:
                continue
            seen.add(key)
            mark = ("● ", "green") if one["fits"] else ("○ ", "dim")
            sizes = f"needs {one['needed'] / _GIB:.1f} GiB of {one['free'] / _GIB:.1f} free"
            note = (f"  {clean(one['problem'] or sizes)}", "dim")
            named = f"{clean(one['deployment'])} as {one['precision']}"
            table.add_row("" if number else f"{role} fits", Text.assemble(mark, named, note))
    if seen:
        console = screen()
        console.print()
        console.print(table)


def _print_packages(packages: dict[str, str | None]) -> None:
    from rich.text import Text

    table = _rows()
    for name, found in packages.items():
        table.add_row(name, Text.assemble(f"{found or '–':<12}", (PACKAGES[name], "dim")))
    console = screen()
    console.print()
    console.print(table)


def _print_agent(agent: dict[str, Any]) -> None:
    reasoning, index = agent["reasoning"], agent["index"]
    table = _rows()
    table.add_row("agent", f"{agent['name']}, stored in {clean(agent['home'])}")
    table.add_row(
        "ontology",
        f"{clean(agent['ontology'])}: {agent['terms']} terms, {reasoning['engine']} in "
        f"{reasoning['seconds']:.2f} s{'' if reasoning['complete'] else ', incomplete'}",
    )
    table.add_row("index", f"{index['passages']} passages {clean(index['note'])}".rstrip())
    table.add_row("actions", ", ".join(agent["actions"]) or "none")
    if agent["unfinished_turns"]:
        table.add_row("unfinished", f"{len(agent['unfinished_turns'])} turns; chat offers them")
    console = screen()
    console.print()
    console.print(table)


def _rows() -> "Table":
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True, min_width=22)
    table.add_column(overflow="fold")
    return table
