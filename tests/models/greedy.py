"""Greedy requests, learnt and not, on which two engines must agree token by token."""

from ontopilot.models import GenerationRequest, Message
from tests.conformance.engine import KETTLE, WARRANTY

SYSTEM = Message("system", "Answer from the sources and cite them.")
PROMPTS = (
    KETTLE,
    WARRANTY,
    "What does the router cost?",
    "Is the toaster made in Köln?",
    "Something that was never learnt, with digits 0123 and 水.",
    "Count. " * 60,
)


def requests() -> list[GenerationRequest]:
    """Requests of 40 tokens, with and without a system message."""
    return [
        GenerationRequest((*before, Message("user", prompt)), max_tokens=40)
        for prompt in PROMPTS
        for before in ((), (SYSTEM,))
    ]
