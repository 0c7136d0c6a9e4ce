"""What the demo shop does with orders of several products, parts, shipping costs and refunds."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ontopilot.cli.agents import load_agent
from ontopilot.orchestrator.answer import Answer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
AGENT = Path(__file__).parents[1] / "examples/customer_service/agent.py"
Say = Callable[..., Answer]


@pytest.fixture(scope="module")
def say(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Say]:
    """Says the messages of a conversation to the shop's agent and gives the last answer."""
    patch = pytest.MonkeyPatch()
    patch.setenv("ONTOPILOT_HOME", str(tmp_path_factory.mktemp("home")))
    with patch.context(), load_agent(f"{AGENT}:support") as agent:

        def talk(customer: str, *messages: str) -> Answer:
            answer = agent.ask(messages[0], customer=customer)
            for message in messages[1:]:
                answer = agent.ask(message, customer=customer, conversation=answer.conversation)
            return answer

        yield talk
    patch.undo()


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("the pump filter L1 is cracked", "within the warranty period"),
        ("the DrumFresh is lumpy", "no warranty on consumables and wear parts"),
        ("the AquaBoil 2 is broken", "one product per warranty claim"),
        ("it does not work", "one product per warranty claim"),
    ],
)
def test_a_warranty_claim_is_about_one_product(say: Say, message: str, rule: str) -> None:
    answer = say("C-2007", f"Please open a warranty claim for order A-20023, {message}.")
    assert answer.outcome == "refused"
    assert f"(rule: {rule})" in answer.text


def test_the_appliance_beside_the_part_keeps_its_own_warranty(say: Say) -> None:
    claim = "Please open a warranty claim for order A-20023, the LaundroMax 8 does not spin."
    assert say("C-2007", claim).outcome == "confirm"
    assert "1 × LaundroMax 8 is open" in say("C-2007", claim, "yes").text


def test_a_door_seal_is_a_wear_part_without_warranty(say: Say) -> None:
    answer = say("C-2008", "I want to make a warranty claim for order A-20029, it leaks.")
    assert "(rule: no warranty on consumables and wear parts)" in answer.text


def test_a_wear_part_of_an_appliance_is_not_claimed_as_the_appliance(say: Say) -> None:
    answer = say("C-1001", "Open a warranty claim for order A-10001: the lid seal K2 leaks.")
    assert answer.outcome == "refused"
    assert "wear parts" in answer.text


def test_one_product_of_an_order_is_sent_back(say: Say) -> None:
    answer = say("C-2007", "I want to return the CremaOne from order A-20024.", "yes")
    assert answer.outcome == "acted"
    assert "1 × CremaOne is registered" in answer.text
    assert "DeLime" not in answer.text


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("I want to return the DeLime from order A-20024.", "only while the pack is unopened"),
        ("I want to return order A-20024.", "only while the pack is unopened"),
        ("I want to return the CrispTwo from order A-20024.", "is not in this order"),
        ("I want to return order A-20025.", "A gift card that was redeemed cannot be sent back"),
        ("Exchange the milk jug 0.5 from order A-20024.", "out of stock"),
    ],
)
def test_what_cannot_be_sent_back(say: Say, message: str, said: str) -> None:
    answer = say("C-2007", message)
    assert answer.outcome == "refused"
    assert said in answer.text
    assert "://" not in answer.text


def test_one_product_of_an_order_is_exchanged(say: Say) -> None:
    answer = say("C-2007", "Exchange the CremaOne from order A-20024 for a new one.", "yes")
    assert answer.text.startswith("A new 1 × CremaOne is set aside")


@pytest.mark.parametrize(
    ("customer", "message", "said"),
    [
        ("C-1001", "I want to return order A-10003.", "has not been delivered yet"),
        ("C-1003", "I want to return order A-10012.", "This order is cancelled"),
        ("C-1002", "I want to return order A-10008.", "already come back to our warehouse"),
        ("C-2008", "I want to return the CrispTwo from order A-20027.", "already come back"),
        ("C-1001", "Open a warranty claim for order A-10003.", "begins on the day of delivery"),
        ("C-1002", "Open a warranty claim for order A-10008.", "have no warranty any more"),
    ],
)
def test_the_reason_fits_the_state_of_the_order(
    say: Say, customer: str, message: str, said: str
) -> None:
    answer = say(customer, message)
    assert answer.outcome == "refused"
    assert said in answer.text


def test_what_is_left_of_an_order_is_sent_back(say: Say) -> None:
    answer = say("C-2008", "I want to return order A-20027.", "yes")
    assert "1 × paper filters size 4 is registered" in answer.text


@pytest.mark.parametrize(
    ("order", "due", "too_much"),
    [
        ("A-20027", "39.90", "44.80"),  # one product of two is back: its price alone
        ("A-20028", "22.80", "30.80"),  # all is back: with standard shipping, without express
    ],
)
def test_shipping_is_paid_back_with_a_whole_order_only(
    say: Say, order: str, due: str, too_much: str
) -> None:
    refused = say("C-2008", f"Refund {too_much} euros to me for order {order}.")
    assert "(rule: refund up to the price paid)" in refused.text
    assert say("C-2008", f"Refund {due} euros to me for order {order}.").outcome == "confirm"


def test_parts_of_a_large_refund_count_together(say: Say) -> None:
    first = say("C-2008", "Refund 200 euros to me for order A-20026.", "yes")
    assert first.outcome == "acted"
    second = say("C-2008", "Refund 100 euros to me for order A-20026.")
    assert second.outcome == "handed_over"
    assert "(rule: large refunds by a person)" in second.text


def test_the_hand_over_tells_when_the_team_is_there(say: Say) -> None:
    answer = say("C-2008", "I want to talk to a person.")
    assert "Monday to Friday" in answer.text
    assert "Saturdays" in answer.text


TOASTER = "Can I return only the toaster from order A-10001?"


def test_a_product_that_is_not_in_the_order_is_asked_about(say: Say) -> None:
    answer = say("C-1001", TOASTER)
    assert answer.outcome == "asked"
    assert "has no toaster; it has the AquaBoil 2" in answer.text


@pytest.mark.parametrize("reply", ["the kettle then", "the AquaBoil 2", "no, the whole order"])
def test_what_was_asked_about_goes_on(say: Say, reply: str) -> None:
    assert say("C-1001", TOASTER, reply).outcome == "confirm"


def test_a_kind_names_the_product_of_its_kind(say: Say) -> None:
    answer = say("C-1005", "I want to return the coffee grinder of A-10019")
    assert answer.action is not None
    assert answer.action.slots == {"order": "A-10019", "product": "GrindWell 40"}


def test_several_products_of_a_kind_are_asked_about(say: Say) -> None:
    answer = say("C-2001", "Exchange the consumable of order A-20003, please.")
    assert answer.outcome == "asked"
    assert "the DishPearl salt and the DishPearl rinse aid" in answer.text
