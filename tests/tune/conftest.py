"""A library that lends, with an index of its own, and data that were made of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.agent import Agent
from ontopilot.retrieval.index import KnowledgeIndex
from ontopilot.retrieval.knowledge import Knowledge
from ontopilot.tune.gather import Gathered, gather
from ontopilot.tune.sets import DataSet

LENDING = Path(__file__).resolve().parents[1] / "lending"
TINY = Path(__file__).resolve().parents[1] / "fixtures/tiny_llama"


@pytest.fixture(scope="session")
def ontology() -> Ontology:
    return Ontology.load(LENDING / "lending.ttl")


@pytest.fixture(scope="session")
def index(ontology: Ontology, tmp_path_factory: pytest.TempPathFactory) -> KnowledgeIndex:
    return Knowledge(LENDING / "docs").open(
        encoder=HashEncoder(), ontology=ontology, home=tmp_path_factory.mktemp("home")
    )


@pytest.fixture(scope="session")
def gathered(ontology: Ontology, index: KnowledgeIndex) -> Gathered:
    return gather(ontology, index, seed=1, most=400, context_tokens=250)


@pytest.fixture(scope="session")
def data(gathered: Gathered, tmp_path_factory: pytest.TempPathFactory) -> DataSet:
    return DataSet.write(tmp_path_factory.mktemp("data"), gathered.parts, {"seed": 1})


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """The tiny Llama with a licence, as a base to train over."""
    folder = tmp_path / "base"
    shutil.copytree(TINY, folder)
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    return folder


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    """The library as an agent that quotes."""
    with Agent(
        "lending",
        ontology=LENDING / "lending.ttl",
        knowledge=Knowledge(LENDING / "docs"),
        encoder=HashEncoder(),
        home=tmp_path / "home",
    ) as made:
        yield made
