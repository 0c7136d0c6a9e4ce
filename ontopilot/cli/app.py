"""The commands, and what their failures look like: one sentence on stderr, and an exit code."""

from collections.abc import Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

import ontopilot
from ontopilot.cli import (
    asking,
    chatting,
    demonstrating,
    distilling,
    doctoring,
    evaluating,
    finetuning,
    forgetting,
    indexing,
    keys,
    mcp,
    models,
    ontologies,
    searching,
    serving,
    simulating,
)
from ontopilot.errors import OntopilotError

FAILED = 1
USAGE = 2
INTERRUPTED = 130


def build() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        name="ontopilot",
        help="Agents anchored to an ontology: ask, check, explain, serve.",
        epilog="Start with: ontopilot demo",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(start)
    for module in (
        demonstrating,
        asking,
        chatting,
        indexing,
        searching,
        doctoring,
        serving,
        mcp,
        forgetting,
        simulating,
        distilling,
    ):
        module.register(app)
    app.add_typer(ontologies.build(), name="ontology")
    app.add_typer(evaluating.build(), name="eval")
    app.add_typer(models.build(), name="models")
    app.add_typer(keys.build(), name="keys")
    app.add_typer(finetuning.build(), name="finetune")
    return app


def show_version(wanted: bool) -> None:
    """Print the version and leave, when it is wanted."""
    if wanted:
        typer.echo(f"ontopilot {ontopilot.__version__}")
        raise typer.Exit


def start(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version and exit.", callback=show_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Agents anchored to an ontology: ask, check, explain, serve."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code.

    0: done. 1: what was asked for failed. 2: wrong usage. 130: interrupted.
    """
    command = typer.main.get_command(build())
    try:
        code = command.main(args=argv, prog_name="ontopilot", standalone_mode=False)
    except TyperException as error:
        return failed(error.format_message(), USAGE)
    except typer.Abort:
        return failed("no answer was given", FAILED)
    except OntopilotError as error:
        return failed(str(error), FAILED)
    except OSError as error:
        return failed(f"{error.filename or 'the system'}: {error.strerror or error}", FAILED)
    if code == INTERRUPTED:
        typer.echo("interrupted", err=True)
    return int(code or 0)


def failed(message: str, code: int) -> int:
    """Say in one line on stderr what went wrong."""
    typer.echo(f"error: {' '.join(message.split())}", err=True)
    return code
