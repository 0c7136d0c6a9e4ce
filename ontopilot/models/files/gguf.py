"""A Hugging Face checkpoint as a GGUF file, which OpenVINO GenAI loads without a conversion.

GGUF stores the rows of the query and key projections of a Llama in the order of interleaved
rotary embeddings; Hugging Face stores them in halves (Su et al. 2021 describes the former).
"""

import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ModelError
from ontopilot.models.files.adapter import Adapter
from ontopilot.models.files.checkpoint import Checkpoint, read_json
from ontopilot.models.files.digest import folder_digest
from ontopilot.models.files.llama import ARCHITECTURES, check_llama, head_size, kv_heads, rope
from ontopilot.models.files.template import read_template
from ontopilot.models.files.tensors import TensorPlace

Array = NDArray[Any]

Weights = Literal["fp16", "int8", "int4"]
"""The number formats in which matrices are written."""

_FORMS: Mapping[Weights, tuple[str, int]] = MappingProxyType(
    {"fp16": ("F16", 1), "int8": ("Q8_0", 7), "int4": ("Q4_0", 2)}
)
"""What GGUF calls them, and files in which most tensors are in them."""

_HELD = MappingProxyType(
    {0: "fp32", 1: "fp16", 2: "int4", 3: "int4", 7: "int8", 14: "int4", 15: "int4", 32: "bf16"}
)
"""The number format of a file by its own word for it."""

_BLOCK = 32
"""How many numbers of a row share a scale in a quantised tensor."""

_OUTSIDE = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}
_INSIDE = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}
_NORMAL, _CONTROL, _UNUSED = 1, 3, 5
_HALF_LIMIT = 65504.0


def gguf_of(
    checkpoint: Checkpoint,
    cache: Path,
    adapter: Adapter | None = None,
    *,
    weights: Weights = "fp16",
) -> Path:
    """The GGUF of a checkpoint in a cache folder, written now if it is not there.

    An adapter is merged into the weights.

    Raises:
        ModelError: the checkpoint cannot be written as GGUF, or the cache folder cannot be used.
    """
    target = cache.expanduser() / f"{cached_name(checkpoint, adapter, weights)}.gguf"
    if not target.is_file():
        save_gguf(checkpoint, target, adapter, weights=weights)
    return target


def cached_name(checkpoint: Checkpoint, adapter: Adapter | None, weights: Weights) -> str:
    """What the conversion of a checkpoint is called in a cache; it changes with the files."""
    folders = [checkpoint.folder, *([adapter.folder] if adapter else [])]
    digests = "-".join(folder_digest(folder, times=True) for folder in folders)
    form = "" if weights == "fp16" else f"-{weights}"
    return f"{checkpoint.folder.resolve().name}-{digests}{form}"


