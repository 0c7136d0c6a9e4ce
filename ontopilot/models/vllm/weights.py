"""In which numbers vLLM computes with a checkpoint: as it is stored, or quantised at the start."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from ontopilot.errors import ModelError
from ontopilot.models.files.checkpoint import Checkpoint
from ontopilot.models.hardware import processor_features
from ontopilot.models.spec import Model, Precision

_DTYPES: Mapping[Precision, str] = MappingProxyType(
    {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}
)
_AT_THE_START: Mapping[tuple[Precision, bool], str] = MappingProxyType(
    {
        ("int8", False): "int8_per_channel_weight_only",
        ("int8", True): "int8_per_channel_weight_only",
        ("fp8", False): "fp8_per_channel",
        ("fp8", True): "fp8",
    }
)
"""vLLM's names for quantising while it loads, by precision and whether there is a GPU.

Measured with the CPU build 0.32.0: `fp8` itself, one scale a tensor, ends it at the start, and
one scale a channel works.
"""

_FOUR_BITS = ("awq", "gptq")
_DROPPED = ("bitsandbytes", "gguf")


def weights(model: Model, checkpoint: Checkpoint, *, on_gpu: bool) -> dict[str, Any]:
    """The number type and the quantisation of vLLM's engine for a model.

    Raises:
        ModelError: vLLM cannot compute with these weights, or not in the precision asked for.
    """
    precision = model.options.precision
    stored = stored_precision(checkpoint)
    if stored is not None:
        _check_stored(checkpoint, on_gpu=on_gpu)
        if precision in ("int8", "int4", "fp8") and stored != precision:
            raise ModelError(
                f"model {str(checkpoint.folder)!r} is stored in {stored}, so that it cannot be "
                f"served with precision={precision!r}; leave the precision out"
            )
        if not on_gpu:
            _check_processor(checkpoint)
        return {"dtype": _DTYPES.get(precision, "auto")}
    if precision in _DTYPES or precision == "auto":
        return {"dtype": _DTYPES.get(precision, "auto")}
    quantisation = _AT_THE_START.get((precision, on_gpu))
    if quantisation is None:
        raise ModelError(
            f"model {str(checkpoint.folder)!r}: vLLM makes no {precision} weights at its start; "
            "give a checkpoint that is stored so (AWQ or GPTQ), or use precision='int8'"
        )
    return {"dtype": "auto", "quantization": quantisation}


def stored_precision(checkpoint: Checkpoint) -> str | None:
    """The numbers of a quantised checkpoint, such as `"int4"`, or None where it is not one."""
    config = _quantisation(checkpoint)
    if not config:
        return None
    groups = config.get("config_groups")
    if isinstance(groups, dict) and groups:
        first = next(iter(groups.values())).get("weights") or {}
        return f"{'fp' if first.get('type') == 'float' else 'int'}{first.get('num_bits', 8)}"
    bits = config.get("bits") or config.get("w_bit")
    return f"int{bits}" if bits else str(config.get("quant_method", "unknown"))


def _quantisation(checkpoint: Checkpoint) -> Mapping[str, Any]:
    config = checkpoint.config
    found = config.get("quantization_config") or config.get("compression_config") or {}
    if not isinstance(found, dict):
        raise ModelError(
            f"model {str(checkpoint.folder)!r}: 'quantization_config' in its config.json is "
            f"{found!r}; copy the model again"
        )
    return found


def _check_stored(checkpoint: Checkpoint, *, on_gpu: bool) -> None:
    method = str(_quantisation(checkpoint).get("quant_method", ""))
    where = f"model {str(checkpoint.folder)!r} is quantised with {method!r}"
    if method in _DROPPED:
        raise ModelError(f"{where}, which vLLM reads no longer; use AWQ, GPTQ, fp8 or int8")
    if method == "fp8" and not on_gpu:
        raise ModelError(
            f"{where}, which vLLM computes on a GPU only; use the unquantised model with "
            "precision='fp8' or 'int8'"
        )


def _check_processor(checkpoint: Checkpoint) -> None:
    method = str(_quantisation(checkpoint).get("quant_method", ""))
    if method in _FOUR_BITS and "avx512f" not in processor_features():
        raise ModelError(
            f"model {str(checkpoint.folder)!r} is quantised with {method!r}, which vLLM computes "
            "on a CPU with AVX-512 only, and this one has none; use the unquantised model with "
            "precision='int8'"
        )
