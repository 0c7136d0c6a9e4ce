"""Load on one engine: so many streams with distinct prompts, and what came of it."""

import asyncio
import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ontopilot.errors import ModelError
from ontopilot.models.engine import Engine
from ontopilot.models.measuring.histogram import Histogram
from ontopilot.models.measuring.meter import Meter
from ontopilot.models.messages import GenerationRequest, Message, Usage

_WORDS = (
    "the kettle leaks after two weeks and the shop that sold it asks for a receipt with a date "
    "before a new one is sent to the address on the order while the warranty of the maker lasts"
).split()
_TRIAL_WORDS = 100
_TASK = "Count from one to a thousand in words."
"""A task whose answer is long, so that an engine decodes as many tokens as it may."""


@dataclass(frozen=True, slots=True)
class Load:
    """What a batch of concurrent requests took; tokens as the engine counts them."""

    seconds: float
    usage: Usage
    first_token: Histogram
    between_tokens: Histogram
    decode_tokens_per_s: float
    """Of one stream, after its first token."""


class Prompts:
    """Prompts of a given number of tokens, no two of which begin alike, so that none is cached."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._words = _TRIAL_WORDS

    async def fit(self, engine: Engine, tokens: int) -> None:
        """Find out how many words an engine's tokenizer makes so many tokens of.

        Raises:
            ModelError: the engine cannot serve.
        """
        load = await drive(engine, self.take(1), new_tokens=1)
        counted = max(1, load.usage.prompt_tokens)
        self._words = max(1, round(_TRIAL_WORDS * tokens / counted))

    def take(self, count: int) -> list[str]:
        """So many new prompts."""
        return [self._prompt(next(self._numbers)) for _ in range(count)]

    def _prompt(self, number: int) -> str:
        words = " ".join(itertools.islice(_walk(number), self._words))
        return f"{number} {words}. {_TASK}"


async def drive(engine: Engine, prompts: Sequence[str], *, new_tokens: int) -> Load:
    """Send all prompts at once and read all answers.

    Raises:
        ModelError: one of them failed; the others were cancelled.
    """
    meter = Meter()
    began = time.perf_counter()
    try:
        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(_ask(engine, p, new_tokens, meter)) for p in prompts]
    except* ModelError as failures:
        raise failures.exceptions[0] from None
    seconds = time.perf_counter() - began
    stats = meter.read()
    return Load(
        seconds=seconds,
        usage=sum((task.result() for task in asked), Usage()),
        first_token=stats.totals.first_token,
        between_tokens=stats.totals.between_tokens,
        decode_tokens_per_s=stats.decode_tokens_per_s,
    )


async def _ask(engine: Engine, prompt: str, new_tokens: int, meter: Meter) -> Usage:
    request = GenerationRequest((Message("user", prompt),), max_tokens=new_tokens)
    visit = meter.arrived()
    visit.began()
    usage = Usage()
    async for chunk in engine.generate(request):
        visit.tokens(bool(chunk.text))
        usage = chunk.usage or usage
    visit.ended(usage)
    return usage


def _walk(number: int) -> Iterator[str]:
    """Words in an order that each number has of its own."""
    at = number
    while True:
        at = (at * 1103515245 + 12345 + number) % (1 << 31)
        yield _WORDS[(at >> 16) % len(_WORDS)]
