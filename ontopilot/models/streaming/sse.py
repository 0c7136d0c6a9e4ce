"""Reading a streamed chat completion: server-sent events with OpenAI's chunks in them."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from ontopilot.errors import EngineFailed
from ontopilot.models.messages import FinishReason, Usage

_FINISHES: tuple[FinishReason, ...] = ("stop", "length")


@dataclass(slots=True)
class Completion:
    """What is known of an answer besides its text; without a count from the server, its pieces."""

    engine: str
    usage: Usage = field(default_factory=Usage)
    finish: FinishReason | None = None
    model: str = ""
    """What the server calls the model that answers."""


async def read_completion(
    lines: AsyncIterator[str], completion: Completion
) -> AsyncGenerator[str, None]:
    """The pieces of text of a stream; fills in the finish and the usage.

    Raises:
        EngineFailed: the stream is malformed, reports an error, or breaks off.
    """
    async for line in lines:
        name, _, value = line.partition(":")
        if name != "data":
            continue
        if value.strip() == "[DONE]":
            break
        text = _take(value, completion)
        if text:
            yield text
    if completion.finish is None:
        raise _failed(completion, "the stream broke off before the answer ended")


def _take(value: str, completion: Completion) -> str:
    """The text of one event."""
    try:
        event = json.loads(value)
        if error := event.get("error"):
            said = error.get("message", "") if isinstance(error, dict) else error
            raise _failed(completion, f"the server reports {str(said)[:200]!r}")
        completion.model = str(event.get("model") or completion.model)
        text = _of_choice(event["choices"][0], completion) if event.get("choices") else ""
        if counted := event.get("usage"):
            completion.usage = _counted(counted)
        return text
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _failed(completion, f"the stream holds {value.strip()[:80]!r}") from error


def _counted(usage: dict[str, Any]) -> Usage:
    """What the server has counted so far."""
    details = usage.get("prompt_tokens_details") or {}
    cached = details.get("cached_tokens") or 0
    return Usage(usage["prompt_tokens"], usage["completion_tokens"], cached)


def _of_choice(choice: dict[str, Any], completion: Completion) -> str:
    text = choice["delta"].get("content") or ""
    if text:
        completion.usage += Usage(completion_tokens=1)
    reason = choice.get("finish_reason")
    if reason is not None:
        if reason not in _FINISHES:
            raise _failed(completion, f"the server ended the answer for {reason!r}")
        completion.finish = reason
    return str(text)


def _failed(completion: Completion, why: str) -> EngineFailed:
    return EngineFailed(f"engine {completion.engine!r}: {why}; ask again or use another server")
