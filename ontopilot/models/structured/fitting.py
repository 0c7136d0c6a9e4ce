"""The form of a request that an engine can serve: as it is, or its plain one."""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace

from ontopilot.errors import ConstraintRefused
from ontopilot.models.engine import Engine
from ontopilot.models.messages import Chunk, GenerationRequest


async def fitting(engine: Engine, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
    """Stream the answer of an engine; where it keeps no constraint, to the plain request.

    Some servers only say when they are asked that they keep none, and some only show it: then a
    chunk with `restart` comes first.

    Raises:
        ModelError: whatever the engine raises.
    """
    plain = request.plain
    if plain is None:
        stream = engine.generate(request)
    elif engine.capabilities.grammar:
        stream = _or_plain(engine, request, plain)
    else:
        stream = _plainly(engine, plain)
    try:
        async for chunk in stream:
            yield chunk
    finally:
        await _close(stream)


async def _or_plain(
    engine: Engine, request: GenerationRequest, plain: GenerationRequest
) -> AsyncGenerator[Chunk, None]:
    """The answer to a request, or to its plain form if the engine turns out not to keep it."""
    stream, said = engine.generate(request), False
    try:
        async for chunk in stream:
            said = said or bool(chunk.text)
            yield chunk
        return
    except ConstraintRefused:
        pass
    finally:
        await _close(stream)
    if said:
        yield Chunk(restart=True)
    async for chunk in _plainly(engine, plain):
        yield chunk


async def _plainly(engine: Engine, plain: GenerationRequest) -> AsyncGenerator[Chunk, None]:
    stream = engine.generate(plain)
    try:
        async for chunk in stream:
            yield replace(chunk, plain=True)
    finally:
        await _close(stream)


async def _close(stream: AsyncIterator[Chunk]) -> None:
    close = getattr(stream, "aclose", None)
    if close is not None:
        await close()
