"""How much memory an engine will take for a model, before it is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from ontopilot.errors import ConfigError, ModelError
from ontopilot.models.files.checkpoint import Checkpoint, locate, open_checkpoint
from ontopilot.models.files.llama import head_size, kv_heads
from ontopilot.models.spec import CPU_KV_CACHE_MB, Model, Precision

_MIB = 1 << 20

_STORED: Mapping[Precision, float] = MappingProxyType(
    {"fp32": 4.0, "bf16": 2.0, "fp16": 2.0, "fp8": 1.0, "int8": 1.03, "int4": 0.56}
)
"""Bytes of a weight, with its share of the scales of quantised groups."""


@dataclass(frozen=True, slots=True)
class _Engine:
    """What an engine takes: itself, and for each weight so many bytes beside the weight."""

    base_mib: int
    beside: float
    usual: Precision
    """What `auto` means."""


_ENGINES: Mapping[str, _Engine] = MappingProxyType(
    {
        # OpenVINO keeps the mapped file and the constants that it read from it, and on AMX lays
        # the weights of feed-forward layers out anew (4.6 bytes without it).
        "openvino": _Engine(base_mib=240, beside=5.8, usual="fp16"),
        "transformers": _Engine(base_mib=400, beside=0.0, usual="fp32"),
        # The CPU build: three processes, and what is copied while it loads.
        "vllm": _Engine(base_mib=1600, beside=1.1, usual="bf16"),
    }
)
"""Measured by `benchmarks/memory_needed.py` with Llamas of 113 and 487 million weights."""


def memory_needed(
    checkpoint: Checkpoint,
    precision: Precision = "auto",
    *,
    kind: str = "openvino",
    kv_cache_mb: int | None = None,
    kv_tokens: int | None = None,
) -> int:
    """The bytes that an engine takes at its peak for a checkpoint: itself, weights, and KV cache.

    The cache is given as its size or as the tokens that it holds; it is that of a CPU by default.
    What the system only keeps of a file as long as it has room does not count.

    Raises:
        ConfigError: the cache is given twice, or no local engine is of that kind.
        ModelError: the settings of the checkpoint do not tell the size of a token.
    """
    if kv_cache_mb is not None and kv_tokens is not None:
        raise ConfigError(
            f"memory_needed(kv_cache_mb={kv_cache_mb!r}, kv_tokens={kv_tokens!r}): give one of them"
        )
    engine = _engine(kind)
    known = engine.usual if precision == "auto" else precision
    weights = checkpoint.numbers * (_STORED[known] + engine.beside)
    if kv_tokens is not None:
        cache = kv_tokens * token_bytes(checkpoint, known)
    else:
        cache = (CPU_KV_CACHE_MB if kv_cache_mb is None else kv_cache_mb) * _MIB
    return round(engine.base_mib * _MIB + weights + cache)


def memory_of(model: Model) -> int:
    """The bytes that a model takes with its options, on the local engine that it names.

    Of a file, or a folder that is converted already, its own size tells that of the weights.

    Raises:
        ConfigError: it names no local engine.
        ModelError: there is no such model, or it is damaged.
    """
    options = model.options
    engine = _engine(model.kind)
    target = locate(model.target)
    if (target / "config.json").is_file() and not (target / "openvino_model.xml").is_file():
        checkpoint = open_checkpoint(target)
        return memory_needed(
            checkpoint, options.precision, kind=model.kind, kv_cache_mb=options.kv_cache_mb
        )
    cache = CPU_KV_CACHE_MB if options.kv_cache_mb is None else options.kv_cache_mb
    held = 1 + engine.beside / _STORED["fp16"]
    return round((engine.base_mib + cache) * _MIB + _size(target) * held)


def token_bytes(checkpoint: Checkpoint, precision: Precision) -> int:
    """The bytes of the keys and values of one token.

    Raises:
        ModelError: the settings lack what tells it.
    """
    config = checkpoint.config
    number = 4 if precision == "fp32" else 2
    try:
        heads = kv_heads(config) * head_size(config)
        return 2 * int(config["num_hidden_layers"]) * heads * number
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise ModelError(
            f"model {str(checkpoint.folder)!r}: its settings lack or garble {error}; "
            "copy the model again"
        ) from error


def _engine(kind: str) -> _Engine:
    if kind not in _ENGINES:
        raise ConfigError(
            f"memory of an engine of kind {kind!r} is not known; use one of {sorted(_ENGINES)}"
        )
    return _ENGINES[kind]


def _size(target: Path) -> int:
    files = target.rglob("*") if target.is_dir() else (target,)
    return sum(file.stat().st_size for file in files if file.is_file())
