"""Past interactions as evidence: tickets that were resolved, without personal data."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from ontopilot.errors import DocumentError
from ontopilot.retrieval.foreign import own_words, without_bracketed_orders
from ontopilot.retrieval.passage import EvidenceId, Passage
from ontopilot.retrieval.redact import redact

REDACTION = "4"
"""Changes when the same ticket would give another passage, so that it is made again."""

_UNRESOLVED = re.compile(
    r"\s*(?:un(?:resolved|solved|answered)|not[ _-](?:re)?solved|open|new|pending|waiting|"
    r"on[ _-]hold|in[ _-]progress|escalated|abandoned|cancell?ed|failed|"
    r"no[ _-](?:answer|reply|solution)|none|"
    r"no|false|spam|duplicate)\W*",
    re.IGNORECASE,
)
_BAD_RATINGS = frozenset({"bad", "poor", "negative", "dissatisfied", "unsatisfied", "thumbs_down"})
_SMALLEST_GOOD_RATING = 3.0


def _as_text(value: object) -> object:
    return "" if value is None else str(value) if isinstance(value, int | float | bool) else value


def _as_rating(value: object) -> object:
    if isinstance(value, bool):
        return 5.0 if value else 1.0
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            return float(value)
        except ValueError:
            return 1.0 if value.strip().lower().replace(" ", "_") in _BAD_RATINGS else 5.0
    return value


_Text = Annotated[str, BeforeValidator(_as_text)]


class Ticket(BaseModel):
    """One line of a file of past interactions; fields that are not listed are ignored.

    `resolution` says how it ended: a word such as `resolved` or `unresolved`, or a sentence.
    `rating` is 1 to 5, a yes or no, or a word.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: _Text
    question: _Text
    answer: _Text = ""
    subject: _Text = ""
    customer: _Text = ""
    customer_name: _Text = ""
    resolution: _Text = ""
    status: _Text = ""
    rating: Annotated[float | None, BeforeValidator(_as_rating)] = None
    date: _Text = ""
    product: _Text = ""

    @property
    def useful(self) -> bool:
        """Whether it ended well: answered, resolved and not badly rated."""
        return (
            bool(self.answer.strip())
            and not _UNRESOLVED.fullmatch(self.resolution)
            and not _UNRESOLVED.fullmatch(self.status)
            and (self.rating is None or self.rating >= _SMALLEST_GOOD_RATING)
        )


@dataclass(frozen=True, slots=True)
class Interactions:
    """The useful interactions as passages, how many were left out, and in how many places personal
    data was redacted or orders to whoever answers were left out.
    """

    passages: tuple[Passage, ...]
    left_out: int
    redacted: int
    foreign: int


def parse(data: bytes, *, source: str) -> Interactions:
    """The past interactions in a JSONL file.

    Raises:
        DocumentError: a line is malformed, or two lines have the same id.
    """
    passages: list[Passage] = []
    lines: dict[str, int] = {}
    left_out = redacted = foreign = 0
    for number, ticket in _tickets(data, source):
        first = lines.setdefault(ticket.id, number)
        if first != number:
            raise DocumentError(
                f"{source!r} lines {first} and {number}: both have the id {ticket.id!r}; "
                "give every interaction its own"
            )
        if not ticket.useful:
            left_out += 1
            continue
        passage, places, orders = _passage(ticket, source)
        passages.append(passage)
        redacted += places
        foreign += orders
    return Interactions(tuple(passages), left_out, redacted, foreign)


def read(path: Path) -> bytes:
    """The content of a file of interactions.

    Raises:
        DocumentError: it cannot be opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(
            f"interactions {str(path)!r} cannot be read: {error.strerror}; "
            "give a JSONL file that exists and may be read"
        ) from error


def _tickets(data: bytes, source: str) -> Iterator[tuple[int, Ticket]]:
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError) as error:
            raise DocumentError(
                f"{source!r} line {number}: not a JSON object ({error}); found {line[:60]!r}"
            ) from error
        yield number, _ticket(row, source, number)


def _ticket(row: object, source: str, number: int) -> Ticket:
    try:
        ticket = Ticket.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "the line"
        raise DocumentError(
            f"{source!r} line {number}: {field}: {first['msg'].lower()}; a line has at least "
            '{"id", "question", "answer"}'
        ) from error
    if not ticket.id.strip():
        raise DocumentError(f"{source!r} line {number}: the id {ticket.id!r} is empty; give one")
    return ticket


def _passage(ticket: Ticket, source: str) -> tuple[Passage, int, int]:
    """A ticket as a passage, the places redacted in it, and those where orders stood.

    What may be told is what the shop answered and how it ended. The customer's own words are
    searched and never told.
    """
    known = tuple(
        word for word in (ticket.customer, ticket.customer_name, *ticket.customer_name.split())
    )
    subject, question, answer, outcome = (
        redact(text.strip(), known=known)
        for text in (ticket.subject, ticket.question, ticket.answer, _outcome(ticket))
    )
    title, told, ended = (
        without_bracketed_orders(subject.text),
        own_words(answer.text),
        own_words(outcome.text),
    )
    text = "\n\n".join(part.text for part in (told, ended) if part.text)
    heading = " ".join(part for part in (ticket.product, question.text) if part)
    passage = Passage(
        EvidenceId(f"ticket:{ticket.id.strip()}"),
        "interaction",
        text,
        title.text,
        source,
        heading,
    )
    redacted = subject.places + question.places + answer.places + outcome.places
    return passage, redacted, title.places + told.places + ended.places


def _outcome(ticket: Ticket) -> str:
    """The resolution, where it is a sentence and not a mere status."""
    resolution = ticket.resolution.strip()
    return resolution if len(resolution.split()) > 2 and resolution not in ticket.answer else ""
