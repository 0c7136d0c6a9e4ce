"""What the store gives back beside the values of a turn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PendingKind = Literal["slot", "confirm"]
Scalar = str | float | int | bool


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn as it was begun; `thread` names its LangGraph checkpoint."""

    id: str
    conversation: str
    position: int
    thread: str
    customer: str | None
    question: str


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A finished turn of a conversation."""

    id: str
    question: str
    answer: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Pending:
    """An action of a conversation that waits for a slot or for the customer's yes."""

    turn: str
    kind: PendingKind
    action: str
    slots: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action that was started.

    `unknown` is true when an earlier process started it and died before it knew the result: it
    must not be run again. `result` is what an earlier process got.
    """

    turn: str
    result: str | None = None
    unknown: bool = False
