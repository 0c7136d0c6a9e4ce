"""A small Llama from nothing: its sizes, and its first weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The shape of a base: `inner` is the width of its feed-forward layers."""

    width: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    context_tokens: int = 2048


SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "strong": Size(width=320, layers=8, heads=5, inner=896, vocabulary=8192),
        "weak": Size(width=224, layers=5, heads=4, inner=640, vocabulary=8192),
        "tiny": Size(width=128, layers=4, heads=4, inner=384, vocabulary=1024),
    }
)
"""About 13, 5 and 1 million weights."""


def new_base(size: Size, tokenizer: Any, *, seed: int) -> Any:
    """A model whose words lie as they do in the packaged encoder, and that knows nothing else.

    The words of an encoder tell which ones mean nearly the same, which a few million tokens of
    invented text cannot teach.
    """
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=size.vocabulary,
            hidden_size=size.width,
            intermediate_size=size.inner,
            num_hidden_layers=size.layers,
            num_attention_heads=size.heads,
            num_key_value_heads=size.heads,
            max_position_embeddings=size.context_tokens,
            rope_theta=10000.0,
            tie_word_embeddings=True,
            bos_token_id=tokenizer.token_to_id("<|begin|>"),
            eos_token_id=tokenizer.token_to_id("<|end|>"),
            pad_token_id=tokenizer.token_to_id("<|pad|>"),
        )
    )
    with torch.no_grad():
        model.model.embed_tokens.weight.copy_(torch.from_numpy(_words(size, tokenizer, seed)))
    return model.bfloat16()


def _words(size: Size, tokenizer: Any, seed: int) -> NDArray[np.float32]:
    """A vector for each token: that of its word in the packaged encoder, cut to the width.

    Half is chance, since words that mean the same must still be told apart to be copied.
    """
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    from ontopilot.models.encoding.sentence import packaged

    rng = np.random.default_rng(seed)
    vectors = rng.standard_normal((size.vocabulary, size.width)).astype(np.float32)
    known = Tokenizer.from_file(str(packaged() / "tokenizer.json")).get_vocab()
    table = load_file(_weights(packaged()))["embeddings.word_embeddings.weight"]
    rows, places = [], []
    # In the order of their numbers: the tokenizer's own order is another one in each process.
    for token, at in sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1]):
        word = tokenizer.decode([at]).strip().lower()
        if word in known and not token.startswith("<|"):
            rows.append(known[word])
            places.append(at)
    found = table[rows] - table[rows].mean(0)
    _, _, axes = np.linalg.svd(found, full_matrices=False)
    found = found @ axes[: size.width].T
    vectors[places] = vectors[places] * 0.7 + 0.7 * found / found.std()
    return vectors * np.float32(0.02)


def _weights(folder: Path) -> Path:
    return next(folder.glob("*.safetensors"))
