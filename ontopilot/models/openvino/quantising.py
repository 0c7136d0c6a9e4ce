"""The matrices of an OpenVINO graph in whole numbers of 8 bits, with one scale for each row.

It is the form in which OpenVINO multiplies whole numbers where the processor can (AMX, VNNI): the
inputs are then rounded as well, with one scale for each token (`load.PER_TOKEN`). With a scale
for each group of 32 numbers, as GGUF has them, weights are only smaller, and turned into bfloat16
before each multiplication. Zhao et al. 2024 (Atom) and Dettmers et al. 2022 (LLM.int8()) tell what
scales by row and by token lose.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.openvino_import import import_openvino

_MOST = 127
_LEAST_SCALE = 6e-8
"""The smallest number above zero that a scale of 16 bits can be."""


def quantise(xml: Path) -> None:
    """Replace a graph on disk by one whose matrices hold whole numbers.

    The weights are read from the old file while the new one is written, so it is replaced last.
    """
    openvino = import_openvino("openvino")
    graph = openvino.Core().read_model(xml)
    for node in graph.get_ordered_ops():
        if node.get_type_name() == "MatMul" and node.get_attributes()["transpose_b"]:
            _replace(node)
    made = xml.with_stem(f"{xml.stem}_int8")
    openvino.save_model(graph, made, compress_to_fp16=False)
    del graph
    for suffix in (".bin", ".xml"):
        made.with_suffix(suffix).replace(xml.with_suffix(suffix))


def _replace(product: Any) -> None:
    """Give a multiplication whole numbers, where it has a constant matrix."""
    openvino = import_openvino("openvino")
    from openvino import opset13

    old = product.input_value(1).get_node()
    constant = old.input_value(0).get_node() if old.get_type_name() == "Convert" else old
    if constant.get_type_name() != "Constant":
        return
    whole, scales = by_row(np.asarray(constant.get_data(), dtype=np.float32))
    half = opset13.convert(opset13.constant(whole), openvino.Type.f16)
    scaled = opset13.multiply(half, opset13.constant(scales))
    product.input(1).replace_source_output(opset13.convert(scaled, openvino.Type.f32).output(0))


def by_row(matrix: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float16]]:
    """Whole numbers (rows x columns), and scales (rows x 1) that bring them back."""
    largest = np.abs(matrix).max(axis=1, keepdims=True)
    scales = np.maximum(largest / _MOST, _LEAST_SCALE).astype(np.float16)
    whole = np.clip(np.rint(matrix / scales.astype(np.float32)), -_MOST, _MOST)
    return whole.astype(np.int8), scales
