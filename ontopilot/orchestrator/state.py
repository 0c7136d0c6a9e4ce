"""The state of a turn: a small checkpointed part, and a working part rebuilt from the store."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypedDict

from ontopilot.models.messages import Usage
from ontopilot.models.pool import Pool
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.policy import Policies
from ontopilot.ontology.terms import Mention
from ontopilot.orchestrator.ablation import Part
from ontopilot.orchestrator.actions import Catalog, Intent
from ontopilot.orchestrator.answer import Answer, Citation, Claim, Outcome, Verdict
from ontopilot.orchestrator.dialogue import Dialogue, Dialogues
from ontopilot.orchestrator.events import Event
from ontopilot.orchestrator.plan.live import Planner
from ontopilot.orchestrator.plan.optimizer import Objective
from ontopilot.orchestrator.plan.plan import Plan
from ontopilot.orchestrator.plan.planned import Planned
from ontopilot.orchestrator.store import Store
from ontopilot.retrieval.filter import Filter
from ontopilot.retrieval.knowledge import KnowledgeIndex
from ontopilot.retrieval.passage import Evidence, EvidenceId


class TurnState(TypedDict, total=False):
    """What LangGraph checkpoints: ids and small values; everything else is in the store."""

    turn: str
    strategy: str
    attempt: int
    reasoned: bool
    route: str
    understand_ms: float
    conditions: list[str]


@dataclass(frozen=True, slots=True)
class Services:
    """What a turn works with: one snapshot of everything, kept to the end of the turn."""

    ontology: Ontology
    policies: Policies | None
    index: KnowledgeIndex
    pool: Pool
    store: Store
    actions: Catalog
    instructions: str
    context_tokens: int
    planner: Planner
    dialogues: Dialogues
    ablated: frozenset[Part] = frozenset()


@dataclass(slots=True)
class Workspace:
    """The working part of one turn; only its own nodes touch it, one at a time."""

    turn: str
    conversation: str
    customer: str | None
    question: str
    services: Services
    emit: Callable[[Event], None]
    first: bool = False
    """Whether the conversation begins with this turn, so that nothing was said before it."""
    text: str = ""
    """The question as retrieval sees it: what a follow-up leaves out is filled in."""
    mentions: tuple[Mention, ...] = ()
    intent: Intent | None = None
    plan: Plan | None = None
    objective: Objective | None = None
    """What the turn is to reach; None takes the usual plan."""
    filter: Filter = field(default_factory=Filter)
    """Which documents and past interactions may be evidence."""
    planned: Planned | None = None
    """How the turn was planned, where a plan was chosen by its cost."""
    began: float = field(default_factory=time.monotonic)
    dialogue: Dialogue | None = None
    """What prompts have said in the conversation, from the first draft of this turn on."""
    served: dict[str, str] = field(default_factory=dict)
    """The deployment that served a step."""
    evidence: tuple[Evidence, ...] = ()
    claims: list[Claim] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    numbers: dict[EvidenceId, int] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    degraded: list[str] = field(default_factory=list)
    read: dict[str, dict[tuple[str, str, float], float]] = field(default_factory=dict)
    """What the small models said of pairs of texts in this turn, by their task."""
    message: str = ""
    """What is said beside the claims: a refusal, a request for a slot, an action's result."""
    outcome: Outcome = "answered"
    versions: Mapping[str, str] = field(default_factory=dict)
    answer: Answer | None = None
    """The answer, once it is stored."""

    def citations(self) -> tuple[Citation, ...]:
        """The evidence that released claims cite, numbered in the order of first use."""
        found = {item.id: item for item in self.evidence}
        return tuple(
            Citation(number, key, item.kind, item.text, item.source, item.title)
            for key, number in self.numbers.items()
            if (item := found.get(key)) is not None
        )

    def degrade(self, note: str) -> None:
        """Say once in the answer that something other than usual made it, and why."""
        if note not in self.degraded:
            self.degraded.append(note)

    def marked(self, claim: Claim) -> str:
        """The text of a claim with the numbers under which its evidence is cited."""
        for key in claim.evidence_ids:
            self.numbers.setdefault(key, len(self.numbers) + 1)
        marks = "".join(f"[{self.numbers[key]}]" for key in claim.evidence_ids)
        return f"{claim.text} {marks}" if marks else claim.text