def save_gguf(
    checkpoint: Checkpoint,
    target: Path,
    adapter: Adapter | None = None,
    *,
    weights: Weights = "fp16",
) -> None:
    """Write a GGUF file that is there whole or not at all.

    Raises:
        ModelError: the checkpoint cannot be written as GGUF, or its folder cannot hold the file.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
        os.close(handle)
        try:
            write_gguf(checkpoint, Path(temporary), adapter, weights=weights)
            with Path(temporary).open("rb") as stream:
                os.fsync(stream.fileno())
            Path(temporary).replace(target)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(
            f"folder {str(target.parent)!r} cannot hold the GGUF of "
            f"{str(checkpoint.folder)!r}: {error}; free space or choose another folder"
        ) from error


def write_gguf(
    checkpoint: Checkpoint,
    file: Path,
    adapter: Adapter | None = None,
    *,
    weights: Weights = "fp16",
) -> None:
    """Write matrices in the format of `weights` and vectors as float32, one at a time in memory.

    Raises:
        ModelError: the architecture, the tokenizer or the weights cannot be written.
    """
    from gguf import GGMLQuantizationType, GGUFWriter

    check_llama(checkpoint)
    writer = GGUFWriter(file, ARCHITECTURES[checkpoint.architecture])
    try:
        _add_settings(writer, checkpoint.config)
        writer.add_file_type(_FORMS[weights][1])
        _add_tokenizer(writer, checkpoint)
        tensors = list(_tensors(checkpoint, adapter, _FORMS[weights][0]))
        for tensor in tensors:
            kind = GGMLQuantizationType[tensor.form]
            shape, number = tensor.stored
            size = int(np.prod(shape)) * number.itemsize
            writer.add_tensor_info(tensor.name, shape, number, size, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in tensors:
            writer.write_tensor_data(tensor.read())
    finally:
        writer.close()


def _add_settings(writer: Any, config: Mapping[str, Any]) -> None:
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(kv_heads(config))
    writer.add_key_length(head_size(config))
    writer.add_value_length(head_size(config))
    writer.add_rope_dimension_count(head_size(config))
    writer.add_rope_freq_base(float(rope(config)["rope_theta"]))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])


def _add_tokenizer(writer: Any, checkpoint: Checkpoint) -> None:
    """Store the vocabulary; prompts are encoded with `tokenizer.json` itself all the same."""
    source = read_json(checkpoint.folder / "tokenizer.json")
    vocabulary = source.get("model", {})
    if vocabulary.get("type") != "BPE":
        raise ModelError(
            f"model {str(checkpoint.folder)!r} has a {vocabulary.get('type')!r} tokenizer, and "
            "only 'BPE' can be written as GGUF; serve it with 'transformers:'"
        )
    size = checkpoint.config["vocab_size"]
    tokens = [f"<unused {i}>" for i in range(size)]
    kinds = [_UNUSED] * size
    for token, i in vocabulary["vocab"].items():
        tokens[i], kinds[i] = token, _NORMAL
    for added in source.get("added_tokens", ()):
        tokens[added["id"]], kinds[added["id"]] = added["content"], _CONTROL
    merges = [m if isinstance(m, str) else " ".join(m) for m in vocabulary["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_chat_template(read_template(checkpoint.folder).source)
    for name, add in (("bos", writer.add_bos_token_id), ("eos", writer.add_eos_token_id)):
        token = checkpoint.config.get(f"{name}_token_id")
        if token is not None:
            add(token[0] if isinstance(token, list) else token)


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A tensor on its way from safetensors to GGUF; `halves` is the heads to interleave, or 0."""

    name: str
    source: str
    place: TensorPlace
    halves: int
    adapter: Adapter | None
    form: str

    @property
    def stored(self) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """The shape and the numbers in which the file holds it."""
        from gguf import GGMLQuantizationType
        from gguf.quants import quant_shape_to_byte_shape

        shape = self.place.shape
        if self.form in ("F32", "F16"):
            return shape, np.dtype(np.float16 if self.form == "F16" else np.float32)
        if shape[-1] % _BLOCK:
            raise ModelError(
                f"weights {str(self.place.file)!r}: {self.source!r} has rows of {shape[-1]} "
                f"numbers, and quantised ones are a multiple of {_BLOCK}; use 'fp16'"
            )
        bytes_shape = quant_shape_to_byte_shape(shape, GGMLQuantizationType[self.form])
        return tuple(bytes_shape), np.dtype(np.uint8)

    def read(self) -> Array:
        """The numbers as the file holds them."""
        from gguf import GGMLQuantizationType
        from gguf.quants import quantize

        array: Array = self.place.read()
        delta = self.adapter.delta(self.source) if self.adapter else None
        if delta is not None:
            array = array + delta
        if self.halves:
            array = interleave(array, self.halves)
        if self.form != "F32" and not bool(np.all(np.abs(array) <= _HALF_LIMIT)):
            raise ModelError(
                f"weights {str(self.place.file)!r}: {self.name!r} holds numbers that float16 "
                "cannot; serve the model with 'transformers:'"
            )
        found: Array = quantize(array, GGMLQuantizationType[self.form])
        return np.ascontiguousarray(found)


def interleave(rows: Array, heads: int) -> Array:
    """Rows of a projection from rotary halves to rotary pairs, head by head."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, 2, size // 2, *rows.shape[1:]).swapaxes(1, 2).reshape(rows.shape)


def _tensors(checkpoint: Checkpoint, adapter: Adapter | None, form: str) -> Iterator[_Tensor]:
    config = checkpoint.config
    tied = config.get("tie_word_embeddings", False)
    rotary = {"attn_q": config["num_attention_heads"], "attn_k": kv_heads(config)}
    for name, place in checkpoint.tensors.items():
        if (tied and name == "lm_head.weight") or name.endswith("rotary_emb.inv_freq"):
            continue
        kind = form if len(place.shape) > 1 else "F32"
        if name in _OUTSIDE:
            yield _Tensor(_OUTSIDE[name], name, place, 0, adapter, kind)
            continue
        _, _, rest = name.partition("model.layers.")
        layer, _, inside = rest.partition(".")
        module, _, part = inside.rpartition(".")
        if module not in _INSIDE:
            raise ModelError(
                f"weights {str(place.file)!r}: no GGUF name for tensor {name!r}; "
                "serve the model with 'transformers:'"
            )
        short = _INSIDE[module]
        halves = rotary.get(short, 0) if checkpoint.architecture == "LlamaForCausalLM" else 0
        yield _Tensor(f"blk.{layer}.{short}.{part}", name, place, halves, adapter, kind)


def read_gguf_settings(file: Path) -> tuple[Mapping[str, Any], str]:
    """The settings of a GGUF file under the names of `config.json`, and its number format.

    The format is "" where the file does not tell it, or mixes several.

    Raises:
        ModelError: the file is damaged or lacks a setting.
    """
    from gguf import GGUFReader

    try:
        fields = GGUFReader(file).fields
        kind = str(fields["general.architecture"].contents())
        wanted = {
            "max_position_embeddings": "context_length",
            "hidden_size": "embedding_length",
            "num_hidden_layers": "block_count",
            "num_attention_heads": "attention.head_count",
            "num_key_value_heads": "attention.head_count_kv",
            "head_dim": "attention.key_length",
        }
        settings = {
            name: int(fields[f"{kind}.{field}"].contents())
            for name, field in wanted.items()
            if f"{kind}.{field}" in fields
        }
        form = fields.get("general.file_type")
        return settings, _HELD.get(int(form.contents()), "") if form else ""
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise ModelError(
            f"model file {str(file)!r} is damaged or no GGUF: {error}; copy the model again"
        ) from error
