"""The remote engine: a server that speaks OpenAI's chat completions."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from urllib.parse import urlsplit

from ontopilot.errors import ConfigError, ModelError
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.spec import Model
from ontopilot.models.streaming.chat_client import ChatClient, chat_body
from ontopilot.models.streaming.sse import Completion

_THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})


class RemoteEngine:
    """Speaks to a server that somebody else runs; the name is `http://host/v1#model`.

    The key of the server is read from `EngineOptions.key_file`. Without one it is `key`, which goes
    only where nobody can read it on the way: over TLS, or to this machine itself.
    """

    def __init__(self, model: Model, *, key: str = "") -> None:
        if model.adapter is not None:
            raise ConfigError(
                f"Model({model.name!r}, adapter={str(model.adapter)!r}): a server chooses its "
                "adapters itself; name the one you want after '#'"
            )
        self._model = model
        address, self._served = _address(model)
        self._client = ChatClient(
            engine=model.name,
            address=address,
            stall_s=model.options.stall_s,
            thinking=model.thinking,
            key=_key(model, key, address),
        )
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
            body = chat_body(request, self._served)
            async with aclosing(self._client.stream(body, request.stop, completion)) as chunks:
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
        self._client.close()


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


def _key(model: Model, common: str, address: str) -> str:
    """The key that the model names, or the common one where it may be sent."""
    file = model.options.key_file
    if file is None:
        parts = urlsplit(address)
        return common if parts.scheme == "https" or parts.hostname in _THIS_MACHINE else ""
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
