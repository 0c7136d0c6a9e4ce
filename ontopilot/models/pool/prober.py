"""Health probes: an engine that ended is found, and brought back, before a request meets it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future

from ontopilot.errors import ConfigError, EngineFailed, ModelError
from ontopilot.models.engine import Probed
from ontopilot.models.pool.deployment import Deployment
from ontopilot.models.streaming.loop import LoopThread

_PATIENCE_S = 60.0
"""How long a probe may take; an engine may need it to load its model again."""

_SLOWER = 2.0
_SLOWEST_S = 60.0


class Prober:
    """Looks at the started engines every `every_s` seconds, from a thread of its own."""

    def __init__(
        self,
        deployments: Callable[[], Sequence[Deployment]],
        review: Callable[[], None],
        *,
        every_s: float,
    ) -> None:
        self._deployments = deployments
        self._review = review
        self._every_s = every_s
        self._lock = threading.Lock()
        self._loop: LoopThread | None = None
        self._rounds: Future[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin to look; nothing when it has begun, or was stopped."""
        with self._lock:
            if self._loop is None and not self._stopped:
                self._loop = LoopThread("pool probes")
                self._rounds = self._loop.submit(self._look_around())

    def stop(self) -> None:
        """Stop looking, and wait for the thread."""
        with self._lock:
            self._stopped = True
            loop, self._loop = self._loop, None
            rounds = self._rounds
        if loop is not None and rounds is not None:
            rounds.cancel()
            loop.close()

    async def _look_around(self) -> None:
        looking: dict[Deployment, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            while True:
                for deployment in self._deployments():
                    task = looking.get(deployment)
                    if isinstance(deployment.started, Probed) and (task is None or task.done()):
                        looking[deployment] = group.create_task(self._look(deployment))
                await asyncio.sleep(self._every_s)

    async def _look(self, deployment: Deployment) -> None:
        """One probe; after a failure the next one comes later."""
        engine = deployment.started
        if not isinstance(engine, Probed):
            return
        wait_s = self._every_s
        while (failure := await _failure(engine, deployment.name)) and not deployment.unusable:
            deployment.breaker.failed(failure, at_once=True)
            self._review()
            await asyncio.sleep(wait_s)
            wait_s = min(_SLOWEST_S, wait_s * _SLOWER)
        deployment.breaker.revive()
        self._review()


async def _failure(engine: Probed, name: str) -> str:
    """Why an engine is not well, or ""."""
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await engine.probe()
    except TimeoutError:
        return str(EngineFailed(f"engine {name!r} gave no sign of life for {_PATIENCE_S:.0f} s"))
    except (ModelError, ConfigError) as error:
        return str(error)
    return ""
