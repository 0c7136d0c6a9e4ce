"""What is found wrong with a claim beside one sentence of evidence."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: its status, one plain sentence, and how near the evidence came, in [0, 1]."""

    status: Literal["contradicted", "unsupported"]
    explanation: str
    closeness: float
    weight: Literal["light", "plain", "heavy"] = "plain"
    """How little may speak against it: heavy ones stand, whatever the model that reads says."""
