"""Which of the things in a record a request means, when it names them by their kind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Iri, Mention
from ontopilot.orchestrator.actions import Catalog, Intent
from ontopilot.orchestrator.declared import Slot
from ontopilot.orchestrator.recognise import NAMED

_WHOLE = re.compile(r"\b(all|both|whole|entire|everything|ganze[nrs]?|alles|beides?)\b", re.I)


@dataclass(frozen=True, slots=True)
class Choice:
    """An intent with what was meant filled in; or what to ask before anything is done."""

    intent: Intent
    question: str = ""


def narrowed(
    intent: Intent, mentions: Sequence[Mention], customer: str | None, catalog: Catalog
) -> Choice:
    """What `return only the toaster of A-10002` means, by the things that the record holds.

    A record with one thing, of the kind that is named, needs no choice.
    """
    slots = dict(intent.slots)
    for slot in _open(intent, catalog):
        kinds = _kinds(slot, mentions, catalog.ontology)
        for called, record in catalog.recorded(intent, customer) if kinds else ():
            held = _members(slot, record, catalog.ontology)
            fitting = [h for h in held if any(catalog.ontology.is_a(h, kind) for kind in kinds)]
            if len(fitting) == 1 < len(held):
                slots[slot.name] = catalog.ontology.label(fitting[0])
            elif held and len(fitting) != 1:
                return Choice(intent, _question(slot, called, kinds, fitting or held, catalog))
    return Choice(replace(intent, slots=slots))


def chosen(intent: Intent, message: str, mentions: Sequence[Mention], catalog: Catalog) -> bool:
    """Whether a message says which thing is meant: by a kind, or that it is all of them."""
    return not intent.missing and any(
        _WHOLE.search(message) or _kinds(slot, mentions, catalog.ontology)
        for slot in _open(intent, catalog)
    )


def _open(intent: Intent, catalog: Catalog) -> list[Slot]:
    """The slots without a value that take a thing which has no record of its own."""
    return [
        slot
        for slot in intent.action.slots
        if slot.range is not None
        and slot.name not in intent.slots
        and not catalog.has_records(slot.range)
    ]


def _kinds(slot: Slot, mentions: Sequence[Mention], ontology: Ontology) -> list[Iri]:
    """The kinds of things that a message names, narrower than what the slot takes."""
    return list(
        dict.fromkeys(
            mention.iri
            for mention in mentions
            if mention.score >= NAMED
            and mention.iri != slot.range
            and ontology.term(mention.iri).kind == "class"
            and _takes(slot, mention.iri, ontology)
        )
    )


def _members(slot: Slot, things: Sequence[Iri], ontology: Ontology) -> list[Iri]:
    return [
        thing
        for thing in dict.fromkeys(things)
        if ontology.has(thing)
        and ontology.term(thing).kind == "individual"
        and _takes(slot, thing, ontology)
    ]


def _takes(slot: Slot, thing: Iri, ontology: Ontology) -> bool:
    return slot.range is not None and ontology.is_a(thing, slot.range)


def _question(
    slot: Slot, called: str, kinds: Sequence[Iri], held: Sequence[Iri], catalog: Catalog
) -> str:
    ontology = catalog.ontology
    ask = f"Which {slot.name.replace('_', ' ')} do you mean?"
    names = [f"the {ontology.label(thing)}" for thing in held]
    listed = " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
    if any(ontology.is_a(held[0], kind) for kind in kinds):
        return f"{called} has {listed}. {ask}"
    missing = " or ".join(ontology.label(kind) for kind in kinds)
    return f"{called} has no {missing}; it has {listed}. {ask}"
