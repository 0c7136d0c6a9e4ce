"""A BERT encoder as an OpenVINO graph, built from safetensors without torch.

The layers are those of Devlin et al. 2019; pooling and normalisation those of Reimers and
Gurevych 2019.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import openvino as ov
import openvino.opset15 as ops
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from ontopilot.errors import ModelError
from ontopilot.models.files.adapter import Adapter
from ontopilot.models.files.checkpoint import Checkpoint

Pooling = Literal["mean", "cls"]
_MASKED = np.float32(1e4)


@dataclass(frozen=True, slots=True)
class Head:
    """What makes one number of a pooled state: `weight` (1, width) and `bias` (1,), float32."""

    weight: NDArray[np.float32]
    bias: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BertShape:
    """The numbers of `config.json` that the graph needs."""

    layers: int
    heads: int
    width: int
    epsilon: float


def read_shape(folder: Path) -> BertShape:
    """Read the shape from `config.json`."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return BertShape(
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        width=config["hidden_size"],
        epsilon=config["layer_norm_eps"],
    )


def build(folder: Path, pooling: Pooling, adapter: Adapter | None = None) -> Any:
    """Build the graph: token ids (int64) and mask (float32), both (texts, tokens), to vectors.

    Raises:
        ModelError: the weights are damaged or are not those of the configuration.
    """
    file = folder / "model.safetensors"
    try:
        shape = read_shape(folder)
        with safe_open(file, framework="numpy") as tensors:
            weights = tensors if adapter is None else _Adapted(tensors, adapter)
            return _Graph(weights, shape).model(pooling)
    except (SafetensorError, RuntimeError, KeyError, ValueError, OSError) as error:
        raise ModelError(
            f"encoder weights {str(file)!r} cannot be used: {error}; copy the model again"
        ) from error


def build_pair(checkpoint: Checkpoint, adapter: Adapter, head: Head) -> Any:
    """Build the graph of a model that reads two texts at once.

    Token ids (int64), mask (float32) and token types (int64), all (pairs, tokens), to log-odds of
    shape (pairs, 1).
    """
    with safe_open(checkpoint.folder / "model.safetensors", framework="numpy") as tensors:
        graph = _Graph(_Adapted(tensors, adapter), read_shape(checkpoint.folder))
        return graph.pair_model(head)


def compiled(
    model: Any, threads: int | None, *, precision: Literal["fp32", "bf16"] = "fp32"
) -> Any:
    """An inference request of a graph on the CPU, on all cores unless `threads` says how many."""
    hint = {"fp32": "f32", "bf16": "bf16"}[precision]
    options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": hint, "PERFORMANCE_HINT": "LATENCY"}
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    return ov.Core().compile_model(model, "CPU", options).create_infer_request()


class _Adapted:
    """The weights of an open file with an adapter merged into them."""

    def __init__(self, tensors: Any, adapter: Adapter) -> None:
        self._tensors = tensors
        self._adapter = adapter

    def keys(self) -> list[str]:
        return list(self._tensors.keys())

    def get_tensor(self, name: str) -> NDArray[np.float32]:
        change = self._adapter.delta(name)
        weight: NDArray[np.float32] = self._tensors.get_tensor(name)
        return weight if change is None else weight + change


def _ints(*values: int) -> Any:
    return ops.constant(np.array(values, dtype=np.int64))


_ZERO, _ONE = np.int64(0), np.int64(1)


