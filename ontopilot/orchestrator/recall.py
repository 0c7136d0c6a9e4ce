"""An encoder that remembers the last questions: one turn encodes its question once."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from ontopilot.models.encoder import Encoder, Vectors


class RecallingEncoder:
    """Wraps an encoder and keeps the vectors of the last `size` single texts."""

    def __init__(self, encoder: Encoder, *, size: int = 256) -> None:
        self._encoder = encoder
        self._size = size
        self._kept: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The name of the wrapped encoder."""
        return self._encoder.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to an array of shape (texts, dimension); single texts are remembered."""
        if len(texts) != 1:
            return self._encoder.encode(texts)
        text = texts[0]
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
                return self._kept[text]
        vectors = np.asarray(self._encoder.encode(texts), dtype=np.float32)
        with self._lock:
            self._kept[text] = vectors
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return vectors
