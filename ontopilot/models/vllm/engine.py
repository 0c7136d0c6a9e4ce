"""The vLLM engine: batched generation on a GPU or a CPU, in a server that the engine runs."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import Any

from ontopilot.errors import EngineFailed, ModelError, ModelNotFound
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.files.adapter import open_adapter
from ontopilot.models.files.checkpoint import Checkpoint, locate, open_checkpoint, read_tokenizer
from ontopilot.models.files.template import ChatTemplate, read_template
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.spec import Model
from ontopilot.models.streaming.chat_client import ChatClient, chat_body
from ontopilot.models.streaming.detokenize import left_of
from ontopilot.models.streaming.mailbox import Mailbox, in_thread
from ontopilot.models.streaming.sse import Completion
from ontopilot.models.structured.constraint import Constraint, prepared
from ontopilot.models.vllm.adapters import Adapters
from ontopilot.models.vllm.command import arguments, find_vllm
from ontopilot.models.vllm.environment import environment
from ontopilot.models.vllm.followed import followed
from ontopilot.models.vllm.kept import kept
from ontopilot.models.vllm.lifetime import Lifetime
from ontopilot.models.vllm.server import ORIGIN, VllmServer
from ontopilot.models.vllm.settings import settings
from ontopilot.models.vllm.sleep import require_sleep

_NOTICE_S = 1.0
_SILENT_S = 30.0


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
        self._adapters = Adapters(model)
        self._lifetime: Lifetime[VllmServer] = Lifetime(model.name, self._start, lent=server)
        self._clients: dict[VllmServer, ChatClient] = {}
        self._context_tokens = 0
        self._template: ChatTemplate | None = None
        self._tokenizer: Any = None
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
        return self._lifetime.server

    @property
    def process(self) -> int | None:
        """What the server's processes descend from, or None while there is none."""
        server = self._lifetime.server
        return None if server is None or server.ended.done() else server.process

    @property
    def standing(self) -> str:
        """What the server is doing, in words."""
        return self._lifetime.standing

    async def warm(self) -> None:
        """Start the server and wait until it answers.

        Raises:
            ModelError: the model cannot be used, or vLLM cannot run it.
        """
        await self._client()

    async def probe(self) -> None:
        """Check that the server answers; one that ended starts again.

        Raises:
            ModelError: it does not answer, or not yet.
        """
        if self._lifetime.server is not None:
            await self._client()

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer to a request.

        Raises:
            ModelNotFound: there is no such model.
            RequestRefused: the request is refused, or no such adapter is loaded.
            PromptTooLong: prompt and answer do not fit the context.
            EngineFailed: the server ended or starts again, or the engine is closed.
        """
        completion = Completion(self.name)
        failed = False
        self._counters.began()
        try:
            left = await self._left(request)
            if not left:
                yield Chunk("", "length", completion.usage)
                return
            request = replace(request, max_tokens=left)
            constraint, prompt = await prepared(request), await self._prompt(request)
            server = await self._lifetime.for_request()
            body = self._body(request, constraint, server.plain, prompt)
            client = self._client_of(server)
            stream = client.stream(body, request.stop, completion, prompt=prompt)
            chunks = followed(stream, server, stall_s=self._model.options.stall_s)
            try:
                async with aclosing(chunks):
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
        self._adapters.check(name)
        folder = Path(folder).expanduser().absolute()
        await in_thread(lambda: open_adapter(folder, self._checkpoint()), name="open")
        client = await self._client()
        await client.post("/load_lora_adapter", {"lora_name": name, "lora_path": str(folder)})
        self._adapters.add(name, folder)

    async def unload_adapter(self, name: str) -> None:
        """Unload an adapter; requests that name it are refused from now on.

        Raises:
            ConfigError: no adapter of that name is loaded.
            ModelError: vLLM refuses.
        """
        self._adapters.check_loaded(name)
        client = await self._client()
        await client.post("/unload_lora_adapter", {"lora_name": name})
        self._adapters.remove(name)

    async def sleep(self) -> None:
        """Give the memory of the GPU back until `wake`; what runs is cut off.

        Raises:
            ConfigError: the engine was not made with `EngineOptions(sleeps=True)`.
            ModelError: vLLM cannot sleep.
        """
        require_sleep(self._model)
        server = await self._lifetime.up()
        await in_thread(lambda: server.order("/sleep?level=1"), name="sleep")

    async def wake(self) -> None:
        """Load the weights into the GPU again.

        Raises:
            ConfigError: the engine was not made with `EngineOptions(sleeps=True)`.
            ModelError: vLLM cannot wake.
        """
        require_sleep(self._model)
        server = await self._lifetime.up()
        await in_thread(lambda: server.order("/wake_up"), name="wake")

    def stats(self) -> EngineStats:
        """The counters so far; those of speculation are the server's, two seconds old at most."""
        drafts = self._lifetime.drafts
        return replace(
            self._counters.read(),
            drafted_tokens=drafts.drafted,
            accepted_tokens=drafts.accepted,
        )

    async def aclose(self) -> None:
        """Fail what runs, and end the server with all that it started."""
        for client in self._clients.values():
            client.close()
        await in_thread(self._lifetime.close, name="close")

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
        body = chat_body(request, self._adapters.chosen(request.adapter, plain))
        body["stream_options"]["continuous_usage_stats"] = True
        body["chat_template_kwargs"] = {"enable_thinking": self._model.thinking}
        body["priority"] = request.priority
        if request.begun:
            body["messages"].append({"role": "assistant", "content": request.begun})
            body |= {"continue_final_message": True, "add_generation_prompt": False}
        if constraint is not None:
            grammar = kept(constraint, prompt, thinking=self._model.thinking)
            body["structured_outputs"] = {"grammar": grammar}
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

    async def _left(self, request: GenerationRequest) -> int:
        """How many tokens of the answer are left when some of it was begun elsewhere."""
        if not request.begun:
            return request.max_tokens
        if self._tokenizer is None:
            folder = locate(self._model.target)
            self._tokenizer = await in_thread(lambda: read_tokenizer(folder), name="tokenizer")
        encode = self._tokenizer.encode
        return left_of(
            request.max_tokens,
            request.begun,
            lambda text: encode(text, add_special_tokens=False).ids,
        )

    def _start(self, folder: Path) -> VllmServer:
        """Check the model, which says more clearly than vLLM what is wrong with it, and start.

        Raises:
            ModelError: the model or an adapter cannot be used.
            ConfigError: the options ask for what this machine does not have.
        """
        checkpoint = self._checkpoint()
        read_template(checkpoint.folder)
        plain, adapters = self._adapters.opened(checkpoint, folder)
        told = settings(self._model, checkpoint, adapters)
        named = [{"name": name, "path": str(adapter.folder)} for name, adapter in adapters.items()]
        served = {"enable_prompt_tokens_details": True, "disable_uvicorn_access_log": True}
        return VllmServer(
            self._program,
            arguments({**told, **served, **({"lora_modules": named} if named else {})}),
            name=self.name,
            folder=folder,
            plain=plain,
            environment=environment(
                self._model, threads=self._threads, python=Path(self._program[0])
            ),
            silent_s=min(_SILENT_S, self._model.options.stall_s),
            counts_drafts=bool(self._model.options.draft),
        )

    async def _client(self) -> ChatClient:
        """A client of the server, which answers.

        Raises:
            ModelError: the server ended before it did, or cannot be started.
        """
        return self._client_of(await self._lifetime.up())

    def _client_of(self, server: VllmServer) -> ChatClient:
        client = self._clients.get(server)
        if client is None:
            self._context_tokens = server.ready.result()
            client = ChatClient(
                engine=self.name,
                address=f"{ORIGIN}/v1",
                stall_s=self._model.options.stall_s,
                thinking=self._model.thinking,
                socket=server.socket,
            )
            self._clients = {server: client}
        return client

    async def _reason(self, server: VllmServer, error: ModelError) -> ModelError:
        """Why a stream failed: the end of the server if it ended, else what was said."""
        if self._lifetime.closed:
            return self._lifetime.is_closed()
        over: Mailbox[None] = Mailbox()
        server.ended.add_done_callback(lambda _: over.put(None))
        try:
            async with asyncio.timeout(_NOTICE_S):
                await over.get()
        except TimeoutError:
            return error
        return EngineFailed(server.ended.result())
