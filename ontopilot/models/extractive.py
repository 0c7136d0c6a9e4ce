"""The extractive engine: answers by quoting its sources, with no model."""

import asyncio
from collections.abc import AsyncGenerator

from ontopilot.errors import EngineFailed
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.messages import Chunk, FinishReason, GenerationRequest, Usage
from ontopilot.models.quote import quote
from ontopilot.models.streaming.filters import StopStrings


class ExtractiveEngine:
    """Quotes the sentences of `request.sources` that answer `request.question`, each cited.

    Deterministic. It streams nothing when no sentence is relevant, so that the caller can say
    that it does not know.
    """

    def __init__(self, *, name: str = "extractive") -> None:
        self._name = name
        self._closed = False
        self._counters = Counters()

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """Any length of context; it quotes and makes no text, so it keeps no grammar or schema."""
        return Capabilities(generates=False)

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream one chunk a quoted sentence: `Sentence. [3] `; a token is a word.

        Raises:
            EngineFailed: the engine is closed.
        """
        if self._closed:
            raise EngineFailed(f"engine {self._name!r} is closed; make a new one")
        usage = Usage(prompt_tokens=sum(len(s.text.split()) for s in request.sources))
        finish: FinishReason = "stop"
        stops = StopStrings(request.stop)
        self._counters.began()
        try:
            near = await asyncio.to_thread(request.relevance) if request.relevance else None
            for found in quote(request.question, request.sources, near):
                text = found.text + " " + "".join(f"[{key}]" for key in found.sources)
                words = Usage(completion_tokens=len(text.split()))
                if usage.completion_tokens + words.completion_tokens > request.max_tokens:
                    finish = "length"
                    break
                usage += words
                if shown := stops.feed(text + " "):
                    yield Chunk(shown)
                if stops.stopped:
                    break
            yield Chunk(stops.finish(), finish, usage)
        finally:
            self._counters.ended(usage)

    def stats(self) -> EngineStats:
        """The counters so far."""
        return self._counters.read()

    async def aclose(self) -> None:
        """Refuse further requests."""
        self._closed = True
