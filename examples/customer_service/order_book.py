"""The shop's order book: what an agent may look up and change. It starts from `seed.json`."""

import json
import math
from pathlib import Path
from threading import Lock

SEED = Path(__file__).parent / "seed.json"
DAYS_IN_A_MONTH = 30.44


class OrderBook:
    """Orders in memory; a real shop has a database here. A new process starts from the seed."""

    def __init__(self, seed: Path = SEED) -> None:
        book = json.loads(seed.read_text(encoding="utf-8"))
        self._orders = {order["id"]: order for order in book["orders"]}
        self._stock = book["stock"]
        self._lock = Lock()

    def facts(self, number: str, customer: str | None) -> dict[str, object] | None:
        """What the policies may know of an order; of somebody else's only whose it is."""
        order = self._orders.get(number)
        if order is None:
            return None
        if order["customer"] != customer:
            return {"placedBy": order["customer"]}
        items = order["items"]
        facts = {
            "placedBy": customer,
            "orderStatus": order["status"],
            "daysSinceOrder": order["placed_days_ago"],
            "containsProduct": [item["product"] for item in items],
            "containsOpenedProduct": [item["product"] for item in items if item["opened"]],
            "pricePaid": self.paid(number),
            "refundableAmount": self.refundable(number),
            "exchangeStock": min(
                self._stock.get(item["product"], 0) // item["quantity"] for item in items
            ),
        }
        days = order["delivered_days_ago"]
        if days is not None:
            months = math.ceil(days / DAYS_IN_A_MONTH)  # a month that has begun is over its limit
            facts |= {"daysSinceDelivery": days, "monthsSinceDelivery": months}
        return facts

    def paid(self, number: str) -> float:
        """Euros that an order cost."""
        return round(sum(item["price"] for item in self._orders[number]["items"]), 2)

    def refundable(self, number: str) -> float:
        """Euros of an order that were not refunded yet."""
        return round(self.paid(number) - self._orders[number]["refunded"], 2)

    def contents(self, number: str) -> str:
        """The items of an order in words."""
        return " and ".join(
            f"{item['quantity']} × {item['product']}" for item in self._orders[number]["items"]
        )

    def status(self, number: str) -> str:
        """Where an order is, in words."""
        order = self._orders[number]
        return {
            "Processing": "is being packed and has not left our warehouse yet",
            "Shipped": f"is on its way; you placed it {_ago(order['placed_days_ago'])}",
            "Delivered": f"was delivered {_ago(order['delivered_days_ago'] or 0)}",
            "Returned": "has come back to our warehouse",
            "Cancelled": "is cancelled",
        }[order["status"]]

    def cancel(self, number: str) -> str:
        """Cancel an order and pay it back."""
        with self._lock:
            self._orders[number] |= {"status": "Cancelled", "refunded": self.paid(number)}
        return f"Order {number} is cancelled; what you paid comes back within five working days."

    def refund(self, number: str, amount: float) -> str:
        """Book a refund in euros."""
        with self._lock:
            order = self._orders[number]
            order["refunded"] = round(order["refunded"] + amount, 2)
        return f"{amount:.2f} euros for order {number} are on their way to you."

    def exchange(self, number: str) -> str:
        """Set new items aside."""
        with self._lock:
            for item in self._orders[number]["items"]:
                self._stock[item["product"]] -= item["quantity"]  # the policy has checked it
        return (
            f"A new {self.contents(number)} is set aside; a label for the old one comes by e-mail."
        )


def _ago(days: int) -> str:
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
