"""A client of OpenAI's chat completions: what every engine that speaks to a server shares."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ontopilot.errors import EngineFailed, ModelError, ModelNotFound, PromptTooLong, RequestRefused
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.streaming.filters import TextFilter
from ontopilot.models.streaming.sse import Completion, read_completion, read_lines

if TYPE_CHECKING:
    import httpx

_CONNECT_S = 5.0
_SHOWN = 300
_MOST_STOPS = 4
_MOST_REFUSAL = 65_536
"""Bytes that are read of an answer which is no stream."""

_BYTES_A_TOKEN, _CHARACTERS_A_TOKEN, _BESIDE = 4_096, 128, 1_000_000
"""What a token may take at most in a stream and in the text, and what comments may take besides."""

_TOO_LONG = ("context_length_exceeded", "context length", "context window", "too many tokens")


def chat_body(request: GenerationRequest, served: str) -> dict[str, Any]:
    """A request as the protocol writes it, for the model that the server calls `served`."""
    body: dict[str, Any] = {
        "model": served,
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


@dataclass(slots=True)
class ChatClient:
    """Streams from `POST {address}/chat/completions`; the key appears in no message.

    `engine` is the name that errors give. With a `socket` the server is behind that file and not
    on the network. Each request has a connection of its own, so that requests may come from any
    event loop.
    """

    engine: str
    address: str
    stall_s: float
    thinking: bool = False
    key: str = field(default="", repr=False)
    socket: Path | None = None
    _trust: ssl.SSLContext | None = field(default=None, init=False)
    _closed: bool = field(default=False, init=False)

    def close(self) -> None:
        """Refuse further requests, and end those that run at their next piece."""
        self._closed = True

    async def stream(
        self,
        body: dict[str, Any],
        stop: tuple[str, ...],
        completion: Completion,
        *,
        prompt: str = "",
    ) -> AsyncGenerator[Chunk, None]:
        """Stream the answer to a body of `chat_body`; fills in the usage.

        `prompt` is that which the server makes, where it is known: it may end within thoughts.

        Raises:
            ModelNotFound: no server at the address, or no such model there.
            PromptTooLong: the server says that the prompt does not fit.
            RequestRefused: the server says that the request is wrong.
            EngineFailed: the server fails, is busy, or breaks off; or the client is closed.
            ModelError: the server refuses the key, or answers otherwise than such servers do.
        """
        import httpx

        tokens = int(body["max_tokens"])
        shown = TextFilter(stop, self.thinking, prompt)
        try:
            async with (
                self._client() as client,
                client.stream("POST", "/chat/completions", json=body) as response,
            ):
                await self._check(response)
                lines = read_lines(
                    response.aiter_raw(),
                    self.engine,
                    most_bytes=tokens * _BYTES_A_TOKEN + _BESIDE,
                )
                answer = read_completion(
                    lines, completion, most_characters=(tokens + 1) * _CHARACTERS_A_TOKEN
                )
                async with aclosing(answer) as pieces:
                    async for piece in pieces:
                        self.require_open()
                        if text := shown.feed(piece):
                            yield Chunk(text)
                        if shown.stopped:
                            break
        except (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        rest = shown.finish()
        finish = "stop" if shown.stopped else completion.finish or "stop"
        yield Chunk(rest, finish, completion.usage)

    async def post(self, path: str, body: dict[str, Any]) -> None:
        """Send an order that the server answers with 200.

        Raises:
            ModelError: it does not, or cannot be reached.
        """
        import httpx

        try:
            async with self._client() as client:
                response = await client.post(path, json=body)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if response.status_code != 200:
            self._refuse(response.status_code, response.text)

    def require_open(self) -> None:
        """Check that the client was not closed.

        Raises:
            EngineFailed: it was.
        """
        if self._closed:
            raise EngineFailed(f"engine {self.engine!r} is closed; make a new one")

    def _client(self) -> "httpx.AsyncClient":
        import httpx

        self.require_open()
        # What is not compressed cannot grow when it is read.
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {self.key}"} if self.key else {}
        return httpx.AsyncClient(
            base_url=self.address,
            headers=headers,
            transport=self._transport(),
            timeout=httpx.Timeout(self.stall_s, connect=_CONNECT_S),
            trust_env=False,
        )

    def _transport(self) -> "httpx.AsyncHTTPTransport":
        import httpx

        if self._trust is None:
            self._trust = httpx.create_ssl_context(trust_env=False)
        uds = None if self.socket is None else str(self.socket)
        return httpx.AsyncHTTPTransport(verify=self._trust, trust_env=False, uds=uds)

    def _unreachable(self, error: Exception) -> ModelError:
        import httpx

        kind = type(error).__name__
        if isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout)):
            return ModelNotFound(
                f"engine {self.engine!r}: no server answers there ({kind}); "
                "start it, or correct the address"
            )
        return EngineFailed(f"engine {self.engine!r}: the connection failed ({kind}); ask again")

    async def _check(self, response: "httpx.Response") -> None:
        if response.status_code != 200:
            said = b""
            async for part in response.aiter_raw():
                said += part
                if len(said) > _MOST_REFUSAL:
                    break
            self._refuse(response.status_code, said[:_MOST_REFUSAL].decode("utf-8", "replace"))
        coding = response.headers.get("content-encoding", "identity")
        if coding != "identity":
            raise EngineFailed(
                f"engine {self.engine!r}: the server compresses its stream ({coding!r:.40}), which "
                "it was asked not to; use another server"
            )
        kind = response.headers.get("content-type", "")
        if not kind.startswith("text/event-stream"):
            raise EngineFailed(
                f"engine {self.engine!r}: the server answers with {kind!r} and not with a stream; "
                "use a server that streams chat completions"
            )

    def _refuse(self, status: int, body: str) -> NoReturn:
        where = f"engine {self.engine!r}: the server answers {status}"
        if status in (401, 403):
            raise ModelError(f"{where}, it refuses the key; check EngineOptions(key_file=…)")
        said = " ".join(body.split())[:_SHOWN]
        if self.key:
            said = said.replace(self.key, "…")
        if status == 404:
            raise ModelNotFound(f"{where}: {said}; name a model that it serves after '#'")
        if status == 413 or any(mark in said.lower() for mark in _TOO_LONG):
            raise PromptTooLong(f"{where}: {said}; shorten the prompt or max_tokens")
        if status == 429 or status >= 500:
            raise EngineFailed(f"{where}: {said}; ask again later")
        if status in (400, 422):
            raise RequestRefused(f"{where}: {said}; correct the request")
        raise ModelError(f"{where}: {said}; use another server")