class _Graph:
    """Builds the nodes of one checkpoint, whose names some exporters prefix with `bert.`."""

    def __init__(self, tensors: Any, shape: BertShape) -> None:
        self._tensors = tensors
        self._shape = shape
        prefixed = any(name.startswith("bert.") for name in tensors.keys())  # noqa: SIM118
        self._prefix = "bert." if prefixed else ""

    def model(self, pooling: Pooling) -> Any:
        ids = ops.parameter([-1, -1], np.int64, name="ids")
        mask = ops.parameter([-1, -1], np.float32, name="mask")
        states = self._states(ids, mask, ops.constant(_ZERO))
        pooled = self._mean(states, mask) if pooling == "mean" else self._first(states)
        return ov.Model([ops.normalize_l2(pooled, _ints(1), 1e-12, "max")], [ids, mask], "bert")

    def pair_model(self, head: Head) -> Any:
        ids = ops.parameter([-1, -1], np.int64, name="ids")
        mask = ops.parameter([-1, -1], np.float32, name="mask")
        types = ops.parameter([-1, -1], np.int64, name="types")
        pooled = self._mean(self._states(ids, mask, types), mask)
        odds = ops.matmul(pooled, ops.constant(head.weight), False, True)
        odds = ops.add(odds, ops.constant(head.bias))
        return ov.Model([odds], [ids, mask, types], "bert-pair")

    def _states(self, ids: Any, mask: Any, types: Any) -> Any:
        """The last states of every token; `types` says of each to which text it belongs."""
        states = self._embed(ids, types)
        hidden = ops.multiply(
            ops.subtract(mask, ops.constant(np.float32(1))), ops.constant(_MASKED)
        )
        hidden = ops.unsqueeze(hidden, _ints(1, 2))
        for layer in range(self._shape.layers):
            states = self._layer(states, hidden, f"encoder.layer.{layer}.")
        return states

    def _weight(self, name: str) -> Any:
        array = self._tensors.get_tensor(self._prefix + name)
        return ops.constant(array.astype(np.float32, copy=False))

    def _embed(self, ids: Any, types: Any) -> Any:
        length = ops.gather(ops.shape_of(ids), ops.constant(_ONE), ops.constant(_ZERO))
        positions = ops.range(ops.constant(_ZERO), length, ops.constant(_ONE), "i64")
        axis = ops.constant(_ZERO)
        words = ops.gather(self._weight("embeddings.word_embeddings.weight"), ids, axis)
        places = ops.gather(self._weight("embeddings.position_embeddings.weight"), positions, axis)
        kinds = ops.gather(self._weight("embeddings.token_type_embeddings.weight"), types, axis)
        return self._norm(ops.add(ops.add(words, places), kinds), "embeddings.LayerNorm")

    def _layer(self, states: Any, hidden: Any, name: str) -> Any:
        query, key, value = (
            self._heads(self._linear(states, f"{name}attention.self.{part}"))
            for part in ("query", "key", "value")
        )
        seen = ops.scaled_dot_product_attention(query, key, value, hidden)
        seen = ops.reshape(
            ops.transpose(seen, _ints(0, 2, 1, 3)), _ints(0, 0, self._shape.width), True
        )
        seen = self._linear(seen, f"{name}attention.output.dense")
        states = self._norm(ops.add(states, seen), f"{name}attention.output.LayerNorm")
        wide = ops.gelu(self._linear(states, f"{name}intermediate.dense"), "erf")
        narrow = self._linear(wide, f"{name}output.dense")
        return self._norm(ops.add(states, narrow), f"{name}output.LayerNorm")

    def _heads(self, states: Any) -> Any:
        size = self._shape.width // self._shape.heads
        split = ops.reshape(states, _ints(0, 0, self._shape.heads, size), True)
        return ops.transpose(split, _ints(0, 2, 1, 3))

    def _linear(self, states: Any, name: str) -> Any:
        product = ops.matmul(states, self._weight(f"{name}.weight"), False, True)
        return ops.add(product, self._weight(f"{name}.bias"))

    def _norm(self, states: Any, name: str) -> Any:
        even = ops.mvn(states, _ints(-1), True, self._shape.epsilon, "INSIDE_SQRT")
        return ops.add(
            ops.multiply(even, self._weight(f"{name}.weight")), self._weight(f"{name}.bias")
        )

    def _mean(self, states: Any, mask: Any) -> Any:
        weights = ops.unsqueeze(mask, _ints(2))
        total = ops.reduce_sum(ops.multiply(states, weights), _ints(1))
        return ops.divide(total, ops.reduce_sum(weights, _ints(1)))

    def _first(self, states: Any) -> Any:
        return ops.gather(states, ops.constant(_ZERO), ops.constant(_ONE))
