"""LoRA adapters (Hu et al. 2021) as PEFT saves them, merged into weights exactly.

Runtimes drop adapter tensors whose names they do not find and only warn; here every tensor must
have its place.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ConfigError, ModelError, ModelNotFound
from ontopilot.models.files.checkpoint import Checkpoint, read_json
from ontopilot.models.files.tensors import TensorPlace, read_index

_PREFIX = "base_model.model."
_REFUSED = ("use_dora", "fan_in_fan_out", "modules_to_save", "rank_pattern", "alpha_pattern")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}")


def check_adapter_name(name: str, *, taken: Collection[str] = ()) -> None:
    """Check that an adapter may be called so; `taken` are names that mean something else.

    Raises:
        ConfigError: it may not.
    """
    if not _NAME.fullmatch(name) or name in taken:
        *others, last = map(repr, taken or [""])
        but = f" that is none of {', '.join(others)} and {last}" if taken else ""
        raise ConfigError(f"adapter {name!r}: use a name of letters, digits, '.', '_' and '-'{but}")


@dataclass(frozen=True, slots=True)
class Adapter:
    """The low-rank pairs of an adapter, by the name of the weight that they change."""

    folder: Path
    scale: float
    pairs: Mapping[str, tuple[TensorPlace, TensorPlace]]

    @property
    def rank(self) -> int:
        """The greatest rank of a pair."""
        return max(down.shape[0] for down, _ in self.pairs.values())

    def check(self, shapes: Mapping[str, tuple[int, ...]], *, model: Path) -> None:
        """Check that a model has every weight that this changes, in its shape (out, in).

        Raises:
            ModelError: it does not.
        """
        for name, (down, up) in self.pairs.items():
            if shapes.get(name) != (up.shape[0], down.shape[1]):
                raise ModelError(
                    f"adapter {str(self.folder)!r} changes {name!r}, which model {str(model)!r} "
                    "does not have in that shape; use the model that it was trained on"
                )

    def delta(self, weight: str) -> NDArray[np.float32] | None:
        """What to add to a weight, in its shape (out, in), or None where nothing changes."""
        if weight not in self.pairs:
            return None
        down, up = self.pairs[weight]
        change: NDArray[np.float32] = np.float32(self.scale) * (up.read() @ down.read())
        return change


def open_adapter(folder: Path, checkpoint: Checkpoint) -> Adapter:
    """Read an adapter and check that it belongs to a checkpoint.

    Raises:
        ModelNotFound: the folder holds no adapter.
        ModelError: it is damaged, no plain LoRA, or made for another model.
    """
    adapter = read_adapter(folder)
    shapes = {name: place.shape for name, place in checkpoint.tensors.items()}
    adapter.check(shapes, model=checkpoint.folder)
    return adapter


def read_adapter(folder: Path) -> Adapter:
    """Read an adapter, for whichever model it was made.

    Raises:
        ModelNotFound: the folder holds no adapter.
        ModelError: it is damaged or no plain LoRA.
    """
    settings, weights = folder / "adapter_config.json", folder / "adapter_model.safetensors"
    missing = next((file.name for file in (settings, weights) if not file.is_file()), None)
    if missing is not None:
        raise ModelNotFound(
            f"adapter {str(folder)!r} has no {missing}; give a folder that PEFT saved"
        )
    pairs = _pairs(folder, read_index(weights))
    return Adapter(folder, _scale(folder, read_json(settings)), pairs)


def _scale(folder: Path, config: Mapping[str, Any]) -> float:
    odd = next((name for name in _REFUSED if config.get(name)), None)
    if config.get("peft_type") != "LORA" or odd is not None:
        what = odd or f"peft_type {config.get('peft_type')!r}"
        raise ModelError(f"adapter {str(folder)!r} uses {what}; only plain LoRA can be merged")
    try:
        rank, alpha = int(config["r"]), float(config["lora_alpha"])
        return alpha / (rank**0.5 if config.get("use_rslora") else rank)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ModelError(
            f"adapter {str(folder)!r}: 'r' and 'lora_alpha' in adapter_config.json are wrong "
            f"({error!r}); copy the adapter again"
        ) from error


def _pairs(
    folder: Path, tensors: Mapping[str, TensorPlace]
) -> Mapping[str, tuple[TensorPlace, TensorPlace]]:
    downs: dict[str, TensorPlace] = {}
    ups: dict[str, TensorPlace] = {}
    for name, place in tensors.items():
        stem, mark, _ = name.removeprefix(_PREFIX).rpartition(".lora_")
        side = {".lora_A.weight": downs, ".lora_B.weight": ups}.get(
            name[name.rfind(mark) :] if mark else ""
        )
        if side is None or len(place.shape) != 2:
            raise ModelError(
                f"adapter {str(folder)!r} holds {name!r}, which is no LoRA matrix; "
                "only plain LoRA can be merged"
            )
        side[f"{stem}.weight"] = place
    if downs.keys() != ups.keys() or not downs:
        odd = sorted(downs.keys() ^ ups.keys())
        raise ModelError(
            f"adapter {str(folder)!r} is incomplete ({odd[:1] or 'no matrices'}); copy it again"
        )
    return MappingProxyType({name: (downs[name], ups[name]) for name in sorted(downs)})
