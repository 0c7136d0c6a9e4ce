"""The actions of an agent on one snapshot: what a message asks for, its slots, its records."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ontopilot.errors import ActionError, UnknownTerm
from ontopilot.models.encoder import Encoder
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Fact, Iri, Literal, Mention
from ontopilot.orchestrator.declared import Action, BoundAction, Slot, bind, term_named
from ontopilot.orchestrator.recognise import Recogniser
from ontopilot.prose import quantities

PROPOSAL = Iri("urn:ontopilot:proposal")
RECORD = "urn:ontopilot:record:"
RDF_TYPE = Iri("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
XSD = "http://www.w3.org/2001/XMLSchema#"

Value = str | float | int | bool
Records = Callable[[str, str | None], Mapping[str, Any] | None]
"""From an identifier and the customer who asks to property values, or None for no such record."""

ASKER = "customer"
"""A parameter of this name receives the customer of the turn."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What the customer wants done, with the slots that are filled so far."""

    action: BoundAction
    score: float
    slots: Mapping[str, Value]

    @property
    def missing(self) -> tuple[Slot, ...]:
        """Required slots without a value; who asks is known from the turn, never from the text."""
        return tuple(
            s
            for s in self.action.slots
            if s.required and s.name not in self.slots and s.name != ASKER
        )

    def fill(self, question: str, mentions: Sequence[Mention], ontology: Ontology) -> "Intent":
        """The intent with the empty slots filled from a message where it has values for them."""
        slots = dict(self.slots)
        for slot in self.action.slots:
            if slot.name in slots or slot.name == ASKER:
                continue
            if (value := _value(slot, question, mentions, ontology)) is not None:
                slots[slot.name] = value
        return replace(self, slots=slots)


def _value(
    slot: Slot, question: str, mentions: Sequence[Mention], ontology: Ontology
) -> Value | None:
    if slot.range is not None:
        return _thing_named(slot.range, mentions, ontology)
    if slot.choices:
        lowered = question.lower()
        return next((c for c in slot.choices if c.lower().replace("_", " ") in lowered), None)
    if slot.type in (int, float):
        return _number(slot, question)
    return question.strip() if slot.type is str and slot.required else None


def _thing_named(cls: Iri, mentions: Sequence[Mention], ontology: Ontology) -> Value | None:
    """An identifier of a class, else the label of a member; the name of the class is neither."""
    fitting = [m for m in mentions if ontology.is_a(m.iri, cls)]
    for mention in fitting:
        if mention.value:
            return mention.value
    named = [m.iri for m in fitting if ontology.term(m.iri).kind == "individual"]
    return ontology.label(named[0]) if named else None


def _number(slot: Slot, question: str) -> Value | None:
    """An amount of money, else a number of things: days or grams fill no slot that has no unit."""
    found = [q for q in quantities(question) if not q.text.isalpha()]
    money = [q for q in found if len(q.unit) == 3 and q.unit.isupper()]
    counted = [q for q in found if not q.measured]
    chosen = next(iter(money or counted), None)
    return None if chosen is None else slot.type(chosen.value)


