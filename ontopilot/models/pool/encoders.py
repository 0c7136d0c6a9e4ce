"""Encoders that stand in for one another: the same weights on several engines."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ontopilot.errors import ConfigError, EngineFailed, ModelError, ModelNotFound
from ontopilot.models.encoder import Encoder, Vectors
from ontopilot.models.pool.breaker import Breaker


@dataclass(slots=True)
class EncoderChain:
    """Encodes with the first of some encoders that works; it has the name of the first.

    Their vectors must be comparable, so their names must tell the same weights (what follows the
    kind, as in `vllm:title@digest` and `sentence:title@digest`).

    Raises:
        ConfigError: there is none, or two have other weights.
    """

    encoders: Sequence[Encoder]
    note: str = field(default="", init=False)
    """Why another one than the first encoded the last time, or ""."""
    _breakers: list[Breaker] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        if not self.encoders:
            raise ConfigError("Pool(encoder=[]): name an encoder, or leave it out")
        first = self.encoders[0]
        for other in self.encoders[1:]:
            if _weights(other) != _weights(first):
                raise ConfigError(
                    f"Pool(encoder=[…]): {other.name!r} cannot stand in for {first.name!r}, "
                    "because it has other weights; use one model"
                )
        self._breakers = [Breaker() for _ in self.encoders]

    @property
    def name(self) -> str:
        """That of the first encoder."""
        return self.encoders[0].name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.encode(("length",)).shape[1])

    @property
    def backend(self) -> str:
        """What stands in for what."""
        return ", then ".join(encoder.name for encoder in self.encoders)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Encode texts to an array of shape (texts, dimension), float32, rows of unit length.

        Raises:
            EngineFailed: no encoder could.
        """
        reasons: list[str] = []
        for encoder, breaker in zip(self.encoders, self._breakers, strict=True):
            reason = f"resting after: {breaker.reason}"
            if breaker.admit():
                try:
                    vectors = encoder.encode(texts)
                except (ModelError, ConfigError) as error:
                    reason = str(error)
                    gone = isinstance(error, (ModelNotFound, ConfigError))
                    breaker.failed(reason, at_once=gone)
                else:
                    breaker.succeeded()
                    told = f"{encoder.name!r} encodes because {'; '.join(reasons)}"
                    self.note = told if reasons else ""
                    return np.asarray(vectors, dtype=np.float32)
            reasons.append(f"{encoder.name!r} could not ({reason})")
        raise EngineFailed(f"no encoder could serve: {'; '.join(reasons)}")

    def close(self) -> None:
        """Close those that can be closed."""
        for encoder in self.encoders:
            close_encoder(encoder)


def close_encoder(encoder: Encoder) -> None:
    """End what an encoder runs, if it runs anything."""
    close = getattr(encoder, "close", None)
    if close is not None:
        close()


def _weights(encoder: Encoder) -> str:
    return encoder.name.partition(":")[2] or encoder.name
