"""Evidence: documents, past interactions and facts, found for a question and packed."""

from ontopilot.retrieval.index import IndexReport, KnowledgeIndex, Skipped
from ontopilot.retrieval.knowledge import Knowledge
from ontopilot.retrieval.pack import pack
from ontopilot.retrieval.passage import (
    Context,
    Evidence,
    EvidenceId,
    EvidenceKind,
    Passage,
    Query,
)

__all__ = [
    "Context",
    "Evidence",
    "EvidenceId",
    "EvidenceKind",
    "IndexReport",
    "Knowledge",
    "KnowledgeIndex",
    "Passage",
    "Query",
    "Skipped",
    "pack",
]
