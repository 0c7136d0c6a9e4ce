"""The scripted engine: the deterministic double of a language model."""

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ontopilot.errors import ConstraintRefused, EngineFailed, ModelError, PromptTooLong
from ontopilot.models.counters import Counters
from ontopilot.models.engine import Capabilities, EngineStats
from ontopilot.models.messages import Chunk, FinishReason, GenerationRequest, Usage
from ontopilot.models.streaming.detokenize import left_of
from ontopilot.models.streaming.filters import StopStrings
from ontopilot.models.structured.constraint import Constraint, prepared

_TOKEN = re.compile(r"\s*\S+")
_SENTENCE = re.compile(r".+?[.!?](?=\s|$)|.+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Breaks:
    """A scripted failure: the engine says `text` and then raises `error`."""

    error: ModelError
    text: str = ""


Line = str | Breaks | ModelError
Script = Sequence[Line] | Callable[[GenerationRequest], Line]


def quote_first_source(request: GenerationRequest) -> str:
    """The script when none is given: the first sentence of the first source, cited."""
    if not request.sources:
        return "I have no source for that."
    source = request.sources[0]
    match = _SENTENCE.match(source.text.strip())
    return f"{match.group() if match else source.text} [{source.id}]"


class ScriptedEngine:
    """Answers from a script, word by word, with no latency; a token is a word.

    A sequence is used in order and its last line repeats. With a temperature the seed chooses the
    line instead, so that sampling has an effect that repeats. With `continues` a line that was
    begun by another engine goes on after what was said of it. It cannot make an answer keep to a
    grammar or a schema, so it refuses them; with `grammar` it checks that its line does.
    """

    def __init__(
        self,
        script: Script | str = quote_first_source,
        *,
        name: str = "scripted",
        context_tokens: int = 0,
        continues: bool = False,
        grammar: bool = False,
    ) -> None:
        self._script: Script = (script,) if isinstance(script, str) else script
        self._name = name
        self._context_tokens = context_tokens
        self._continues = continues
        self._grammar = grammar
        self._served = 0
        self._closed = False
        self._counters = Counters()

    @property
    def name(self) -> str:
        """The deployment's name."""
        return self._name

    @property
    def capabilities(self) -> Capabilities:
        """Streams words."""
        return Capabilities(
            context_tokens=self._context_tokens, grammar=self._grammar, continues=self._continues
        )

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[Chunk, None]:
        """Stream the next line of the script.

        Raises:
            EngineFailed: the engine is closed.
            PromptTooLong: the prompt has more words than `context_tokens`.
            ConstraintMalformed: the grammar or the schema is wrong.
            ConstraintRefused: the line does not keep it, or no line is checked.
            ModelError: whatever the script says.
        """
        if self._closed:
            raise EngineFailed(f"engine {self._name!r} is closed; make a new one")
        usage = Usage(prompt_tokens=sum(len(m.content.split()) for m in request.messages))
        self._counters.began()
        failed = False
        try:
            self._check_length(usage.prompt_tokens + request.max_tokens)
            constraint = await self._constraint(request)
            line = self._line(request)
            if isinstance(line, ModelError):
                raise line
            text = line.text if isinstance(line, Breaks) else line
            if constraint is not None and not isinstance(line, Breaks):
                constraint.require(text, engine=self._name)
            text = text.removeprefix(request.begun)
            left = left_of(request.max_tokens, request.begun, str.split)
            async with aclosing(_words(text, request.stop, left)) as chunks:
                async for chunk in chunks:
                    if chunk.finish and isinstance(line, Breaks):
                        raise line.error
                    usage += Usage(completion_tokens=bool(chunk.text))
                    yield Chunk(chunk.text, chunk.finish, usage if chunk.finish else None)
        except ModelError:
            failed = True
            raise
        finally:
            self._counters.ended(usage, failed=failed)

    def _check_length(self, tokens: int) -> None:
        if 0 < self._context_tokens < tokens:
            raise PromptTooLong(
                f"engine {self._name!r}: prompt and answer need {tokens!r} tokens and the context "
                f"holds {self._context_tokens!r}; shorten the prompt or max_tokens"
            )

    async def _constraint(self, request: GenerationRequest) -> Constraint | None:
        constraint = await prepared(request)
        if constraint is not None and not self._grammar:
            raise ConstraintRefused(
                f"engine {self._name!r} says what its script says and keeps no grammar or schema; "
                "leave it out, or make the engine with grammar=True to have its lines checked"
            )
        return constraint

    def _line(self, request: GenerationRequest) -> Line:
        if callable(self._script):
            return self._script(request)
        at = request.seed if request.temperature > 0 else self._served
        self._served += 1
        if request.temperature > 0:
            return self._script[at % len(self._script)]
        return self._script[min(at, len(self._script) - 1)]

    def stats(self) -> EngineStats:
        """The counters so far."""
        return self._counters.read()

    async def aclose(self) -> None:
        """Refuse further requests."""
        self._closed = True


async def _words(text: str, stop: tuple[str, ...], most: int) -> AsyncGenerator[Chunk, None]:
    """The words of a line up to a stop string or the most, and a last chunk with `finish`."""
    stops = StopStrings(stop)
    finish: FinishReason = "stop"
    for count, match in enumerate(_TOKEN.finditer(text)):
        if count >= most:
            finish = "length"
            break
        await asyncio.sleep(0)
        if shown := stops.feed(match.group()):
            yield Chunk(shown)
        if stops.stopped:
            break
    yield Chunk(stops.finish(), finish)
