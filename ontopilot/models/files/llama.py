"""Llama-like checkpoints: their settings, and the weights that these ask for."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from ontopilot.errors import ModelError
from ontopilot.models.files.checkpoint import Checkpoint

ARCHITECTURES: Mapping[str, str] = MappingProxyType(
    {"LlamaForCausalLM": "llama", "Qwen2ForCausalLM": "qwen2", "Qwen3ForCausalLM": "qwen3"}
)
"""The classes that are Llama-like, and what GGUF calls them."""

_NUMBERS = (
    "hidden_size",
    "intermediate_size",
    "max_position_embeddings",
    "num_attention_heads",
    "num_hidden_layers",
    "rms_norm_eps",
    "vocab_size",
)
_WAY_OUT = (
    "convert it with 'ontopilot models convert' and optimum-intel (ONTOPILOT_CONVERTER), or serve "
    "it with 'transformers:'"
)


def head_size(config: Mapping[str, Any]) -> int:
    """The width of one attention head."""
    return int(config.get("head_dim") or config["hidden_size"] // config["num_attention_heads"])


def kv_heads(config: Mapping[str, Any]) -> int:
    """The heads that keys and values have."""
    return int(config.get("num_key_value_heads") or config["num_attention_heads"])


def rope(config: Mapping[str, Any]) -> dict[str, Any]:
    """The rotary settings, which older checkpoints keep in other places."""
    settings = dict(config.get("rope_parameters") or config.get("rope_scaling") or {})
    settings.setdefault("rope_theta", config.get("rope_theta", 10000.0))
    settings.setdefault("rope_type", settings.get("type", "default"))
    return settings


def check_llama(checkpoint: Checkpoint) -> None:
    """Check that a checkpoint is Llama-like, and has every weight in the shape that it must have.

    Raises:
        ModelError: it is not, or lacks one.
    """
    where = f"model {str(checkpoint.folder)!r}"
    if (odd := _oddity(checkpoint)) is not None:
        raise ModelError(f"{where} {odd}; {_WAY_OUT}")
    for name in _NUMBERS:
        value = checkpoint.config.get(name)
        if not isinstance(value, (int, float)) or value <= 0:
            raise ModelError(f"{where}: config.json has {name!r}: {value!r}; copy the model again")
    for name, shape in weight_shapes(checkpoint.config):
        place = checkpoint.tensors.get(name)
        if place is None:
            raise ModelError(f"{where} lacks the weights {name!r}; copy the model again")
        if place.shape != shape:
            raise ModelError(
                f"{where}: the weights {name!r} have the shape {place.shape} and config.json asks "
                f"for {shape}; copy the model again"
            )


def _oddity(checkpoint: Checkpoint) -> str | None:
    """What keeps a checkpoint from being written as GGUF."""
    config = checkpoint.config
    if checkpoint.architecture not in ARCHITECTURES:
        return (
            f"is a {checkpoint.architecture!r}, and only {sorted(ARCHITECTURES)} can be written "
            "as GGUF"
        )
    if rope(config)["rope_type"] != "default":
        kind = rope(config)["rope_type"]
        return f"scales its rotary embeddings ({kind!r}), which is not written as GGUF"
    if "quantization_config" in config:
        return "is quantised, which is not written as GGUF"
    if config.get("hidden_act") != "silu":
        return f"uses {config.get('hidden_act')!r} where a Llama uses 'silu'"
    return None


def weight_shapes(config: Mapping[str, Any]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The weights that every Llama-like model has, each with its shape."""
    width, inner = config["hidden_size"], config["intermediate_size"]
    queries, keys = (
        n * head_size(config) for n in (config["num_attention_heads"], kv_heads(config))
    )
    yield "model.embed_tokens.weight", (config["vocab_size"], width)
    yield "model.norm.weight", (width,)
    if not config.get("tie_word_embeddings", False):
        yield "lm_head.weight", (config["vocab_size"], width)
    inside = {
        "self_attn.q_proj": (queries, width),
        "self_attn.k_proj": (keys, width),
        "self_attn.v_proj": (keys, width),
        "self_attn.o_proj": (width, queries),
        "mlp.gate_proj": (inner, width),
        "mlp.up_proj": (inner, width),
        "mlp.down_proj": (width, inner),
        "input_layernorm": (width,),
        "post_attention_layernorm": (width,),
    }
    for layer in range(config["num_hidden_layers"]):
        for module, shape in inside.items():
            yield f"model.layers.{layer}.{module}.weight", shape
