"""A turn as the chat page shows it: plain values, and no text that was not verified."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from ontopilot.orchestrator.answer import Answer, Citation, Claim
from ontopilot.orchestrator.events import Released
from ontopilot.orchestrator.store.handovers import HandOver, HandOvers


def claim_document(claim: Claim, cited: Sequence[Citation]) -> dict[str, Any]:
    """A sentence and the numbers of what it cites."""
    numbers = {citation.id: citation.number for citation in cited}
    return {
        "text": claim.text,
        "marks": [numbers[key] for key in claim.evidence_ids if key in numbers],
    }


def released_document(event: Released) -> dict[str, Any]:
    """A sentence that has just been verified."""
    return {
        "claim": claim_document(event.claim, event.citations),
        "citations": [citation_document(citation) for citation in event.citations],
    }


def citation_document(citation: Citation) -> dict[str, Any]:
    """What stands behind a chip, without the reasons, which are asked for when it is opened."""
    return {
        "number": citation.number,
        "kind": citation.kind,
        "title": citation.title,
        "source": citation.source,
        "text": citation.text,
    }


def turn_document(answer: Answer, *, rating: int | None = None) -> dict[str, Any]:
    """A whole turn. Of what was withheld only the number and the reason are told."""
    withheld = Counter(v.status for v in answer.verdicts if v.status != "supported")
    return {
        "turn": answer.turn,
        "conversation": answer.conversation,
        "outcome": answer.outcome,
        "claims": [claim_document(claim, answer.citations) for claim in answer.claims],
        "message": message_of(answer),
        "citations": [citation_document(citation) for citation in answer.citations],
        "checked": len(answer.verdicts),
        "withheld": dict(withheld),
        "degraded": answer.degraded,
        "rating": rating,
    }


def person_document(queue: HandOvers, conversation: str, *, after: int = 0) -> dict[str, Any]:
    """Where a conversation stands with a person, and the replies from the number `after` on.

    Operators have no names for customers.
    """
    found = queue.of_conversation(conversation)
    last = found[-1] if found else None
    return {
        "state": "none" if last is None else _standing(last),
        "replies": [
            {"number": reply.number, "said": reply.said, "text": reply.text}
            for reply in queue.replies(conversation, after=after)
        ],
    }


def _standing(found: HandOver) -> str:
    if found.closed is not None:
        return "closed"
    return "waiting" if found.taken is None else "taken"


def message_of(answer: Answer) -> str:
    """What is said beside the claims: a question, a refusal, the result of an action."""
    numbers = {citation.id: citation.number for citation in answer.citations}
    text = answer.text
    for claim in answer.claims:
        marks = "".join(f"[{numbers[key]}]" for key in claim.evidence_ids if key in numbers)
        text = text.removeprefix(f"{claim.text} {marks}" if marks else claim.text).lstrip()
    return text
