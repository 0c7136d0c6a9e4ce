"""The store: what an agent was asked, found, said and did."""

from ontopilot.orchestrator.store.rows import (
    ActionRow,
    Feedback,
    PastTurn,
    Pending,
    PendingKind,
    RatedTurn,
    SlotValue,
    TurnRow,
)
from ontopilot.orchestrator.store.store import Store

__all__ = [
    "ActionRow",
    "Feedback",
    "PastTurn",
    "Pending",
    "PendingKind",
    "RatedTurn",
    "SlotValue",
    "Store",
    "TurnRow",
]
