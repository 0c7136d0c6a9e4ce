"""The act node: policy check, the customer's yes, then the function, at most once."""

import asyncio
from collections.abc import Mapping
from typing import Any

from langgraph.types import interrupt

from ontopilot.errors import ActionError, OntopilotError
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Violation
from ontopilot.orchestrator.actions import ASKER, Intent
from ontopilot.orchestrator.declared import Slot
from ontopilot.orchestrator.held import narrowed
from ontopilot.orchestrator.nodes import TurnRuntime, Update, timed
from ontopilot.orchestrator.state import TurnState, Workspace
from ontopilot.orchestrator.store import Pending, PendingKind

LONGEST_VALUE = 60
"""Characters of a slot's value that a customer is asked to agree to; longer ones are their own
words."""


async def act(state: TurnState, runtime: TurnRuntime) -> Update:
    """Run the action that the customer asks for, if the policies and the records allow it."""
    work = runtime.context
    done = timed(work, "act")
    intent = work.intent
    if intent is None:
        raise ActionError(f"turn {work.turn!r}: it was planned as an action but asks for none")
    if intent.missing:
        _ask_for(work, intent, intent.missing[0])
    else:
        await _decide(work, intent)
    done()
    return {}


def _ask_for(work: Workspace, intent: Intent, slot: Slot) -> None:
    work.message = _asking(work.services.ontology, slot)
    work.outcome = "asked"
    _remember(work, intent, "slot")


def _asking(ontology: Ontology, slot: Slot) -> str:
    """The question that asks for a slot."""
    name = ontology.label(slot.range) if slot.range is not None else slot.name.replace("_", " ")
    if slot.choices:
        return f"Which {name}: {', '.join(choice.replace('_', ' ') for choice in slot.choices)}?"
    if slot.range is None:
        return f"Please tell me the {name}."
    if ontology.has_identifiers(slot.range):
        return f"Which {name} do you mean? Please tell me its number."
    return f"Which {name} do you mean?"


def _remember(work: Workspace, intent: Intent, kind: PendingKind) -> None:
    work.services.store.set_pending(
        work.conversation, Pending(work.turn, kind, intent.action.name, dict(intent.slots))
    )


async def _decide(work: Workspace, intent: Intent) -> None:
    catalog = work.services.actions
    if work.customer is None and any(slot.name == ASKER for slot in intent.action.slots):
        work.outcome = "refused"
        work.message = "I can do that only for a customer who is signed in; please sign in first."
        return
    unknown = await asyncio.to_thread(catalog.unrecorded, intent, work.customer)
    if unknown:
        work.outcome = "refused"
        work.message = f"I cannot find {' or '.join(unknown)} among your records."
        return
    choice = await asyncio.to_thread(narrowed, intent, work.mentions, work.customer, catalog)
    if choice.question:
        work.message, work.outcome = choice.question, "asked"
        _remember(work, intent, "slot")
        return
    work.intent = intent = choice.intent
    found = await asyncio.to_thread(_violations, work, intent, False)
    if _blocked(work, found):
        return
    asks = [v for v in found if v.severity == "confirm"]
    if asks:
        _remember(work, intent, "confirm")
        question = f"{_proposal(intent)} {asks[0].message}"
        agreed = interrupt({"message": question, "action": intent.action.name})
        # A node that is resumed runs from its beginning, so that it has just asked again.
        work.services.store.clear_pending(work.conversation)
        if not agreed:
            work.outcome = "called_off"
            work.message = "All right, I have not done anything."
            return
        if _blocked(work, await asyncio.to_thread(_violations, work, intent, True)):
            return
    await _run(work, intent)


def _proposal(intent: Intent) -> str:
    """What the customer is to agree to: `Refund an order (order A-10001, amount 20.0).`."""
    said = intent.action.action.description.rstrip(".") or intent.action.name.replace("_", " ")
    values = [
        f"{name.replace('_', ' ')} {f'{value:.2f}' if isinstance(value, float) else value}"
        for name, value in intent.slots.items()
        if len(str(value)) <= LONGEST_VALUE
    ]
    return f"{said} ({', '.join(values)})." if values else f"{said}."


def _violations(work: Workspace, intent: Intent, confirmed: bool) -> tuple[Violation, ...]:
    services = work.services
    if services.policies is None:
        return ()
    case = services.actions.case(intent, work.customer, confirmed=confirmed)
    return services.policies.decide(intent.action.effect, case)


def _blocked(work: Workspace, found: tuple[Violation, ...]) -> bool:
    refusals = [v for v in found if v.severity == "violation"]
    hand_overs = [v for v in found if v.severity == "hand_over"]
    if refusals:
        work.outcome = "refused"
        work.message = " ".join(f"{v.message} (rule: {v.rule})" for v in refusals)
    elif hand_overs:
        work.outcome = "handed_over"
        work.message = f"{hand_overs[0].message} (rule: {hand_overs[0].rule})"
    return bool(refusals or hand_overs)


async def _run(work: Workspace, intent: Intent) -> None:
    store = work.services.store
    started = store.start_action(work.turn, intent.action.name, dict(intent.slots))
    if started.result is not None:
        work.message, work.outcome = started.result, "acted"
        return
    if started.unknown:
        work.outcome = "handed_over"
        work.message = (
            f"I was interrupted while doing this ({intent.action.name.replace('_', ' ')}) and do "
            "not know whether it was done; a person will check it and come back to you."
        )
        return
    try:
        work.message = await asyncio.to_thread(_call, intent, work.customer)
    except OntopilotError as error:
        store.finish_action(started.turn, error=str(error))
        work.outcome, work.message = "refused", str(error)
        return
    except Exception as error:
        store.finish_action(started.turn, error=f"{type(error).__name__}: {error}")
        raise ActionError(
            f"action {intent.action.name!r} raised {type(error).__name__}: {error}; "
            "mend the function"
        ) from error
    store.finish_action(started.turn, result=work.message)
    work.outcome = "handed_over" if intent.action.hands_over else "acted"


def _call(intent: Intent, customer: str | None) -> str:
    arguments: Mapping[str, Any] = {
        slot.name: slot.type(intent.slots[slot.name])
        for slot in intent.action.slots
        if slot.name in intent.slots
    }
    if any(slot.name == ASKER for slot in intent.action.slots):
        arguments = {**arguments, ASKER: customer or ""}
    return str(intent.action.action.function(**arguments))
