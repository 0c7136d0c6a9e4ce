"""What OpenVINO is told about how to compute."""

from typing import Any

from ontopilot.models.hardware import processor_features
from ontopilot.models.openvino.source import Source
from ontopilot.models.openvino_import import import_openvino
from ontopilot.models.streaming.child import Line

KEPT_SHAPES = 16
"""Shapes of a step for which OpenVINO and oneDNN keep what they compiled.

By default they keep thousands, and each new length of a prompt adds some: 1,500 requests made the
process 46 % larger. Keeping fewer costs no time that could be measured (60 prompts of 300 to 600
tokens, eight at a time, on a Llama of 94 million weights: 20 s of processor time with either).
"""

PER_TOKEN = str(2**64 - 1)
"""How many numbers of an input share a scale where weights have 8 bits: all those of a token.

With that and one scale for each row of the weights, OpenVINO multiplies whole numbers, on AMX too.
"""

_HINTS = {"fp32": "f32", "bf16": "bf16", "fp16": "f16"}


def properties_of(source: Source, settings: Line) -> dict[str, Any]:
    """The properties of a pipeline for a model with the settings of its engine."""
    found: dict[str, Any] = {"CPU_RUNTIME_CACHE_CAPACITY": str(KEPT_SHAPES)}
    if settings["threads"]:
        found["INFERENCE_NUM_THREADS"] = settings["threads"]
    if hint := _HINTS.get(settings["precision"]):
        found["INFERENCE_PRECISION_HINT"] = hint
    if settings["precision"] == "fp32":
        found["KV_CACHE_PRECISION"] = "f32"
    if source.weights == "int8" and source.model.is_dir():
        found["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = PER_TOKEN
    if "amx_tile" in processor_features() and _threads(found) == 1:
        # Its feed-forward layer on AMX halves the threads, and ends the process by dividing by
        # none of them (2026.4.1). In float32 there is no such layer.
        found["INFERENCE_PRECISION_HINT"] = "f32"
    return found


def _threads(properties: dict[str, Any]) -> int:
    """How many threads OpenVINO takes, which it limits to what the process may use."""
    openvino = import_openvino("openvino")
    from openvino import opset13

    number = opset13.parameter([1], openvino.Type.f32)
    asked = {k: v for k, v in properties.items() if k == "INFERENCE_NUM_THREADS"}
    compiled = openvino.Core().compile_model(
        openvino.Model([opset13.relu(number)], [number]), "CPU", asked
    )
    return int(compiled.get_property("INFERENCE_NUM_THREADS"))
