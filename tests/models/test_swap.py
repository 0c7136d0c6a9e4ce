"""Several deployments of a role, models that are swapped while they serve, and draining."""

import asyncio
from dataclasses import replace

import pytest

from ontopilot.errors import Busy, ConfigError, ConstraintMalformed, EngineFailed, ModelNotFound
from ontopilot.models import Breaks, EngineOptions, Model, Pool, ScriptedEngine
from ontopilot.models.engines import BACKENDS
from tests.conformance.engine import ask
from tests.models.test_pool import FAILURE, served, text_of


class Gated(ScriptedEngine):
    """Says its line once `open` is set; `closed` tells whether it was closed."""

    def __init__(self, line, *, name):
        super().__init__(line, name=name)
        self.open = asyncio.Event()
        self.entered = asyncio.Semaphore(0)
        self.closed = False

    async def generate(self, request):
        self.entered.release()
        await self.open.wait()
        async for chunk in super().generate(request):
            yield chunk

    async def aclose(self):
        self.closed = True
        await super().aclose()


async def test_several_engines_of_a_role_share_its_requests():
    engines = [ScriptedEngine("Well. [1]", name=name) for name in ("a", "b")]
    pool = Pool(generator=engines)
    runs = await asyncio.gather(*(served(pool) for _ in range(20)))
    assert {chunk.degraded for run in runs for chunk in run} == {""}
    assert [pool.stats()[name].totals.ended["stop"] for name in ("a", "b")] == [10, 10]
    assert [d.serves for d in pool.describe()[0].deployments] == [True, True, False]


async def test_the_other_one_takes_over_without_a_word_when_nothing_was_said():
    pool = Pool(
        generator=[ScriptedEngine([FAILURE], name="a"), ScriptedEngine("Well. [1]", name="b")]
    )
    runs = [await served(pool) for _ in range(4)]
    assert {text_of(run) for run in runs} == {"Well. [1]"}
    assert {chunk.degraded for run in runs for chunk in run} == {""}


async def test_the_next_engine_goes_on_where_the_last_one_broke_off():
    half = ScriptedEngine([Breaks(FAILURE, "The kettle can be")], name="a")
    whole = ScriptedEngine("The kettle can be returned. [1]", name="b", continues=True)
    chunks = await served(Pool(generator=[half, whole]))
    assert text_of(chunks) == "The kettle can be returned. [1]"
    assert not any(chunk.restart for chunk in chunks)
    assert chunks[-1].degraded == f"'b' answered because 'a' could not ({FAILURE})"


async def test_an_answer_in_a_form_begins_again():
    half = ScriptedEngine([Breaks(FAILURE, "{")], name="a", grammar=True)
    whole = ScriptedEngine("{}", name="b", continues=True, grammar=True)
    chunks = await served(Pool(generator=[half, whole]), ask(schema='{"type": "object"}'))
    at = next(at for at, chunk in enumerate(chunks) if chunk.restart)
    assert text_of(chunks[at:]) == "{}"


async def test_an_answer_that_breaks_off_three_times_is_one_answer():
    words = "one two three four five six."
    parts = [words[:7], words[:13], words[:18]]
    engines = [
        ScriptedEngine([Breaks(EngineFailed(f"{at} fell"), part)], name=str(at), continues=True)
        for at, part in enumerate(parts)
    ]
    last = ScriptedEngine(words, name="last", continues=True)
    assert text_of(await served(Pool(generator=[*engines, last]))) == words


async def test_requests_of_one_model_in_two_roles_share_an_engine():
    pool = Pool(generator="scripted:Hello.", reasoner=Model("scripted:Hello."))
    await served(pool)
    await served(pool, role="reasoner")
    assert pool.stats()["scripted:Hello."].totals.arrived == 2


