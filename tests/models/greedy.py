"""Greedy requests, learnt and not, on which two engines must agree token by token."""

import asyncio
from dataclasses import replace
from pathlib import Path

from ontopilot.models import Engine, EngineOptions, GenerationRequest, Message, Model
from ontopilot.models.engines import make_engine
from tests.conformance.engine import KETTLE, WARRANTY, chunks_of

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


async def answers(engine: Engine, **more: object) -> list[tuple[str, int]]:
    """Texts and tokens of the prompts; of the answers vLLM counts the end as well.

    A character that the last token leaves unfinished is shown by some engines only.
    """
    asked = [replace(request, **more) for request in requests()]
    runs = await asyncio.gather(*(chunks_of(engine, request) for request in asked))
    return [
        ("".join(chunk.text for chunk in run).rstrip("\ufffd"), run[-1].usage.prompt_tokens)
        for run in runs
    ]


async def of_transformers(folder: Path, **more: object) -> list[tuple[str, int]]:
    """What transformers answers, with which others are compared."""
    model = Model(f"transformers:{folder}", options=EngineOptions(precision="fp32"), **more)
    engine = make_engine(model, threads=2)
    try:
        return await answers(engine)
    finally:
        await engine.aclose()
