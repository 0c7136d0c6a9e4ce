"""`ontopilot models …`: what is done with models before an agent uses them."""

import typer

from ontopilot.cli import benching


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(help="Measure models.", no_args_is_help=True)
    group.callback()(_models)
    group.command(
        epilog="Example: ontopilot models bench models/support --engines openvino --streams 1,8"
    )(benching.bench)
    return group


def _models() -> None:
    """Measure models."""