async def test_a_swap_lets_what_runs_end_and_sends_what_waits_to_the_new_model(monkeypatch):
    old, new = Gated("Old. [1]", name="old"), ScriptedEngine("New. [1]", name="new")
    engines = {"scripted:old": old}
    made = replace(BACKENDS["scripted"], make=lambda model, _: engines[model.name])
    monkeypatch.setattr("ontopilot.models.engines.BACKENDS", {**BACKENDS, "scripted": made})
    options = EngineOptions(most_requests=2, patience_s=60)
    pool = Pool(generator=Model("scripted:old", options=options))
    runs = [asyncio.create_task(served(pool)) for _ in range(6)]
    await old.entered.acquire()
    await old.entered.acquire()
    swap = asyncio.create_task(pool.swap("generator", new))
    waited = await asyncio.gather(*runs[2:])
    assert {text_of(run) for run in waited} == {"New. [1]"}
    assert {chunk.degraded for run in waited for chunk in run} == {""}
    assert not swap.done()
    assert not old.closed
    old.open.set()
    await swap
    assert [text_of(await run) for run in runs[:2]] == ["Old. [1]"] * 2
    assert old.closed
    assert set(pool.stats()) == {"new", "extractive"}
    assert text_of(await served(pool, role="reasoner")) == "New. [1]"


async def test_no_request_fails_while_models_are_swapped_again_and_again():
    pool = Pool(generator=ScriptedEngine("Zero. [1]", name="0"))
    over = asyncio.Event()
    runs = []

    async def customers():
        while not over.is_set():
            runs.append(await served(pool))

    crowd = [asyncio.create_task(customers()) for _ in range(20)]
    for at in range(1, 30):
        await pool.swap("generator", ScriptedEngine(f"{at}. [1]", name=str(at)))
        seen = len(runs)
        while len(runs) < seen + 30:
            await asyncio.sleep(0)
    over.set()
    await asyncio.gather(*crowd)
    assert {chunk.engine for run in runs for chunk in run} >= {str(at) for at in range(1, 30)}
    assert {chunk.degraded for run in runs for chunk in run} == {""}
    assert all(text_of(run).endswith("[1]") and run[-1].finish for run in runs)
    await pool.aclose()


async def test_a_new_model_that_cannot_start_leaves_the_old_one_serving():
    class Lame(ScriptedEngine):
        async def warm(self):
            raise ModelNotFound("engine 'lame': nothing there")

    pool = Pool(generator=ScriptedEngine("Old. [1]", name="old"))
    with pytest.raises(ModelNotFound, match="nothing there"):
        await pool.swap("generator", Lame(name="lame"))
    with pytest.raises(ConfigError, match=r"Pool\(generator=7\)"):
        await pool.swap("generator", 7)
    assert text_of(await served(pool)) == "Old. [1]"


async def test_swapping_the_reasoner_leaves_the_generator(monkeypatch):
    generator = ScriptedEngine("Same. [1]", name="one")
    pool = Pool(generator=generator)
    await pool.swap("reasoner", ScriptedEngine("Deep. [1]", name="deep"))
    assert text_of(await served(pool)) == "Same. [1]"
    assert text_of(await served(pool, role="reasoner")) == "Deep. [1]"
    await pool.swap("generator", ScriptedEngine("Other. [1]", name="other"))
    assert text_of(await served(pool)) == "Other. [1]"
    assert text_of(await served(pool, role="reasoner")) == "Deep. [1]"


async def test_an_old_model_that_does_not_end_is_closed_and_its_requests_pass_on():
    class Stuck(Gated):
        async def generate(self, request):
            async for chunk in ScriptedEngine.generate(self, request):
                if chunk.finish is None:
                    yield chunk
                    self.entered.release()
                    await self.open.wait()
                    if self.closed:
                        raise EngineFailed("engine 'old' is closed")

        async def aclose(self):
            await super().aclose()
            self.open.set()

    old = Stuck("Old and slow. [1]", name="old")
    pool = Pool(generator=old)
    run = asyncio.create_task(served(pool))
    await old.entered.acquire()
    new = ScriptedEngine("Old and mended. [1]", name="new", continues=True)
    await pool.swap("generator", new, drain_s=0.05)
    chunks = await run
    assert text_of(chunks) == "Old and mended. [1]"
    assert "engine 'old' is closed" in chunks[-1].degraded


