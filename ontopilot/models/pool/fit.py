"""Whether a model fits the memory that is free, told before it is loaded."""

from ontopilot.errors import ModelError
from ontopilot.models.engines import LOCAL_ORDER
from ontopilot.models.files.footprint import memory_of
from ontopilot.models.hardware import Machine, require_memory
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
    needed = memory_of(model)
    if model.kind != "vllm" or not machine.gpus:
        require_memory(needed, model=model.name)
        return
    gpus = model.options.gpus
    free = sum(sorted((gpu.free for gpu in machine.gpus), reverse=True)[:gpus])
    if needed > free:
        raise ModelError(
            f"model {model.name!r} needs {needed / _GIB:.1f} GiB on {gpus} GPU(s) and "
            f"{free / _GIB:.1f} GiB are free there; use more GPUs, or a smaller model or precision"
        )
