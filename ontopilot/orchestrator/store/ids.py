"""Identifiers: made here they sort by time and cannot be guessed; given, they are checked."""

import secrets
import time

from ontopilot.errors import QuestionError

DAY_MS = 86_400_000

LONGEST_ID = 200
"""Characters of an identifier that a caller gives."""


def now() -> int:
    """Milliseconds since 1970 in UTC."""
    return time.time_ns() // 1_000_000


def new_id(prefix: str) -> str:
    """A fresh identifier: the prefix, the time and 64 random bits."""
    return f"{prefix}-{now():011x}{secrets.token_hex(8)}"


def check_id(what: str, value: str) -> str:
    """An identifier from outside, as it is.

    Raises:
        QuestionError: it is empty, longer than 200 characters, or not printable text.
    """
    if not value or len(value) > LONGEST_ID or not value.isprintable():
        raise QuestionError(
            f"{what}={value!r:.80}: give 1 to {LONGEST_ID} printable characters, or none"
        )
    return value


def searchable(text: str) -> str:
    """A text as every database can hold it; the exact one is in a JSON column."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()
