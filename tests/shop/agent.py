"""A small shop whose models are doubles: it answers by quoting the best source."""

from pathlib import Path

from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.agent import Agent
from ontopilot.retrieval.knowledge import Knowledge

HERE = Path(__file__).parent
ORDERS = {
    "A-10001": {"placedBy": "C-1001", "deliveredDaysAgo": 12},
    "A-10002": {"placedBy": "C-1001", "deliveredDaysAgo": 90},
}

support = Agent(
    "support",
    ontology=HERE / "shop.ttl",
    policies=HERE / "policies.ttl",
    knowledge=Knowledge("docs", interactions="tickets.jsonl", folder=HERE),
    generator=ScriptedEngine(),
    encoder=HashEncoder(),
)


@support.records("shop:Order")
def orders(identifier, customer):
    return ORDERS.get(identifier)


@support.action(effect="shop:Refund", examples=("I want a refund for my order",))
def refund(order: str) -> str:
    """Refund an order."""
    return f"Order {order} is refunded."


@support.action(effect="shop:OrderStatus", examples=("Where is my order?",))
def order_status(order: str) -> str:
    """Tell where an order is."""
    return f"Order {order} was delivered {ORDERS[order]['deliveredDaysAgo']} days ago."
