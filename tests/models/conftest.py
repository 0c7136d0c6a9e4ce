"""The tiny Llama, and a server that speaks OpenAI's chat completions on this machine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.models.chat_server import ChatServer

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
