"""vLLM in this Python process: no server in between, at the price of sharing an environment."""

import asyncio
import sys
from collections.abc import AsyncGenerator, Coroutine
from concurrent.futures import Future
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from ontopilot.errors import MissingExtra, ModelError, PromptTooLong
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.files.adapter import open_adapter
from ontopilot.models.files.checkpoint import Checkpoint, locate, open_checkpoint, read_tokenizer
from ontopilot.models.files.template import ChatTemplate, read_template
from ontopilot.models.messages import Chunk, GenerationRequest, Usage
from ontopilot.models.spec import Model
from ontopilot.models.streaming.detokenize import left_of
from ontopilot.models.streaming.filters import TextFilter
from ontopilot.models.streaming.mailbox import Mailbox, in_thread
from ontopilot.models.structured.constraint import Constraint, prepared
from ontopilot.models.vllm.adapters import Adapters
from ontopilot.models.vllm.environment import environment
from ontopilot.models.vllm.followed import followed
from ontopilot.models.vllm.kept import kept
from ontopilot.models.vllm.library import VllmLibrary
from ontopilot.models.vllm.lifetime import Lifetime
from ontopilot.models.vllm.settings import settings
from ontopilot.models.vllm.sleep import require_sleep

_QUIET = {"VLLM_LOGGING_STREAM": "ext://sys.stderr", "VLLM_LOGGING_LEVEL": "WARNING"}


class InProcessVllmEngine:
    """Serves a checkpoint, or a model of the hub's cache, with the vLLM of this Python.

    It behaves as `VllmEngine` does; `library` is one that runs already and outlives this. vLLM
    computes in processes of its own here, too, and the program must be one that Python's
    `multiprocessing` can start again: a script keeps what it does under
    `if __name__ == "__main__"`.
    """

    def __init__(
        self,
        model: Model,
        *,
        threads: int | None = None,
        library: VllmLibrary | None = None,
    ) -> None:
        if find_spec("vllm") is None:
            purpose = f"model {model.name!r} with EngineOptions(in_process=True)"
            raise MissingExtra("vllm", extra="vllm", purpose=purpose)
        self._model = model
        self._threads = threads
        self._adapters = Adapters(model)
        self._lifetime: Lifetime[VllmLibrary] = Lifetime(model.name, self._start, lent=library)
        self._prompts: _Prompts | None = None
        self._counters = Counters()

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._model.name

    @property
    def capabilities(self) -> Capabilities:
        """The context is known once the engine runs."""
        library = self._lifetime.server
        known = library is not None and library.ready.done() and not library.ready.exception()
        return Capabilities(
            context_tokens=library.ready.result() if library is not None and known else 0,
            grammar=True,
            adapters=True,
            continues=not self._model.thinking,
        )

    @property
    def library(self) -> VllmLibrary | None:
        """The library if it was started; it can be lent to another engine of the same model."""
        return self._lifetime.server

    @property
    def standing(self) -> str:
        """What vLLM is doing, in words."""
        return self._lifetime.standing

    async def warm(self) -> None:
        """Load the weights.

        Raises:
            ModelError: the model cannot be used, or vLLM cannot run it.
        """
        await self._lifetime.up()

    async def probe(self) -> None:
        """Check that vLLM runs; one that ended starts again.

        Raises:
            ModelError: it does not, or not yet.
        """
        if self._lifetime.server is not None:
            await self._lifetime.up()

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer to a request.

        Raises:
            ModelNotFound: there is no such model.
            RequestRefused: the request is refused, or no such adapter is loaded.
            PromptTooLong: prompt and answer do not fit the context.
            EngineFailed: vLLM ended or starts again, or the engine is closed.
        """
        job = _Job(request, Mailbox())
        failed = False
        self._counters.began()
        work: Future[None] | None = None
        try:
            job.constraint = await prepared(request)
            library = await self._lifetime.for_request()
            adapter = self._adapters.chosen(request.adapter, library.plain)
            work = library.submit(self._run(library, job, adapter))
            stall_s = self._model.options.stall_s
            stream = followed(job.chunks(), library, stall_s=stall_s)
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    yield chunk
        except ModelError:
            failed = True
            raise
        finally:
            if work is not None:
                work.cancel()
            self._counters.ended(job.usage, failed=failed)

    async def load_adapter(self, name: str, folder: Path) -> None:
        """Load a LoRA adapter, which requests then choose by its name.

        Raises:
            ConfigError: the name cannot be one, or the engine was not given room for adapters.
            ModelError: the adapter cannot be used, or vLLM refuses it.
        """
        self._adapters.check(name)
        folder = Path(folder).expanduser().absolute()
        await in_thread(lambda: open_adapter(folder, self._checkpoint()), name="open")
        library = await self._lifetime.up()
        await self._order(library, library.load(name, folder))
        self._adapters.add(name, folder)

    async def unload_adapter(self, name: str) -> None:
        """Unload an adapter; requests that name it are refused from now on.

        Raises:
            ConfigError: no adapter of that name is loaded.
        """
        self._adapters.check_loaded(name)
        library = await self._lifetime.up()
        await self._order(library, library.unload(name))
        self._adapters.remove(name)

    async def sleep(self) -> None:
        """Give the memory of the GPU back until `wake`; what runs is cut off.

        Raises:
            ConfigError: the engine was not made with `EngineOptions(sleeps=True)`.
        """
        require_sleep(self._model)
        library = await self._lifetime.up()
        await self._order(library, library.sleep())

    async def wake(self) -> None:
        """Load the weights into the GPU again.

        Raises:
            ConfigError: the engine was not made with `EngineOptions(sleeps=True)`.
        """
        require_sleep(self._model)
        library = await self._lifetime.up()
        await self._order(library, library.wake())

    def stats(self) -> EngineStats:
        """The counters so far; those of speculation are vLLM's own."""
        drafts = self._lifetime.drafts
        return replace(
            self._counters.read(),
            drafted_tokens=drafts.drafted,
            accepted_tokens=drafts.accepted,
        )

    async def aclose(self) -> None:
        """Fail what runs, and end vLLM with its processes and threads."""
        await in_thread(self._lifetime.close, name="close")

    def _checkpoint(self) -> Checkpoint:
        return open_checkpoint(locate(self._model.target))

    def _start(self, folder: Path) -> VllmLibrary:
        checkpoint = self._checkpoint()
        read_template(checkpoint.folder)
        plain, adapters = self._adapters.opened(checkpoint, folder)
        python = Path(sys.executable)
        surroundings = environment(self._model, threads=self._threads, python=python)
        return VllmLibrary(
            settings(self._model, checkpoint, adapters),
            name=self.name,
            plain=plain,
            adapters={name: adapter.folder for name, adapter in adapters.items()},
            environment={**surroundings, **_QUIET, "VLLM_RPC_BASE_PATH": str(folder)},
        )

    async def _order(self, library: VllmLibrary, work: Coroutine[Any, Any, None]) -> None:
        """Wait for a coroutine on the loop of the library."""
        done: Mailbox[None] = Mailbox()
        future = library.submit(work)
        future.add_done_callback(lambda _: done.put(None))
        await done.get()
        future.result()

    async def _run(self, library: VllmLibrary, job: "_Job", adapter: str) -> None:
        """Answer one job, on the loop of the library."""
        request = job.request
        try:
            if self._prompts is None:
                folder = locate(self._model.target)
                self._prompts = _Prompts(self._model, read_template(folder), read_tokenizer(folder))
            prompt, ids = self._prompts.of(request, library.ready.result())
            job.usage = Usage(len(ids))
            left = self._prompts.left(request)
            if not left:
                job.put(Chunk("", "length", job.usage))
                return
            request = replace(request, max_tokens=left)
            shown = TextFilter(request.stop, self._model.thinking, prompt)
            grammar = None
            if job.constraint is not None:
                grammar = kept(job.constraint, prompt, thinking=self._model.thinking)
            async with aclosing(library.answer(ids, request, grammar, adapter)) as pieces:
                async for said, usage, finish in pieces:
                    job.usage = usage
                    text = shown.feed(said)
                    if finish or shown.stopped:
                        text += shown.finish()
                        job.put(Chunk(text, "stop" if shown.stopped else finish, usage))
                        return
                    if text:
                        job.put(Chunk(text))
        except ModelError as error:
            job.put(error)
        except asyncio.CancelledError:
            job.put(self._lifetime.is_closed())  # unless the reader itself has left
            raise


