"""`ontopilot models …`: what is done with models before an agent uses them."""

import typer

from ontopilot.cli import benching, converting


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(help="Convert and measure models.", no_args_is_help=True)
    group.callback()(_models)
    group.command(
        epilog="Example: ontopilot models bench models/support --engines openvino --streams 1,8"
    )(benching.bench)
    group.command(epilog="Example: ontopilot models convert models/support -o models/support-ov")(
        converting.convert
    )
    return group


def _models() -> None:
    """Convert and measure models."""
