"""vLLM as a library: its `AsyncLLM` on an event loop of its own, in a thread of this process."""

import asyncio
import itertools
import secrets
import subprocess
import sys
import time
from collections.abc import AsyncGenerator, Coroutine, Mapping
from concurrent.futures import Future
from contextlib import aclosing
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, TypeVar

from ontopilot.config import surroundings
from ontopilot.errors import EngineFailed, ModelError, RequestRefused
from ontopilot.models.messages import FinishReason, GenerationRequest, Usage
from ontopilot.models.streaming.loop import LoopThread
from ontopilot.models.vllm.metrics import Drafts
from ontopilot.models.vllm.settings import Settings

T = TypeVar("T")

_GUARD = Path(__file__).with_name("guard.py")
_MARK = "ONTOPILOT_VLLM_OWNER"

_LOOK_S = 0.5
_GRACE_S = 8.0
_FINISHES: Mapping[str | None, FinishReason] = {"stop": "stop", "length": "length"}

Piece = tuple[str, Usage, FinishReason | None]
"""A piece of an answer: its text, what was used so far, and how the answer ended if it did."""


class VllmLibrary:
    """One `AsyncLLM`: started, asked, watched and stopped on the loop that it is bound to.

    It has the future `ready` with the length of the context, and `ended` with the reason of its
    end, as a server has. `environment` holds while it starts, which is when vLLM reads it.
    """

    def __init__(
        self,
        told: Settings,
        *,
        name: str,
        plain: str,
        adapters: Mapping[str, Path],
        environment: Mapping[str, str],
    ) -> None:
        self._name = name
        self.plain = plain
        """The adapter of a request that wants none, or the name of the model."""
        self.drafts = Drafts()
        """What speculation has done so far."""
        self.ready: Future[int] = Future()
        self.ended: Future[str] = Future()
        self.ready.set_running_or_notify_cancel()
        self.ended.set_running_or_notify_cancel()
        self.heard = time.monotonic()
        """When an answer last went on; kept by those who read answers."""
        self.served_s = 0.0
        """How long it had served when it ended."""
        self._adapters: dict[str, Any] = {}
        self._numbers = itertools.count(1)
        self._began = time.monotonic()
        self._served_from = 0.0
        self._llm: Any = None
        self._stopped = False
        self._given_up = ""
        self._guard, mark = _start_guard(name)
        self._loop = LoopThread(f"{name} loop")
        surrounded = {**environment, **mark, "VLLM_WORKER_MULTIPROC_METHOD": "spawn"}
        self._life = self._loop.submit(self._live(told, dict(adapters), surrounded))

    @property
    def standing(self) -> str:
        """What it is doing, in words."""
        if self.ended.done():
            return "ended"
        if self.ready.done():
            return "running"
        return f"has been starting for {time.monotonic() - self._began:.0f} s"

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop of the library.

        Raises:
            EngineFailed: the library was stopped.
        """
        try:
            return self._loop.submit(work)
        except RuntimeError:
            work.close()
            raise EngineFailed(_closed(self._name)) from None

    async def answer(
        self, ids: list[int], request: GenerationRequest, grammar: str | None, adapter: str
    ) -> AsyncGenerator[Piece, None]:
        """Answer a prompt within a grammar, piece by piece; runs on the loop of the library.

        Raises:
            RequestRefused: vLLM does not take the request.
            EngineFailed: vLLM fails.
        """
        from vllm.exceptions import VLLMClientError
        from vllm.inputs import TokensPrompt

        usage = Usage(len(ids))
        outputs = self._llm.generate(
            TokensPrompt(prompt_token_ids=ids),
            _sampling(request, grammar),
            f"{self._name}-{next(self._numbers)}",
            lora_request=self._adapters.get(adapter),
            priority=request.priority,
        )
        try:
            async with aclosing(outputs):
                async for output in outputs:
                    said = output.outputs[0]
                    made = usage.completion_tokens + len(said.token_ids)
                    usage = Usage(len(ids), made, output.num_cached_tokens or 0)
                    yield said.text, usage, self._finish(said.finish_reason)
        except (VLLMClientError, ValueError, TypeError) as error:
            raise RequestRefused(
                f"engine {self._name!r}: vLLM refuses the request: {_line(error)}; correct it"
            ) from error
        except Exception as error:
            raise self._failure(error) from error

    async def load(self, name: str, folder: Path) -> None:
        """Load an adapter; runs on the loop of the library.

        Raises:
            ModelError: vLLM cannot use it.
        """
        from vllm.lora.request import LoRARequest

        adapter = LoRARequest(name, next(self._numbers), str(folder))
        try:
            await self._llm.add_lora(adapter)
        except Exception as error:
            raise ModelError(
                f"engine {self._name!r}: vLLM cannot load the adapter {str(folder)!r}: "
                f"{_line(error)}; use another one"
            ) from error
        self._adapters[name] = adapter

    async def unload(self, name: str) -> None:
        """Unload an adapter; runs on the loop of the library."""
        adapter = self._adapters.pop(name)
        await self._llm.remove_lora(adapter.lora_int_id)

    async def sleep(self) -> None:
        """Free the memory of the GPU; runs on the loop of the library."""
        await self._llm.sleep(1)

    async def wake(self) -> None:
        """Take the memory again; runs on the loop of the library."""
        await self._llm.wake_up()

    def give_up(self, why: str) -> None:
        """Kill the processes of a vLLM that answers no longer; `why` completes "vLLM"."""
        self._given_up = why
        self._end_processes()

    def stop(self) -> None:
        """End the engine and its processes, and wait for them."""
        if self._stopped:
            return
        self._stopped = True
        self._life.cancel()
        self._loop.submit(self._shut()).result()
        self._loop.close()
        if not self.ended.done():
            self.ended.set_result(_closed(self._name))
        if not self.ready.done():
            self.ready.set_exception(EngineFailed(_closed(self._name)))

    async def _live(
        self, told: Settings, adapters: Mapping[str, Path], environment: Mapping[str, str]
    ) -> None:
        """Start, then look whether the engine's processes still run."""
        try:
            with surroundings(environment):
                self._llm = self._made(told)
            for name, folder in adapters.items():
                await self.load(name, folder)
        except ModelError as error:
            await self._over(error)
            return
        except Exception as error:  # noqa: BLE001  # vLLM raises what it likes
            await self._over(self._failure(error))
            return
        self._served_from = time.monotonic()
        self.ready.set_result(int(self._llm.model_config.max_model_len))
        while not self._llm.errored:
            await asyncio.sleep(_LOOK_S)
        how = f"{self._given_up} and was ended" if self._given_up else "ended"
        await self._over(EngineFailed(f"engine {self._name!r}: vLLM's process {how}; ask again"))

    async def _over(self, error: ModelError) -> None:
        await self._shut()
        if self._served_from:
            self.served_s = time.monotonic() - self._served_from
        self.ended.set_result(str(error))
        if not self.ready.done():
            self.ready.set_exception(error)

    async def _shut(self) -> None:
        llm, self._llm = self._llm, None
        if llm is not None:
            llm.shutdown(timeout=_GRACE_S)
        self._end_processes()
        self._guard.wait()

    def _end_processes(self) -> None:
        """Have the guard end what is left."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()

    def _made(self, told: Settings) -> Any:
        from vllm.engine.arg_utils import AsyncEngineArgs
        from vllm.v1.engine.async_llm import AsyncLLM
        from vllm.v1.metrics.loggers import StatLoggerBase

        library = self

        class Counter(StatLoggerBase):  # type: ignore[misc]  # vLLM is not typed
            """Adds up what speculation does."""

            def __init__(self, vllm_config: Any, engine_index: int = 0) -> None:
                """VLLM makes it."""

            def log_engine_initialized(self) -> None:
                """Nothing to log."""

            def record(self, scheduler_stats: Any, *_: Any, **__: Any) -> None:
                """Take what one step did."""
                spec = getattr(scheduler_stats, "spec_decoding_stats", None)
                if spec is not None:
                    library.drafts += Drafts(spec.num_draft_tokens, spec.num_accepted_tokens)

        return AsyncLLM.from_engine_args(
            AsyncEngineArgs(**told, disable_log_stats=True), stat_loggers=[Counter]
        )

    def _finish(self, reason: str | None) -> FinishReason | None:
        if reason is None or reason in _FINISHES:
            return _FINISHES.get(reason)
        raise EngineFailed(f"engine {self._name!r}: vLLM ended the answer for {reason!r}")

    def _failure(self, error: Exception) -> EngineFailed:
        if isinstance(error, EngineFailed):
            return error
        said = f"{type(error).__name__}: {_line(error)}"
        return EngineFailed(f"engine {self._name!r}: vLLM failed: {said}; ask again")


def _start_guard(name: str) -> tuple["subprocess.Popen[bytes]", Mapping[str, str]]:
    """A guard, and the variable by which it knows what it shall end.

    Raises:
        EngineFailed: no process can be started.
    """
    resource_tracker.ensure_running()  # Python's own helper must not have the mark
    mark = {_MARK: secrets.token_hex(8)}
    try:
        guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(_GUARD)], stdin=subprocess.PIPE, start_new_session=True
        )
        if guard.stdin is not None:
            guard.stdin.write(f"{_MARK}={mark[_MARK]}\n".encode())
            guard.stdin.flush()
    except OSError as error:
        raise EngineFailed(
            f"engine {name!r}: no process can be started: {error}; ask again later"
        ) from error
    return guard, mark


def _closed(name: str) -> str:
    return f"engine {name!r} is closed; make a new one"


def _line(error: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(error).split())[:300] or type(error).__name__


def _sampling(request: GenerationRequest, grammar: str | None) -> Any:
    """A request's sampling in vLLM's words; grammars read special tokens as text."""
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    return SamplingParams(
        max_tokens=request.max_tokens,
        temperature=request.temperature,
        seed=request.seed,
        structured_outputs=None if grammar is None else StructuredOutputsParams(grammar=grammar),
        skip_special_tokens=grammar is None,
        output_kind=RequestOutputKind.DELTA,
    )
