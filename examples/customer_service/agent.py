"""Customer service of an online shop, with everything that it may do for a customer."""

from pathlib import Path

from order_book import OrderBook

from ontopilot import Agent, Knowledge

HERE = Path(__file__).parent
HOURS = "The team is there from Monday to Friday, 8:00 to 20:00, and on Saturdays, 9:00 to 16:00."
book = OrderBook()
knowledge = Knowledge("docs", interactions="tickets.jsonl", folder=HERE)
support = Agent(
    "support", ontology=HERE / "shop.owl", policies=HERE / "policies.ttl", knowledge=knowledge
)
support.records("shop:Order")(book.facts)


@support.action(effect="shop:OrderStatusInquiry", examples=("Where is my order?", "Is it sent?"))
def order_status(order: str) -> str:
    """Tell where an order is."""
    return f"Order {order} ({book.contents(order)}) {book.status(order)}."


@support.action(effect="shop:Return", examples=("I want to return my order", "I'll send it back"))
def start_return(order: str, product: str | None = None) -> str:
    """Send an order, or one product of it, back."""
    return f"The return of {book.contents(order, product)} is registered; a label comes by e-mail."


@support.action(effect="shop:Refund", examples=("I want my money back", "Refund 20 euros to me"))
def refund(order: str, amount: float) -> str:
    """Pay money back for an order."""
    return book.refund(order, amount)


@support.action(effect="shop:Exchange", examples=("Swap it for a new one", "I want an exchange"))
def exchange(order: str, product: str | None = None) -> str:
    """Exchange an order, or one product of it, for the same anew."""
    return book.exchange(order, product)


@support.action(effect="shop:WarrantyClaim", examples=("It broke, I want to claim the warranty",))
def warranty_claim(order: str, fault: str, product: str | None = None) -> str:
    """Open a warranty claim."""
    what = book.contents(order, product)
    return f"Your warranty claim for {what} is open: {fault!r}. We write to you soon."


@support.action(effect="shop:Cancellation", examples=("Cancel my order", "I don't want it now"))
def cancel_order(order: str) -> str:
    """Cancel an order that was not sent yet."""
    return book.cancel(order)


@support.action(effect="shop:HandOver", examples=("I want to talk to a person", "Call me back"))
def hand_over() -> str:
    """Hand the conversation over to a person."""
    return f"A colleague takes over and can read everything. {HOURS}"
