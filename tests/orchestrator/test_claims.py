"""What the rules of verification let pass and what they withhold."""

import pytest

from ontopilot import Claim, Evidence
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.verify import judge
from ontopilot.orchestrator.verify.excerpt import excerpt
from ontopilot.orchestrator.verify.reading import read
from tests.conformance.reader import FixedReader

OVEN = (
    "The oven Brava heats up in eight minutes and the oven Largo in twelve. Old grease must not go "
    "into the sink; take it to the collection point. The door has no lock. You get a reminder "
    "three days before the due date. Club members get ten percent off all ovens except the Largo. "
    "The grill is open to members only."
)


@pytest.fixture(scope="module")
def ontology(tmp_path_factory):
    file = tmp_path_factory.mktemp("verify") / "empty.ttl"
    file.write_text("<urn:x> a <http://www.w3.org/2002/07/owl#Ontology> .\n", encoding="utf-8")
    return Ontology.load(file)


def status(claim, ontology, text=OVEN, question=""):
    evidence = [Evidence("doc:oven.md#1", "passage", text, 1.0, "", title="Ovens")]
    given = Claim(claim, ("doc:oven.md#1",))
    return judge(given, evidence=evidence, ontology=ontology, question=question).status


@pytest.mark.parametrize(
    "claim",
    [
        "The oven Brava heats up in eight minutes and the oven Largo in twelve.",
        "Old grease must not go into the sink.",
        "The door has no lock.",
        "The grill is open to members only.",
        "You get a reminder three days before the due date.",
    ],
)
def test_what_the_text_says_passes(claim, ontology):
    assert status(claim, ontology) == "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "The oven Brava heats up in twelve minutes and the oven Largo in eight.",
        "The oven Largo heats up in eight minutes and the oven Brava in twelve.",
        "Old grease may go into the sink; take it to the collection point.",
        "The door has a lock.",
        "You get a reminder three days after the due date.",
        "Club members get ten percent off all ovens, even the Largo.",
        "Club members get twenty percent off all ovens except the Largo.",
        "The grill is not open to members only.",
        "The oven Brava heats up in eight hours.",
    ],
)
def test_what_it_does_not_say_is_withheld(claim, ontology):
    assert status(claim, ontology) != "supported"


TRAMS = (
    "You get the data from your provider, not from us. Never pull the plug, and do not open the "
    "lid. Gift cards can be returned only while they are sealed. In nine cases of ten, the pump "
    "filter is blocked by coins. Plug it into sockets: strips with filters swallow the signal. The "
    "trams run until midnight and can be boarded only at the front. Guide dogs travel free of "
    "charge; other dogs need a muzzle if larger than a cat. Rain delay pauses watering for 24, 48 "
    "or 72 hours and then resumes. Wet spots dry with more than three fans."
)


@pytest.mark.parametrize(
    "claim",
    [
        "You get the data from us, not from your provider.",
        "Pull the plug, and open the lid.",
        "Gift cards can be returned.",
        "In nine cases of ten, the drain pump is blocked by coins.",
        "Plug it into strips: sockets swallow the signal.",
        "Wet spots dry with less than three fans.",
    ],
)
def test_a_claim_that_repeats_a_sentence_may_not_turn_it(claim, ontology):
    assert status(claim, ontology, TRAMS) != "supported"


@pytest.mark.parametrize(
    "claim",
    [
        "The trams run until midnight.",
        "Guide dogs travel free of charge.",
        "Rain delay pauses watering for 24, 48 or 72 hours and then resumes.",
        "Rain delay pauses watering for 24, 48 or 72 hours.",
    ],
)
def test_a_part_of_a_sentence_needs_no_condition_of_another_part(claim, ontology):
    assert status(claim, ontology, TRAMS) == "supported"


def test_the_next_sentence_does_not_outdo_the_one_that_says_otherwise(ontology):
    text = "A steam iron is not cleaned with acid. The button on the steam iron starts cleaning."
    assert status("A steam iron is cleaned with acid.", ontology, text) != "supported"


def test_an_excerpt_has_the_nearest_sentences_in_their_order_with_what_they_lean_on():
    text = (
        "The pump is loud at first. It runs quietly after a minute. The hose is grey. "
        "Cables are black. Screws are short. Lamps are green. Filters cost five euros."
    )
    evidence = [Evidence("doc:a.md#1", "passage", text, 1.0, "", title="Pumps")]
    found = excerpt(read("After a minute it runs quietly, and filters cost five euros."), evidence)
    assert found.startswith("Pumps: The pump is loud at first. It runs quietly after a minute.")
    assert found.endswith("Filters cost five euros.")


def read_with(odds, claim, ontology):
    reader = FixedReader(odds)
    evidence = [Evidence("doc:oven.md#1", "passage", OVEN, 1.0, "", title="Ovens")]
    given = Claim(claim, ("doc:oven.md#1",))
    verdict = judge(
        given, evidence=evidence, ontology=ontology, question="What of ovens?", reader=reader
    )
    return verdict.status, reader.read


def test_a_quotation_is_not_read_again(ontology):
    assert read_with(-9.0, "The door has no lock.", ontology) == ("supported", [])


def test_a_claim_in_other_words_is_read_alone_and_after_the_question(ontology):
    claim = "Nobody can shut that appliance with keys."
    status, read = read_with(9.0, claim, ontology)
    assert status == "supported"
    assert [second.startswith("What of ovens?") for _, second in read] == [False, True]
    assert all("The door has no lock." in first for first, _ in read)
    assert read_with(-9.0, claim, ontology)[0] == "unsupported"


def test_what_the_rules_let_pass_can_be_doubted(ontology):
    claim = "You get a reminder three days before that due date."
    assert read_with(0.0, claim, ontology)[0] == "supported"
    assert read_with(-9.0, claim, ontology)[0] == "unsupported"


def test_a_wrong_amount_stands_whoever_reads(ontology):
    claim = "The oven called Largo gets hot in 25 minutes."
    assert read_with(9.0, claim, ontology) == ("contradicted", [])


NUMBERS = "Write to help@brava.example, or see https://brava.example/grill (article BR-1002)."


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ("Write to help@brava.example.", "supported"),
        ("See https://brava.example/grill.", "supported"),
        ("Write to help@largo.example.", "unsupported"),
        ("See https://largo.example/grill.", "unsupported"),
        ("See the article BR-1003.", "unsupported"),
    ],
)
def test_a_number_or_an_address_that_no_evidence_has_is_invented(ontology, claim, expected):
    sure = FixedReader(9.0)
    evidence = [Evidence("doc:oven.md#1", "passage", NUMBERS, 1.0, "", title="Ovens")]
    given = Claim(claim, ("doc:oven.md#1",))
    assert judge(given, evidence=evidence, ontology=ontology, reader=sure).status == expected


def test_a_number_that_the_customer_gave_is_no_invention(ontology):
    evidence = [Evidence("doc:oven.md#1", "passage", NUMBERS, 1.0, "", title="Ovens")]
    given = Claim("The order A-10001 has the article BR-1002.", ("doc:oven.md#1",))
    asked = "What is in my order A-10001?"
    told = judge(
        given, evidence=evidence, ontology=ontology, question=asked, reader=FixedReader(9.0)
    )
    assert "A-10001" not in told.explanation
