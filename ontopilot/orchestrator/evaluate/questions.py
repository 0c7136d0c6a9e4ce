"""Question files: one JSON object a line, read leniently, blamed by line."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast, get_args

from ontopilot.errors import ConfigError

Expect = Literal["answer", "refuse", "decline", "act", "confirm", "ask", "hand_over"]
"""How a turn should end: `refuse` for what a policy forbids, `decline` for what is not known."""

Fact = tuple[str, ...]
"""The wordings of one fact; stating any of them states the fact."""


@dataclass(frozen=True, slots=True)
class ExpectedAction:
    """An action that a message asks for, with the values that must be read from it."""

    name: str
    slots: Mapping[str, str | float | int | bool] = field(default_factory=dict)


_EXPECT_OF_KIND: dict[str, Expect] = {
    "policy-breaking": "refuse",
    "policy-breaking-request": "refuse",
    "unanswerable": "decline",
    "out-of-scope": "decline",
    "action": "act",
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what a good answer states, cites and does.

    Questions with the same `conversation` are asked one after the other in one conversation.
    """

    id: str
    question: str
    kind: str = "question"
    split: str = ""
    conversation: str = ""
    customer: str | None = None
    expect: Expect = "answer"
    expected_facts: tuple[Fact, ...] = ()
    forbidden_facts: tuple[Fact, ...] = ()
    documents: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    actions: tuple[ExpectedAction, ...] = ()
    """Any of them is right."""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Question":
        """Read a row of a question file; only `question` must be there.

        Raises:
            ConfigError: a field is missing or of the wrong type; names the field.
        """
        question = row.get("question")
        if not isinstance(question, str):
            raise ConfigError(f"the field 'question' is {question!r}: it must be a text")
        kind = str(row.get("kind") or "question")
        return cls(
            id=str(row.get("id", "")),
            question=question,
            kind=kind,
            split=str(row.get("split") or ""),
            conversation=str(row.get("conversation") or ""),
            customer=None if row.get("customer") is None else str(row["customer"]),
            expect=_expect(row.get("expect"), kind),
            expected_facts=_facts(row, "expected_facts"),
            forbidden_facts=_facts(row, "forbidden_facts"),
            documents=_texts(row.get("documents"), "documents"),
            terms=_texts(row.get("terms"), "terms"),
            actions=_actions(row.get("actions")),
        )


def read_questions(path: Path, *, split: str | None = None) -> tuple[Question, ...]:
    """The questions of a file, in its order; with `split`, only those of that split.

    Raises:
        ConfigError: the file cannot be read, a line is malformed, or nothing is left to ask.
    """
    questions: list[Question] = []
    for number, row in read_rows(path):
        try:
            question = Question.of({"id": f"line-{number}", **row})
        except ConfigError as error:
            raise ConfigError(f"{path}, line {number}: {error}") from None
        if split is None or question.split == split:
            questions.append(question)
    if not questions:
        wanted = f" of the split {split!r}" if split else ""
        raise ConfigError(f"{path}: there is no question{wanted} in it; add one a line, as JSON")
    _unique(path, questions)
    return tuple(questions)


def read_rows(path: Path) -> Iterable[tuple[int, dict[str, Any]]]:
    """The JSON objects of a file with their line numbers; empty lines are passed over.

    Raises:
        ConfigError: the file cannot be read, or a line is not a JSON object.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}); name a file") from None
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _object(path, number, line)


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ConfigError(
            f"{path}, line {number}: {line.strip()[:60]!r} is not JSON ({error}); "
            "write one object a line"
        ) from None
    if not isinstance(row, dict):
        raise ConfigError(f"{path}, line {number}: {line.strip()[:60]!r} is not a JSON object")
    return row


def _unique(path: Path, questions: Iterable[Question]) -> None:
    seen: set[str] = set()
    for question in questions:
        if question.id in seen:
            raise ConfigError(f"{path}: the id {question.id!r} is used twice; give each its own")
        seen.add(question.id)


def _expect(value: object, kind: str) -> Expect:
    if value is None:
        return _EXPECT_OF_KIND.get(kind.replace("_", "-").replace(" ", "-"), "answer")
    if value not in get_args(Expect):
        raise ConfigError(
            f"the field 'expect' is {value!r}: it must be one of {', '.join(get_args(Expect))}"
        )
    return cast(Expect, value)


def _facts(row: Mapping[str, Any], field: str) -> tuple[Fact, ...]:
    value = row.get(field) or ()
    if not isinstance(value, list | tuple):
        raise ConfigError(f"the field {field!r} is {value!r}: it must be a list")
    return tuple(
        (str(fact),) if isinstance(fact, str | int | float) else _texts(fact, field)
        for fact in value
    )


def _actions(value: object) -> tuple[ExpectedAction, ...]:
    """Each is a name, or `{name, slots}`."""
    if value is None or value == []:
        return ()
    given: list[Any] = value if isinstance(value, list) else []
    named: list[Any] = [{"name": one} if isinstance(one, str) else one for one in given]
    if not named or not all(_is_action(one) for one in named):
        raise ConfigError(
            f"the field 'actions' is {value!r}: it must be a list of names or of "
            "objects with a name and slots"
        )
    return tuple(ExpectedAction(one["name"], one.get("slots", {})) for one in named)


def _is_action(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("name"), str):
        return False
    slots = value.get("slots", {})
    return isinstance(slots, dict) and all(isinstance(v, str | int | float) for v in slots.values())


def _texts(value: object, field: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(v, str | int | float) for v in value):
        raise ConfigError(f"the field {field!r} has {value!r}: it must be a list of texts")
    return tuple(str(v) for v in value)
