"""What does not fit the memory is not loaded, and says so."""

from dataclasses import replace

import pytest

from ontopilot.errors import ModelError, ModelNotFound
from ontopilot.models import EngineOptions, Model, Pool
from ontopilot.models.files.footprint import memory_of
from ontopilot.models.hardware import Gpu, inspect_machine
from ontopilot.models.pool.fit import require_fit
from tests.models.test_pool import served, text_of

GIB = 1 << 30


@pytest.fixture
def machine():
    return replace(inspect_machine(), gpus=())


def gpus(*free):
    return tuple(Gpu("card", 80 * GIB, gib * GIB) for gib in free)


def test_a_model_that_fits_passes(tiny, machine):
    require_fit(Model(f"openvino:{tiny}"), machine)


def test_one_that_does_not_is_refused_with_both_sizes(tiny, machine):
    with pytest.raises(ModelError, match=r"needs 0\.\d GiB of memory and 0\.1 GiB are free; use a"):
        require_fit(Model(f"openvino:{tiny}"), replace(machine, free=GIB // 10))


def test_on_gpus_their_memory_counts(tiny, machine):
    model = Model(f"vllm:{tiny}", options=EngineOptions(kv_cache_mb=20_000))
    assert memory_of(model) > 20 * GIB * 0.95
    require_fit(model, replace(machine, gpus=gpus(2, 40)))
    with pytest.raises(ModelError, match=r"needs \d+\.\d GiB on its GPUs and 12\.0 GiB are free"):
        require_fit(model, replace(machine, gpus=gpus(12, 11)))
    two = replace(model, options=replace(model.options, gpus=2))
    require_fit(two, replace(machine, gpus=gpus(12, 11)))


@pytest.mark.parametrize("name", ["extractive", "scripted", "http://127.0.0.1:1/v1#m"])
def test_what_has_no_weights_here_always_fits(name, machine):
    require_fit(Model(name), replace(machine, free=0))


def test_a_model_that_is_not_there_is_named(machine):
    with pytest.raises(ModelNotFound, match="nowhere/at/all"):
        require_fit(Model("openvino:nowhere/at/all"), machine)


async def test_the_pool_goes_on_to_what_fits(tiny, monkeypatch):
    monkeypatch.setattr("ontopilot.models.hardware._memory", lambda: (8 * GIB, GIB // 20))
    pool = Pool(generator=f"openvino:{tiny}")
    chunks = await served(pool)
    assert "30 days" in text_of(chunks)
    assert chunks[-1].engine == "extractive"
    assert "GiB are free" in chunks[-1].degraded
    assert pool.describe()[0].serves
    await pool.aclose()
