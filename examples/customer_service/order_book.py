"""The shop's order book: what an agent may look up and change. It starts from `seed.json`."""

import json
import math
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import Any

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
        items, back = order["items"], self._back(number)
        facts: dict[str, object] = {
            "placedBy": customer,
            "orderStatus": order["status"],
            "daysSinceOrder": order["placed_days_ago"],
            "containsProduct": _products(items),
            "containsOpenedProduct": _products(item for item in items if item["opened"]),
            "containsReturnedProduct": _products(back),
            "containsSoldOutProduct": _products(i for i in items if not self._in_stock(i)),
            "pricePaid": self.paid(number),
            "refundedAmount": order["refunded"],
        }
        if back or order["status"] == "Cancelled":
            facts["refundableAmount"] = self.refundable(number)
        days = order["delivered_days_ago"]
        if days is not None:
            months = math.ceil(days / DAYS_IN_A_MONTH)  # a month that has begun is over its limit
            facts |= {"daysSinceDelivery": days, "monthsSinceDelivery": months}
        return facts

    def paid(self, number: str) -> float:
        """Euros that an order cost, shipping included."""
        order = self._orders[number]
        return round(_price(order["items"]) + order["shipping"] + order["express_surcharge"], 2)

    def refundable(self, number: str) -> float:
        """Euros of an order that may be refunded and were not yet.

        A cancelled order is paid back whole. Of goods that came back it is their price, and the
        shipping too once all of them are back; express was a service that was rendered.
        """
        order = self._orders[number]
        if order["status"] == "Cancelled":
            due = self.paid(number)
        else:
            back = self._back(number)
            due = _price(back) + (order["shipping"] if len(back) == len(order["items"]) else 0)
        return round(due - order["refunded"], 2)

    def contents(self, number: str, product: str | None = None) -> str:
        """The items of an order in words, or the one that is named."""
        return " and ".join(
            f"{item['quantity']} × {item['product']}" for item in self._items(number, product)
        )

    def status(self, number: str) -> str:
        """Where an order is, in words."""
        order = self._orders[number]
        back = self._back(number)
        came_back = f"; {' and '.join(_products(back))} came back to our warehouse" if back else ""
        return {
            "Processing": "is being packed and has not left our warehouse yet",
            "Shipped": f"is on its way; you placed it {_ago(order['placed_days_ago'])}",
            "Delivered": f"was delivered {_ago(order['delivered_days_ago'] or 0)}{came_back}",
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

    def exchange(self, number: str, product: str | None = None) -> str:
        """Set new items aside."""
        with self._lock:
            for item in self._items(number, product):
                self._stock[item["product"]] -= item["quantity"]  # the policy has checked it
        said = self.contents(number, product)
        return f"A new {said} is set aside; a label for the old one comes by e-mail."

    def _items(self, number: str, product: str | None) -> list[dict[str, Any]]:
        """The item that is named; if none of the order is, those that have not come back."""
        items = self._orders[number]["items"]
        named = [item for item in items if item["product"] == product]
        back = self._back(number)
        return named or [item for item in items if item not in back] or items

    def _back(self, number: str) -> list[dict[str, Any]]:
        order = self._orders[number]
        whole = order["status"] == "Returned"
        return [item for item in order["items"] if whole or item.get("returned")]

    def _in_stock(self, item: dict[str, Any]) -> bool:
        return bool(self._stock.get(item["product"], 0) >= item["quantity"])


def _price(items: Iterable[dict[str, Any]]) -> float:
    return float(sum(item["price"] for item in items))


def _products(items: Iterable[dict[str, Any]]) -> list[str]:
    return [item["product"] for item in items]


def _ago(days: int) -> str:
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
