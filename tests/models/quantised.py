"""Quantised copies of a checkpoint, as the tools that make them save them: each matrix by hand."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file

from ontopilot.models.files.checkpoint import open_checkpoint

GROUP = 32
AWQ_ORDER = (0, 2, 4, 6, 1, 3, 5, 7)
Array = NDArray[Any]


def int8(weight: Array) -> Mapping[str, Array]:
    """One scale a row; what goes in is quantised while vLLM computes (W8A8)."""
    scale = np.abs(weight).max(axis=1, keepdims=True) / 127
    return {"weight": np.round(weight / scale).astype(np.int8), "weight_scale": scale}


def gptq(weight: Array) -> Mapping[str, Array]:
    """Four bits around 8, one scale for 32 inputs, packed along the inputs."""
    groups = weight.T.reshape(-1, GROUP, weight.shape[0])
    scale = np.maximum(np.abs(groups).max(axis=1) / 7, 1e-6)
    whole = np.clip(np.round(groups / scale[:, None]), -8, 7) + 8
    values = whole.reshape(weight.T.shape).astype(np.uint32)
    sevens = np.full((scale.shape[0], scale.shape[1] // 8), 0x77777777, np.int32)
    return {
        "qweight": packed(values.T, range(8)).T.copy(),
        "qzeros": sevens,
        "scales": scale.astype(np.float16),
        "g_idx": (np.arange(len(values)) // GROUP).astype(np.int32),
    }


def awq(weight: Array) -> Mapping[str, Array]:
    """Four bits with a zero and a scale for 32 inputs, packed along the outputs."""
    groups = weight.T.reshape(-1, GROUP, weight.shape[0])
    low, high = groups.min(axis=1), groups.max(axis=1)
    scale = np.maximum((high - low) / 15, 1e-6)
    zero = np.clip(np.round(-low / scale), 0, 15)
    whole = np.clip(np.round(groups / scale[:, None]) + zero[:, None], 0, 15)
    values = whole.reshape(weight.T.shape)
    return {
        "qweight": packed(values.astype(np.uint32), AWQ_ORDER),
        "qzeros": packed(zero.astype(np.uint32), AWQ_ORDER),
        "scales": scale.astype(np.float16),
    }


def packed(values: Array, order: tuple[int, ...] | range) -> Array:
    """Eight numbers of a row in one, the first of `order` in the lowest bits."""
    whole = np.zeros((values.shape[0], values.shape[1] // 8), np.uint32)
    for place, at in enumerate(order):
        whole |= values[:, at::8] << np.uint32(4 * place)
    return whole.view(np.int32)


_INT8 = {"num_bits": 8, "type": "int", "symmetric": True}
METHODS: Mapping[str, tuple[Callable[[Array], Mapping[str, Array]], Mapping[str, Any]]] = {
    "compressed-tensors": (
        int8,
        {
            "format": "int-quantized",
            "ignore": ["lm_head"],
            "config_groups": {
                "group_0": {
                    "targets": ["Linear"],
                    "weights": {**_INT8, "strategy": "channel", "dynamic": False},
                    "input_activations": {**_INT8, "strategy": "token", "dynamic": True},
                }
            },
        },
    ),
    "gptq": (gptq, {"bits": 4, "group_size": GROUP, "desc_act": False, "sym": True}),
    "awq": (awq, {"bits": 4, "group_size": GROUP, "zero_point": True, "version": "gemm"}),
}


def save_quantised(folder: Path, method: str) -> None:
    """Quantise the projections of the checkpoint in a folder, in its place."""
    quantise, settings = METHODS[method]
    tensors: dict[str, Array] = {}
    for name, place in open_checkpoint(folder).tensors.items():
        stem = name.removesuffix("weight")
        if name.endswith("_proj.weight"):
            made = quantise(place.read())
            tensors |= {
                f"{stem}{part}": array.astype(np.float32) if array.dtype == np.float64 else array
                for part, array in made.items()
            }
        else:
            tensors[name] = place.read().astype(np.float16)
    for file in folder.glob("*.safetensors*"):
        file.unlink()
    save_file(
        {n: np.ascontiguousarray(a) for n, a in tensors.items()}, folder / "model.safetensors"
    )
    config = json.loads((folder / "config.json").read_text())
    dtype = "bfloat16" if method == "compressed-tensors" else "float16"
    config |= {"quantization_config": {"quant_method": method, **settings}, "dtype": dtype}
    (folder / "config.json").write_text(json.dumps(config))
