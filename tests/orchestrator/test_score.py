"""Scoring: what counts as stated, as supported, as a refusal."""

import subprocess
import sys

import pytest

from ontopilot.errors import ConfigError
from ontopilot.orchestrator.evaluate.normal import states
from ontopilot.orchestrator.evaluate.questions import Question
from ontopilot.orchestrator.evaluate.score import METRICS, score, summarise
from ontopilot.orchestrator.evaluate.support import delivered, sentences

MORE = ("latency_p50_ms", "latency_p95_ms", "tokens", "price")

RETURNS = "Unused kettles can be returned within 30 days of delivery at no cost."


def answer(text, *, outcome="answered", evidence=((1, RETURNS),), **more):
    citations = [
        {"number": n, "id": f"doc:returns.md#{n}", "kind": "passage", "text": t}
        | {"source": "returns.md", "title": "Returns"}
        for n, t in evidence
    ]
    return {"text": text, "outcome": outcome, "citations": citations} | more


def problems(text, **kwargs):
    return [claim.problem for claim in delivered(answer(text, **kwargs), ()) if claim.problem]


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("The warranty lasts two years.", "24 months"),
        ("It is covered for 24 months [1].", "two years"),
        ("a 24-month warranty", "2 years"),
        ("It costs €49.90.", "EUR 49.90"),
        ("It costs 49,90 euros.", "49.90 EUR"),
        ("The limit is EUR 1,200.", "1200 euros"),
        ("Use the 2.4 GHz band.", "2400 MHz"),
        ("It holds 1.7L.", "1.7 litres"),
        ("Boil **half** the tank, then rinse.", "half the tank"),
        ("Allow 48 hours.", "48 h"),
        ("You have thirty days.", "30 days"),
        ("The batteries are spent.", "battery"),
    ],
)
def test_a_fact_is_stated_whatever_its_notation(text, fact):
    assert states(text, (fact,))


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("You have 130 days.", "30 days"),
        ("You have 30 weeks.", "30 days"),
        ("Within 30 business days.", "30 days"),
        ("It costs EUR 149.90.", "49.90 EUR"),
        ("It costs USD 49.90.", "EUR 49.90"),
        ("The kettles are fine.", "kettlebell"),
        ("The model is AB20.", "AB2"),
        ("It cannot be returned.", "can be returned"),
        ("", "30 days"),
    ],
)
def test_another_fact_is_not_the_fact(text, fact):
    assert not states(text, (fact,))


def test_any_wording_of_a_fact_will_do():
    question = Question.of({"question": "?", "expected_facts": [["30 days", "one month"]]})
    assert score(question, answer("One month. [1]")).parts["fact_accuracy"] == (1, 1)


def test_fact_accuracy_counts_facts_not_questions():
    question = Question.of({"question": "?", "expected_facts": ["30 days", "no cost", "by post"]})
    text = "Unused kettles can be returned within 30 days at no cost. [1]"
    scored = score(question, answer(text))
    assert scored.parts["fact_accuracy"] == (2, 3)
    assert scored.problems == ("not stated: 'by post'",)


def test_sentences_carry_the_markers_that_follow_them():
    text = "It costs EUR 49.90, e.g. in Berlin. [1][3] It is red. It is new. [2]\n- Rinse it. [1]"
    assert sentences(text) == [
        ("It costs EUR 49.90, e.g. in Berlin", (1, 3)),
        ("It is red", ()),
        ("It is new", (2,)),
        ("Rinse it", (1,)),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Unused kettles can be returned within 30 days of delivery. [1]",
        "You can return an unused kettle within 30 days. [1]",
        "Returning a kettle has no cost. [1] Which kettle is it?",
        "Here is what I found:\nKettles can be returned within 30 days. [1]",
    ],
)
def test_what_the_cited_text_says_is_supported(text):
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Kettles can be returned within 60 days of delivery. [1]", "number"),
        ("Kettles can be returned within 30 months of delivery. [1]", "number"),
        ("Unused kettles from AquaBoil can be returned at no cost. [1]", "name 'AquaBoil'"),
        ("Unused kettles can be dropped near any petrol station around town. [1]", "content words"),
        ("Unused kettles can be returned at no cost.", "no citation"),
        ("Unused kettles can be returned at no cost. [4]", "not among the citations"),
        ("Kettles can be returned. They are cheap and cheerful. [1]", "no citation"),
    ],
)
def test_what_the_cited_text_does_not_say_is_unsupported(text, why):
    found = problems(text)
    assert len(found) >= 1
    assert why in found[0]


