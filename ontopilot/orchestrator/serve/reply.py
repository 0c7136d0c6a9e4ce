"""Responses in the shapes that OpenAI clients read, with what ontopilot adds under `ontopilot`."""

import time
from collections.abc import Sequence
from typing import Any

from ontopilot.models.messages import Usage
from ontopilot.orchestrator.answer import Answer, Citation
from ontopilot.orchestrator.answer_json import citation_document


def completion(model: str, answer: Answer) -> dict[str, Any]:
    """A whole chat completion."""
    message = {"role": "assistant", "content": answer.text, "refusal": None}
    return {
        "id": f"chatcmpl-{answer.turn}",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": usage(answer.usage),
        "ontopilot": extension(answer),
    }


def chunk(
    name: str, model: str, delta: dict[str, Any] | None, *, finish: str | None = None
) -> dict[str, Any]:
    """A piece of a streamed chat completion; without a delta it has no choice in it."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {
        "id": name,
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
        "choices": [] if delta is None else [choice],
    }


def extension(answer: Answer) -> dict[str, Any]:
    """What an answer has beyond its text."""
    return {
        "turn": answer.turn,
        "conversation": answer.conversation,
        "outcome": answer.outcome,
        "citations": citations(answer.citations),
        "degraded": answer.degraded,
    }


def citations(cited: Sequence[Citation]) -> list[dict[str, Any]]:
    """Citations as plain values."""
    return [citation_document(citation) for citation in cited]


def usage(used: Usage) -> dict[str, int]:
    """Tokens as OpenAI counts them."""
    return {
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "total_tokens": used.prompt_tokens + used.completion_tokens,
    }