class Catalog:
    """The actions of an agent, bound to one snapshot, with their examples encoded."""

    def __init__(
        self,
        actions: Sequence[Action],
        records: Mapping[str, Records],
        *,
        ontology: Ontology,
        encoder: Encoder,
    ) -> None:
        self.ontology = ontology
        self.actions = tuple(bind(action, ontology) for action in actions)
        self.records = {ontology.resolve(name): provider for name, provider in records.items()}
        self.encoder = encoder
        self._recogniser = Recogniser(self.actions, ontology, encoder)

    def named(self, name: str) -> BoundAction | None:
        """The action of that name."""
        return next((bound for bound in self.actions if bound.name == name), None)

    def intent(self, question: str, mentions: Sequence[Mention]) -> Intent | None:
        """The action that a message asks for, with its slots filled, or None."""
        wanted = self._recogniser.recognise(question, mentions)
        if wanted is None:
            return None
        position, score = wanted
        intent = Intent(self.actions[position], score, {})
        return intent.fill(question, mentions, self.ontology)

    def case(self, intent: Intent, customer: str | None, *, confirmed: bool) -> tuple[Fact, ...]:
        """The proposed action as facts, with the records of what it is about.

        Raises:
            ActionError: a record provider gives a property that the ontology does not have.
        """
        facts = [Fact(PROPOSAL, RDF_TYPE, intent.action.effect)]
        for slot in intent.action.slots:
            if slot.name not in intent.slots or slot.property is None:
                continue
            value = intent.slots[slot.name]
            if slot.range is not None:
                named = self._named(slot.range, str(value))
                facts.append(Fact(PROPOSAL, slot.property, named))
                facts += self._record(slot.range, str(value), named, customer)
            else:
                facts.append(Fact(PROPOSAL, slot.property, literal(value)))
        facts += self._flags(customer, confirmed)
        return tuple(facts)

    def _flags(self, customer: str | None, confirmed: bool) -> list[Fact]:
        facts = []
        asked_by = term_named(self.ontology, "requested by", ("object_property",))
        agreed = term_named(self.ontology, "confirmed", ("data_property",))
        if customer is not None and asked_by is not None:
            facts.append(Fact(PROPOSAL, asked_by, Iri(RECORD + customer)))
        if agreed is not None:
            facts.append(Fact(PROPOSAL, agreed, literal(confirmed)))
        return facts

    def _named(self, cls: Iri, value: str) -> Iri:
        """The record of that identifier, or the thing of the ontology that is called so."""
        return Iri(RECORD + value) if self.has_records(cls) else self._thing(value)

    def _record(self, cls: Iri, value: str, record: Iri, customer: str | None) -> list[Fact]:
        provider = next(
            (fn for known, fn in self.records.items() if self.ontology.is_a(cls, known)), None
        )
        values = provider(value, customer) if provider is not None else None
        if values is None:
            return []
        facts = [Fact(record, RDF_TYPE, cls)]
        for name, item in values.items():
            several = item if isinstance(item, list | tuple) else (item,)
            facts += [self._statement(record, name, one) for one in several]
        return facts

    def _statement(self, record: Iri, name: str, value: Any) -> Fact:
        try:
            predicate = RDF_TYPE if name == "type" else self.ontology.resolve(name)
        except UnknownTerm as error:
            raise ActionError(f"record {record!r}: property {name!r}: {error}") from None
        term = None if name == "type" else self.ontology.term(predicate)
        if term is None or term.kind == "object_property":
            return Fact(record, predicate, self._thing(str(value)))
        return Fact(record, predicate, literal(value))

    def _thing(self, name: str) -> Iri:
        try:
            return self.ontology.resolve(name)
        except UnknownTerm:
            return Iri(RECORD + name)

    def unrecorded(self, intent: Intent, customer: str | None) -> tuple[str, ...]:
        """The identifiers in the slots for which a record provider has no record."""
        return tuple(
            value
            for cls, value in self._identifiers(intent)
            if not self._record(cls, value, Iri(RECORD), customer)
        )

    def recorded(
        self, intent: Intent, customer: str | None
    ) -> tuple[tuple[str, tuple[Iri, ...]], ...]:
        """The records in the slots: how each is called (`Order A-10001`), the things it names."""
        found = []
        for cls, value in self._identifiers(intent):
            label = self.ontology.label(cls)
            facts = self._record(cls, value, Iri(RECORD), customer)
            things = tuple(Iri(f.object) for f in facts if isinstance(f.object, str))
            found.append((f"{label[:1].upper()}{label[1:]} {value}", things))
        return tuple(found)

    def has_records(self, cls: Iri) -> bool:
        """Whether a record provider knows the things of a class."""
        return any(self.ontology.is_a(cls, known) for known in self.records)

    def _identifiers(self, intent: Intent) -> Iterator[tuple[Iri, str]]:
        """The slots that hold identifiers of records, by the class of the record."""
        for slot in intent.action.slots:
            if slot.range is None or slot.name not in intent.slots:
                continue
            if self.has_records(slot.range):
                yield slot.range, str(intent.slots[slot.name])


def literal(value: Value) -> Literal:
    """A Python value as a typed RDF literal."""
    if isinstance(value, bool):
        return Literal(str(value).lower(), Iri(XSD + "boolean"))
    if isinstance(value, int):
        return Literal(str(value), Iri(XSD + "integer"))
    if isinstance(value, float):
        return Literal(str(value), Iri(XSD + "decimal"))
    return Literal(str(value), Iri(XSD + "string"))
