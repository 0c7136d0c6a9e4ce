"""Log lines of a server, as text or as one JSON object each, without what was said in a turn."""

import json
import logging
import re
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from ontopilot.errors import OntopilotError
from ontopilot.orchestrator.store.keys import PREFIX

HEADER = "x-request-id"

LogFormat = Literal["text", "json"]

_ENTRY: ContextVar["Entry | None"] = ContextVar("request", default=None)

_SHOWN = 80
"""Characters of a value that errors repeat, from which a question is recognised in a message."""

_SECRET = re.compile(rf"{PREFIX}[\w-]*|(?<=bearer )\S+", re.IGNORECASE)
_QUOTED = re.compile(r"(?<!\w)(['\"])((?:(?!\1(?!\w))[^\\]|\\.)*)(?:\1|$)", re.DOTALL)
_MOST_WORDS = 3
"""Words between quotation marks that may be a name or a path; more were said by somebody."""


@dataclass(slots=True)
class Entry:
    """What the log may tell of a request; `question` is what it may not."""

    request: str
    agent: str | None = None
    turn: str | None = None
    question: str = ""


def begin(request: str) -> Entry:
    """Begin the entry of a request; lines that are logged while it is worked on tell its id."""
    entry = Entry(request)
    _ENTRY.set(entry)
    return entry


def identified() -> dict[str, str]:
    """The header with the id of the request that is worked on; nothing outside a request."""
    entry = _ENTRY.get()
    return {} if entry is None else {HEADER: entry.request}


def note(*, agent: str | None = None, turn: str | None = None, question: str | None = None) -> None:
    """Add to the entry of the request that is worked on."""
    entry = _ENTRY.get()
    if entry is not None:
        entry.agent = agent or entry.agent
        entry.turn = turn or entry.turn
        entry.question = question or entry.question


def harmless(text: str, question: str = "") -> str:
    """A message without keys, without the question, and without what else is quoted at length."""
    for said in {question, repr(question)[1:-1]}:
        if said.strip():
            text = text.replace(said, "…").replace(said[:_SHOWN], "…")
    return _QUOTED.sub(_unless_prose, _SECRET.sub("…", text))


def _unless_prose(quoted: re.Match[str]) -> str:
    return "'…'" if len(quoted[2].split()) > _MOST_WORDS else quoted[0]


def formatter(form: LogFormat) -> logging.Formatter:
    """The formatter of a form."""
    return JsonLines() if form == "json" else TextLines()


class TextLines(logging.Formatter):
    """`LEVEL logger: message (request id)`, and below it where an error was raised."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and those of an error."""
        entry = _ENTRY.get()
        of = "" if entry is None else f" (request {entry.request})"
        lines = [f"{record.levelname} {record.name}: {_message(record, entry)}{of}"]
        if error := _error(record, entry):
            lines += [f"  {place}" for place in error["at"]]
            lines.append(f"  {error['type']}: {error['message']}")
        return "\n".join(lines)


class JsonLines(logging.Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, and what is known besides.

    A record's attribute `told` is a dict of further members.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        entry = _ENTRY.get()
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        document: dict[str, Any] = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record, entry),
        }
        if entry is not None:
            document |= {"request": entry.request, "agent": entry.agent, "turn": entry.turn}
        document |= getattr(record, "told", {})
        if error := _error(record, entry):
            document["error"] = error
        return json.dumps(document, separators=(",", ":"))


def _message(record: logging.LogRecord, entry: Entry | None) -> str:
    text = harmless(record.getMessage(), "" if entry is None else entry.question)
    return " ".join(text.split())


def _error(record: logging.LogRecord, entry: Entry | None) -> dict[str, Any]:
    """Where an error was raised. Only errors of our own are quoted: others may hold anything."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None:
        return {}
    said = str(error) if isinstance(error, OntopilotError) else "…"
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "type": type(error).__name__,
        "message": harmless(said, "" if entry is None else entry.question),
        "at": [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames],
    }
