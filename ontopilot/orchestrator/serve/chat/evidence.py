"""What stands behind a citation: the passage or fact, why it was found, and why it follows."""

from typing import Any

from ontopilot.errors import OntopilotError
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Fact
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.serve.chat.transcript import citation_document
from ontopilot.orchestrator.store import Store
from ontopilot.retrieval.passage import Evidence


def cited_document(
    store: Store, answer: Answer, number: int, ontology: Ontology
) -> dict[str, Any] | None:
    """Citation `number` of an answer in full, or None where it has no such citation."""
    citation = next((c for c in answer.citations if c.number == number), None)
    if citation is None:
        return None
    found = next((item for item in store.evidence(answer.turn) if item.id == citation.id), None)
    return {
        **citation_document(citation),
        "why": "" if found is None else found.why,
        "reasons": [] if found is None else reasons_of(found, ontology),
        "checks": [
            verdict.explanation
            for verdict in answer.verdicts
            if verdict.status == "supported" and citation.id in verdict.claim.evidence_ids
        ],
    }


def reasons_of(item: Evidence, ontology: Ontology) -> list[dict[str, Any]]:
    """For each fact: whether it was inferred, and from what it follows."""
    return [_reason(fact, ontology) for fact in item.facts]


def _reason(fact: Fact, ontology: Ontology) -> dict[str, Any]:
    try:
        explanation = ontology.explain(fact)
    except OntopilotError:
        text = "The ontology was changed since this answer and no longer has this."
        return {"inferred": fact.inferred, "text": text, "axioms": []}
    return {
        "inferred": fact.inferred,
        "text": explanation.text,
        "axioms": list(explanation.axioms),
    }
