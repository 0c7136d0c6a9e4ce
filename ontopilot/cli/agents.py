"""From `file.py:name` or `package.module:name` to an agent."""

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Annotated

import typer

from ontopilot.errors import ConfigError

if TYPE_CHECKING:
    import logging

    from ontopilot.orchestrator.agent import Agent

AGENT_HELP = "file.py:name or package.module:name"
AgentName = Annotated[str, typer.Argument(metavar="AGENT", help=AGENT_HELP, show_default=False)]


@contextmanager
def opened(name: str) -> Iterator["Agent"]:
    """The agent of that name, closed at the end."""
    with load_agent(name) as agent:
        yield agent


def load_agent(name: str) -> "Agent":
    """Import an agent.

    Raises:
        BadParameter: the name has no `:`.
        ConfigError: there is no such file, module or name, or the file raises.
    """
    place, colon, attribute = name.rpartition(":")
    if not colon or not place or not attribute:
        raise typer.BadParameter(f"AGENT is {name!r}: write {AGENT_HELP}")
    configure_logging()
    is_file = place.endswith(".py") or "/" in place
    module = _from_file(Path(place)) if is_file else _from_package(place)
    return _agent(module, attribute, place)


def configure_logging(
    *, formatter: "logging.Formatter | None" = None, level: str = "WARNING"
) -> None:
    """Send the log to stderr at the level of the settings; what was configured before stays.

    Raises:
        ConfigError: the level is none of Python's.
    """
    import logging

    from ontopilot.config import load_settings

    level = (load_settings().log_level or level).upper()
    if level not in logging.getLevelNamesMapping():
        raise ConfigError(
            f"environment variable ONTOPILOT_LOG_LEVEL={level!r}: "
            "write DEBUG, INFO, WARNING or ERROR"
        )
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level)  # some libraries set a lower level on their own loggers
    handler.setFormatter(formatter or logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=level)


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such agent file; write {AGENT_HELP}")
    sys.path.insert(0, str(path.resolve().parent))
    spec = importlib.util.spec_from_file_location(f"ontopilot_agent_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path}: it is not a Python file; an agent file ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    with _Blame(path):
        spec.loader.exec_module(module)
    return module


def _from_package(name: str) -> ModuleType:
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = importlib.util.find_spec(name)
    except (ModuleNotFoundError, ValueError):
        found = None
    if found is None:
        raise ConfigError(f"{name}: there is no such module; write {AGENT_HELP}")
    with _Blame(Path(found.origin or name)):
        return importlib.import_module(name)


def _agent(module: ModuleType, attribute: str, place: str) -> "Agent":
    from ontopilot.orchestrator.agent import Agent

    found = getattr(module, attribute, None)
    if isinstance(found, Agent):
        return found
    there = [key for key, value in vars(module).items() if isinstance(value, Agent)]
    known = f"it has {', '.join(map(repr, there))}" if there else "it has no agent"
    what = "there is no such name" if found is None else f"it is of type {type(found).__name__!r}"
    raise ConfigError(f"{place}:{attribute}: {what}, and an Agent is needed; {known}")


class _Blame:
    """Turns whatever an agent file raises into one sentence with its file and line."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not isinstance(error, Exception | SystemExit):
            return
        raise ConfigError(f"{self._where(error)}: {type(error).__name__}: {error}") from error

    def _where(self, error: BaseException) -> str:
        if isinstance(error, SyntaxError) and error.filename:
            return f"{error.filename}, line {error.lineno}"
        own = str(self._path)
        frames = traceback.extract_tb(error.__traceback__)
        lines = [f.lineno for f in frames if Path(f.filename).resolve() == self._path.resolve()]
        return f"{own}, line {lines[-1]}" if lines else own
