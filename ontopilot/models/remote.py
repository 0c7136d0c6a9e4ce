"""The remote engine: a server that speaks OpenAI's chat completions."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ontopilot.errors import ConfigError, ConstraintRefused, ModelError, RequestRefused
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.messages import Chunk, GenerationRequest
from ontopilot.models.spec import Model
from ontopilot.models.streaming.chat_client import ChatClient, chat_body
from ontopilot.models.streaming.sse import Completion
from ontopilot.models.structured.constraint import Constraint, prepared

log = logging.getLogger(__name__)

_OF_FORM = ("response_format", "json_schema", "schema", "grammar", "structured", "guided")
"""Words of servers that refuse the form of an answer."""

_SHOWN = 100
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
        self._keeps_forms = True
        self._answers_as = ""
        self._counters = Counters()

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._model.name

    @property
    def standing(self) -> str:
        """Whether another model than the one that is asked for answered the last time."""
        if self._answers_as in ("", self._served):
            return "running"
        return f"running, and answers as model {self._answers_as!r}"

    @property
    def capabilities(self) -> Capabilities:
        """The server knows its context, and refuses what does not fit.

        It is taken to keep grammars and schemas until it has refused or ignored one.
        """
        context = self._model.options.context_tokens or 0
        return Capabilities(context_tokens=context, grammar=self._keeps_forms)

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the answer to a request.

        Raises:
            ModelNotFound: no server at the address, or no such model there.
            PromptTooLong: the server says that the prompt does not fit.
            EngineFailed: the server fails, is busy, or breaks off; or the engine is closed.
            ModelError: the server refuses the key or the request.
            ConstraintMalformed: the grammar or the schema is wrong.
            ConstraintRefused: the server does not keep it.
        """
        completion = Completion(self.name)
        failed = False
        self._counters.began()
        try:
            constraint = await prepared(request)
            stream = self._answer(request, constraint, completion)
            async with aclosing(stream) as chunks:
                async for chunk in chunks:
                    yield chunk
        except ModelError as error:
            failed = True
            if isinstance(error, ConstraintRefused):
                self._keeps_forms = False
            raise
        finally:
            self._counters.ended(completion.usage, failed=failed)
            self._note_model(completion.model[:_SHOWN])

    async def _answer(
        self, request: GenerationRequest, constraint: Constraint | None, completion: Completion
    ) -> AsyncGenerator[Chunk, None]:
        """The answer of the server; a whole one must be of the form that was asked for.

        Many servers pass over what they do not know, so that what came is looked at.
        """
        body = chat_body(request, self._served)
        if constraint is not None:
            body |= _form(constraint, self._model)
        text = ""
        try:
            async with aclosing(self._client.stream(body, request.stop, completion)) as chunks:
                async for chunk in chunks:
                    text += chunk.text
                    if constraint and chunk.finish == "stop" and not request.stop:
                        constraint.require(text, engine=self.name)
                    yield chunk
        except ModelError as error:
            if constraint is None or not _is_about_form(error):
                raise
            raise ConstraintRefused(
                f"{error}; or leave out the grammar or schema, which it seems not to keep"
            ) from error

    def _note_model(self, name: str) -> None:
        """Warn once of a server that answers with another model than it was asked for.

        It is not refused: servers often answer with the full name of what an alias stands for.
        """
        if name and name != self._answers_as:
            self._answers_as = name
            if name != self._served:
                log.warning("engine %r: the server answers as model %r", self.name, name)

    def stats(self) -> EngineStats:
        """The counters so far."""
        return self._counters.read()

    async def aclose(self) -> None:
        """Refuse further requests, and end those that run at their next piece."""
        self._client.close()


def _form(constraint: Constraint, model: Model) -> dict[str, Any]:
    """The form of an answer: a schema as OpenAI's protocol writes it, a grammar as vLLM's does.

    Raises:
        ConstraintRefused: the model thinks first, and a grammar would hold for its thoughts too.
    """
    if constraint.schema is not None:
        named = {"name": "answer", "strict": True, "schema": constraint.schema}
        return {"response_format": {"type": "json_schema", "json_schema": named}}
    if model.thinking:
        raise ConstraintRefused(
            f"engine {model.name!r}: a server cannot be told to begin a grammar after the model "
            "has thought; give a schema, or a model that does not think"
        )
    return {"structured_outputs": {"grammar": constraint.ebnf}}


def _is_about_form(error: ModelError) -> bool:
    """Whether a server refuses the form of an answer rather than the request."""
    refused = type(error) in (ModelError, RequestRefused)
    return refused and any(word in str(error).lower() for word in _OF_FORM)


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
