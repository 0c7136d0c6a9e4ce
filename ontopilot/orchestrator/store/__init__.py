"""The store: the truth about conversations, turns, evidence, verdicts and actions."""

from ontopilot.orchestrator.store.rows import ActionRow, PastTurn, Pending, TurnRow
from ontopilot.orchestrator.store.store import Store

__all__ = ["ActionRow", "PastTurn", "Pending", "Store", "TurnRow"]
