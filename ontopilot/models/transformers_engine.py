"""The transformers engine: any checkpoint in this process, one request at a time."""

import threading
from collections.abc import AsyncGenerator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ontopilot.errors import EngineFailed, ModelError, PromptTooLong
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.files.adapter import Adapter, open_adapter
from ontopilot.models.files.checkpoint import Checkpoint, locate, open_checkpoint, read_tokenizer
from ontopilot.models.files.template import ChatTemplate, read_template
from ontopilot.models.hardware import require_memory
from ontopilot.models.messages import Chunk, FinishReason, GenerationRequest, Usage
from ontopilot.models.spec import Model
from ontopilot.models.streaming.detokenize import Detokenizer, left_of, shown_before
from ontopilot.models.streaming.filters import TextFilter
from ontopilot.models.streaming.mailbox import Mailbox, in_thread
from ontopilot.models.structured.constraint import Constraint, prepared
from ontopilot.models.structured.masking import LogitsMask
from ontopilot.models.structured.matching import Vocabulary
from ontopilot.models.structured.thinking import after_thoughts


class TransformersEngine:
    """Runs a checkpoint with Hugging Face transformers on the CPU.

    The weights load at the first request or with `warm`. Concurrent requests wait in turn.
    """

    def __init__(self, model: Model, *, threads: int | None = None) -> None:
        self._model = model
        self._threads = threads
        self._lock = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._jobs: set[_Job] = set()
        self._loaded: _Loaded | None = None
        self._closed = False
        self._counters = Counters()

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._model.name

    @property
    def capabilities(self) -> Capabilities:
        """The context is known once the weights are loaded."""
        loaded = self._loaded
        return Capabilities(
            context_tokens=loaded.context_tokens if loaded else 0,
            grammar=True,
            adapters=True,
            continues=not self._model.thinking,
        )

    async def warm(self) -> None:
        """Load the weights.

        Raises:
            ModelError: they cannot be loaded.
        """
        done: Mailbox[ModelError | None] = Mailbox()
        future = self._executor().submit(self._load)
        future.add_done_callback(lambda f: done.put(_error(f, self.name)))
        if (error := await done.get()) is not None:
            raise error

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer to a request.

        Raises:
            ModelError: the model cannot be loaded, or fails.
            PromptTooLong: prompt and answer do not fit the context.
            ConstraintMalformed: the grammar or schema is wrong, or cannot be kept.
        """
        job = _Job(request, Mailbox(), self._counters)
        self._counters.began()
        with self._lock:
            self._jobs.add(job)
        try:
            job.constraint = await prepared(request)
            future = self._executor().submit(self._run, job)
            future.add_done_callback(lambda f: job.settle(_error(f, self.name)))
            while True:
                item = await job.mailbox.get()
                if isinstance(item, ModelError):
                    raise item
                yield item
                if item.finish is not None:
                    return
        except ModelError as error:
            job.settle(error)
            raise
        finally:
            job.cancelled.set()
            with self._lock:
                self._jobs.discard(job)

    def stats(self) -> EngineStats:
        """The counters so far."""
        return self._counters.read()

    async def aclose(self) -> None:
        """Cancel what runs, and free the weights and the thread."""
        with self._lock:
            self._closed = True
            thread, self._thread = self._thread, None
            jobs = list(self._jobs)
        for job in jobs:
            job.cancelled.set()
            job.mailbox.put(self._is_closed())
        if thread is not None:
            await in_thread(lambda: thread.shutdown(cancel_futures=True), name="close")
        self._loaded = None

    def _is_closed(self) -> EngineFailed:
        return EngineFailed(f"engine {self.name!r} is closed; make a new one")

    def _executor(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._closed:
                raise self._is_closed()
            if self._thread is None:
                self._thread = ThreadPoolExecutor(1, thread_name_prefix="transformers")
            return self._thread

    def _load(self) -> "_Loaded":
        if self._loaded is None:
            self._loaded = _load(self._model, self._threads)
        return self._loaded

    def _run(self, job: "_Job") -> None:
        if not job.cancelled.is_set():
            self._load().answer(job)


@dataclass(eq=False, slots=True)
class _Job:
    """A request on its way through the thread."""

    request: GenerationRequest
    mailbox: Mailbox[Chunk | ModelError]
    counters: Counters
    constraint: Constraint | None = None
    usage: Usage = field(default_factory=Usage)
    cancelled: threading.Event = field(default_factory=threading.Event)
    _settled: bool = False

    def settle(self, error: ModelError | None) -> None:
        """Count the request once, when its slot is free, and tell the reader of a failure."""
        if self._settled:
            return
        self._settled = True
        self.counters.ended(self.usage, failed=error is not None)
        if error is not None:
            self.mailbox.put(error)


def _error(future: "Future[Any]", name: str) -> ModelError | None:
    """What went wrong in the thread, as an error of this project."""
    if future.cancelled():
        return EngineFailed(f"engine {name!r} was closed before the request began")
    error = future.exception()
    if error is None or isinstance(error, ModelError):
        return error
    return EngineFailed(
        f"engine {name!r} failed: {type(error).__name__}: {_first_line(error)}; ask again"
    )


def _load(model: Model, threads: int | None) -> "_Loaded":
    folder = locate(model.target)
    checkpoint = open_checkpoint(folder)
    adapter = open_adapter(Path(model.adapter).expanduser(), checkpoint) if model.adapter else None
    template = read_template(folder)
    tokenizer = read_tokenizer(folder)

    import torch
    from safetensors import SafetensorError
    from transformers import AutoModelForCausalLM
    from transformers.utils import logging

    logging.disable_progress_bar()
    if threads:
        torch.set_num_threads(threads)
    try:
        network, found = AutoModelForCausalLM.from_pretrained(
            str(folder),
            dtype=_dtype(model, checkpoint),
            local_files_only=True,
            use_safetensors=True,
            trust_remote_code=False,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, KeyError, ImportError, SafetensorError) as error:
        raise ModelError(
            f"model {str(folder)!r} cannot be loaded: {_first_line(error)}; copy the model again, "
            "or use one that transformers knows"
        ) from error
    if found["missing_keys"]:
        raise ModelError(
            f"model {str(folder)!r} lacks the weights {sorted(found['missing_keys'])[0]!r}; "
            "copy the model again"
        )
    if adapter is not None:
        _merge(adapter, network)
    context = checkpoint.context_tokens
    asked = model.options.context_tokens
    return _Loaded(
        model=model,
        network=network.eval(),
        tokenizer=tokenizer,
        template=template,
        context_tokens=min(context, asked) if context and asked else context or asked or 0,
    )


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)


def _merge(adapter: Adapter, network: Any) -> None:
    import torch

    for name in adapter.pairs:
        weight = network.get_parameter(name).data
        weight += torch.from_numpy(adapter.delta(name)).to(weight.dtype)


def _dtype(model: Model, checkpoint: Checkpoint) -> Any:
    """The number type of the weights: float32 unless another one is asked for.

    Raises:
        ModelError: weights of that format are not served here, or do not fit the memory.
    """
    import torch

    named = {"auto": torch.float32, "fp32": torch.float32}
    named |= {"bf16": torch.bfloat16, "fp16": torch.float16}
    precision = model.options.precision
    if precision not in named:
        raise ModelError(
            f"model {model.name!r}: transformers serves no weights in {precision!r} here; "
            f"use one of {sorted(named)}, or another engine"
        )
    kind = named[precision]
    require_memory(checkpoint.numbers * kind.itemsize, model=model.name)
    return kind


@dataclass(slots=True)
class _Loaded:
    """A checkpoint in memory."""

    model: Model
    network: Any
    tokenizer: Any
    template: ChatTemplate
    context_tokens: int
    vocabulary: Vocabulary | None = None
    """The tokens as grammars need them, read at the first request with one."""

    def answer(self, job: _Job) -> None:
        """Generate for one job, in the engine's thread."""
        import torch
        from transformers import StoppingCriteria, StoppingCriteriaList

        request = job.request
        prompt = self.template.render(request.messages, thinking=self.model.thinking)
        prompt += request.begun
        left = left_of(request.max_tokens, request.begun, self._ids)
        ids = self._encode(prompt, left)
        job.usage = Usage(prompt_tokens=len(ids))
        if not left:
            job.settle(None)
            job.mailbox.put(Chunk("", "length", job.usage))
            return
        ends = _ends(self.network.generation_config.eos_token_id)
        shown = TextFilter(request.stop, self.model.thinking, prompt)
        text = Detokenizer(self._text, shown_before(request.begun, ids))
        streamer = _Streamer(job, text, ends, shown)

        class Cancelled(StoppingCriteria):  # type: ignore[misc]  # transformers is not typed
            def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
                over = job.cancelled.is_set() or streamer.stopped
                return torch.full((input_ids.shape[0],), over, dtype=torch.bool)

        with torch.random.fork_rng(devices=[]), torch.inference_mode():
            torch.manual_seed(request.seed)
            tokens = torch.tensor([ids])
            self.network.generate(
                tokens,
                attention_mask=torch.ones_like(tokens),
                max_new_tokens=left,
                streamer=streamer,
                stopping_criteria=StoppingCriteriaList([Cancelled()]),
                logits_processor=self._masks(job, prompt, len(ids)),
                **_sampling(request),
            )
        if not job.cancelled.is_set():
            streamer.close()

    def _masks(self, job: _Job, prompt: str, prompt_tokens: int) -> list[LogitsMask]:
        """What keeps the answer to the form that the request asks for."""
        if job.constraint is None:
            return []
        grammar = job.constraint.grammar
        if self.model.thinking:
            grammar = after_thoughts(grammar, prompt)
        if self.vocabulary is None:
            self.vocabulary = Vocabulary(
                self.tokenizer.to_str(),
                size=self.network.config.get_text_config().vocab_size,
                ends=_ends(self.network.generation_config.eos_token_id),
            )
        return [LogitsMask(self.vocabulary.matcher(grammar), prompt_tokens=prompt_tokens)]

    def _ids(self, text: str) -> list[int]:
        return list(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def _text(self, ids: list[int]) -> str:
        return str(self.tokenizer.decode(ids, skip_special_tokens=True))

    def _encode(self, prompt: str, max_tokens: int) -> list[int]:
        ids = self._ids(prompt)
        needed = len(ids) + max_tokens
        if 0 < self.context_tokens < needed:
            raise PromptTooLong(
                f"engine {self.model.name!r}: prompt and answer need {needed!r} tokens and the "
                f"context holds {self.context_tokens!r}; shorten the prompt or max_tokens"
            )
        return ids


def _sampling(request: GenerationRequest) -> dict[str, Any]:
    if request.temperature > 0:
        return {"do_sample": True, "temperature": request.temperature, "top_k": 0, "top_p": 1.0}
    return {"do_sample": False, "temperature": None, "top_k": None, "top_p": None}


def _ends(tokens: int | list[int] | None) -> frozenset[int]:
    if tokens is None:
        return frozenset()
    return frozenset(tokens if isinstance(tokens, list) else [tokens])


class _Streamer:
    """Takes tokens from `generate` and posts their text."""

    def __init__(
        self,
        job: _Job,
        text: Detokenizer,
        ends: frozenset[int],
        shown: TextFilter,
    ) -> None:
        self._job = job
        self._ends = ends
        self._text = text
        self._filter = shown
        self._finish: FinishReason = "length"
        self._prompt_seen = False

    @property
    def stopped(self) -> bool:
        """Whether a stop string was met."""
        return self._filter.stopped

    def put(self, tokens: Any) -> None:
        """Take the prompt first, and then one token at a time."""
        if not self._prompt_seen:
            self._prompt_seen = True
            return
        for token in tokens.flatten().tolist():
            if token in self._ends:
                self._finish = "stop"
                return
            self._job.usage += Usage(completion_tokens=1)
            self._post(self._filter.feed(self._text.feed(token)))

    def end(self) -> None:
        """Nothing is left to do: `close` posts the rest when the request was not cancelled."""

    def close(self) -> None:
        """Post the rest and the last chunk."""
        text = self._filter.feed(self._text.finish()) + self._filter.finish()
        finish: FinishReason = "stop" if self.stopped else self._finish
        self._job.settle(None)
        self._job.mailbox.put(Chunk(text, finish, self._job.usage))

    def _post(self, text: str) -> None:
        if text and not self._job.mailbox.put(Chunk(text)):
            self._job.cancelled.set()
