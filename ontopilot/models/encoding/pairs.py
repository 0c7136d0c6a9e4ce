"""Models that read two texts at once: an adapter over the packaged encoder, and one number.

A cross-encoder (Nogueira and Cho 2019): the words of both texts see each other, which two vectors
compared afterwards cannot do. The encoder's own weights are those of the packaged MiniLM; what is
ours is a LoRA adapter (Hu et al. 2021) and a head, made by `training/pairs.py`.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ModelError
from ontopilot.models.encoding.sentence import packaged, padded
from ontopilot.models.files.adapter import open_adapter
from ontopilot.models.files.checkpoint import open_checkpoint, read_tokenizer
from ontopilot.models.files.digest import folder_digest
from ontopilot.models.files.tensors import read_index
from ontopilot.models.openvino_import import import_openvino

Task = Literal["entailment", "answering"]

LONGEST = 288
"""Tokens of both texts; of a longer first text the end is not read."""

_BATCH = 16


class PairReader(Protocol):
    """Reads pairs of texts; `odds` is synchronous and may be called from any thread."""

    @property
    def name(self) -> str:
        """Identifies the weights."""
        ...

    def odds(
        self, pairs: Sequence[tuple[str, str]], priors: Sequence[float] = ()
    ) -> NDArray[np.float32]:
        """The log-odds that the second text of each pair holds by the first, of shape (pairs,)."""
        ...


class PairModel:
    """How likely the second text of a pair holds by the first; loaded at the first use.

    `entailment` reads a passage and a claim, `answering` a passage and a question.
    """

    def __init__(self, task: Task, *, threads: int | None = None) -> None:
        self._folder = Path(__file__).parents[1] / "weights" / task
        self._task = task
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None
        self._name = ""

    @property
    def name(self) -> str:
        """Identifies the weights: task and a digest of the files."""
        with self._lock:
            if not self._name:
                self._name = f"{self._task}@{folder_digest(self._folder)}"
            return self._name

    def odds(
        self, pairs: Sequence[tuple[str, str]], priors: Sequence[float] = ()
    ) -> NDArray[np.float32]:
        """The log-odds of each pair, float32 of shape (pairs,). May be called from any thread.

        `priors` says what was known before: how near the texts of each pair are in meaning (see
        `Relevance.of`).

        Raises:
            ModelError: the weights cannot be loaded.
        """
        found = np.zeros(len(pairs), dtype=np.float32)
        if not pairs:
            return found
        with self._lock:
            if self._loaded is None:
                self._loaded = _Loaded(self._folder, self._threads)
            loaded = self._loaded
        order = sorted(range(len(pairs)), key=lambda row: sum(map(len, pairs[row])))
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            found[rows] = loaded.infer([pairs[row] for row in rows])
        if len(priors):
            found += loaded.prior * np.asarray(priors, dtype=np.float32)
        return found


class _Loaded:
    """The compiled graph and its tokenizer."""

    def __init__(self, folder: Path, threads: int | None) -> None:
        import_openvino()
        from ontopilot.models.encoding.bert_graph import Head, build_pair, compiled

        base = packaged()
        checkpoint = open_checkpoint(base)
        head = read_index(folder / "head.safetensors")
        try:
            top = Head(head["weight"].read(), head["bias"].read())
            self.prior = float(head["prior"].read()[0])
        except KeyError as error:
            raise ModelError(f"small model {str(folder)!r}: its head has no {error}") from None
        graph = build_pair(checkpoint, open_adapter(folder, checkpoint), top)
        self._request = compiled(graph, threads)
        self._tokenizer = read_tokenizer(base)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(LONGEST, strategy="only_first")
        self._lock = threading.Lock()

    def infer(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        read = self._tokenizer.encode_batch([(first, second) for first, second in pairs])
        ids, mask = padded([one.ids for one in read])
        types, _ = padded([one.type_ids for one in read])
        with self._lock:
            odds: NDArray[np.float32] = self._request.infer({0: ids, 1: mask, 2: types})[0].copy()
        return odds[:, 0]