async def test_every_visit_is_counted_to_its_end():
    script = [FAILURE, "Well. [1]", "Well. [1]", Breaks(FAILURE, "We"), "Well. [1]"] * 20
    pool = Pool(generator=[ScriptedEngine(script, name=name) for name in ("a", "b")])
    tasks = [asyncio.create_task(served(pool)) for _ in range(80)]
    await asyncio.sleep(0)
    for task in tasks[::7]:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for stats in pool.stats().values():
        assert (stats.queued, stats.running) == (0, 0)
        assert stats.totals.arrived == sum(stats.totals.ended.values())
    ended = pool.stats()["a"].totals.ended
    assert (
        {"stop", "EngineFailed", "cancelled", "elsewhere"} >= set(ended) >= {"stop", "EngineFailed"}
    )
    assert pool.stats()["a"].totals.first_token.count > 0


async def test_draining_finishes_what_runs_and_what_waits():
    engine = Gated("Late. [1]", name="main")
    pool = Pool(generator=engine)
    runs = [asyncio.create_task(served(pool)) for _ in range(3)]
    for _ in runs:
        await engine.entered.acquire()
    drain = asyncio.create_task(pool.drain())
    await asyncio.sleep(0.03)
    with pytest.raises(EngineFailed, match="is closing"):
        await served(pool)
    engine.open.set()
    await drain
    assert [text_of(await run) for run in runs] == ["Late. [1]"] * 3
    assert engine.closed


async def test_a_request_that_would_miss_its_deadline_is_served_by_the_next_engine():
    engine = Gated("Late. [1]", name="main")
    quoting = Pool(generator=engine)._chains["generator"][-1][0]
    assert quoting.name == "extractive"
    pool = Pool(generator=engine)
    runs = [asyncio.create_task(served(pool)) for _ in range(64)]
    for _ in runs:
        await engine.entered.acquire()
    chunks = await served(pool, ask(deadline_s=0.01))
    assert "has no room: no place for 0.0" in chunks[-1].degraded
    engine.open.set()
    await asyncio.gather(*runs)


async def test_ten_thousand_at_once_are_answered_or_told_when_to_come_again():
    pool = Pool(generator=ScriptedEngine("Well. [1]", name="main"), most_waiting=500)
    ends = await asyncio.gather(*(served(pool) for _ in range(10_000)), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, Busy)]
    answered = [end for end in ends if isinstance(end, list)]
    assert len(refused) + len(answered) == 10_000
    assert all(run[-1].finish for run in answered)
    assert len(answered) >= 564
    assert all(1 <= error.retry_after_s < 60 for error in refused)
    main, quoting = (pool.stats()[name] for name in ("main", "extractive"))
    assert main.totals.ended["stop"] + quoting.totals.ended.get("stop", 0) == len(answered)
    assert quoting.totals.ended["Busy"] == len(refused)
    assert text_of(await served(pool)) == "Well. [1]"


@pytest.mark.parametrize(
    ("kind", "started"), [("vllm", ["vllm", "openvino"]), ("openvino", ["openvino"])]
)
async def test_what_stands_in_for_a_slow_start_is_warm(tiny, monkeypatch, kind, started):
    warm = []

    class Noted(ScriptedEngine):
        async def warm(self):
            warm.append(self.name.partition(":")[0])

    table = {
        name: replace(backend, make=lambda model, _: Noted(name=model.name))
        for name, backend in BACKENDS.items()
    }
    monkeypatch.setattr("ontopilot.models.engines.BACKENDS", table)
    await Pool(generator=f"{kind}:{tiny}").warm()
    assert warm == started


async def test_a_form_that_is_wrong_is_told_at_once_and_blames_no_engine():
    engine = ScriptedEngine("{}", grammar=True)
    pool = Pool(generator=engine)
    with pytest.raises(ConstraintMalformed, match="'root' uses 'no', which there is no rule for"):
        await served(pool, ask(grammar="root ::= no"))
    assert engine.stats().failures == 1
    assert (await served(pool, ask(schema="{}")))[-1].degraded == ""
