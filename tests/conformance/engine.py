"""What every engine does, whatever runs behind it."""

import asyncio
import threading

import psutil
import pytest

from ontopilot.errors import EngineFailed, ModelError, PromptTooLong
from ontopilot.models import Engine, Usage
from tests.conformance.asking import KETTLE, WARRANTY, ask, chunks_of, text_of
from tests.conformance.structured import StructuredConformance


def threads_and_children() -> set[object]:
    return {t.ident for t in threading.enumerate()} | set(psutil.Process().children(recursive=True))


class EngineConformance(StructuredConformance):
    """A subclass gives the engine: a new one for each test, closed after it.

    It must answer `KETTLE` with "30 days" and `WARRANTY` with "24 months".
    """

    @pytest.fixture
    def make(self):
        """A function that makes an engine without starting it."""
        raise NotImplementedError

    @pytest.fixture
    async def engine(self, make):
        made = make()
        yield made
        await made.aclose()

    async def test_it_is_an_engine_with_a_name(self, engine):
        assert isinstance(engine, Engine)
        assert engine.name

    async def test_the_last_chunk_alone_has_the_finish_and_the_usage(self, engine):
        *first, last = await chunks_of(engine, ask())
        assert all(chunk.finish is None and chunk.usage is None for chunk in first)
        assert last.finish == "stop"
        assert last.usage.prompt_tokens > 0
        assert last.usage.completion_tokens > 0

    async def test_it_answers_and_repeats_itself(self, engine):
        first = await text_of(engine, ask())
        assert "30 days" in first
        assert await text_of(engine, ask()) == first

    async def test_requests_at_the_same_time_each_get_their_own_answer(self, engine):
        questions = [KETTLE, WARRANTY] * 4
        alone = {q: await text_of(engine, ask(q)) for q in (KETTLE, WARRANTY)}
        assert alone[KETTLE] != alone[WARRANTY]
        together = await asyncio.gather(*(text_of(engine, ask(q)) for q in questions))
        assert together == [alone[q] for q in questions]

    async def test_max_tokens_cuts_the_answer(self, engine):
        whole = await text_of(engine, ask())
        *first, last = await chunks_of(engine, ask(max_tokens=3))
        text = "".join(chunk.text for chunk in [*first, last])
        assert last.finish == "length"
        assert last.usage.completion_tokens <= 3
        assert len(text) < len(whole)
        assert whole.startswith(text)

    async def test_a_stop_string_is_not_shown_and_nothing_after_it(self, engine):
        whole = await text_of(engine, ask())
        mark = whole[whole.index("30 days") - 3 :][:6]
        chunks = await chunks_of(engine, ask(stop=("never said", mark)))
        assert "".join(c.text for c in chunks) == whole[: whole.index(mark)]
        assert chunks[-1].finish == "stop"

    async def test_it_goes_on_from_what_another_engine_has_begun(self, engine):
        chunks = await chunks_of(engine, ask())
        if not engine.capabilities.continues:
            return
        whole = "".join(chunk.text for chunk in chunks)
        for cut in (1, len(chunks) // 2, len(chunks) - 2):
            begun = "".join(chunk.text for chunk in chunks[:cut])
            assert await text_of(engine, ask(begun=begun)) == whole[len(begun) :]

    async def test_what_was_begun_counts_among_the_most_tokens(self, engine):
        chunks = await chunks_of(engine, ask(max_tokens=6))
        if not engine.capabilities.continues:
            return
        whole = "".join(chunk.text for chunk in chunks)
        begun = "".join(chunk.text for chunk in chunks[:3])
        rest = await chunks_of(engine, ask(begun=begun, max_tokens=6))
        assert begun + "".join(chunk.text for chunk in rest) == whole
        assert rest[-1].finish == "length"
        (over,) = await chunks_of(engine, ask(begun=whole, max_tokens=6))
        assert (over.text, over.finish) == ("", "length")

    async def test_closing_the_iterator_frees_the_slot(self, engine):
        stream = engine.generate(ask())
        await anext(stream)
        await stream.aclose()
        assert "24 months" in await text_of(engine, ask(WARRANTY))
        stats = engine.stats()
        assert (stats.requests, stats.running, stats.failures) == (2, 0, 0)

    async def test_closing_the_iterator_leaves_the_others_alone(self, engine):
        whole = await text_of(engine, ask(WARRANTY))
        cancelled = engine.generate(ask())
        other = asyncio.create_task(text_of(engine, ask(WARRANTY)))
        await anext(cancelled)
        await cancelled.aclose()
        assert await other == whole

    async def test_the_counters_add_up(self, engine):
        assert engine.stats().requests == 0
        used = Usage()
        for question in (KETTLE, WARRANTY):
            used += (await chunks_of(engine, ask(question)))[-1].usage
        stats = engine.stats()
        assert (stats.requests, stats.running, stats.failures) == (2, 0, 0)
        assert Usage(stats.prompt_tokens, stats.completion_tokens) == used

    async def test_a_seed_repeats_what_was_sampled(self, engine):
        sampled = ask(temperature=2.0, seed=7, max_tokens=12)
        assert await text_of(engine, sampled) == await text_of(engine, sampled)

    async def test_it_serves_more_than_one_event_loop(self, engine):
        here = await text_of(engine, ask())
        there = await asyncio.to_thread(lambda: asyncio.run(text_of(engine, ask())))
        assert there == here

    async def test_a_prompt_that_does_not_fit_is_refused_and_the_next_one_served(self, engine):
        await text_of(engine, ask())
        if not engine.capabilities.context_tokens:
            assert await text_of(engine, ask("kettle " * 500 + KETTLE)) is not None
            return
        with pytest.raises(PromptTooLong, match="context"):
            await text_of(engine, ask("kettle " * engine.capabilities.context_tokens))
        assert engine.stats().failures == 1
        assert "30 days" in await text_of(engine, ask())

    async def test_a_closed_engine_refuses(self, engine):
        await text_of(engine, ask())
        await engine.aclose()
        await engine.aclose()
        with pytest.raises(EngineFailed, match="closed"):
            await text_of(engine, ask())

    async def test_closing_ends_what_runs(self, engine):
        stream = engine.generate(ask())
        await anext(stream)
        await engine.aclose()
        async with asyncio.timeout(10):
            try:
                last = [chunk async for chunk in stream][-1]
            except ModelError as error:
                assert "closed" in str(error)  # noqa: PT017  # either end is right
            else:
                assert last.finish is not None
        assert engine.stats().running == 0

    async def test_closing_leaves_no_thread_and_no_process(self, make):
        before = threads_and_children()
        engine = make()
        await text_of(engine, ask())
        stream = engine.generate(ask())
        await anext(stream)
        await stream.aclose()
        await engine.aclose()
        assert threads_and_children() <= before
