"""An encoder that remembers the last questions: one turn encodes its question once."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ontopilot.models.encoder import Encoder, Vectors

FEW = 8
"""Texts of a batch that is worth remembering; larger ones are documents."""


class RecallingEncoder:
    """Wraps an encoder and keeps the vectors of the last `size` texts that came in small batches.

    A turn encodes its question in several places, beside other wordings of it.
    """

    def __init__(self, encoder: Encoder, *, size: int = 256) -> None:
        self._encoder = encoder
        self._size = size
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
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
        """Encode texts to an array of shape (texts, dimension); a few texts are remembered."""
        if len(texts) > FEW:
            return self._encoder.encode(texts)
        with self._lock:
            held = {text: self._kept[text] for text in texts if text in self._kept}
        new = [text for text in dict.fromkeys(texts) if text not in held]
        if new:
            vectors = np.asarray(self._encoder.encode(new), dtype=np.float32)
            held |= dict(zip(new, vectors, strict=True))
        with self._lock:
            for text in texts:
                self._kept[text] = held[text]
                self._kept.move_to_end(text)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return np.stack([held[text] for text in texts])
