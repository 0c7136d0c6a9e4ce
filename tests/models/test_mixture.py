"""A mixture of experts is served like any other model."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from ontopilot.errors import ModelError
from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.vllm.engine import VllmEngine
from tests.conformance.engine import EngineConformance
from tests.models.greedy import answers, of_transformers

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-vllm/bin/python"
OPTIONS = EngineOptions(precision="fp32", kv_cache_mb=64, most_requests=4, compiled=False)


@pytest.fixture(scope="module")
def mixtral(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("mixtral")
    recipe = ROOT / "tests/fixtures/tiny_mixtral.py"
    subprocess.run([sys.executable, recipe, folder], check=True)
    return folder


@pytest.fixture(scope="module")
def owner(mixtral):
    """An engine whose server all tests on vLLM may use."""
    engine = VllmEngine(Model(f"vllm:{mixtral}", options=OPTIONS), program=PYTHON, threads=2)
    asyncio.run(engine.warm())
    yield engine
    asyncio.run(engine.aclose())


@pytest.mark.slow
class TestOnTransformers(EngineConformance):
    @pytest.fixture
    def make(self, mixtral):
        model = Model(f"transformers:{mixtral}", options=OPTIONS)
        return lambda: make_engine(model, threads=2)


@pytest.mark.slow
@pytest.mark.vllm
@pytest.mark.timeout(300)
class TestOnVllm(EngineConformance):
    @pytest.fixture
    def make(self, mixtral, owner):
        model = Model(f"vllm:{mixtral}", options=OPTIONS)
        return lambda: VllmEngine(model, program=PYTHON, server=owner.server)

    async def test_it_answers_as_transformers_does(self, mixtral, engine):
        expected = await of_transformers(mixtral)
        assert await answers(engine) == expected
        assert len({text for text, _ in expected}) > 5


@pytest.mark.vllm
async def test_adapters_are_refused_on_a_cpu(mixtral):
    options = EngineOptions(adapters=2)
    engine = make_engine(Model(f"vllm:{mixtral}", options=options), vllm=PYTHON)
    with pytest.raises(ModelError, match=r"mixture of experts.*; leave the adapters out"):
        await engine.warm()
    await engine.aclose()


async def test_openvino_says_what_it_needs(mixtral):
    engine = make_engine(Model(f"openvino:{mixtral}"), threads=2)
    with pytest.raises(ModelError, match=r"'MixtralForCausalLM'.*'ontopilot models convert'"):
        await engine.warm()
    await engine.aclose()
