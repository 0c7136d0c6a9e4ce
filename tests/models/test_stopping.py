"""Deployments that are stopped and started again while their role is served."""

import asyncio

import pytest

from ontopilot.errors import ConfigError
from ontopilot.models import Model, Pool, ScriptedEngine
from ontopilot.models.engines import BACKENDS
from tests.conformance.engine import ask
from tests.models.test_pool import served, text_of
from tests.models.test_swap import Gated

ONE, OTHER = "scripted:one", "scripted:other"


@pytest.fixture
def engines(monkeypatch):
    """Every engine that was made, by the name of its model; they answer with that name."""
    made = {ONE: [], OTHER: []}

    def make(model, host):
        engine = Gated(model.target, name=model.label)
        engine.open.set()
        made[model.name].append(engine)
        return engine

    backend = BACKENDS["scripted"]
    monkeypatch.setattr(
        "ontopilot.models.pool.chain.backend_of",
        lambda model: (
            type(backend)(make, "double") if model.kind == "scripted" else BACKENDS["extractive"]
        ),
    )
    return made


@pytest.fixture
async def pool(engines):
    pool = Pool(generator=[Model(ONE), Model(OTHER)])
    yield pool
    await pool.aclose()


async def answers(pool, count, **more):
    runs = await asyncio.gather(*(served(pool, ask(**more)) for _ in range(count)))
    assert {chunk.degraded for run in runs for chunk in run} == {""}
    return [text_of(run) for run in runs]


async def test_a_request_goes_where_it_was_planned(pool):
    assert await answers(pool, 6, deployment=OTHER) == ["other"] * 6
    assert sorted(await answers(pool, 6)) == ["one"] * 3 + ["other"] * 3


async def test_the_others_serve_what_has_no_room_where_it_was_planned(pool, engines):
    assert await answers(pool, 1, deployment="scripted:gone") == ["one"]


async def test_what_is_stopped_gets_no_requests_and_holds_nothing(pool, engines):
    await answers(pool, 4)
    await pool.stop(OTHER, "nobody needs it")
    assert engines[OTHER][0].closed
    assert await answers(pool, 4, deployment=OTHER) == ["one"] * 4
    assert [standing[0] for standing in pool.serving("generator")] == [ONE]
    report = pool.describe()[0].deployments[1]
    assert (report.serves, report.note) == (False, "stopped: nobody needs it")
    await pool.warm()
    assert len(engines[OTHER]) == 1


async def test_what_was_stopped_starts_again(pool, engines):
    await answers(pool, 4)
    await pool.stop(OTHER, "nobody needs it")
    assert await pool.start(OTHER) >= 0
    assert await answers(pool, 4, deployment=OTHER) == ["other"] * 4
    assert len(engines[OTHER]) == 2


async def test_what_it_has_begun_is_finished_first(pool, engines):
    await answers(pool, 4)
    engines[OTHER][0].open.clear()
    under_way = asyncio.create_task(answers(pool, 1, deployment=OTHER))
    await asyncio.sleep(0.05)
    stopping = asyncio.create_task(pool.stop(OTHER, "nobody needs it"))
    await asyncio.sleep(0.05)
    assert await answers(pool, 2, deployment=OTHER) == ["one"] * 2
    assert not engines[OTHER][0].closed
    engines[OTHER][0].open.set()
    assert await under_way == ["other"]
    await stopping
    assert engines[OTHER][0].closed


async def test_a_request_that_nothing_else_can_serve_starts_what_was_stopped(pool, engines):
    await answers(pool, 4)
    await pool.stop(OTHER, "nobody needs it")
    pool.named("generator")[0].breaker.failed("it fell", at_once=True)
    assert await answers(pool, 2) == ["other"] * 2
    assert not pool.named("generator")[1].stopped


async def test_the_last_one_of_a_role_stays(pool):
    await pool.stop(OTHER, "nobody needs it")
    with pytest.raises(ConfigError, match=f"'{ONE}' is the last that serves the generator"):
        await pool.stop(ONE, "nobody needs it")


async def test_what_cannot_be_made_again_stays():
    given = [ScriptedEngine("a", name="a"), ScriptedEngine("b", name="b")]
    pool = Pool(generator=given)
    with pytest.raises(ConfigError, match="'b' cannot be stopped: it could not be made again"):
        await pool.stop("b", "nobody needs it")
    with pytest.raises(
        ConfigError, match=r"'c' is none of this pool's: \['a', 'b', 'extractive'\]"
    ):
        await pool.start("c")
