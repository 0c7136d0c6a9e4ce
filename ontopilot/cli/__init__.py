"""The command line: a thin face over the packages."""

from ontopilot.cli.app import main

__all__ = ["main"]