@dataclass(eq=False, slots=True)
class _Job:
    """A request on its way through the loop of the library."""

    request: GenerationRequest
    mailbox: Mailbox[Chunk | ModelError]
    usage: Usage = field(default_factory=Usage)
    constraint: Constraint | None = None

    def put(self, item: Chunk | ModelError) -> None:
        """Hand a piece, or what went wrong, to the reader."""
        self.mailbox.put(item)

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        """What was put, up to the last chunk.

        Raises:
            ModelError: what went wrong.
        """
        while True:
            item = await self.mailbox.get()
            if isinstance(item, ModelError):
                raise item
            yield item
            if item.finish is not None:
                return


@dataclass(frozen=True, slots=True)
class _Prompts:
    """Makes the tokens that a request is for the model."""

    model: Model
    template: ChatTemplate
    tokenizer: Any

    def left(self, request: GenerationRequest) -> int:
        """How many tokens of the answer are left."""
        encode = self.tokenizer.encode
        return left_of(
            request.max_tokens,
            request.begun,
            lambda text: encode(text, add_special_tokens=False).ids,
        )

    def of(self, request: GenerationRequest, context_tokens: int) -> tuple[str, list[int]]:
        """The prompt as text and as tokens.

        Raises:
            PromptTooLong: prompt and answer do not fit the context.
        """
        prompt = self.template.render(request.messages, thinking=self.model.thinking)
        prompt += request.begun
        ids: list[int] = self.tokenizer.encode(prompt, add_special_tokens=False).ids
        needed = len(ids) + self.left(request)
        if needed > context_tokens:
            raise PromptTooLong(
                f"engine {self.model.name!r}: prompt and answer need {needed!r} tokens and the "
                f"context holds {context_tokens!r}; shorten the prompt or max_tokens"
            )
        return prompt, ids
