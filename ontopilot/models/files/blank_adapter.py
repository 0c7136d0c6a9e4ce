"""A LoRA adapter that changes nothing.

Measured with vLLM 0.32.0 on a CPU: a request without an adapter that is batched with one that has
an adapter silently gets the weights of an adapter; requests with different adapters each get
their own. So on a CPU every request to a server with adapters has one, and this is it for those
that want none.
"""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from ontopilot.errors import ModelError
from ontopilot.models.files.adapter import Adapter, open_adapter
from ontopilot.models.files.checkpoint import Checkpoint

_EXPERTS = ("num_local_experts", "num_experts", "n_routed_experts")


def save_blank(folder: Path, checkpoint: Checkpoint) -> Adapter:
    """Save an adapter of rank 1 with zeros for one projection of a checkpoint.

    Raises:
        ModelError: vLLM cannot serve this checkpoint with adapters on a CPU.
    """
    target = str(checkpoint.folder)
    if any(checkpoint.config.get(name) for name in _EXPERTS):
        raise ModelError(
            f"model {target!r} is a mixture of experts, which vLLM cannot serve with adapters on "
            "a CPU; leave the adapters out"
        )
    name = next((n for n in sorted(checkpoint.tensors) if n.endswith("_proj.weight")), None)
    if name is None:
        raise ModelError(
            f"model {target!r} has no projection that an adapter could change; "
            "leave the adapters out"
        )
    out, into = checkpoint.tensors[name].shape
    stem = f"base_model.model.{name.removesuffix('.weight')}"
    zeros = {
        f"{stem}.lora_A.weight": np.zeros((1, into), np.float32),
        f"{stem}.lora_B.weight": np.zeros((out, 1), np.float32),
    }
    folder.mkdir(exist_ok=True)
    save_file(zeros, folder / "adapter_model.safetensors")
    module = stem.rpartition(".")[2]
    settings = {"peft_type": "LORA", "r": 1, "lora_alpha": 1, "target_modules": [module]}
    (folder / "adapter_config.json").write_text(json.dumps(settings), encoding="utf-8")
    return open_adapter(folder, checkpoint)
