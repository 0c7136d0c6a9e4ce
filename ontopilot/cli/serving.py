"""`ontopilot serve`: agents over HTTP."""

import socket
from contextlib import suppress
from typing import Annotated

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import prepare
from ontopilot.cli.output import notes
from ontopilot.errors import ConfigError

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog="Example: ontopilot serve agent.py:support --port 8000")(serve)


def serve(
    agent: AgentName,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8000,
    most_turns: Annotated[int, typer.Option(help="Turns worked on at a time.", min=1)] = 32,
    most_waiting: Annotated[
        int, typer.Option(help="Requests that wait for a turn; others get 429.", min=0)
    ] = 256,
) -> None:
    """Serve an agent to OpenAI clients over HTTP.

    Paths: /v1/chat/completions, /v1/models, /healthz.
    """
    import uvicorn

    from ontopilot.orchestrator.serve import create_app

    with listening(host, port) as bound, opened(agent) as served:
        prepare(served)
        base = f"http://{host}:{bound.getsockname()[1]}"
        console = notes()
        console.print(
            f"{served.name} answers at {base}/v1 (model {served.name!r}); Ctrl-C stops it"
        )
        if host not in _LOOPBACK:
            console.print(
                f"warning: everybody who reaches {host} can ask in any customer's name; "
                "put a gateway with authentication before it",
                style="yellow",
            )
        config = uvicorn.Config(
            create_app(
                {served.name: served},
                prepared=True,
                most_turns=most_turns,
                most_waiting=most_waiting,
            ),
            log_level="warning",
            timeout_graceful_shutdown=10,
            server_header=False,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[bound])


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
