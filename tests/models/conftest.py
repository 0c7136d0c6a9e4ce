"""The tiny Llama, and a server that speaks OpenAI's chat completions on this machine."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ontopilot.models import EngineOptions, Model
from ontopilot.models.engines import make_engine
from tests.models.chat_server import ChatServer
from tests.models.vllm_stand_in import program

TINY = Path(__file__).resolve().parents[1] / "fixtures/tiny_llama"


@pytest.fixture(scope="session")
def tiny() -> Path:
    return TINY


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where converted models of a whole run are kept."""
    return tmp_path_factory.mktemp("gguf")


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with ChatServer() as running:
        yield running


@pytest.fixture
def short():
    """A folder whose path leaves room for the names of sockets."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        yield Path(folder)


@pytest.fixture
async def make_vllm(tiny, tmp_path):
    """Makes engines on stand-ins for vLLM, and closes them."""
    engines = []

    def make(mode="good", *, threads=None, adapter=None, **options):
        model = Model(f"vllm:{tiny}", adapter=adapter, options=EngineOptions(**options))
        engines.append(make_engine(model, threads=threads, vllm=program(tmp_path, mode)))
        return engines[-1]

    yield make
    for engine in engines:
        await engine.aclose()
