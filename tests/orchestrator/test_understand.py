"""Yes, no, and how a message is classified."""

import pytest

from ontopilot.orchestrator.understand import asks_more, describes_trouble, yes_or_no


@pytest.mark.parametrize("message", ["yes", "Yes, please do", "ok", "go ahead", "Sure!", "ja"])
def test_yes(message: str) -> None:
    assert yes_or_no(message) is True


@pytest.mark.parametrize("message", ["no", "No thanks", "cancel that", "don't", "never mind"])
def test_no(message: str) -> None:
    assert yes_or_no(message) is False


@pytest.mark.parametrize(
    "message", ["What is the warranty?", "yes but how long does the refund take to reach my bank"]
)
def test_neither(message: str) -> None:
    assert yes_or_no(message) is None


def test_trouble() -> None:
    assert describes_trouble("My kettle leaks")
    assert not describes_trouble("What colour is the kettle?")


def test_more_than_one_fact_is_asked_for() -> None:
    assert asks_more("How do I descale it?")
    assert not asks_more("What is the warranty period of the NetBeam 5?")
