"""An answer as the JSON document that the command line prints and evaluation reads."""

from dataclasses import asdict
from typing import Any

from ontopilot.orchestrator.answer import Answer, Citation


def answer_document(answer: Answer) -> dict[str, Any]:
    """The whole answer as plain values; a verdict names its claim by its text."""
    document = asdict(answer)
    document["verdicts"] = [
        {"claim": v.claim.text, "status": v.status, "explanation": v.explanation}
        for v in answer.verdicts
    ]
    return document


def citation_document(citation: Citation) -> dict[str, Any]:
    """One citation as plain values."""
    return asdict(citation)
