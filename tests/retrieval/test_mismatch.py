"""Statements that are near to a question and yet cannot answer it."""

import pytest

from ontopilot import Evidence
from ontopilot.retrieval.mismatch import without_mismatches


def kept(question, text):
    evidence = [Evidence("doc:a.md#1", "passage", text, 1.0, "", title="Washers")]
    return without_mismatches(question, evidence, ((0.9, 0.5),))[0]


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("What does error E24 mean?", (0.0, 0.5)),
        ("What does error e20 mean?", (0.9, 0.5)),
        ("E20 or E24?", (0.9, 0.5)),
        ("Does the K2 fit?", (0.9, 0.5)),
        ("What does the code mean?", (0.9, 0.5)),
    ],
)
def test_a_statement_about_another_code_is_not_near(question, near):
    assert kept(question, "The error code of a blocked drain is E20. Clean the filter.") == near


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("How wide is the LaundroMax 8?", (0.0, 0.5)),
        ("How wide is the LaundroMax 10?", (0.9, 0.5)),
        ("Is the LaundroMax 8 as wide as the LaundroMax 10?", (0.9, 0.5)),
        ("Does it come within 8 days?", (0.9, 0.5)),
    ],
)
def test_nor_one_about_another_model(question, near):
    assert kept(question, "The LaundroMax 10 is wide. It comes within 10 days.") == near


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("How many litres of water does it use?", (0.0, 0.5)),
        ("How many watts does it need?", (0.9, 0.0)),
        ("How many kilowatts does it need?", (0.9, 0.0)),
        ("How many litres does it use and can I wash wool?", (0.9, 0.5)),
        ("How many people use it?", (0.9, 0.5)),
    ],
)
def test_nor_one_without_an_amount_of_the_unit_that_is_asked_for(question, near):
    assert kept(question, "It needs 900 watts. It uses 40 l of water.") == near


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("What's the phone number of your workshop?", (0.0, 0.0, 0.5, 0.5)),
        ("Which number do I dial on Sundays?", (0.0, 0.0, 0.5, 0.5)),
        ("What is your e-mail address?", (0.0, 0.5, 0.0, 0.0)),
        ("How do I reach the workshop?", (0.9, 0.5, 0.5, 0.5)),
    ],
)
def test_a_way_to_reach_somebody_is_no_other_number(question, near):
    text = "An order number has ten digits. Write to a@b.example. Ring 030 1234567. No telephone."
    evidence = [Evidence("doc:a.md#1", "passage", text, 1.0, "", title="Contact")]
    assert without_mismatches(question, evidence, ((0.9, 0.5, 0.5, 0.5),))[0] == near


@pytest.mark.parametrize(
    ("question", "near"),
    [
        ("What's the name of the head of dispatch?", (0.0, 0.5)),
        ("To whom you sent one this week I must know.", (0.0, 0.5)),
        ("What is she called?", (0.0, 0.5)),
        ("What is the name of the part?", (0.9, 0.5)),
        ("Who pays the postage?", (0.9, 0.5)),
    ],
)
def test_nor_is_a_thing_the_person_who_is_asked_for(question, near):
    assert kept(question, "The washer is a machine. Mr Brandt plans the tours.") == near
