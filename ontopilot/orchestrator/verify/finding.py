"""What is found wrong with a claim beside one sentence of evidence."""

from dataclasses import dataclass
from typing import Literal

CLOSE, LOOSE = 0.8, 0.6
"""Shares of a claim's words that a sentence has in the same order."""

Kind = Literal[
    "amount",
    "unstated",
    "bound",
    "crossed",
    "name",
    "stranger",
    "swapped",
    "words",
    "denied",
    "quantified",
    "condition",
    "limit",
    "modifier",
    "replaced",
    "exchanged",
    "turned",
    "added",
    "joined",
    "trimmed",
    "fact",
    "doubt",
    "invented",
]
"""What a fault is about; how much each tells was counted (`weigh.py`)."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: its status, one plain sentence, and how near the evidence came, in [0, 1]."""

    kind: Kind
    status: Literal["contradicted", "unsupported"]
    explanation: str
    closeness: float


@dataclass(frozen=True, slots=True)
class Findings:
    """What the rules say of a claim: the fault nearest to the evidence, if it has any."""

    fault: Finding | None
    share: float
    """How much of the claim one sentence of the evidence has word for word, in [0, 1]."""
    quoted: bool = False
    """Whether it is a sentence of the evidence, word for word."""

    @property
    def name(self) -> str:
        """The kind of the fault; `none` without one."""
        return self.fault.kind if self.fault is not None else "none"

    @property
    def closely(self) -> Literal["close", "loose", "free"]:
        """How a claim words what the evidence says: by repeating it, or in words of its own."""
        return "close" if self.share >= CLOSE else "loose" if self.share >= LOOSE else "free"
