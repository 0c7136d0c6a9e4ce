"""What a turn gives back: claims with their verdicts, citations, and the plan that made them."""

from dataclasses import dataclass, field
from typing import Literal

from ontopilot.models.messages import Usage
from ontopilot.ontology.terms import Fact
from ontopilot.orchestrator.plan.plan import Plan
from ontopilot.retrieval.passage import EvidenceId, EvidenceKind

VerdictStatus = Literal["supported", "contradicted", "unsupported"]

Outcome = Literal[
    "answered",
    "refused",
    "asked",
    "confirm",
    "acted",
    "called_off",
    "handed_over",
    "unanswerable",
]
"""How a turn ended: `asked` wants a missing slot, `confirm` the customer's yes, which came for
`acted` and a no for `called_off`."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer, the evidence it cites, and the facts it states."""

    text: str
    evidence_ids: tuple[EvidenceId, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification says of a claim, in words that a customer-service person understands."""

    claim: Claim
    status: VerdictStatus
    explanation: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A piece of evidence that the answer cites, as `[number]` in the text."""

    number: int
    id: EvidenceId
    kind: EvidenceKind
    text: str
    source: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Requested:
    """The action that a turn was about, done or not, and the values that were read for it."""

    name: str
    slots: dict[str, str | float | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a turn.

    `claims` are the ones shown; `verdicts` cover those and the ones withheld. `degraded` is ""
    or says in words which fallback answered and why.
    """

    text: str
    outcome: Outcome
    citations: tuple[Citation, ...]
    claims: tuple[Claim, ...]
    verdicts: tuple[Verdict, ...]
    plan: Plan
    usage: Usage
    degraded: str
    conversation: str
    turn: str
    ontology_version: str = ""
    action: Requested | None = None
    versions: dict[str, str] = field(default_factory=dict)
