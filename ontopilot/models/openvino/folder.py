"""A checkpoint as an OpenVINO folder, made of its GGUF by OpenVINO GenAI itself.

The graph that comes out computes what the GGUF does and needs no conversion environment, but its
layers have no names: LoRA adapters cannot be added to it.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ontopilot.errors import ModelError
from ontopilot.models.files.adapter import Adapter
from ontopilot.models.files.checkpoint import Checkpoint
from ontopilot.models.files.gguf import Weights, cached_name, save_gguf
from ontopilot.models.openvino.quantising import quantise
from ontopilot.models.openvino_import import import_openvino

XML = "openvino_model.xml"
"""The file by which an OpenVINO folder is known."""

_KEPT = ("*.json", "*.jinja", "tokenizer.model", "*.txt")
_LEFT_OUT = "*.safetensors.index.json"


def folder_of(
    checkpoint: Checkpoint,
    cache: Path,
    adapter: Adapter | None = None,
    *,
    weights: Weights = "fp16",
) -> Path:
    """The OpenVINO folder of a checkpoint in a cache folder, made now if it is not there.

    An adapter is merged into the weights.

    Raises:
        ModelError: the checkpoint cannot be converted, or the cache folder cannot be used.
    """
    target = cache.expanduser() / cached_name(checkpoint, adapter, weights)
    if not (target / XML).is_file():
        save_folder(checkpoint, target, adapter, weights=weights)
    return target


def save_folder(
    checkpoint: Checkpoint,
    target: Path,
    adapter: Adapter | None = None,
    *,
    weights: Weights = "fp16",
) -> None:
    """Make an OpenVINO folder that is there whole or not at all.

    Raises:
        ModelError: the checkpoint cannot be converted, or there is no room for the folder.
    """
    try:
        with new_folder(target) as made:
            _convert(checkpoint, made, adapter, weights)
            for pattern in _KEPT:
                for file in checkpoint.folder.glob(pattern):
                    if not file.match(_LEFT_OUT):
                        shutil.copyfile(file, made / file.name)
    except OSError as error:
        raise ModelError(
            f"folder {str(target.parent)!r} cannot hold the conversion of "
            f"{str(checkpoint.folder)!r}: {error}; free space or choose another folder"
        ) from error


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which takes the place of `target` once all is on the disk.

    Raises:
        OSError: there is no room.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent, suffix=".part"))
    try:
        yield made
        for file in made.iterdir():
            with file.open("rb") as stream:
                os.fsync(stream.fileno())
        made.chmod(0o755)
        if target.is_dir():
            shutil.rmtree(target)
        made.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _convert(
    checkpoint: Checkpoint, folder: Path, adapter: Adapter | None, weights: Weights
) -> None:
    """Leave the graph and its weights in a folder."""
    genai = import_openvino("openvino_genai")
    file = folder / "model.gguf"
    by_row = weights == "int8"
    save_gguf(checkpoint, file, adapter, weights="fp16" if by_row else weights)
    try:
        # In float32, where one thread is enough on every processor: see `properties`.
        genai.LLMPipeline(
            str(file), "CPU", enable_save_ov_model=True, INFERENCE_PRECISION_HINT="f32"
        )
    except RuntimeError as error:
        last = str(error).strip().splitlines()[-1]
        raise ModelError(
            f"model {str(checkpoint.folder)!r} cannot be converted by OpenVINO: {last}; "
            "convert it with optimum-intel, or serve it with 'transformers:'"
        ) from error
    file.unlink()
    if by_row:
        quantise(folder / XML)
