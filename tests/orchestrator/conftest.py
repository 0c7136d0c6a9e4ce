"""A tiny shop with an agent on doubles: a hashing encoder and a scripted generator."""

import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.orchestrator.agent import Agent
from ontopilot.retrieval.knowledge import Knowledge
from tests.orchestrator.serving import Current, running

SHOP = Path(__file__).parent / "shop"
ORDERS = {
    "A-10001": {"placedBy": "C-1001", "deliveredDaysAgo": 5},
    "A-10002": {"placedBy": "C-1001", "deliveredDaysAgo": 90},
    "A-10003": {"placedBy": "C-1002", "deliveredDaysAgo": 5},
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A copy of the tiny shop that a test may edit."""
    folder = tmp_path / "shop"
    shutil.copytree(SHOP, folder)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Current, str]]:
    """One server for the tests of a module, and its address; each sets `current.app`."""
    current = Current()
    with running(current, lifespan="off") as base:
        yield current, base


@pytest.fixture
def make_agent(shop: Path) -> Iterator[Callable[..., Agent]]:
    """Makes agents of the tiny shop and closes them."""
    made: list[Agent] = []

    def make(**arguments: Any) -> Agent:
        agent = build_agent(shop, **arguments)
        made.append(agent)
        return agent

    yield make
    for agent in made:
        agent.close()


def build_agent(shop: Path, **arguments: Any) -> Agent:
    """An agent of the tiny shop; `agent.refunded` lists what its refund action did."""
    settings: dict[str, Any] = {
        "ontology": shop / "shop.ttl",
        "policies": shop / "policies.ttl",
        "knowledge": Knowledge(shop / "docs"),
        "generator": "extractive",
        "encoder": HashEncoder(),
        "home": shop / "home",
    }
    agent = Agent("tiny", **{**settings, **arguments})
    refunded: list[tuple[str, str]] = []
    agent.refunded = refunded  # type: ignore[attr-defined]

    @agent.records("tiny:Order")
    def order(identifier: str, customer: str | None) -> dict[str, object] | None:
        return dict(ORDERS[identifier]) if identifier in ORDERS else None

    @agent.action(effect="tiny:Refund", examples=["I want my money back for my order", "refund"])
    def refund(order: str, customer: str) -> str:
        """Refund an order."""
        refunded.append((order, customer))
        return f"Order {order} is refunded."

    return agent


@pytest.fixture
def unused_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])
