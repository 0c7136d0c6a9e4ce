"""Actions as they are declared: typed functions with an effect in the ontology."""

import inspect
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ontopilot.errors import ActionError, UnknownTerm
from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.rdf.names import local_name
from ontopilot.ontology.terms import Iri


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
    wanted_class = term_named(ontology, spoken, ("class",)) if kind is str and not choices else None
    wanted_property = term_named(ontology, spoken, ("object_property", "data_property"))
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


def term_named(ontology: Ontology, spoken: str, kinds: tuple[str, ...]) -> Iri | None:
    """The term that is called so by its label or in its IRI, or None."""
    squashed = spoken.replace(" ", "").lower()
    for term in ontology.terms():
        local = local_name(term.iri).lower()
        if term.kind in kinds and (term.label.lower() == spoken.lower() or local == squashed):
            return term.iri
    return None
