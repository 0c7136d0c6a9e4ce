"""What goes into an engine and what comes out of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

FinishReason = Literal["stop", "length", "cancelled"]


Relevance = Callable[[], Sequence[Sequence[float]]]
"""For each source, for each of its statements (`ontopilot.prose.statements`): at most 1."""


NEAR_ENOUGH = 0.3
"""The nearness below which no statement answers a question, whatever it says."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered piece of evidence: what a draft cites as `[id]`."""

    id: str
    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One request to a generator or a reasoner.

    `messages` is the whole prompt for a language model. `question` and `sources` are the same
    content as values, for engines that quote instead of generating. `begun` is what another engine
    has said of the answer already: an engine that can goes on from there and does not repeat it
    (see `Capabilities.continues`); its tokens count among the `max_tokens`. `grammar` is an EBNF
    with the rule `root`, and `schema` a JSON schema; at most one of them is given, and an engine
    that cannot keep the answer within it refuses it (see `Capabilities.grammar`) unless it only
    quotes. `plain` is what a pool asks of such an engine instead: a request without either.
    `adapter` is the name of a LoRA adapter that the engine has loaded; engines that load none by
    name answer with the model they have. Of waiting requests, those of the lowest `priority` are
    served first. `deployment` names the one of a role's that was planned for the request: the
    others serve it where that one has no room. `deadline_s` is how many seconds from now the answer
    must have begun; a pool that cannot keep it refuses at once, so that the caller may do without.
    `relevance` tells an engine that quotes how near each statement of each source is to the
    question; it takes milliseconds, so it is called only where it is needed, in a thread.
    """

    messages: tuple[Message, ...]
    begun: str = ""
    max_tokens: int = 256
    temperature: float = 0.0
    seed: int = 0
    stop: tuple[str, ...] = ()
    grammar: str | None = None
    schema: str | None = None
    plain: "GenerationRequest | None" = None
    adapter: str = ""
    priority: int = 0
    deployment: str = ""
    deadline_s: float | None = None
    question: str = ""
    sources: tuple[Source, ...] = ()
    relevance: Relevance | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a request, in the units of the engine that served it.

    `cached_tokens` are those of the prompt that the engine's prefix cache held already.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        """Add the tokens of two requests."""
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
        )


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of streamed text.

    The last chunk of a stream has `finish` and `usage`. The pool fills `engine` (the name of the
    deployment that answers) and `degraded` (why a fallback answered, in words). A chunk with
    `restart` says that the engine failed and another one begins again: the reader drops the text
    of the claim that was under way and keeps the claims that were complete. `plain` says that the
    answer is to the plain request, since the engine keeps no grammar.
    """

    text: str = ""
    finish: FinishReason | None = None
    usage: Usage | None = None
    engine: str = ""
    degraded: str = ""
    restart: bool = False
    plain: bool = False
