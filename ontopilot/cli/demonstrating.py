"""`ontopilot demo`: the customer-service example, answering."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ontopilot.cli.agents import opened
from ontopilot.cli.asking import Customer, prepare
from ontopilot.cli.output import screen
from ontopilot.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from ontopilot.orchestrator.agent import Agent

EXAMPLE = Path("examples") / "customer_service" / "agent.py"
SAMPLES = (
    "How long is the warranty of the AquaBoil 2?",
    "My kettle leaks. What can I do?",
    "Where is my order A-10001?",
)
CUSTOMER = "C-1001"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog='Example: ontopilot demo "Can I return an opened kettle?"')(demo)


def demo(
    question: Annotated[
        list[str] | None,
        typer.Argument(metavar="[QUESTION]", help="Your own question; three samples without it."),
    ] = None,
    customer: Customer = CUSTOMER,
) -> None:
    """Answer questions about a shop for appliances, with sources."""
    from ontopilot.orchestrator.understand import check_question

    path = example()
    own = [check_question(" ".join(question))] if question else []
    console = screen()
    with opened(f"{path}:support") as agent:
        prepare(agent)
        for text in own or SAMPLES:
            _answer(console, agent, text, customer, explain=bool(own))
    if not own:
        _suggest(console, path)


def example() -> Path:
    """The example's agent file, in this checkout.

    Raises:
        ConfigError: there is none.
    """
    folders = (Path(__file__).resolve().parents[2], Path.cwd())
    for folder in folders:
        if (folder / EXAMPLE).is_file():
            return folder / EXAMPLE
    raise ConfigError(
        f"demo: {EXAMPLE} is not in {folders[0]} nor in {folders[1]}; "
        "run the demo in a checkout of the repository"
    )


def _answer(
    console: "Console", agent: "Agent", question: str, customer: str | None, *, explain: bool
) -> None:
    from rich.text import Text

    from ontopilot.cli.rendering import show_answer

    console.print(Text.assemble(("\n› ", "cyan bold"), (question, "bold")))
    console.print()
    show_answer(console, agent.ask(question, customer=customer), explain=explain)


def _suggest(console: "Console", path: Path) -> None:
    from rich.text import Text

    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    console.print(Text("Next", "bold dim"))
    for command in (
        'ontopilot demo "a question of your own"',
        f"ontopilot chat {shown}:support --customer {CUSTOMER}",
        f"ontopilot ontology show {shown.parent / 'shop.owl'}",
    ):
        console.print(Text(f"  {command}"))
    console.print(
        Text(f"  Edit {shown.parent / 'shop.owl'} in Protégé, save, and ask again.", "dim")
    )
