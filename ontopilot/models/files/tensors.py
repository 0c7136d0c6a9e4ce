"""Reading safetensors files, bfloat16 included, without torch."""

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ModelError

_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}
_HEADER_LIMIT = 100 << 20


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """Where a tensor lies: its file, number type, shape, and offsets in bytes."""

    file: Path
    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    def read(self) -> NDArray[np.float32]:
        """The tensor as float32.

        Raises:
            ModelError: its number type is not a float that is known.
        """
        if self.dtype not in _TYPES:
            raise ModelError(
                f"weights {str(self.file)!r} hold {self.dtype!r} numbers; "
                f"use a checkpoint in one of {sorted(_TYPES)}"
            )
        kind = np.dtype(_TYPES[self.dtype])
        count = (self.end - self.start) // kind.itemsize
        flat: NDArray[Any] = np.fromfile(self.file, dtype=kind, count=count, offset=self.start)
        if self.dtype == "BF16":
            flat = (flat.astype(np.uint32) << 16).view(np.float32)
        return flat.astype(np.float32, copy=False).reshape(self.shape)


def read_index(file: Path) -> Mapping[str, TensorPlace]:
    """Read where the tensors of one file lie, and check that the file is whole.

    Raises:
        ModelError: the file is damaged or cut off.
    """
    try:
        size = file.stat().st_size
        with file.open("rb") as stream:
            (length,) = struct.unpack("<Q", stream.read(8))
            if length > min(size, _HEADER_LIMIT):
                raise ValueError(f"the header claims {length} bytes of {size}")
            header = json.loads(stream.read(length))
        base = 8 + length
        places = {
            name: TensorPlace(
                file,
                entry["dtype"],
                tuple(entry["shape"]),
                base + entry["data_offsets"][0],
                base + entry["data_offsets"][1],
            )
            for name, entry in header.items()
            if name != "__metadata__"
        }
    except (OSError, ValueError, struct.error, KeyError, TypeError, AttributeError) as error:
        raise _damaged(file, str(error)) from error
    end = max((place.end for place in places.values()), default=base)
    if end > size:
        raise _damaged(file, f"it has {size} bytes and its header speaks of {end}")
    return places


def _damaged(file: Path, why: str) -> ModelError:
    return ModelError(f"weights {str(file)!r} are damaged or cut off: {why}; copy the model again")
