"""Reading a streamed chat completion: server-sent events with OpenAI's chunks in them."""

import json
import re
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from ontopilot.errors import EngineFailed
from ontopilot.models.messages import FinishReason, Usage

_FINISHES: tuple[FinishReason, ...] = ("stop", "length")

LONGEST_LINE = 1_000_000
"""Bytes of one line of a stream."""

_LINE_END = re.compile(rb"\r\n|\n|\r(?!$)")
_MOST_TOKENS = 2**53


@dataclass(slots=True)
class Completion:
    """What is known of an answer besides its text; without a count from the server, its pieces."""

    engine: str
    usage: Usage = field(default_factory=Usage)
    finish: FinishReason | None = None
    model: str = ""
    """What the server calls the model that answers."""


async def read_lines(
    parts: AsyncIterator[bytes], engine: str, *, most_bytes: int
) -> AsyncGenerator[str, None]:
    """The lines of a stream, which end as the standard of server-sent events says.

    Raises:
        EngineFailed: a line is longer than `LONGEST_LINE`, or the stream than `most_bytes`.
    """
    begun: list[bytes] = []
    length = size = 0
    async for part in parts:
        size += len(part)
        if size > most_bytes:
            raise _failed(engine, f"the stream goes on after {most_bytes:,} bytes")
        begun.append(part)
        length += len(part)
        if b"\n" in part or b"\r" in part:
            *whole, rest = _LINE_END.split(b"".join(begun))
            begun, length = [rest], len(rest)
            for line in whole:
                yield line.decode("utf-8", "replace")
        if length > LONGEST_LINE:
            raise _failed(engine, f"a line of the stream has more than {LONGEST_LINE:,} bytes")
    yield b"".join(begun).decode("utf-8", "replace")


async def read_completion(
    lines: AsyncIterator[str], completion: Completion, *, most_characters: int
) -> AsyncGenerator[str, None]:
    """The pieces of text of a stream; fills in the finish and the usage.

    Raises:
        EngineFailed: the stream is malformed, reports an error, breaks off, or says more than
            `most_characters`.
    """
    said = 0
    async for line in lines:
        name, _, value = line.removeprefix("\ufeff").partition(":")
        if name != "data":
            continue
        if value.strip() == "[DONE]":
            break
        text = _take(value, completion)
        said += len(text)
        if said > most_characters:
            raise _failed(completion.engine, f"it says more than {most_characters:,} characters")
        if text:
            yield text
    if completion.finish is None:
        raise _failed(completion.engine, "the stream broke off before the answer ended")


def _take(value: str, completion: Completion) -> str:
    """The text of one event."""
    try:
        event = json.loads(value)
        if error := event.get("error"):
            said = error.get("message", "") if isinstance(error, dict) else error
            raise _failed(completion.engine, f"the server reports {str(said)[:200]!r}")
        completion.model = str(event.get("model") or completion.model)
        text = _of_choice(event["choices"][0], completion) if event.get("choices") else ""
        if counted := event.get("usage"):
            completion.usage = _counted(counted)
        return text
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _failed(completion.engine, f"the stream holds {value.strip()[:80]!r}") from error


def _counted(usage: dict[str, Any]) -> Usage:
    """What the server has counted so far."""
    details = usage.get("prompt_tokens_details") or {}
    counts = (usage["prompt_tokens"], usage["completion_tokens"], details.get("cached_tokens") or 0)
    if not all(type(count) is int and 0 <= count < _MOST_TOKENS for count in counts):
        raise ValueError("a count of tokens is not a number of them")
    return Usage(*counts)


def _of_choice(choice: dict[str, Any], completion: Completion) -> str:
    text = choice["delta"].get("content") or ""
    if not isinstance(text, str):
        raise TypeError("the content is not a text")
    if text:
        completion.usage += Usage(completion_tokens=1)
    reason = choice.get("finish_reason")
    if reason is not None:
        if reason not in _FINISHES:
            raise _failed(completion.engine, f"the server ended the answer for {reason!r:.80}")
        completion.finish = reason
    return text


def _failed(engine: str, why: str) -> EngineFailed:
    return EngineFailed(f"engine {engine!r}: {why}; ask again or use another server")
