"""Turns, engines and open questions as plain values for the console."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Iri, Mention
from ontopilot.orchestrator.answer import Answer
from ontopilot.orchestrator.serve.console.terms import brief
from ontopilot.orchestrator.store import Store
from ontopilot.orchestrator.store.review import Review, Seen
from ontopilot.retrieval.passage import Evidence

TOUCHED = 12
"""Terms of a turn that its graph lights up."""

NO_TOPIC = "nothing that the ontology knows"


def turn_row(seen: Seen) -> dict[str, Any]:
    """A turn in a list."""
    return {
        "turn": seen.id,
        "conversation": seen.conversation,
        "customer": seen.customer,
        "question": seen.question,
        "begun": seen.begun,
        "ms": None if seen.ended is None else seen.ended - seen.begun,
        "outcome": seen.outcome or ("running" if seen.ended is None else "abandoned"),
        "rating": seen.rating,
        "correction": seen.correction,
    }


def turn_page(store: Store, turn: str, ontology: Ontology) -> dict[str, Any]:
    """All that is known of a turn that has ended.

    Raises:
        StoreError: it is unknown or has not ended.
    """
    seen, answer = Review(store.database).turn(turn), store.answer(turn)
    evidence = store.evidence(turn)
    return {
        **turn_row(seen),
        "text": answer.text,
        "degraded": answer.degraded,
        "ontology": answer.ontology_version,
        "usage": asdict(answer.usage),
        "versions": dict(answer.versions),
        "plan": answer.plan.explain(),
        "strategy": answer.plan.strategy,
        "reason": answer.plan.reason,
        "operators": [asdict(operator) for operator in answer.plan.operators],
        "rejected": [asdict(one) for one in answer.plan.rejected],
        "verdicts": [
            {"claim": v.claim.text, "status": v.status, "explanation": v.explanation}
            for v in answer.verdicts
        ],
        "evidence": [piece(item) for item in evidence],
        "terms": [brief(ontology, iri) for iri in _touched(seen, answer, evidence, ontology)],
    }


def piece(item: Evidence) -> dict[str, Any]:
    """A piece of evidence, and why it was found."""
    return {
        "kind": item.kind,
        "title": item.title,
        "text": item.text,
        "why": item.why,
        "score": item.score,
    }


def _touched(
    seen: Seen, answer: Answer, evidence: Sequence[Evidence], ontology: Ontology
) -> list[Iri]:
    """The terms that the question names, and those of what the answer cites."""
    cited = {citation.id for citation in answer.citations}
    terms = [mention.iri for mention in seen.mentions]
    terms += [iri for item in evidence if item.id in cited for iri in item.terms]
    return list(dict.fromkeys(iri for iri in terms if ontology.has(iri)))[:TOUCHED]


def open_questions(turns: Iterable[Seen], ontology: Ontology) -> list[dict[str, Any]]:
    """Questions that were not answered well, by what they are about, the largest group first."""
    groups: dict[str, list[Seen]] = defaultdict(list)
    for turn in turns:
        known = [m for m in turn.mentions if _says(turn, m) and ontology.has(m.iri)]
        best = max(known, key=lambda m: (m.score, m.end - m.start), default=None)
        groups[NO_TOPIC if best is None else ontology.label(best.iri)].append(turn)
    rows = [
        {"topic": topic, "count": len(found), "turns": [turn_row(one) for one in found[:10]]}
        for topic, found in groups.items()
    ]
    return sorted(rows, key=lambda row: (-len(groups[str(row["topic"])]), str(row["topic"])))


def _says(turn: Seen, mention: Mention) -> bool:
    """Whether the question itself names a term, which an earlier turn may have handed on."""
    return turn.question[mention.start : mention.end] == mention.text
