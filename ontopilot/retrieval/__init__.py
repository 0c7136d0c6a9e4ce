"""Evidence: documents, past interactions and facts, found for a question and packed."""

from ontopilot.retrieval.index import KnowledgeIndex
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
from ontopilot.retrieval.report import IndexReport, Skipped

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
