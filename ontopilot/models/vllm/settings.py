"""What vLLM's engine is told of a model: `EngineOptions` in vLLM's words."""

from collections.abc import Mapping
from typing import Any

from ontopilot.errors import ConfigError
from ontopilot.models.files.adapter import Adapter
from ontopilot.models.files.checkpoint import Checkpoint
from ontopilot.models.hardware import inspect_machine
from ontopilot.models.spec import CPU_KV_CACHE_MB, Model
from ontopilot.models.vllm.speculation import speculation
from ontopilot.models.vllm.weights import weights

Settings = Mapping[str, Any]
"""Names and values of vLLM's `AsyncEngineArgs`, which are the options of `vllm serve` as well."""

_AS_LONG_AS_FITS = -1
_RANKS = (16, 32, 64, 128, 256, 320, 512)
"""The greatest ranks of adapters that vLLM may be started for."""


def settings(
    model: Model, checkpoint: Checkpoint, adapters: Mapping[str, Adapter]
) -> dict[str, Any]:
    """How vLLM serves a checkpoint; `adapters` are those that it begins with.

    Sampling is that of the request alone (`generation_config="vllm"`), as with other engines.

    Raises:
        ConfigError: the options ask for what this machine does not have.
        ModelError: vLLM cannot serve the model so.
    """
    options = model.options
    gpus = len(inspect_machine().gpus)
    return {
        "model": str(checkpoint.folder),
        **weights(model, checkpoint, on_gpu=gpus > 0),
        "max_model_len": _context(options.context_tokens, checkpoint),
        "max_num_seqs": options.most_requests,
        "scheduling_policy": "priority",
        "generation_config": "vllm",
        "enable_prefix_caching": True,
        "enable_chunked_prefill": True,
        **memory(options.kv_cache_mb, on_gpu=gpus > 0),
        **({} if options.compiled else {"enforce_eager": True}),
        **_split(model, gpus),
        **_sleep(model, gpus),
        **speculation(model, checkpoint),
        **_adapters(options.adapters + len(adapters), adapters),
    }


def has_adapters(model: Model) -> bool:
    """Whether the engine makes room for LoRA adapters, which it must know at its start."""
    return model.adapter is not None or model.options.adapters > 0


def _context(asked: int | None, checkpoint: Checkpoint) -> int:
    """The context: what was asked for or, unless the model has less, what the memory holds."""
    if asked is None:
        return _AS_LONG_AS_FITS
    return min(asked, checkpoint.context_tokens or asked)


def memory(asked_mb: int | None, *, on_gpu: bool) -> dict[str, Any]:
    """Memory for keys and values: what was asked for, or what vLLM finds free on a GPU.

    On a CPU it is always said, because vLLM would take nearly all that the machine has.
    """
    if asked_mb is None and on_gpu:
        return {}
    return {"kv_cache_memory_bytes": (asked_mb or CPU_KV_CACHE_MB) << 20}


def _split(model: Model, gpus: int) -> dict[str, Any]:
    asked = model.options.gpus
    if asked == 1:
        return {}
    if asked > gpus:
        has = f"{gpus} of them" if gpus else "none; leave gpus out to run on the CPU"
        raise ConfigError(
            f"Model({model.name!r}, options=EngineOptions(gpus={asked!r})): vLLM would split the "
            f"model over {asked!r} GPUs and this machine has {has}"
        )
    return {"tensor_parallel_size": asked}


def _sleep(model: Model, gpus: int) -> dict[str, Any]:
    if not model.options.sleeps:
        return {}
    if not gpus:
        raise ConfigError(
            f"Model({model.name!r}, options=EngineOptions(sleeps=True)): vLLM sleeps only where "
            "there is a GPU, whose memory it gives back; leave sleeps out"
        )
    return {"enable_sleep_mode": True}


def _adapters(room: int, adapters: Mapping[str, Adapter]) -> dict[str, Any]:
    if not room:
        return {}
    rank = max((adapter.rank for adapter in adapters.values()), default=1)
    most = next((r for r in _RANKS if r >= rank), _RANKS[-1])
    return {"enable_lora": True, "max_loras": room, "max_lora_rank": most}
