"""`ontopilot models convert`: a checkpoint as a file or folder that OpenVINO serves."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, notes, print_json, screen
from ontopilot.config import load_settings


class Form(StrEnum):
    """What can be made."""

    OPENVINO = "openvino"
    GGUF = "gguf"


class Weights(StrEnum):
    """The number formats of what is made."""

    FP16 = "fp16"
    INT8 = "int8"
    INT4 = "int4"


def convert(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A checkpoint: a folder, or a name on the hub.")
    ],
    *,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    to: Annotated[Form, typer.Option("--to", help="An OpenVINO folder, or a GGUF file in it.")] = (
        Form.OPENVINO
    ),
    precision: Annotated[Weights, typer.Option(help="Number format of the weights.")] = (
        Weights.FP16
    ),
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make of a checkpoint what OpenVINO serves.

    Nothing is downloaded, and nothing is there until all of it is. ONTOPILOT_CONVERTER names an
    environment with optimum-intel, which knows more architectures and whose folders take adapters.
    """
    from ontopilot.models.openvino.converting import convert as make

    made = make(
        source,
        output,
        form=to.value,
        weights=precision.value,
        converter=load_settings().converter,
        force=force,
        say=lambda line: notes().print(clean(line), style="dim"),
    )
    if as_json:
        print_json(asdict(made))
        return
    size = made.bytes / 2**20
    screen().print(clean(f"{made.path}: {size:,.1f} MiB, {made.weights} weights, by {made.by}"))
    screen().print(clean(f'serve it with Model("openvino:{made.path}")'))
