"""The OpenVINO engine: batched generation on the CPU, in a child process."""

import asyncio
import itertools
import threading
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

from ontopilot.errors import ConfigError, ConstraintRefused, EngineFailed, ModelError
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.files.adapter import check_adapter_name
from ontopilot.models.messages import Chunk, GenerationRequest, Usage
from ontopilot.models.spec import CPU_KV_CACHE_MB, NGRAM, Model
from ontopilot.models.streaming.child import Child, Line
from ontopilot.models.streaming.mailbox import Mailbox, in_thread
from ontopilot.models.structured.constraint import Constraint, prepared

_MODULE = "ontopilot.models.openvino.child"
_SIGN_S = 30.0
"""A step over a long prompt of a large model may take seconds, and signs wait for its end."""

_CACHE = Path("~/.cache/ontopilot/gguf")


class OpenVinoEngine:
    """Serves a Llama-like model: a checkpoint, an OpenVINO folder or a `.gguf` file.

    The pipeline holds Python's lock while it computes, and a fault in it ends the process: so it
    lives in a child, which starts at the first request or with `warm`, and again after a crash.
    Requests that arrive together are batched.
    """

    def __init__(self, model: Model, *, threads: int | None = None) -> None:
        if model.options.precision == "fp8":
            raise ConfigError(
                f"Model({model.name!r}): precision='fp8' is not served by OpenVINO on a CPU; "
                "use 'int8' or 'fp16'"
            )
        if model.adapter is not None or model.options.adapters:
            _require_checkpoint(model)
        self._model = model
        self._threads = threads
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._ids = itertools.count(1)
        self._adapters: dict[str, Path] = {}
        self._context_tokens = 0
        self._weights = ""
        self._closed = False
        self._counters = Counters()

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._model.name

    @property
    def capabilities(self) -> Capabilities:
        """The context and the number format are known once the model is loaded."""
        return Capabilities(
            context_tokens=self._context_tokens,
            grammar=not self._drafts,
            adapters=True,
            continues=not self._model.thinking,
            weights=self._weights,
        )

    @property
    def process(self) -> int | None:
        """The child that runs the pipeline, or None while there is none."""
        child = self._child
        return None if child is None or child.ended else child.process

    @property
    def _drafts(self) -> bool:
        """Whether a model drafts; OpenVINO then neglects grammars (GenAI 2026.4.1)."""
        return self._model.options.draft not in ("", NGRAM)

    @property
    def standing(self) -> str:
        """What the child is doing, in words."""
        child = self._child
        if child is None or child.ended:
            return "starts at the first request"
        if not child.ready.done():
            return "is loading the model"
        return f"running with {self._weights} weights" if self._weights else "running"

    async def warm(self) -> None:
        """Start the child and load the model.

        Raises:
            ModelError: the model cannot be loaded.
        """
        await self._started()

    async def probe(self) -> None:
        """Check that the child answers; one that ended is started again, one that hangs is ended.

        Raises:
            ModelError: the model cannot be loaded again.
            EngineFailed: the child hung, or the engine is closed.
        """
        child = self._child
        if child is None:
            return
        child = await self._started()
        try:
            async with asyncio.timeout(_SIGN_S):
                await self._say(child, {"ping": True})
        except TimeoutError:
            await in_thread(child.stop, name="close")
            raise EngineFailed(
                f"engine {self.name!r} gave no sign of life for {_SIGN_S:.0f} s and was ended; "
                "ask again, which starts a new one"
            ) from None
        except ModelError:  # it ended meanwhile
            await self._started()

    async def load_adapter(self, name: str, folder: Path) -> None:
        """Load a LoRA adapter, which requests then choose by its name.

        It gets a pipeline of its own, with the weights of a whole model.

        Raises:
            ConfigError: the name cannot be one, or the engine was not given room for adapters.
            ModelError: the adapter cannot be used.
        """
        check_adapter_name(name)
        room = self._model.options.adapters
        if name not in self._adapters and len(self._adapters) >= room:
            raise ConfigError(
                f"engine {self.name!r} has room for {room} adapters and holds "
                f"{sorted(self._adapters)}; unload one, or make it with EngineOptions(adapters=…)"
            )
        folder = Path(folder).expanduser().absolute()
        child = await self._started()
        await self._say(child, {"load": name, "folder": str(folder)})
        self._adapters[name] = folder

    async def unload_adapter(self, name: str) -> None:
        """Unload an adapter; requests that name it are refused from now on.

        Raises:
            ConfigError: no adapter of that name is loaded.
        """
        if name not in self._adapters:
            raise ConfigError(
                f"engine {self.name!r} has no adapter {name!r} loaded, but "
                f"{sorted(self._adapters)}; name one of them"
            )
        del self._adapters[name]
        await self._say(await self._started(), {"unload": name})

    async def _say(self, child: Child, line: Line) -> None:
        """Send a line and wait for its answer."""
        key = next(self._ids)
        mailbox: Mailbox[Line | ModelError] = Mailbox()
        child.open(key, mailbox)
        try:
            child.send({"id": key, **line})
            answer = await mailbox.get()
        finally:
            child.close(key)
        if isinstance(answer, ModelError):
            raise answer

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer to a request.

        Raises:
            ModelNotFound: there is no such model.
            ModelError: the model cannot be loaded, or the request names no adapter of it.
            PromptTooLong: prompt and answer do not fit the context or the memory for it.
            ConstraintMalformed: the grammar or schema is wrong, or cannot be kept.
            ConstraintRefused: there is one, and a model drafts.
            EngineFailed: the child ended, or the engine is closed.
        """
        served = _Served()
        failed = False
        self._counters.began()
        try:
            constraint = await prepared(request)
            if constraint is not None and self._drafts:
                raise ConstraintRefused(
                    f"engine {self.name!r} drafts with a model and keeps no grammar or schema; "
                    f"draft with {NGRAM!r}, or use an engine that keeps them"
                )
            child = await self._started()
            async for chunk in self._answer(child, request, constraint, served):
                yield chunk
        except ModelError:
            failed = True
            raise
        finally:
            self._counters.ended(served.usage, failed=failed, accepted=served.accepted)

    async def _answer(
        self,
        child: Child,
        request: GenerationRequest,
        constraint: Constraint | None,
        served: "_Served",
    ) -> AsyncGenerator[Chunk, None]:
        key = next(self._ids)
        mailbox: Mailbox[Line | ModelError] = Mailbox()
        child.open(key, mailbox)
        finished = False
        try:
            child.send(_line(key, request, constraint))
            while not finished:
                line = await mailbox.get()
                if isinstance(line, ModelError):
                    finished = True
                    raise line
                served.usage = Usage(*line["usage"])
                served.accepted = line["accepted"]
                finished = line["finish"] is not None
                usage = served.usage if finished else None
                yield Chunk(line["text"], line["finish"], usage)
        finally:
            child.close(key)
            if not finished:
                child.send({"id": key, "cancel": True})

    def stats(self) -> EngineStats:
        """The counters so far."""
        return self._counters.read()

    async def aclose(self) -> None:
        """Fail what runs, and end the child."""
        with self._lock:
            self._closed = True
            child, self._child = self._child, None
        if child is not None:
            await in_thread(child.stop, name="close")

    async def _started(self) -> Child:
        """The child with its model loaded."""
        loaded: Mailbox[None] = Mailbox()
        child = self._living()
        child.ready.add_done_callback(lambda _: loaded.put(None))
        await loaded.get()
        if child.ready.exception() is not None:
            await in_thread(child.stop, name="close")
        loaded_as = child.ready.result()
        self._context_tokens, self._weights = loaded_as["context_tokens"], loaded_as["weights"]
        return child

    def _living(self) -> Child:
        with self._lock:
            if self._closed:
                raise EngineFailed(f"engine {self.name!r} is closed; make a new one")
            if self._child is None or self._child.ended:
                self._child = Child(_MODULE, self._settings(), name=self.name)
            return self._child

    def _settings(self) -> Line:
        options = self._model.options
        adapter = self._model.adapter
        kv_cache_mb = options.kv_cache_mb or CPU_KV_CACHE_MB
        return {
            "name": self.name,
            "target": self._model.target,
            "adapter": None if adapter is None else str(Path(adapter).expanduser()),
            "adapters": {name: str(folder) for name, folder in self._adapters.items()},
            "thinking": self._model.thinking,
            "threads": self._threads,
            "precision": options.precision,
            "context_tokens": options.context_tokens,
            "kv_cache_mb": max(1, kv_cache_mb // (1 + options.adapters)),
            "draft": options.draft,
            "draft_tokens": options.draft_tokens,
            "cache": str((options.cache or _CACHE).expanduser()),
        }


def _require_checkpoint(model: Model) -> None:
    target = Path(model.target)
    if target.suffix == ".gguf":
        raise ConfigError(
            f"Model({model.name!r}): an adapter is merged when a checkpoint is converted, and "
            "this model is converted already; name the checkpoint that it was made from"
        )


@dataclass(slots=True)
class _Served:
    """What a request has used so far, also when it is cancelled."""

    usage: Usage = field(default_factory=Usage)
    accepted: int = 0


def _line(key: int, request: GenerationRequest, constraint: Constraint | None) -> Line:
    return {
        "id": key,
        "adapter": request.adapter,
        "begun": request.begun,
        "messages": [[message.role, message.content] for message in request.messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stop": request.stop,
        "grammar": None if constraint is None else constraint.ebnf,
    }
