"""Requests that every engine of the conformance tests is asked, and reading what it answers."""

from dataclasses import replace

from ontopilot.models import Chunk, Engine, GenerationRequest, Message, Source

KETTLE = "When can I return the kettle?"
WARRANTY = "How long is the warranty?"
SOURCES = (
    Source("1", "The kettle can be returned within 30 days.", "Returns"),
    Source("2", "The warranty of the kettle lasts 24 months.", "Warranty"),
)


def ask(question: str = KETTLE, **changes: object) -> GenerationRequest:
    messages = (Message("user", question),)
    request = GenerationRequest(messages, max_tokens=60, question=question, sources=SOURCES)
    return replace(request, **changes)


async def chunks_of(engine: Engine, request: GenerationRequest) -> list[Chunk]:
    return [chunk async for chunk in engine.generate(request)]


async def text_of(engine: Engine, request: GenerationRequest) -> str:
    return "".join(chunk.text for chunk in await chunks_of(engine, request))
