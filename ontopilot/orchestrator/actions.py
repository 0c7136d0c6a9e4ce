"""Actions: typed functions with an effect in the ontology, and the intent to run one."""

import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ontopilot.errors import ActionError, UnknownTerm
from ontopilot.models.encoder import Encoder, Vectors
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.terms import Fact, Iri, Literal, Mention
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

SIMILAR = 0.62
"""Score from which a question is taken as a request; see `Catalog.intent`."""

_ASKS_ABOUT = re.compile(
    r"^\s*(how (long|much|many|do|does|can)|what|which|when|why|who|is it|are|do you|does|can i|"
    r"could i|may i|am i|will)\b",
    re.IGNORECASE,
)
_WHERE = re.compile(r"\b(where is|track|status|arrived?|delivered)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument of an action: filled by a mention of `range`, or by a value of `type`."""

    name: str
    type: type
    required: bool
    range: Iri | None
    property: Iri | None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """A function that an agent may call once the policies allow its effect."""

    name: str
    function: Callable[..., str]
    effect: str
    examples: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class BoundAction:
    """An action whose effect and slots are resolved against one ontology snapshot."""

    action: Action
    effect: Iri
    slots: tuple[Slot, ...]
    hands_over: bool

    @property
    def name(self) -> str:
        """The function's name."""
        return self.action.name


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


def declare(function: Callable[..., str], effect: str, examples: Sequence[str]) -> Action:
    """Check a function's signature and make it an action.

    Raises:
        ActionError: a parameter has no type, or one that a message cannot fill.
    """
    hints = typing.get_type_hints(function)
    for name in inspect.signature(function).parameters:
        if name not in hints:
            raise ActionError(
                f"action {function.__name__!r}: parameter {name!r} has no type; write one of "
                "str, int, float, bool or Literal[...]"
            )
        _plain_type(function.__name__, name, hints[name])
    description = inspect.cleandoc(function.__doc__ or "").split("\n", maxsplit=1)[0]
    return Action(function.__name__, function, effect, tuple(examples), description)


def _plain_type(action: str, name: str, hint: Any) -> tuple[type, tuple[str, ...]]:
    if typing.get_origin(hint) is typing.Literal:
        return str, tuple(str(choice) for choice in typing.get_args(hint))
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        if len(inner) == 1:
            return _plain_type(action, name, inner[0])
    if hint in (str, int, float, bool):
        return hint, ()
    raise ActionError(
        f"action {action!r}: parameter {name!r} has the type {hint!r}; write one of "
        "str, int, float, bool or Literal[...]"
    )


def bind(action: Action, ontology: Ontology) -> BoundAction:
    """Resolve an action against a snapshot.

    Raises:
        ActionError: the effect is not in the ontology.
    """
    try:
        effect = ontology.resolve(action.effect)
    except UnknownTerm as error:
        raise ActionError(f"action {action.name!r}: effect={action.effect!r}: {error}") from None
    hints = typing.get_type_hints(action.function)
    slots = tuple(
        _slot(action.name, parameter, hints[name], ontology)
        for name, parameter in inspect.signature(action.function).parameters.items()
    )
    words = ontology.term(effect)
    names = {words.label.lower(), *(synonym.lower() for synonym in words.synonyms)}
    return BoundAction(action, effect, slots, bool(names & {"hand over", "handover", "hand-over"}))


def _slot(action: str, parameter: inspect.Parameter, hint: Any, ontology: Ontology) -> Slot:
    kind, choices = _plain_type(action, parameter.name, hint)
    required = parameter.default is inspect.Parameter.empty
    spoken = parameter.name.replace("_", " ")
    wanted_class = _named(ontology, spoken, ("class",)) if kind is str and not choices else None
    wanted_property = _named(ontology, spoken, ("object_property", "data_property"))
    if wanted_class is not None and wanted_property is None:
        wanted_property = next(
            (
                term.iri
                for term in ontology.terms("object_property")
                if wanted_class in ontology.ranges(term.iri)
            ),
            None,
        )
    return Slot(parameter.name, kind, required, wanted_class, wanted_property, choices)


def _named(ontology: Ontology, spoken: str, kinds: tuple[str, ...]) -> Iri | None:
    squashed = spoken.replace(" ", "").lower()
    for term in ontology.terms():
        local = re.split(r"[#/:]", term.iri)[-1].lower()
        if term.kind in kinds and (term.label.lower() == spoken.lower() or local == squashed):
            return term.iri
    return None


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
    found = [q for q in quantities(question) if not q.text.isalpha()]
    money = [q for q in found if len(q.unit) == 3 and q.unit.isupper()]
    chosen = next(iter(money or found), None)
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
        self._owners, self._examples = self._encode()

    def _encode(self) -> tuple[list[int], Vectors | None]:
        texts: list[str] = []
        owners: list[int] = []
        for position, bound in enumerate(self.actions):
            for text in (*bound.action.examples, bound.action.description):
                if text:
                    texts.append(text)
                    owners.append(position)
        return owners, (self.encoder.encode(texts) if texts else None)

    def named(self, name: str) -> BoundAction | None:
        """The action of that name."""
        return next((bound for bound in self.actions if bound.name == name), None)

    def intent(self, question: str, mentions: Sequence[Mention]) -> Intent | None:
        """The action that a message asks for, or None.

        The score is the cosine of the message and the nearest example, raised when the message
        names the effect or an identifier, lowered when it only asks about something.
        """
        if self._examples is None:
            return None
        similar = self._examples @ self.encoder.encode([question])[0]
        best: Intent | None = None
        for position, bound in enumerate(self.actions):
            own = [float(similar[i]) for i, owner in enumerate(self._owners) if owner == position]
            score = max(own, default=-1.0) + self._shift(bound, question, mentions)
            if score >= (SIMILAR if best is None else best.score):
                best = Intent(bound, score, {})
        return None if best is None else best.fill(question, mentions, self.ontology)

    def _shift(self, bound: BoundAction, question: str, mentions: Sequence[Mention]) -> float:
        identifiers = any(
            m.value
            for m in mentions
            if any(s.range and self.ontology.is_a(m.iri, s.range) for s in bound.slots)
        )
        effect = any(self.ontology.is_a(m.iri, bound.effect) for m in mentions if not m.value)
        about = bool(_ASKS_ABOUT.match(question)) and not identifiers
        return 0.15 * identifiers + 0.1 * effect - 0.3 * about

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
                record = Iri(RECORD + str(value))
                facts.append(Fact(PROPOSAL, slot.property, record))
                facts += self._record(slot.range, str(value), record, customer)
            else:
                facts.append(Fact(PROPOSAL, slot.property, literal(value)))
        facts += self._flags(customer, confirmed)
        return tuple(facts)

    def _flags(self, customer: str | None, confirmed: bool) -> list[Fact]:
        facts = []
        asked_by = _named(self.ontology, "requested by", ("object_property",))
        agreed = _named(self.ontology, "confirmed", ("data_property",))
        if customer is not None and asked_by is not None:
            facts.append(Fact(PROPOSAL, asked_by, Iri(RECORD + customer)))
        if agreed is not None:
            facts.append(Fact(PROPOSAL, agreed, literal(confirmed)))
        return facts

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
            str(intent.slots[slot.name])
            for slot in intent.action.slots
            if slot.range is not None
            and slot.name in intent.slots
            and any(self.ontology.is_a(slot.range, cls) for cls in self.records)
            and not self._record(slot.range, str(intent.slots[slot.name]), Iri(RECORD), customer)
        )


def literal(value: Value) -> Literal:
    """A Python value as a typed RDF literal."""
    if isinstance(value, bool):
        return Literal(str(value).lower(), Iri(XSD + "boolean"))
    if isinstance(value, int):
        return Literal(str(value), Iri(XSD + "integer"))
    if isinstance(value, float):
        return Literal(str(value), Iri(XSD + "decimal"))
    return Literal(str(value), Iri(XSD + "string"))
