"""Whether a model fits the memory that is free, told before it is loaded."""

from ontopilot.errors import ModelError
from ontopilot.models.engines import LOCAL_ORDER
from ontopilot.models.files.footprint import memory_of
from ontopilot.models.hardware import Machine
from ontopilot.models.spec import Model

_GIB = 1 << 30


def require_fit(model: Model, machine: Machine) -> None:
    """Check that weights and KV cache of a model fit where its engine would put them.

    A model of a server, or one that needs no weights, always fits.

    Raises:
        ModelError: they do not, or there is no such model.
    """
    if model.kind not in LOCAL_ORDER:
        return
    needed, free = memory_of(model), free_for(model, machine)
    if needed > free:
        where = "on its GPUs" if _on_gpus(model, machine) else "of memory"
        raise ModelError(
            f"model {model.name!r} needs {needed / _GIB:.1f} GiB {where} and {free / _GIB:.1f} GiB "
            "are free; use a smaller model or precision, or more memory"
        )


def free_for(model: Model, machine: Machine) -> int:
    """The free memory that a model would be loaded into: vLLM uses GPUs where there are some."""
    if _on_gpus(model, machine):
        freest = sorted((gpu.free for gpu in machine.gpus), reverse=True)
        return sum(freest[: model.options.gpus])
    return machine.free


def _on_gpus(model: Model, machine: Machine) -> bool:
    return model.kind == "vllm" and bool(machine.gpus)
