"""Ending a turn: the answer is put together and written into the store."""

from ontopilot.errors import TurnError
from ontopilot.orchestrator.answer import Answer, Requested
from ontopilot.orchestrator.state import Workspace

NOT_FOUND = (
    "I could not find this in what I know, so I would rather not guess. "
    "I can hand you over to a person if you like."
)


def compose(work: Workspace, *, complete: bool) -> Answer:
    """The answer as it stands; `complete` is false while the customer's yes is awaited."""
    if work.plan is None:
        raise TurnError(f"turn {work.turn!r}: it has no plan; ask the question again")
    if complete and not work.claims and not work.message:
        work.message, work.outcome = NOT_FOUND, "unanswerable"
    parts = [work.marked(claim) for claim in work.claims]
    if work.message:
        parts.append(work.message)
    asked = work.intent
    return Answer(
        text=" ".join(parts),
        outcome=work.outcome,
        citations=work.citations(),
        claims=tuple(work.claims),
        verdicts=tuple(work.verdicts),
        plan=work.plan,
        usage=work.usage,
        degraded="; ".join(work.degraded),
        conversation=work.conversation,
        turn=work.turn,
        ontology_version=work.services.ontology.version,
        action=None if asked is None else Requested(asked.action.name, dict(asked.slots)),
        versions=dict(work.versions),
    )


def finish(work: Workspace) -> Answer:
    """Store the finished answer and give it back."""
    answer = compose(work, complete=True)
    work.services.store.finish_turn(work.turn, answer, work.mentions)
    work.answer = answer
    return answer
