"""What the store hands out: plain values, detached from any database session."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ontopilot.ontology.terms import Mention
from ontopilot.orchestrator.answer import Outcome

PendingKind = Literal["slot", "confirm"]
SlotValue = str | float | int | bool


@dataclass(frozen=True, slots=True)
class TurnRow:
    """A turn as it was begun.

    `thread` names its checkpoints: its own id, or the turn that it goes on with after a yes.
    """

    id: str
    conversation: str
    customer: str | None
    question: str
    thread: str
    ontology_version: str


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A finished turn, as what was said before."""

    id: str
    question: str
    answer: str
    outcome: Outcome
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Pending:
    """An action that waits for a slot or for the customer's yes; `turn` is where it was asked."""

    turn: str
    kind: PendingKind
    action: str
    slots: Mapping[str, SlotValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ActionRow:
    """The action of a turn, which is called at most once.

    `again` is false for the one caller that may run the function. Otherwise somebody started it
    before: `result` and `error` say how that ended.
    """

    turn: str
    name: str
    result: str | None = None
    error: str | None = None
    again: bool = False

    @property
    def unknown(self) -> bool:
        """It was started before and gave no result, so that nobody knows how much was done."""
        return self.again and self.result is None


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person says of an answer: a rating from 1 to 5, and their own text or ""."""

    turn: str
    rating: int
    correction: str = ""


@dataclass(frozen=True, slots=True)
class RatedTurn:
    """A turn that somebody rated from 1 to 5, with their own text or ""."""

    turn: str
    question: str
    rating: int
    correction: str = ""
