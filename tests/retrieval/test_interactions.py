import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontopilot.errors import DocumentError
from ontopilot.retrieval.interactions import Interactions, parse
from ontopilot.retrieval.redact import redact


def parsed(*rows: Any) -> Interactions:
    return parse("\n".join(json.dumps(row) for row in rows).encode(), source="tickets.jsonl")


def ticket(**changes: Any) -> dict[str, Any]:
    return {"id": "T-1", "question": "It leaks.", "answer": "Descale it.", **changes}


def test_a_ticket_is_found_by_its_question_and_quoted_by_its_answer() -> None:
    (passage,) = parsed(ticket(subject="Leak", product="AquaBoil 2")).passages
    assert passage.id == "ticket:T-1"
    assert passage.kind == "interaction"
    assert passage.title == "Leak"
    assert passage.heading == "AquaBoil 2 It leaks."
    assert passage.text == "Descale it."
    assert passage.source == "tickets.jsonl"


def test_a_resolution_in_words_is_part_of_the_answer() -> None:
    (passage,) = parsed(ticket(resolution="The customer descaled it.")).passages
    assert passage.text == "Descale it.\n\nThe customer descaled it."


@pytest.mark.parametrize(
    "changes",
    [
        {"resolution": "unresolved"},
        {"resolution": "Escalated."},
        {"status": "open"},
        {"status": "in progress"},
        {"rating": 1},
        {"rating": "2"},
        {"rating": "bad"},
        {"rating": False},
        {"answer": ""},
        {"answer": None},
    ],
)
def test_what_did_not_end_well_is_no_evidence(changes: dict[str, Any]) -> None:
    found = parsed(ticket(**changes))
    assert found.passages == ()
    assert found.left_out == 1


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"resolution": "resolved", "rating": 5},
        {"rating": None, "status": "closed"},
        {"rating": "good"},
        {"rating": "", "customer": None},
        {"rating": True},
        {"channel": "phone"},
        {"id": 17},
    ],
)
def test_what_is_not_said_is_no_reason_against_it(changes: dict[str, Any]) -> None:
    assert len(parsed(ticket(**changes)).passages) == 1


def test_blank_lines_are_no_lines() -> None:
    data = json.dumps(ticket()).encode()
    assert len(parse(b"\xef\xbb\xbf" + data + b"\r\n\n  \n", source="t").passages) == 1
    assert parse(b"", source="t").passages == ()


