"""What would serve a role, by memory and by what is installed; nothing is started to tell it."""

from dataclasses import replace

import pytest

from ontopilot.models import EngineOptions, Model, Pool, ScriptedEngine
from ontopilot.models.engines import Host
from ontopilot.models.hardware import Gpu, Machine
from ontopilot.models.pool.chain import Deployer
from ontopilot.models.pool.fitting import fits_of

ROOMY = Machine("a processor", 2, (), 64 << 30, 32 << 30)
TIGHT = replace(ROOMY, free=300 << 20)


@pytest.fixture
def fits(tiny):
    """What is told of a model on a machine, by engine and precision; nothing may be started."""

    def told(machine, name=None, **options):
        model = Model(name or str(tiny), options=EngineOptions(**options))
        chain = Deployer(Host(), lambda: machine).chain("generator", model)
        found = {(f.deployment.split(":")[0], f.precision): f for f in fits_of(chain, machine)}
        assert [d.started for tier in chain for d in tier] == [None] * sum(map(len, chain))
        return found

    return told


def test_each_engine_is_told_in_its_precisions(fits):
    found = fits(ROOMY)
    assert set(found) == {
        *(("vllm", p) for p in ("fp32", "bf16")),
        *(("openvino", p) for p in ("fp32", "fp16")),
        *(("transformers", p) for p in ("fp32", "bf16")),
    }
    assert found["openvino", "fp16"].fits
    assert found["openvino", "fp16"].needed < found["openvino", "fp32"].needed


def test_what_does_not_fit_is_told(fits):
    found = fits(TIGHT)
    assert not any(fit.fits for fit in found.values())
    assert found["openvino", "fp16"].problem == ""
    assert found["openvino", "fp16"].free == 300 << 20
    assert fits(TIGHT, precision="fp16", kv_cache_mb=1)["openvino", "fp16"].fits


def test_an_engine_that_is_missing_names_its_extra(fits, tiny):
    found = fits(ROOMY, f"vllm:{tiny}")
    problem = found["vllm", "bf16"].problem
    assert "pip install 'ontopilot[vllm]'" in problem
    assert not found["vllm", "bf16"].fits


def test_a_model_that_is_not_there_is_told_once_an_engine(fits):
    found = fits(ROOMY, "openvino:nowhere")
    assert "there is no" in found["openvino", "fp32"].problem


def test_vllm_is_loaded_into_the_gpus_that_it_may_use(fits, tiny):
    gpus = (Gpu("one", 80 << 30, 70 << 30), Gpu("two", 80 << 30, 60 << 30))
    machine = replace(ROOMY, gpus=gpus)
    assert fits(machine, f"vllm:{tiny}")["vllm", "bf16"].free == 70 << 30
    assert fits(machine, f"vllm:{tiny}", gpus=2)["vllm", "bf16"].free == 130 << 30


async def test_engines_that_were_given_are_left_out():
    pool = Pool(generator=ScriptedEngine())
    assert pool.fits() == {"generator": (), "reasoner": ()}
    await pool.aclose()
