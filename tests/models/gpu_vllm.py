"""vLLM on a GPU: run by `make test-gpu`, since no other command should ask for one."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.hardware import inspect_machine
from ontopilot.models.vllm.engine import VllmEngine
from tests.conformance.engine import WARRANTY, EngineConformance, ask, text_of
from tests.models.greedy import answers

PYTHON = Path(__file__).resolve().parents[2] / ".venv-gpu/bin/python"
GPUS = len(inspect_machine().gpus) if shutil.which("nvidia-smi") else 0

pytestmark = [
    pytest.mark.skipif(not GPUS, reason="gpu: needs an NVIDIA GPU that nvidia-smi lists"),
    pytest.mark.timeout(600),
]
OPTIONS = EngineOptions(adapters=2, most_requests=4, compiled=False)


def engine_with(tiny: Path, **options: object) -> VllmEngine:
    model = Model(f"vllm:{tiny}", options=EngineOptions(compiled=False, **options))
    return VllmEngine(model, program=PYTHON)


@pytest.fixture(scope="module")
def owner(tiny) -> Iterator[VllmEngine]:
    """An engine whose server the conformance tests use."""
    engine = VllmEngine(Model(f"vllm:{tiny}", options=OPTIONS), program=PYTHON)
    asyncio.run(engine.warm())
    yield engine
    asyncio.run(engine.aclose())


class TestVllmOnGpu(EngineConformance):
    @pytest.fixture
    def make(self, tiny, owner):
        model = Model(f"vllm:{tiny}", options=OPTIONS)
        return lambda: VllmEngine(model, program=PYTHON, server=owner.server)


@pytest.mark.parametrize(
    "options", [{"precision": "fp8"}, {"precision": "int8"}, {"draft": "ngram"}], ids=str
)
async def test_it_answers_with(tiny, options):
    engine = engine_with(tiny, kv_cache_mb=256, **options)
    assert "30 days" in await text_of(engine, ask())
    assert "24 months" in await text_of(engine, ask(WARRANTY))
    await engine.aclose()


async def test_asleep_it_gives_the_memory_back_and_awake_it_answers(tiny):
    engine = engine_with(tiny, kv_cache_mb=4096, sleeps=True)
    before = await text_of(engine, ask())
    awake = inspect_machine().gpus[0].free
    await engine.sleep()
    assert inspect_machine().gpus[0].free - awake > 3 << 30
    await engine.wake()
    assert await text_of(engine, ask()) == before
    await engine.aclose()


@pytest.mark.skipif(GPUS < 2, reason="gpu: needs two NVIDIA GPUs")
async def test_a_model_that_is_split_answers_as_on_one(tiny):
    one = engine_with(tiny, kv_cache_mb=256, precision="fp32")
    expected = await answers(one)
    await one.aclose()
    two = make_engine(
        Model(
            f"vllm:{tiny}",
            options=EngineOptions(kv_cache_mb=256, precision="fp32", gpus=2, compiled=False),
        ),
        vllm=PYTHON,
    )
    assert await answers(two) == expected
    await two.aclose()