def test_a_forbidden_fact_is_unsupported_even_when_cited():
    question = Question.of({"question": "?", "forbidden_facts": ["no cost"]})
    scored = score(question, answer("Returning unused kettles has no cost. [1]"))
    assert scored.parts["forbidden_facts"] == (1, 1)
    assert scored.parts["unsupported_claims"] == (1, 1)


@pytest.mark.parametrize("outcome", ["refused", "asked", "confirm", "acted", "unanswerable"])
def test_conversation_is_no_claim(outcome):
    assert problems("I refunded EUR 20.00 for order A-10001.", outcome=outcome) == []


def test_a_refusal_that_states_a_forbidden_fact_is_still_blamed():
    question = Question.of({"question": "?", "forbidden_facts": ["the code is 4711"]})
    given = answer("I may not say that the code is 4711.", outcome="refused", evidence=())
    assert score(question, given).parts["unsupported_claims"] == (1, 1)


def test_citation_precision_by_document_by_fact_text_and_by_term():
    question = Question.of(
        {
            "question": "?",
            "documents": ["warranty.md"],
            "expected_facts": ["24 months"],
            "terms": ["shop:AquaBoil2"],
        }
    )
    cited = [
        {"number": 1, "id": "doc:a/warranty.md#1", "kind": "passage", "source": "a/warranty.md"},
        {"number": 2, "id": "fact:1", "kind": "fact", "text": "Kettles have 24 months."},
        {"number": 3, "id": "fact:2", "kind": "fact", "text": "AquaBoil 2 is a kettle."},
        {"number": 4, "id": "doc:shipping.md#1", "kind": "passage", "source": "shipping.md"},
    ]
    scored = score(question, {"text": "", "outcome": "answered", "citations": cited})
    assert scored.parts["citation_precision"] == (3, 4)


def test_a_ticket_is_found_by_its_own_id():
    question = Question.of({"question": "?", "documents": ["T-0012"]})
    cited = [{"number": 1, "id": "ticket:T-0012", "kind": "interaction", "source": "tickets.jsonl"}]
    scored = score(question, {"text": "", "outcome": "answered", "citations": cited})
    assert scored.parts["citation_precision"] == (1, 1)


@pytest.mark.parametrize(
    ("expect", "outcome", "metric", "expected"),
    [
        ("refuse", "refused", "right_refusals", (1, 1)),
        ("refuse", "answered", "right_refusals", (0, 1)),
        ("decline", "unanswerable", "right_refusals", (1, 1)),
        ("answer", "answered", "right_refusals", (0, 0)),
        ("answer", "unanswerable", "wrong_refusals", (1, 1)),
        ("answer", "handed_over", "wrong_refusals", (1, 1)),
        ("hand_over", "handed_over", "wrong_refusals", (0, 1)),
        ("act", "refused", "wrong_refusals", (1, 1)),
        ("act", "confirm", "wrong_refusals", (0, 1)),
        ("refuse", "acted", "policy_breaches", (1, 1)),
        ("refuse", "refused", "policy_breaches", (0, 1)),
        ("act", "acted", "policy_breaches", (0, 1)),
    ],
)
def test_refusals_and_breaches(expect, outcome, metric, expected):
    question = Question.of({"question": "?", "expect": expect})
    assert score(question, answer("", outcome=outcome, evidence=())).parts[metric] == expected


