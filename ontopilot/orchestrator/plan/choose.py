"""Choosing how a turn is answered, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ontopilot.orchestrator.actions import Intent
from ontopilot.orchestrator.plan.plan import Alternative, Operator, Plan, Strategy

STEPS: dict[Strategy, tuple[str, ...]] = {
    "facts": ("understand", "plan", "retrieve", "draft", "verify", "respond"),
    "draft": ("understand", "plan", "retrieve", "draft", "verify", "respond"),
    "reason": ("understand", "plan", "retrieve", "reason", "verify", "respond"),
    "act": ("understand", "plan", "act", "respond"),
    "hand_over": ("understand", "plan", "act", "respond"),
    "decline": ("understand", "plan", "respond"),
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known when a turn is planned.

    `direct_facts` counts the ontology's facts that join a mentioned thing to a mentioned
    property, `members` the things of a kind that is to be listed; `trouble` says that the
    question describes something that goes wrong.
    """

    intent: Intent | None
    direct_facts: int
    members: int
    mentions: int
    asks_more: bool
    trouble: bool
    passages: int


def choose(situation: Situation, typical_ms: Mapping[str, float]) -> Plan:
    """The plan that the rules choose; `typical_ms` gives the usual milliseconds of each step."""
    strategy, reason = _strategy(situation)
    return Plan(
        strategy,
        reason,
        tuple(Operator(name, estimated_ms=typical_ms.get(name)) for name in STEPS[strategy]),
        tuple(_rejected(strategy, situation)),
    )


def _strategy(situation: Situation) -> tuple[Strategy, str]:
    if situation.intent is not None:
        name = situation.intent.action.name
        strategy: Strategy = "hand_over" if situation.intent.action.hands_over else "act"
        return strategy, f"the customer asks for {name!r} (score {situation.intent.score:.2f})"
    if situation.members:
        return "facts", f"the ontology lists {situation.members} of the kind that is asked for"
    if situation.direct_facts and not situation.asks_more:
        return "facts", f"{situation.direct_facts} facts of the ontology answer it"
    if situation.passages == 0 and situation.mentions == 0:
        return "decline", "nothing is indexed and no term of the ontology is mentioned"
    if situation.trouble:
        return "reason", "it describes a problem: symptom, cause and fix are to be joined"
    return "draft", "it needs what the documents say"


def _rejected(chosen: Strategy, situation: Situation) -> Sequence[Alternative]:
    others: list[Alternative] = []
    if chosen not in ("act", "hand_over"):
        others.append(Alternative("act", "the question asks for no action"))
    if chosen != "facts":
        reason = (
            "facts alone leave part of the question open"
            if situation.direct_facts
            else "no fact joins the terms that are mentioned"
        )
        others.append(Alternative("facts", reason))
    if chosen == "draft":
        others.append(Alternative("reason", "no problem is described; used if the draft fails"))
    return others
