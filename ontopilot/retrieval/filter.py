"""Filters: which passages a search may find, by their documents' metadata and by concept."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from ontopilot.errors import ConfigError
from ontopilot.ontology.terms import Fact, Iri
from ontopilot.retrieval.meaning import Meaning
from ontopilot.retrieval.passage import Passage
from ontopilot.retrieval.tags import Tags

Rows = NDArray[np.int64]
Relation = Literal["=", "!=", "<", "<=", ">", ">="]

CONCEPT = "concept"
"""The field whose values are terms of the ontology."""

MOST_NAMED = 12
"""Fields that an error names."""

_CONDITION = re.compile(r"\s*([^=!<>]+?)\s*(!=|<=|>=|=|<|>)\s*(.*\S)\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """A field, how it is compared, and with what: any of the values is enough.

    A passage without the field meets `!=` and nothing else. Values are compared as numbers where
    both are, else letter by letter without case, which orders dates such as 2026-02-03.
    """

    field: str
    relation: Relation
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions, all of which what is found meets.

    Fields are those of the documents' metadata, and `source` and `title`. The field `concept`
    is met by what mentions one of the terms, a class or property below it, or an individual of it.
    A fact has no metadata: conditions on it let no fact through.
    """

    conditions: tuple[Condition, ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "Filter":
        """Conditions as people write them: `product=AquaBoil 2`, `date>=2026-01`,
        `concept=Kettle|Toaster`.

        Raises:
            ConfigError: a text is no condition.
        """
        return cls(tuple(_condition(text) for text in texts))


def _condition(text: str) -> Condition:
    match = _CONDITION.fullmatch(text)
    if match is not None:
        relation = cast(Relation, match[2])
        values = tuple(value.strip() for value in match[3].split("|") if value.strip())
        if len(values) == 1 or (values and relation in ("=", "!=")):
            return Condition(match[1], relation, values)
    raise ConfigError(
        f"filter {text!r} is no condition; write a field, one of {' '.join(get_args(Relation))}, "
        "and a value, such as 'product=AquaBoil 2', 'date>=2026-01' or 'concept=Kettle|Toaster'"
    )


_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


class Fields:
    """The values of every field in an index, and the rows that have each."""

    def __init__(self, passages: Sequence[Passage]) -> None:
        self.size = len(passages)
        self._names: dict[str, str] = {"source": "source", "title": "title"}
        found: dict[str, dict[str, list[int]]] = {name: {} for name in self._names}
        for row, passage in enumerate(passages):
            said = (("source", passage.source), ("title", passage.title), *passage.metadata)
            for field, value in said:
                self._names.setdefault(field.casefold(), field)
                rows = found.setdefault(field.casefold(), {}).setdefault(_plain(value), [])
                if rows[-1:] != [row]:
                    rows.append(row)
        self._values: Mapping[str, Mapping[str, Rows]] = {
            field: {value: np.array(rows, dtype=np.int64) for value, rows in values.items()}
            for field, values in found.items()
        }

    def rows(self, condition: Condition) -> Rows:
        """The rows that meet a condition, in ascending order.

        Raises:
            ConfigError: no passage has the field.
        """
        values = self._values.get(condition.field.casefold())
        if values is None:
            raise ConfigError(self._unknown(condition.field))
        wanted = [_plain(value) for value in condition.values]
        holds = _RELATIONS[condition.relation]
        met = [
            rows
            for value, rows in values.items()
            if any(holds(*_comparable(value, one)) for one in wanted)
        ]
        rows = np.unique(np.concatenate([np.empty(0, dtype=np.int64), *met]))
        return _others(rows, self.size) if condition.relation == "!=" else rows

    def _unknown(self, field: str) -> str:
        names = sorted(self._names.values())
        near = difflib.get_close_matches(field.casefold(), self._names, n=1)
        more = ", …" if len(names) > MOST_NAMED else ""
        meant = f"did you mean {self._names[near[0]]!r}? It" if near else "it"
        return (
            f"filter: no document has the field {field!r}; {meant} is one of "
            f"{', '.join([*names[:MOST_NAMED], CONCEPT])}{more}"
        )


def _plain(value: str) -> str:
    return " ".join(value.casefold().split())


def _others(rows: Rows, size: int) -> Rows:
    return np.setdiff1d(np.arange(size, dtype=np.int64), rows, assume_unique=True)


_Value = float | str

_RELATIONS: Mapping[Relation, Callable[[_Value, _Value], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one == other,
    "<": lambda one, other: one < other,  # type: ignore[operator]
    "<=": lambda one, other: one <= other,  # type: ignore[operator]
    ">": lambda one, other: one > other,  # type: ignore[operator]
    ">=": lambda one, other: one >= other,  # type: ignore[operator]
}
"""Of `!=`, the rows that it leaves out."""


def _comparable(one: str, other: str) -> tuple[_Value, _Value]:
    """Two values as numbers, where both are."""
    if _NUMBER.fullmatch(one) and _NUMBER.fullmatch(other):
        return float(one), float(other)
    return one, other


@dataclass(frozen=True, slots=True)
class Screen:
    """What a filter lets through: the rows of passages (`None` for all), and which facts."""

    rows: Rows | None
    fact: Callable[[Fact], bool]

    @classmethod
    def of(cls, wanted: Filter, fields: Fields, tags: Tags | None) -> "Screen":
        """The screen of a filter in one index.

        Raises:
            ConfigError: a field is unknown, or a concept is wanted and there is no ontology.
            UnknownTerm: the ontology does not have a concept.
        """
        rows: Rows | None = None
        terms: list[tuple[frozenset[Iri], bool]] = []
        for condition in wanted.conditions:
            if condition.field.casefold() == CONCEPT:
                below = _below(condition, tags)
                among = condition.relation == "="
                terms.append((below, among))
                met = np.empty(0, dtype=np.int64) if tags is None else tags.about(below)
                met = met if among else _others(met, fields.size)
            else:
                met = fields.rows(condition)
            rows = met if rows is None else np.intersect1d(rows, met, assume_unique=True)
        if len(terms) < len(wanted.conditions):
            return cls(rows, lambda fact: False)
        return cls(rows, lambda fact: all(_names(fact, iris) is yes for iris, yes in terms))


def _names(fact: Fact, iris: frozenset[Iri]) -> bool:
    return any(part in iris for part in (fact.subject, fact.predicate, fact.object))


def _below(condition: Condition, tags: Tags | None) -> frozenset[Iri]:
    """The terms of a condition with what is below them.

    Raises:
        ConfigError: there is no ontology, or the condition compares concepts by size.
        UnknownTerm: the ontology does not have a concept.
    """
    if tags is None:
        raise ConfigError(
            f"filter: {CONCEPT} {condition.values[0]!r} needs an ontology, and this index has none"
        )
    if condition.relation not in ("=", "!="):
        raise ConfigError(
            f"filter: {CONCEPT} {condition.relation} {condition.values[0]!r}: "
            "a concept can be compared with = and != only"
        )
    return frozenset().union(*(_family(tags.concepts.ontology, one) for one in condition.values))


def _family(ontology: Meaning, name: str) -> frozenset[Iri]:
    iri = ontology.resolve(name)
    kind = ontology.term(iri).kind
    if kind == "individual":
        return frozenset({iri})
    members = ontology.instances(iri) if kind == "class" else frozenset[Iri]()
    return ontology.descendants(iri) | members | {iri}