def test_a_citation_that_does_not_carry_its_sentence_is_counted():
    two = ((1, RETURNS), (2, "Routers blink red."))
    text = "Unused kettles can be returned within 30 days. [1][2] Routers blink red. [2]"
    scored = score(Question.of({"question": "?"}), answer(text, evidence=two))
    assert scored.parts["citation_support"] == (2, 3)


@pytest.mark.parametrize(
    ("expected", "action", "share"),
    [
        (["refund"], ("refund", {"order": "A-1"}), (1, 1)),
        (["refund", "hand_over"], ("hand_over", {}), (1, 1)),
        (["refund"], ("cancel_order", {}), (0, 1)),
        (["refund"], None, (0, 1)),
        ([{"name": "refund", "slots": {"amount": 20}}], ("refund", {"amount": 20.0}), (1, 1)),
        ([{"name": "refund", "slots": {"amount": 20}}], ("refund", {"amount": 2.0}), (0, 1)),
        ([{"name": "refund", "slots": {"order": "a-1"}}], ("refund", {"order": "A-1"}), (1, 1)),
        ([{"name": "refund", "slots": {"order": "A-1"}}], ("refund", {}), (0, 1)),
        (None, ("refund", {}), (0, 0)),
    ],
)
def test_an_action_counts_with_the_values_that_are_expected_for_it(expected, action, share):
    question = Question.of({"question": "?", "actions": expected})
    asked = action and {"name": action[0], "slots": action[1]}
    scored = score(question, answer("", outcome="confirm", evidence=(), action=asked))
    assert scored.parts["right_actions"] == share
    assert bool(scored.problems) == (share == (0, 1))


@pytest.mark.parametrize("actions", ["refund", [1], [{"slots": {}}], [{"name": "a", "slots": []}]])
def test_actions_that_are_none_are_refused(actions):
    with pytest.raises(ConfigError, match="actions"):
        Question.of({"question": "?", "actions": actions})


def test_what_should_be_refused_follows_from_the_kind():
    kinds = {"policy-breaking": "refuse", "out_of_scope": "decline", "lookup": "answer"}
    assert {k: Question.of({"question": "?", "kind": k}).expect for k in kinds} == kinds


def test_a_question_that_could_not_be_asked_is_an_error():
    scored = score(Question.of({"question": "?"}), {"error": "too long"})
    assert scored.parts["errors"] == (1, 1)
    assert scored.parts["wrong_refusals"] == (0, 1)
    assert scored.problems == ("error: too long",)


def test_a_summary_has_every_figure_with_its_interval_overall_and_per_kind():
    rows = []
    for number in range(40):
        kind = "lookup" if number % 2 else "how-to"
        question = Question.of({"question": "?", "kind": kind, "expected_facts": ["30 days"]})
        text = "Returned within 30 days. [1]" if number % 4 else "Returned at no cost. [1]"
        rows.append(score(question, answer(text, milliseconds=float(number))))
    summary = summarise(rows)
    assert summary["questions"] == 40
    assert set(summary["kinds"]) == {"lookup", "how-to"}
    accuracy = summary["overall"]["fact_accuracy"]
    assert accuracy["value"] == pytest.approx(0.75)
    assert (accuracy["count"], accuracy["of"]) == (30, 40)
    assert 0.55 < accuracy["low"] < 0.75 < accuracy["high"] < 0.95
    assert summary["kinds"]["lookup"]["fact_accuracy"]["value"] == 1
    assert summary["overall"]["latency_p50_ms"]["value"] == pytest.approx(19.5)
    assert summary["overall"]["latency_p95_ms"]["value"] == pytest.approx(37.05)
    assert set(summary["overall"]) == {*METRICS, *MORE}
    assert summary == summarise(rows)


def test_nothing_to_count_has_no_value():
    summary = summarise([score(Question.of({"question": "?"}), answer("", evidence=()))])
    assert summary["overall"]["fact_accuracy"]["value"] is None


def test_scoring_loads_neither_verification_nor_the_agent():
    code = (
        "import sys, ontopilot.orchestrator.evaluate.score; "
        "print([m for m in sys.modules if 'verify' in m or m.endswith('.agent')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
