"""`ontopilot forget` and `ontopilot export`: a person's data."""

from typing import Annotated

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.output import notes, print_json


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command(epilog="Example: ontopilot forget agent.py:support --customer C-1001")(forget)
    app.command(epilog="Example: ontopilot export agent.py:support --customer C-1001 > c.json")(
        export
    )


def forget(
    agent: AgentName,
    *,
    customer: Annotated[str | None, typer.Option(help="All that is kept of a customer.")] = None,
    conversation: Annotated[str | None, typer.Option(help="One conversation.")] = None,
    older_than: Annotated[
        int | None,
        typer.Option(help="Conversations in which nothing was said for so many days.", min=1),
    ] = None,
) -> None:
    """Delete conversations for good, with their turns, evidence, actions and feedback."""
    from ontopilot.orchestrator.store.forgetting import Forgetting
    from ontopilot.orchestrator.store.ids import DAY_MS, now

    given = [value for value in (customer, conversation, older_than) if value is not None]
    if len(given) != 1:
        raise typer.BadParameter("give one of --customer, --conversation and --older-than")
    with opened(agent) as served:
        forgetting = Forgetting(served.store.database)
        if customer is not None:
            count = forgetting.customer(customer)
        elif conversation is not None:
            count = forgetting.conversation(conversation)
        else:
            count = forgetting.before(now() - (older_than or 0) * DAY_MS)
    notes().print(f"{count} conversation{'' if count == 1 else 's'} deleted")


def export(agent: AgentName, *, customer: Annotated[str, typer.Option(help="Whose data.")]) -> None:
    """Print all that is kept of a customer as one JSON document."""
    from ontopilot.orchestrator.store.forgetting import Forgetting

    with opened(agent) as served:
        turns = Forgetting(served.store.database).export(customer)
    print_json({"customer": customer, "turns": turns})
