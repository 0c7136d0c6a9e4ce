"""OpenTelemetry spans around generations, with the attributes of its GenAI conventions.

Without an SDK that a program sets up, the API does nothing. A span says how much was read and
written and how long it took, and never what.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ontopilot.models.messages import Chunk, GenerationRequest

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_SCOPE = "ontopilot.models"


@dataclass(slots=True)
class GenerationSpan:
    """The span of one generation, which the chunks of the answer complete."""

    _span: "Span"
    _began: float
    _answered: bool = False

    def saw(self, chunk: Chunk) -> None:
        """Note a chunk: who answers, the first text, how it ended and what it took."""
        span = self._span
        if not span.is_recording():
            return
        if chunk.text and not self._answered:
            self._answered = True
            span.set_attribute("gen_ai.response.time_to_first_chunk", _now() - self._began)
        if chunk.restart:
            span.add_event("ontopilot.restart", {"gen_ai.response.model": chunk.engine})
        if chunk.finish is None:
            return
        span.set_attribute("gen_ai.response.finish_reasons", (chunk.finish,))
        span.set_attribute("gen_ai.response.model", chunk.engine)
        span.set_attribute("ontopilot.degraded", bool(chunk.degraded))
        if chunk.usage is not None:
            usage = chunk.usage
            span.set_attribute("gen_ai.usage.input_tokens", usage.prompt_tokens)
            span.set_attribute("gen_ai.usage.output_tokens", usage.completion_tokens)
            span.set_attribute("gen_ai.usage.cache_read.input_tokens", usage.cached_tokens)


@contextmanager
def generation_span(role: str, model: str, request: GenerationRequest) -> Iterator[GenerationSpan]:
    """A span for the answer to a request; an error that ends it is noted by its kind.

    It is not made the current span: an asynchronous generator may be left in another context than
    the one that it was entered in.
    """
    from opentelemetry.trace import SpanKind, Status, StatusCode, get_tracer

    span = get_tracer(_SCOPE).start_span(
        f"chat {model}",
        kind=SpanKind.CLIENT,
        attributes={
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": "ontopilot",
            "gen_ai.request.model": model,
            "gen_ai.request.max_tokens": request.max_tokens,
            "gen_ai.request.temperature": request.temperature,
            "gen_ai.request.seed": request.seed,
            "gen_ai.request.stream": True,
            "gen_ai.output.type": "text" if request.schema is None else "json",
            "ontopilot.role": role,
        },
    )
    try:
        yield GenerationSpan(span, _now())
    except Exception as error:
        kind = type(error).__name__
        span.set_attribute("error.type", kind)
        span.set_status(Status(StatusCode.ERROR, kind))
        raise
    finally:
        span.end()


def _now() -> float:
    return time.perf_counter()
