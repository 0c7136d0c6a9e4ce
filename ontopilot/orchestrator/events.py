"""What a turn reports while it runs."""

from dataclasses import dataclass

from ontopilot.orchestrator.answer import Answer, Citation, Claim


@dataclass(frozen=True, slots=True)
class Begun:
    """The turn is in the store under this identifier."""

    turn: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Step:
    """A node of the turn has begun."""

    name: str


@dataclass(frozen=True, slots=True)
class Released:
    """A claim that was verified and may be shown; `text` carries its `[number]` markers."""

    claim: Claim
    text: str
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """The turn has ended."""

    answer: Answer


Event = Begun | Step | Released | Done
