"""The remote engine: a server that speaks OpenAI's chat completions."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from ontopilot.errors import ConfigError, EngineFailed, ModelError, ModelNotFound, PromptTooLong
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.spec import Model
from ontopilot.models.sse import Completion, read_completion
from ontopilot.models.stream import TextFilter

if TYPE_CHECKING:
    import httpx

_CONNECT_S = 5.0
_SHOWN = 300
_MOST_STOPS = 4
_TOO_LONG = ("context_length_exceeded", "context length", "context window", "too many tokens")


class RemoteEngine:
    """Streams from `POST {address}/chat/completions`; the name is `http://host/v1#model`.

    The key of the server is read from `EngineOptions.key_file`; it appears in no message. Each
    request has a connection of its own, so that requests may come from any event loop.
    """

    def __init__(self, model: Model) -> None:
        if model.adapter is not None:
            raise ConfigError(
                f"Model({model.name!r}, adapter={str(model.adapter)!r}): a server chooses its "
                "adapters itself; name the one you want after '#'"
            )
        self._model = model
        self._address, self._served = _address(model)
        self._key = _key(model)
        self._trust: ssl.SSLContext | None = None
        self._closed = False
        self._counters = Counters()

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._model.name

    @property
    def capabilities(self) -> Capabilities:
        """The server knows its context, and refuses what does not fit."""
        return Capabilities(context_tokens=self._model.options.context_tokens or 0)

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer to a request.

        Raises:
            ModelNotFound: no server at the address, or no such model there.
            PromptTooLong: the server says that the prompt does not fit.
            EngineFailed: the server fails, is busy, or breaks off; or the engine is closed.
            ModelError: the server refuses the key or the request.
        """
        completion = Completion(self.name)
        failed = False
        self._counters.began()
        try:
            async with aclosing(self._answer(request, completion)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except ModelError:
            failed = True
            raise
        finally:
            self._counters.ended(completion.usage, failed=failed)

    def stats(self) -> EngineStats:
        """The counters so far."""
        return self._counters.read()

    async def aclose(self) -> None:
        """Refuse further requests, and end those that run at their next piece."""
        self._closed = True

    async def _answer(
        self, request: GenerationRequest, completion: Completion
    ) -> AsyncGenerator[Chunk, None]:
        import httpx

        shown = TextFilter(request.stop, self._model.thinking)
        try:
            async with (
                self._client() as client,
                client.stream("POST", "/chat/completions", json=self._body(request)) as response,
            ):
                await self._check(response)
                async with aclosing(read_completion(response.aiter_lines(), completion)) as pieces:
                    async for piece in pieces:
                        self._require_open()
                        if text := shown.feed(piece):
                            yield Chunk(text)
                        if shown.stopped:
                            break
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ModelNotFound(
                f"engine {self.name!r}: no server answers there ({type(error).__name__}); "
                "start it, or correct the address"
            ) from error
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise EngineFailed(
                f"engine {self.name!r}: the connection failed ({type(error).__name__}); ask again"
            ) from error
        rest = shown.finish()
        finish = "stop" if shown.stopped else completion.finish or "stop"
        yield Chunk(rest, finish, completion.usage)

    def _client(self) -> "httpx.AsyncClient":
        import httpx

        self._require_open()
        if self._trust is None:
            self._trust = httpx.create_ssl_context(trust_env=False)
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return httpx.AsyncClient(
            base_url=self._address,
            headers=headers,
            verify=self._trust,
            timeout=httpx.Timeout(self._model.options.stall_s, connect=_CONNECT_S),
            trust_env=False,
        )

    def _require_open(self) -> None:
        if self._closed:
            raise EngineFailed(f"engine {self.name!r} is closed; make a new one")

    def _body(self, request: GenerationRequest) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._served,
            "messages": [{"role": m.role, "content": m.content} for m in request.messages],
            "max_tokens": request.max_tokens,
            "temperature": request.temperature,
            "seed": request.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if request.stop:
            body["stop"] = list(request.stop[:_MOST_STOPS])
        return body

    async def _check(self, response: "httpx.Response") -> None:
        if response.status_code != 200:
            await response.aread()
            self._refuse(response.status_code, response.text)
        kind = response.headers.get("content-type", "")
        if not kind.startswith("text/event-stream"):
            raise EngineFailed(
                f"engine {self.name!r}: the server answers with {kind!r} and not with a stream; "
                "use a server that streams chat completions"
            )

    def _refuse(self, status: int, body: str) -> NoReturn:
        where = f"engine {self.name!r}: the server answers {status}"
        if status in (401, 403):
            raise ModelError(f"{where}, it refuses the key; check EngineOptions(key_file=…)")
        said = " ".join(body.split())[:_SHOWN]
        if self._key:
            said = said.replace(self._key, "…")
        if status == 404:
            raise ModelNotFound(f"{where}: {said}; name a model that it serves after '#'")
        if status == 413 or any(mark in said.lower() for mark in _TOO_LONG):
            raise PromptTooLong(f"{where}: {said}; shorten the prompt or max_tokens")
        if status == 429 or status >= 500:
            raise EngineFailed(f"{where}: {said}; ask again later")
        raise ModelError(f"{where}: {said}; correct the request or use another server")


def _address(model: Model) -> tuple[str, str]:
    """The address and the model that a name gives, without repeating a password in an error."""
    address, _, served = model.target.partition("#")
    if "@" in address or "?" in address:
        raise ConfigError(
            "Model('http://…'): the address holds a password or a query; put the key in a file and "
            "name it in EngineOptions(key_file=…)"
        )
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not served:
        raise ConfigError(
            f"Model({model.name!r}): write the address, '#' and the model, such as "
            "'http://127.0.0.1:8000/v1#model'"
        )
    return address.rstrip("/"), served


def _key(model: Model) -> str:
    file = model.options.key_file
    if file is None:
        return ""
    path = Path(file).expanduser()
    try:
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"EngineOptions(key_file={str(file)!r}) cannot be read ({type(error).__name__}); "
            "give a file that holds the key and nothing else"
        ) from None
    if not key.isprintable() or not key or " " in key:
        raise ConfigError(
            f"EngineOptions(key_file={str(file)!r}) holds no key; "
            "give a file that holds the key and nothing else"
        )
    return key
