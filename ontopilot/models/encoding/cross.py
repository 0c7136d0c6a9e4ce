"""The reranker: any cross-encoder that sentence-transformers loads; none ships."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models.files.digest import folder_digest

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class CrossReranker:
    """Reads a question with each text (Nogueira and Cho 2019); loaded at the first use.

    Raises:
        ModelNotFound: the folder holds no model.
        ModelError: its weights are a pickle.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder).expanduser()
        if not (self._folder / "config.json").is_file():
            raise ModelNotFound(
                f"reranker {str(folder)!r}: the folder {str(self._folder.absolute())!r} has no "
                "config.json; give the folder of a cross-encoder (nothing is downloaded)"
            )
        if not list(self._folder.glob("*.safetensors")):
            raise ModelError(
                f"reranker {str(folder)!r}: the folder has no safetensors weights, and a pickle "
                "can run code when it is loaded; save the model as safetensors"
            )
        self._lock = threading.Lock()
        self._model: CrossEncoder | None = None
        self._name = ""

    @property
    def name(self) -> str:
        """Identifies the weights: title and a digest of the files."""
        with self._lock:
            if not self._name:
                self._name = f"cross:{self._folder.name}@{folder_digest(self._folder)}"
            return self._name

    def score(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """How well each text answers a question, of shape (texts,); larger is better.

        Raises:
            ModelError: the weights cannot be loaded.
        """
        if not texts:
            return np.zeros(0, dtype=np.float32)
        with self._lock:
            model = self._loaded()
            found = model.predict([(question, text) for text in texts], show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)

    def _loaded(self) -> "CrossEncoder":
        if self._model is None:
            from safetensors import SafetensorError
            from sentence_transformers import CrossEncoder

            try:
                model = CrossEncoder(
                    str(self._folder), device="cpu", local_files_only=True, trust_remote_code=False
                )
            except (OSError, ValueError, RuntimeError, KeyError, SafetensorError) as error:
                first = next(iter(str(error).splitlines()), type(error).__name__)
                raise ModelError(
                    f"reranker {str(self._folder)!r} cannot be loaded: {first}; copy the model "
                    "again"
                ) from error
            if model.config.num_labels != 1:
                raise ModelError(
                    f"reranker {str(self._folder)!r} gives {model.config.num_labels} numbers for a "
                    "pair; give a cross-encoder that gives one"
                )
            self._model = model
        return self._model
