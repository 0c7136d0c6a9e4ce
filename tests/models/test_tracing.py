"""Spans around generations: the attributes of the GenAI conventions, and never the text."""

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from ontopilot.errors import EngineFailed, RequestRefused
from ontopilot.models import Breaks, GenerationRequest, Message, Pool, ScriptedEngine

ASKED = GenerationRequest((Message("user", "my secret is tulip"),), max_tokens=9, seed=3)


@pytest.fixture
def spans(monkeypatch):
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter.get_finished_spans


async def asked(pool):
    return [chunk async for chunk in pool.generate("generator", ASKED)]


async def test_a_generation_is_a_span_of_the_genai_conventions(spans):
    pool = Pool(generator=ScriptedEngine("the tulip is red"))
    await asked(pool)
    await pool.aclose()
    (span,) = spans()
    assert span.name == "chat scripted"
    seconds = span.attributes["gen_ai.response.time_to_first_chunk"]
    assert 0 <= seconds < 5
    assert dict(span.attributes) == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "ontopilot",
        "gen_ai.request.model": "scripted",
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.temperature": 0.0,
        "gen_ai.request.seed": 3,
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "text",
        "gen_ai.response.model": "scripted",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.response.time_to_first_chunk": seconds,
        "gen_ai.usage.input_tokens": 4,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.usage.cache_read.input_tokens": 0,
        "ontopilot.role": "generator",
        "ontopilot.degraded": False,
    }
    assert "tulip" not in span.to_json()


async def test_a_fail_over_is_an_event_of_the_same_span(spans):
    pool = Pool(generator=ScriptedEngine([Breaks(EngineFailed("broke"), "the tulip")]))
    await asked(pool)
    await pool.aclose()
    (span,) = spans()
    assert [event.name for event in span.events] == ["ontopilot.restart"]
    assert span.attributes["ontopilot.degraded"] is True
    assert span.attributes["gen_ai.response.model"] == "extractive"


async def test_an_error_is_told_by_its_kind(spans):
    pool = Pool()
    await pool.aclose()
    with pytest.raises(EngineFailed):
        await asked(pool)
    assert spans() == ()

    pool = Pool(generator=ScriptedEngine([RequestRefused("tulip is refused")]))
    stream = pool.generate("generator", ASKED)
    await anext(stream)
    with pytest.raises(RequestRefused):
        await stream.athrow(RequestRefused("tulip is refused"))
    await pool.aclose()
    (span,) = spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "RequestRefused"
    assert "tulip" not in span.to_json()


async def test_a_reader_that_leaves_ends_the_span(spans):
    pool = Pool(generator=ScriptedEngine("the tulip is red"))
    stream = pool.generate("generator", ASKED)
    await anext(stream)
    await stream.aclose()
    await pool.aclose()
    (span,) = spans()
    assert "gen_ai.response.finish_reasons" not in span.attributes


async def test_without_an_sdk_nothing_is_kept_and_all_works():
    pool = Pool(generator=ScriptedEngine("the tulip is red"))
    chunks = await asked(pool)
    assert chunks[-1].finish == "stop"
    await pool.aclose()
