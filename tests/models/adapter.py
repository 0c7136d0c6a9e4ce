"""A LoRA adapter for the tiny Llama, strong enough to change what it says."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

RANK, ALPHA, WIDTH = 4, 8, 128
MODULES = {
    "self_attn.q_proj": (128, 128),
    "self_attn.k_proj": (64, 128),
    "self_attn.v_proj": (64, 128),
    "mlp.down_proj": (128, 256),
}


def save_adapter(folder: Path, *, sign: int = 1, **changes: object) -> Path:
    """Save it as PEFT does, or its opposite; `changes` go to its settings."""
    folder.mkdir(exist_ok=True)
    random = np.random.default_rng(5)
    tensors = {}
    for layer in range(2):
        for module, (out, into) in MODULES.items():
            name = f"base_model.model.model.layers.{layer}.{module}"
            tensors[f"{name}.lora_A.weight"] = random.normal(0, 0.1, (RANK, into))
            tensors[f"{name}.lora_B.weight"] = sign * random.normal(0, 0.1, (out, RANK))
    floats = {name: array.astype(np.float32) for name, array in tensors.items()}
    save_file(floats, folder / "adapter_model.safetensors")
    modules = [name.rpartition(".")[2] for name in MODULES]
    settings = {"peft_type": "LORA", "r": RANK, "lora_alpha": ALPHA, "target_modules": modules}
    settings |= changes
    (folder / "adapter_config.json").write_text(json.dumps(settings))
    return folder
