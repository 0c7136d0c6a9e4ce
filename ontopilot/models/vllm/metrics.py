"""vLLM's own counters, in the text format of Prometheus."""

from dataclasses import dataclass

DRAFTED = "vllm:spec_decode_num_draft_tokens_total"
ACCEPTED = "vllm:spec_decode_num_accepted_tokens_total"


@dataclass(frozen=True, slots=True)
class Drafts:
    """How many tokens speculation drafted, and how many of them the model accepted."""

    drafted: int = 0
    accepted: int = 0

    def __add__(self, other: "Drafts") -> "Drafts":
        """Add those of two servers."""
        return Drafts(self.drafted + other.drafted, self.accepted + other.accepted)


def total(text: str, name: str) -> int:
    """A counter of that name, over all its labels; 0 where there is none."""
    lines = (line for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} ")))
    return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines))


def read_drafts(text: str) -> Drafts:
    """What speculation has done.

    Raises:
        ValueError: the text is none of Prometheus.
    """
    return Drafts(total(text, DRAFTED), total(text, ACCEPTED))
