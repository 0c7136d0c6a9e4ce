"""Checkpoints: Hugging Face folders, found offline and checked before an engine loads them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models.files.tensors import TensorPlace, read_index

_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A folder with `config.json` and whole safetensors."""

    folder: Path
    config: Mapping[str, Any]
    tensors: Mapping[str, TensorPlace]

    @property
    def architecture(self) -> str:
        """The class of the model, such as `LlamaForCausalLM`."""
        return str((self.config.get("architectures") or [self.config.get("model_type", "")])[0])

    @property
    def numbers(self) -> int:
        """How many numbers the weights hold."""
        return sum(prod(place.shape) for place in self.tensors.values())

    @property
    def context_tokens(self) -> int:
        """The longest prompt and answer that the model was made for; 0 where it does not say."""
        return int(self.config.get("max_position_embeddings") or 0)


def locate(name: str) -> Path:
    """Find a model by its path, or by its hub name in the hub's cache; never over the network.

    Raises:
        ModelNotFound: neither is there; the message says where it was looked for.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError):
        raise ModelNotFound(
            f"model {name!r}: there is no {str(path.absolute())!r} and the hub's cache "
            f"{constants.HF_HUB_CACHE!r} does not hold it; give a folder, or fetch the model "
            "first (nothing is downloaded here)"
        ) from None


def open_checkpoint(folder: Path) -> Checkpoint:
    """Check a checkpoint: settings that can be read, weights that are safetensors and whole.

    Raises:
        ModelNotFound: the folder is no checkpoint.
        ModelError: the weights are a pickle, or damaged, or parts of them are missing.
    """
    if not (folder / "config.json").is_file():
        raise ModelNotFound(
            f"model {str(folder)!r} has no config.json; give a Hugging Face checkpoint"
        )
    config = read_json(folder / "config.json")
    files = sorted(folder.glob("*.safetensors"))
    if not files:
        _refuse(folder)
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        files = [folder / n for n in sorted(set(read_json(index).get("weight_map", {}).values()))]
    tensors: dict[str, TensorPlace] = {}
    for file in files:
        tensors.update(read_index(file))
    return Checkpoint(folder, config, tensors)


def read_tokenizer(folder: Path) -> Any:
    """The tokenizer of a folder, as the package `tokenizers` runs it.

    Raises:
        ModelError: `tokenizer.json` is missing, damaged or no tokenizer.
    """
    from tokenizers import Tokenizer

    file = folder / "tokenizer.json"
    vocabulary = read_json(file).get("model")
    if not isinstance(vocabulary, dict) or not vocabulary.get("vocab"):
        raise ModelError(f"model file {str(file)!r} holds no vocabulary; copy the model again")
    try:
        return Tokenizer.from_buffer(file.read_bytes())
    except ValueError as error:
        raise ModelError(
            f"model file {str(file)!r} is no tokenizer: {error}; copy the model again"
        ) from error


def read_ends(folder: Path) -> frozenset[int]:
    """The tokens that end an answer."""
    for name in ("generation_config.json", "config.json"):
        file = folder / name
        tokens = read_json(file).get("eos_token_id") if file.is_file() else None
        if tokens is not None:
            return frozenset(tokens if isinstance(tokens, list) else [tokens])
    return frozenset()


def read_json(file: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ModelError: the file is damaged.
    """
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"model file {str(file)!r} cannot be read: {error}; copy the model again"
        ) from error
    if not isinstance(value, dict):
        raise ModelError(f"model file {str(file)!r} holds no JSON object; copy the model again")
    return value


def _refuse(folder: Path) -> None:
    pickles = sorted(p.name for p in folder.iterdir() if p.suffix in _PICKLES)
    if pickles:
        raise ModelError(
            f"model {str(folder)!r}: {pickles[0]!r} is a pickle, which can run code when loaded; "
            "save the model as safetensors"
        )
    raise ModelNotFound(f"model {str(folder)!r} has no *.safetensors; copy the model again")
