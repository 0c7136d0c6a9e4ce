"""`ontopilot serve`: agents over HTTP."""

import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ontopilot.cli.agents import AgentName, configure_logging, opened
from ontopilot.cli.asking import prepare
from ontopilot.cli.output import notes
from ontopilot.errors import ConfigError

if TYPE_CHECKING:
    from rich.console import Console

    from ontopilot.orchestrator.agent import Agent

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ontopilot serve agent.py:support --port 8000")(serve)


def serve(
    agent: AgentName,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8000,
    most_turns: Annotated[int, typer.Option(help="Turns worked on at a time.", min=1)] = 32,
    most_waiting: Annotated[
        int, typer.Option(help="Requests that wait for a turn; others get 429.", min=0)
    ] = 256,
    keys: Annotated[
        bool, typer.Option("--keys", help="Ask for API keys on this machine, too.")
    ] = False,
    rate: Annotated[str, typer.Option(help="Turns of one key, customer or address.")] = "60/minute",
    origin: Annotated[
        list[str] | None, typer.Option(help="A site that may ask from a browser (CORS).")
    ] = None,
    title: Annotated[str, typer.Option(help="What the chat page is called.")] = "",
    keep_days: Annotated[
        int | None,
        typer.Option(help="Delete conversations in which nothing was said for so long.", min=1),
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="Print a link that signs this customer in once.")
    ] = None,
    log_format: Annotated[
        Literal["text", "json"],
        typer.Option(help="Lines of the log on stderr: text, or one JSON object each."),
    ] = "text",
) -> None:
    """Serve an agent over HTTP: a chat page, a console and an OpenAI-compatible API.

    Beyond this machine, or with --keys, the API asks for keys: see `ontopilot keys`.
    """
    import uvicorn

    from ontopilot.orchestrator.serve import create_app

    plain = log_format == "text"
    _log_as(log_format)
    alone = host in _LOOPBACK
    with listening(host, port) as bound, opened(agent) as served:
        prepare(served, tell_skipped=plain)
        base = f"http://{host}:{bound.getsockname()[1]}"
        if plain:
            _introduce(notes(), served, base, open_to_all=alone and not keys, customer=customer)
        else:
            _log_start(served, base)
        config = uvicorn.Config(
            create_app(
                {served.name: served},
                prepared=True,
                most_turns=most_turns,
                most_waiting=most_waiting,
                open_to_all=alone and not keys,
                hosts=_LOOPBACK if alone else (),
                origins=origin or (),
                rate=rate,
                title=title,
                keep_days=keep_days,
            ),
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=30,
            server_header=False,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[bound])


def _log_as(form: Literal["text", "json"]) -> None:
    """Everything that is logged or warned of in one form; in JSON every request has its line."""
    import logging

    from ontopilot.orchestrator.serve.logs import formatter

    configure_logging(formatter=formatter(form), level="INFO" if form == "json" else "WARNING")
    logging.captureWarnings(form == "json")


def _log_start(agent: "Agent", base: str) -> None:
    """Tell the log what a terminal is told; sign-in links are secret and not in it."""
    import logging

    log = logging.getLogger("ontopilot.serve")
    for skipped in agent.knowledge_index.report.skipped:
        log.warning("skipped: %s", skipped.reason)
    log.info("agent %r answers at %s", agent.name, base)


def _introduce(
    console: "Console", agent: "Agent", base: str, *, open_to_all: bool, customer: str | None
) -> None:
    """Say where everything is; sign-in links work once, within ten minutes."""
    from ontopilot.orchestrator.store.keys import Keys

    known = Keys(agent.store.database)
    console.print(f"chat      {base}/")
    if customer is not None:
        link = known.ticket("customer", customer=customer)
        console.print(f"          {base}/#ticket={link} (signs {customer} in, once)")
    link = known.ticket("operator")
    console.print(f"console   {base}/console#ticket={link} (signs you in, once)")
    guard = "no key needed here" if open_to_all else "with a key: see `ontopilot keys`"
    console.print(f"API       {base}/v1 (model {agent.name!r}; {guard})")
    console.print("Ctrl-C stops it", style="dim")


def listening(host: str, port: int) -> socket.socket:
    """A socket bound to an address.

    Raises:
        ConfigError: the address is taken or not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((host, port))
    except OSError as error:
        bound.close()
        raise ConfigError(
            f"serve: cannot listen on {host}:{port} ({error.strerror}); "
            "choose another --host or --port"
        ) from None
    return bound
