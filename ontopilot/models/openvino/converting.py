"""A checkpoint to a GGUF file or an OpenVINO folder, on disk and ready to be served.

OpenVINO folders are made by optimum-intel where its environment is named, which knows nearly every
architecture and keeps the names of layers, so that adapters fit; else as in `folder.py`. It pins
an older transformers than ours, so it runs in that environment.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ontopilot.errors import ConfigError, ModelError
from ontopilot.models.files.checkpoint import Checkpoint, locate, open_checkpoint
from ontopilot.models.files.footprint import memory_needed
from ontopilot.models.files.gguf import Weights, save_gguf
from ontopilot.models.files.llama import check_llama
from ontopilot.models.hardware import require_memory
from ontopilot.models.openvino.folder import XML, new_folder, save_folder
from ontopilot.models.openvino.source import weights_of

Form = Literal["openvino", "gguf"]
Say = Callable[[str], None]

_EXPORT = """
import sys
sys.modules["openvino_telemetry"] = None  # nothing is reported
from optimum.commands.optimum_cli import main
sys.exit(main())
"""
_BYTES = {"fp16": 2.0, "int8": 1.1, "int4": 0.7}
"""What a weight takes on disk, with its scales and what keeps more bits."""


@dataclass(frozen=True, slots=True)
class Converted:
    """What was made: a file or a folder, and by which program."""

    path: Path
    form: Form
    weights: str
    by: str
    bytes: int


def convert(
    name: str,
    output: Path,
    *,
    form: Form = "openvino",
    weights: Weights = "fp16",
    converter: Path | None = None,
    force: bool = False,
    say: Say,
) -> Converted:
    """Convert a checkpoint; `say` is told what is done, and nothing is there until all is.

    Raises:
        ConfigError: the converter is no program.
        ModelNotFound: there is no such model on this machine.
        ModelError: it cannot be converted, the output is there already, or room is lacking.
    """
    source = locate(name)
    if source.is_file() or (source / XML).is_file():
        raise ModelError(f"model {str(source)!r} is converted already; serve it as it is")
    checkpoint = open_checkpoint(source)
    target = _target(output.expanduser(), checkpoint, form, weights)
    if target.exists() and not force:
        raise ModelError(f"output {str(target)!r} is there already; remove it, or use --force")
    _require_room(target, checkpoint, form, weights)
    millions = checkpoint.numbers / 1e6
    say(f"{source}: a {checkpoint.architecture} of {millions:,.1f} million weights")
    if form == "gguf":
        say(f"writing {target} with {weights} weights")
        save_gguf(checkpoint, target, weights=weights)
        return Converted(target, form, weights, "ontopilot", target.stat().st_size)
    if converter is not None:
        by = _with_optimum(_python(converter), checkpoint, target, weights, say)
    else:
        by = _without(checkpoint, target, weights, say)
    size = sum(file.stat().st_size for file in target.iterdir())
    return Converted(target, form, weights_of(target), by, size)


def _target(output: Path, checkpoint: Checkpoint, form: Form, weights: Weights) -> Path:
    """The folder; or the file, which is named after the model unless it is named."""
    if form == "openvino" or output.suffix == ".gguf":
        return output
    return output / f"{checkpoint.folder.resolve().name}-{weights}.gguf"


def _require_room(target: Path, checkpoint: Checkpoint, form: Form, weights: Weights) -> None:
    parent = next(p for p in target.absolute().parents if p.exists())
    times = 2 if form == "openvino" else 1  # the graph is made of a file beside it
    needed = round(times * _BYTES[weights] * checkpoint.numbers)
    free = shutil.disk_usage(parent).free
    if needed > free:
        raise ModelError(
            f"folder {str(parent)!r} has {free / 2**30:.1f} GiB free and the conversion of "
            f"{str(checkpoint.folder)!r} needs {needed / 2**30:.1f}; free space or choose another"
        )


def _without(checkpoint: Checkpoint, target: Path, weights: Weights, say: Say) -> str:
    """Make the folder with what is installed here."""
    check_llama(checkpoint)
    require_memory(memory_needed(checkpoint, weights, kv_cache_mb=0), model=str(checkpoint.folder))
    say(f"making {target} with {weights} weights by way of GGUF; adapters will not fit it")
    save_folder(checkpoint, target, weights=weights)
    return "ontopilot"


def _python(converter: Path) -> Path:
    """The Python of the environment that a program is in."""
    program = converter.expanduser().absolute()  # not resolved: a link tells the environment
    python = program if program.name.startswith("python") else program.with_name("python")
    if not program.is_file() or not python.is_file():
        raise ConfigError(
            f"ONTOPILOT_CONVERTER={str(converter)!r} is no program; give the 'python' of the "
            "environment that optimum-intel is installed in"
        )
    return python


def _with_optimum(
    python: Path, checkpoint: Checkpoint, target: Path, weights: Weights, say: Say
) -> str:
    say(f"making {target} with {weights} weights by optimum-intel of {python}")
    command = ["env", "HF_HUB_OFFLINE=1", str(python), "-I", "-c", _EXPORT, "export", "openvino"]
    command += ["--model", str(checkpoint.folder), "--task", "text-generation-with-past"]
    try:
        with new_folder(target) as made, tempfile.TemporaryFile() as log:
            command += ["--weight-format", weights]
            if weights == "int8":  # what is served by whole numbers: see `quantising`
                command += ["--sym"]
            command += [str(made)]
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False
            )
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines()
            if ended.returncode or not (made / XML).is_file():
                raise ModelError(
                    f"model {str(checkpoint.folder)!r} cannot be converted by optimum-intel: "
                    f"{said[-1] if said else 'it said nothing'}; try '--to gguf', or serve it "
                    "with 'transformers:'"
                )
    except OSError as error:
        raise ModelError(
            f"folder {str(target.parent)!r} cannot hold the conversion of "
            f"{str(checkpoint.folder)!r}: {error}; free space or choose another folder"
        ) from error
    return "optimum-intel"
