"""The vLLM engine: batched generation on a GPU or a CPU, in a server that the engine runs."""

import asyncio
import re
import shutil
import tempfile
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

from ontopilot.errors import ConfigError, EngineFailed, ModelError, ModelNotFound
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.files.adapter import open_adapter
from ontopilot.models.files.blank_adapter import save_blank
from ontopilot.models.files.checkpoint import Checkpoint, locate, open_checkpoint
from ontopilot.models.files.template import ChatTemplate, read_template
from ontopilot.models.hardware import inspect_machine
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.spec import Model
from ontopilot.models.streaming.chat_client import ChatClient, chat_body
from ontopilot.models.streaming.mailbox import Mailbox, in_thread
from ontopilot.models.streaming.sse import Completion
from ontopilot.models.structured.constraint import Constraint, ebnf_of, prepared
from ontopilot.models.structured.thinking import after_thoughts
from ontopilot.models.vllm.command import arguments, environment, find_vllm, has_adapters
from ontopilot.models.vllm.server import BASE, VllmServer

_ADAPTER = "adapter"
"""The name under which the adapter of the `Model` is loaded."""

_BLANK = "blank"
"""The adapter that changes nothing (`blank_adapter.py`)."""

_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,63}")
_NOTICE_S = 1.0


class VllmEngine:
    """Serves a checkpoint, or a model of the hub's cache, with `vllm serve`.

    The server starts at the first request or with `warm`. After a crash it starts again at the
    next request, which fails at once, as do those that come while it starts: a start takes half
    a minute or more, and another engine answers sooner. `program` is the vLLM to run, by default
    that of this Python's environment; `server` one that runs already and outlives this engine.
    """

    def __init__(
        self,
        model: Model,
        *,
        program: Path | None = None,
        threads: int | None = None,
        server: VllmServer | None = None,
    ) -> None:
        self._model = model
        self._program = find_vllm(program, model=model.name)
        self._threads = threads
        self._starting = threading.Lock()
        self._folder: Path | None = None
        self._lent = server
        self._server = server
        self._client = self._client_of(server) if server is not None else None
        self._served_once = False
        self._context_tokens = 0
        self._template: ChatTemplate | None = None
        self._adapters: dict[str, Path] = {}
        if model.adapter is not None:
            self._adapters[_ADAPTER] = Path(model.adapter).expanduser()
        self._closed = False
        self._counters = Counters()

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._model.name

    @property
    def capabilities(self) -> Capabilities:
        """The context is known once the server answers."""
        return Capabilities(
            context_tokens=self._context_tokens,
            grammar=True,
            adapters=True,
            continues=not self._model.thinking,
        )

    @property
    def server(self) -> VllmServer | None:
        """The server if it was started; it can be lent to another engine of the same model."""
        return self._server

    @property
    def process(self) -> int | None:
        """What the server's processes descend from, or None while there is none."""
        server = self._server
        return None if server is None or server.ended.done() else server.process

    @property
    def standing(self) -> str:
        """What the server is doing, in words."""
        server = self._server
        return server.standing if server is not None else "starts at the first request"

    async def warm(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ModelError: the model cannot be used, or vLLM cannot run it.
        """
        await self._ready(await self._living())

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer to a request.

        Raises:
            ModelNotFound: there is no such model or adapter.
            ModelError: the model cannot be used, or the request is refused.
            PromptTooLong: prompt and answer do not fit the context.
            EngineFailed: the server ended or starts again, or the engine is closed.
        """
        completion = Completion(self.name)
        failed = False
        self._counters.began()
        try:
            constraint, prompt = await prepared(request), await self._prompt(request)
            server = await self._living()
            if self._served_once and not server.ready.done():
                raise EngineFailed(
                    f"engine {self.name!r}: its vLLM process ended and {server.standing} again; "
                    "ask again in a minute"
                )
            client = await self._ready(server)
            body = self._body(request, constraint, server.plain, prompt)
            stream = client.stream(body, request.stop, completion, prompt=prompt)
            try:
                async with aclosing(stream) as chunks:
                    async for chunk in chunks:
                        yield chunk
            except (EngineFailed, ModelNotFound) as error:
                raise await self._reason(server, error) from error
        except ModelError:
            failed = True
            raise
        finally:
            self._counters.ended(completion.usage, failed=failed)

    async def load_adapter(self, name: str, folder: Path) -> None:
        """Load a LoRA adapter, which requests then choose by its name.

        Raises:
            ConfigError: the name cannot be one, or the engine was not given room for adapters.
            ModelError: the adapter cannot be used, or vLLM refuses it.
        """
        if not has_adapters(self._model):
            raise ConfigError(
                f"engine {self.name!r} has no room for adapter {name!r}; "
                "make it with EngineOptions(adapters=…)"
            )
        if not _NAME.fullmatch(name) or name in (BASE, _ADAPTER, _BLANK):
            raise ConfigError(
                f"adapter {name!r}: use a name of letters, digits, '.', '_' and '-' "
                f"that is none of {BASE!r}, {_ADAPTER!r} and {_BLANK!r}"
            )
        folder = Path(folder).expanduser().absolute()
        await in_thread(lambda: open_adapter(folder, self._checkpoint()), name="open")
        client = await self._ready(await self._living())
        await client.post("/load_lora_adapter", {"lora_name": name, "lora_path": str(folder)})
        self._adapters[name] = folder

    async def unload_adapter(self, name: str) -> None:
        """Unload an adapter; requests that name it are refused from now on.

        Raises:
            ConfigError: no adapter of that name is loaded.
            ModelError: vLLM refuses.
        """
        if name not in self._adapters or name == _ADAPTER:
            loaded = sorted(self._adapters.keys() - {_ADAPTER})
            raise ConfigError(
                f"engine {self.name!r} has no adapter {name!r} loaded, but {loaded}; "
                "name one of them"
            )
        client = await self._ready(await self._living())
        await client.post("/unload_lora_adapter", {"lora_name": name})
        del self._adapters[name]

    def stats(self) -> EngineStats:
        """The counters so far."""
        return self._counters.read()

    async def aclose(self) -> None:
        """Fail what runs, and end the server with all that it started."""
        self._closed = True
        if self._client is not None:
            self._client.close()
        await in_thread(self._end, name="close")

    def _end(self) -> None:
        with self._starting:
            server, self._server = self._server, None
            if server is not None and server is not self._lent:
                server.stop()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _checkpoint(self) -> Checkpoint:
        return open_checkpoint(locate(self._model.target))

    def _body(
        self,
        request: GenerationRequest,
        constraint: Constraint | None,
        plain: str,
        prompt: str,
    ) -> dict[str, Any]:
        """A request with what vLLM understands beyond the protocol of OpenAI."""
        served = request.adapter or (_ADAPTER if _ADAPTER in self._adapters else plain)
        if served != plain and served not in self._adapters:
            loaded = sorted(self._adapters)
            raise ModelError(
                f"engine {self.name!r} has no adapter {served!r} loaded, but {loaded}; "
                "load it first"
            )
        body = chat_body(request, served)
        body["stream_options"]["continuous_usage_stats"] = True
        body["chat_template_kwargs"] = {"enable_thinking": self._model.thinking}
        body["priority"] = request.priority
        if request.begun:
            body["messages"].append({"role": "assistant", "content": request.begun})
            body |= {"continue_final_message": True, "add_generation_prompt": False}
        if constraint is not None:
            grammar = constraint.grammar
            if self._model.thinking:
                grammar = after_thoughts(grammar, prompt)
            body["structured_outputs"] = {"grammar": ebnf_of(grammar)}
            body["skip_special_tokens"] = False  # grammars read them as text
        return body

    async def _prompt(self, request: GenerationRequest) -> str:
        """The prompt that the server makes, where it matters: it may begin the thoughts."""
        if not self._model.thinking:
            return ""
        if self._template is None:
            folder = locate(self._model.target)
            self._template = await in_thread(lambda: read_template(folder), name="template")
        return self._template.render(request.messages, thinking=True)

    async def _living(self) -> VllmServer:
        """The server, started now if there is none or if the last one ended."""
        server = self._server
        if server is None or server.ended.done():
            server = await in_thread(self._start, name="start")
        return server

    def _start(self) -> VllmServer:
        """Check the model, which says more clearly than vLLM what is wrong with it, and start.

        Raises:
            ModelError: the model or an adapter cannot be used.
            EngineFailed: the engine is closed.
        """
        with self._starting:
            if self._closed:
                raise self._is_closed()
            last = self._server
            if last is not None and not last.ended.done():
                return last
            checkpoint = self._checkpoint()
            read_template(checkpoint.folder)
            adapters = {n: open_adapter(f, checkpoint) for n, f in self._adapters.items()}
            if self._folder is None:
                self._folder = Path(tempfile.mkdtemp(prefix="ontopilot-vllm-"))
            plain = BASE
            if has_adapters(self._model) and not inspect_machine().gpus:
                plain = _BLANK
                adapters[_BLANK] = save_blank(self._folder / _BLANK, checkpoint)
            server = VllmServer(
                self._program,
                arguments(self._model, checkpoint, adapters),
                name=self.name,
                folder=self._folder,
                plain=plain,
                environment=environment(self._model, self._threads),
            )
            self._client = self._client_of(server)
            self._server = server
            return server

    def _is_closed(self) -> EngineFailed:
        return EngineFailed(f"engine {self.name!r} is closed; make a new one")

    def _client_of(self, server: VllmServer) -> ChatClient:
        return ChatClient(
            engine=self.name,
            address=server.address,
            stall_s=self._model.options.stall_s,
            thinking=self._model.thinking,
            key=server.key,
        )

    async def _ready(self, server: VllmServer) -> ChatClient:
        """Wait until the server answers; its client.

        Raises:
            ModelError: the server ended before it did.
        """
        answered: Mailbox[None] = Mailbox()
        server.ready.add_done_callback(lambda _: answered.put(None))
        await answered.get()
        self._context_tokens = server.ready.result()
        self._served_once = True
        client = self._client
        if client is None:
            raise self._is_closed()
        return client

    async def _reason(self, server: VllmServer, error: ModelError) -> ModelError:
        """Why a stream failed: the end of the server if it ended, else what was said."""
        if self._closed:
            return self._is_closed()
        over: Mailbox[None] = Mailbox()
        server.ended.add_done_callback(lambda _: over.put(None))
        try:
            async with asyncio.timeout(_NOTICE_S):
                await over.get()
        except TimeoutError:
            return error
        return EngineFailed(server.ended.result())
