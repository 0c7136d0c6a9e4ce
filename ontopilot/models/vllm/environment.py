"""What vLLM finds in its environment."""

from pathlib import Path

from ontopilot.config import preloaded
from ontopilot.models.hardware import inspect_machine
from ontopilot.models.spec import Model
from ontopilot.models.vllm.settings import has_adapters


def environment(model: Model, *, threads: int | None, python: Path) -> dict[str, str]:
    """For a vLLM that `python` runs: it downloads and reports nothing, and keeps to `threads`."""
    given = {"HF_HUB_OFFLINE": "1", "VLLM_NO_USAGE_STATS": "1"}
    if has_adapters(model):
        given["VLLM_ALLOW_RUNTIME_LORA_UPDATING"] = "1"
    if model.options.sleeps:
        given["VLLM_SERVER_DEV_MODE"] = "1"  # where vLLM keeps sleeping and waking
    if threads is not None:
        given |= {"OMP_NUM_THREADS": str(threads), "VLLM_CPU_OMP_THREADS_BIND": "nobind"}
    return given | _openmp(python)


def _openmp(python: Path) -> dict[str, str]:
    """Intel's OpenMP for the CPU build, where its environment has it.

    With GNU's, which PyTorch brings, threads that wait for work keep the cores from those that
    have some: on two busy cores an answer of 13 tokens took 1.1 s instead of 0.03 s.
    """
    library = python.parent.parent / "lib/libiomp5.so"
    if not library.is_file() or inspect_machine().gpus:
        return {}
    return {"LD_PRELOAD": " ".join(filter(None, (str(library), preloaded())))}
