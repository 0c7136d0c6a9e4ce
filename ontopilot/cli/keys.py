"""`ontopilot keys`: who may ask a server, and what for."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import notes, print_json, screen

if TYPE_CHECKING:
    from ontopilot.orchestrator.store.keys import Key

Role = Annotated[
    Literal["customer", "operator", "editor"],
    typer.Option(
        help="customer: one customer's own conversations. operator: any customer, the console, "
        "the figures. editor: the console and all turns."
    ),
]
Customer = Annotated[str | None, typer.Option(help="Whose conversations, for a customer's key.")]


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(
        help="API keys of a server: make, list, revoke; sign-in links.", no_args_is_help=True
    )
    group.command(epilog="Example: ontopilot keys add agent.py:support --role operator")(add)
    group.command("list", epilog="Example: ontopilot keys list agent.py:support")(show)
    group.command(epilog="Example: ontopilot keys revoke agent.py:support k-12ab34cd")(revoke)
    group.command(
        epilog="Example: ontopilot keys link agent.py:support --role customer --customer C-1001"
    )(link)
    return group


def add(
    agent: AgentName,
    *,
    role: Role,
    customer: Customer = None,
    name: Annotated[str, typer.Option(help="What the key is for.")] = "",
    scope: Annotated[
        list[str] | None, typer.Option(help="Only this of what the role may do; repeatable.")
    ] = None,
    days: Annotated[int | None, typer.Option(help="Days until it expires.", min=1)] = None,
) -> None:
    """Make an API key; it is shown once and only its digest is kept."""
    from ontopilot.orchestrator.store.keys import Keys

    with opened(agent) as served:
        keys = Keys(served.store.database)
        key, secret = keys.add(
            name or role, role=role, customer=customer, scopes=scope or None, days=days
        )
    notes().print(f"{key.id}: {role}, {', '.join(sorted(key.scopes))}; shown only now:")
    typer.echo(secret)


def show(agent: AgentName, *, as_json: AsJson = False) -> None:
    """List the keys, without their texts."""
    from rich.table import Table

    from ontopilot.orchestrator.store.keys import Keys

    with opened(agent) as served:
        keys = Keys(served.store.database).all()
    if as_json:
        print_json({"keys": [_document(key) for key in keys]})
        return
    table = Table("id", "name", "role", "customer", "scopes", "state", box=None)
    for key in keys:
        state = "revoked" if key.revoked else "valid" if key.valid else "expired"
        scopes = ", ".join(sorted(key.scopes))
        table.add_row(key.id, key.name, key.role, key.customer or "", scopes, state)
    screen().print(table)


def _document(key: "Key") -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "scopes": sorted(key.scopes),
        "customer": key.customer,
        "made": key.made,
        "expires": key.expires,
        "revoked": key.revoked,
        "valid": key.valid,
    }


def revoke(
    agent: AgentName, key: Annotated[str, typer.Argument(help="Its id, such as k-12ab34cd.")]
) -> None:
    """Make a key useless from now on, for running servers too."""
    from ontopilot.orchestrator.store.keys import Keys

    with opened(agent) as served:
        Keys(served.store.database).revoke(key)
    notes().print(f"{key} is revoked")


def link(
    agent: AgentName,
    *,
    role: Role,
    customer: Customer = None,
    minutes: Annotated[int, typer.Option(help="Minutes until it expires.", min=1)] = 10,
) -> None:
    """Print what to append to the address of the chat page or the console, to sign in once."""
    from ontopilot.orchestrator.store.keys import Keys

    with opened(agent) as served:
        keys = Keys(served.store.database)
        ticket = keys.ticket(role, customer=customer, seconds=minutes * 60)
    typer.echo(f"#ticket={ticket}")
