"""One request at one deployment: its stream, watched, and what its end says of the engine."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

from ontopilot.errors import ConfigError, EngineFailed, ModelError, ModelNotFound, RequestRefused
from ontopilot.models.engine import Engine, Warms
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.pool.deployment import Deployment
from ontopilot.models.streaming.mailbox import in_thread
from ontopilot.models.structured.fitting import fitting


async def serve(deployment: Deployment, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
    """Stream from one deployment, keep its breaker, and insist on a last chunk.

    Raises:
        ModelError, ConfigError: the deployment cannot serve this request.
    """
    breaker = deployment.breaker
    began = breaker.clock()
    try:
        stream = fitting(await made(deployment), request)
        async with aclosing(_watched(stream, deployment)) as chunks:
            async for chunk in chunks:
                yield chunk
    except RequestRefused:
        raise
    except (ConfigError, ModelNotFound) as error:
        breaker.failed(str(error), at_once=True)
        raise
    except ModelError as error:
        breaker.failed(str(error), began=began)
        raise
    breaker.succeeded()


async def made(deployment: Deployment) -> Engine:
    """The engine of a deployment; it is made beside the event loop, because files are looked at.

    Raises:
        ConfigError, ModelError: it cannot be made, or its model does not fit the memory.
    """
    engine = deployment.started
    return await in_thread(deployment.engine, name="make") if engine is None else engine


async def warmed(deployment: Deployment) -> bool:
    """Start a deployment; whether it works."""
    try:
        await start(deployment)
    except (ConfigError, ModelError) as error:
        deployment.breaker.failed(str(error), at_once=True)
        return False
    return True


async def start(deployment: Deployment) -> None:
    """Start a deployment now.

    Raises:
        ConfigError, ModelError: it cannot serve.
    """
    engine = await made(deployment)
    if isinstance(engine, Warms):
        await engine.warm()


async def _watched(
    stream: AsyncIterator[Chunk], deployment: Deployment
) -> AsyncGenerator[Chunk, None]:
    """The chunks of a stream, closed in any case; silence and a missing end are failures."""
    ended, options = False, deployment.options
    try:
        while not ended:
            try:
                async with asyncio.timeout(options.stall_s):
                    chunk = await anext(stream)
            except StopAsyncIteration:
                raise EngineFailed(
                    f"engine {deployment.name!r}: the stream ended before the answer did"
                ) from None
            except TimeoutError:
                silence = f"engine {deployment.name!r} was silent for {options.stall_s!r} s"
                deployment.breaker.failed(silence, at_once=True)
                raise EngineFailed(silence) from None
            ended = chunk.finish is not None
            yield chunk
    finally:
        close = getattr(stream, "aclose", None)
        if close is not None:
            await close()