def test_two_tickets_with_one_id_name_both_lines() -> None:
    with pytest.raises(DocumentError, match=r"'tickets.jsonl' lines 1 and 3: .* id 'T-1'"):
        parsed(ticket(), ticket(id="T-2"), ticket())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"{", "line 2: not a JSON object"),
        (b"\xff\xfe", "line 2: not a JSON object"),
        (b"[1]", "line 2: the line"),
        (b'{"id": "T-2"}', "line 2: question: field required"),
        (b'{"id": "", "question": "x"}', "line 2: the id '' is empty"),
        (b'{"id": "a", "question": ["x"]}', "line 2: question"),
        (b'{"id": "a", "question": "x", "rating": [1]}', "line 2: rating"),
    ],
)
def test_a_malformed_line_is_named(line: bytes, message: str) -> None:
    data = json.dumps(ticket()).encode() + b"\n" + line
    with pytest.raises(DocumentError, match=message):
        parse(data, source="tickets.jsonl")


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Write to bob.o'neil+x@mail.example.co.uk.", "Write to [e-mail]."),
        ("Call +44 20 7946 0958 now", "Call [phone number] now"),
        ("Call (020) 7946 0958 now", "Call [phone number] now"),
        ("Call 0171 1234567 now", "Call [phone number] now"),
        ("Call 555-123-4567 now", "Call [phone number] now"),
        ("Card 4111 1111 1111 1111, please", "Card [card number], please"),
        ("Card 4111-1111-1111-1111.", "Card [card number]."),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [account number]."),
        ("IBAN GB29NWBK60161331926819", "IBAN [account number]"),
        ("Call 0221 / 55 50 19 now", "Call [phone number] now"),
        ("The card ending in 7730 was charged", "The card ending in [digits] was charged"),
        ("Send it to Am Stadtgraben 3, 4020 Linz.", "Send it to [address]."),
        ("I live at Mariahilfer Straße 88, 1070 Wien.", "I live at [address]."),
        ("It is 14 rue de l'Alzette now", "It is [address] now"),
        ("We moved to 23 Canal Walk, you know", "We moved to [address], you know"),
        ("Fjordveien 22, 5003 Bergvik", "[address]"),
        ("Order A-12345 is late", "Order [order number] is late"),
        ("order number 448812 is late", "order [order number] is late"),
        ("my order #12345", "my order [order number]"),
        ("customer C-1234 said", "customer [customer number] said"),
        ("About A-12345: fine", "About [record number]: fine"),
        ("Send it to 12 Rose Lane, Bath BA1 2AB.", "Send it to [address]."),
        ("I live at 221B Baker Street, London", "I live at [address]"),
        ("Ship to Hauptstraße 5, 10115 Berlin please", "Ship to [address] please"),
        ("Hello Anna,\nthanks", "Hello [customer],\nthanks"),
        ("Dear Ms Keller, sorry", "Dear [customer], sorry"),
        ("Hi, my name is John Smith and it leaks", "Hi, my name is [customer] and it leaks"),
    ],
)
def test_personal_data_is_replaced_by_what_it_was(text: str, redacted: str) -> None:
    found = redact(text)
    assert found.text == redacted
    assert found.places >= 1


@pytest.mark.parametrize(
    "text",
    [
        "The AquaBoil 2 holds 1.7 l and costs 49.90 EUR.",
        "Model AB-2000 and KX-450 fit; the RT-AX88 does too.",
        "You may return it within 30 days, by 24 December 2025.",
        "Order 2 kettles and 1 toaster.",
        "Set the router to 192.168.1.1 on channel 6 at 2.4 GHz.",
        "Call us between 9:00 and 17:00 on 5 days a week.",
        "Hello there, the router blinks 3 times every 10 seconds.",
        "The warranty of 24 months started on 2025-03-01.",
        "In case 3 of 4 the light is red; ticket closed.",
        "Dear customer, thank you.",
        "Im Juli 2025 war es kaputt, am 3. Mai auch.",
        "Boil the AquaBoil 2, 1700 watts strong, with 0.5 litres / 50 g.",
        "I am Happy, it works.",
    ],
)
def test_what_is_not_personal_stays(text: str) -> None:
    found = redact(text)
    assert found.text == text
    assert found.places == 0


def test_values_that_are_known_to_be_personal_go_too() -> None:
    found = parsed(
        ticket(
            customer="C-77",
            customer_name="Zoe Quill",
            question="Zoe here, account C-77.",
            answer="Descale it, Quill.",
        )
    )
    (passage,) = found.passages
    assert "Zoe" not in passage.indexed_text
    assert "Quill" not in passage.indexed_text
    assert "C-77" not in passage.indexed_text
    assert found.redacted == 3


@given(st.text(max_size=200))
def test_redacting_twice_changes_nothing(text: str) -> None:
    once = redact(text).text
    assert redact(once).text == once


@given(
    st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{2,8}\.(com|org|de)", fullmatch=True),
    st.sampled_from(["Mail {} please", "({})", "{}", "<{}>, thanks", "to:{};"]),
)
def test_no_address_for_mail_is_left(address: str, frame: str) -> None:
    assert address not in redact(frame.format(address)).text


def test_an_address_with_the_customers_name_in_it_goes_whole() -> None:
    found = redact("Write to c.demel@kontor.example, says Demel.", known=("Demel",))
    assert found.text == "Write to [e-mail], says [customer]."
