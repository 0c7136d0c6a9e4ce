"""A whole turn on a tiny shop: answers, facts, actions, follow-ups, edits."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ontopilot.errors import ConfigError, OntopilotError, QuestionError
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.ontology import Ontology
from ontopilot.orchestrator.actions import Intent
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.events import Done, Released

MakeAgent = Callable[..., Agent]


def test_a_document_answers_with_a_citation(make_agent: MakeAgent) -> None:
    answer = make_agent().ask("How do I descale my AquaBoil 2?")
    assert "vinegar" in answer.text
    assert answer.outcome == "answered"
    assert [c.source for c in answer.citations] == ["kettle.md"]
    assert all(v.status == "supported" for v in answer.verdicts if v.claim in answer.claims)


def test_a_fact_answers_without_a_model(make_agent: MakeAgent) -> None:
    answer = make_agent().ask("What is the warranty period of the NetBeam 5?")
    assert answer.plan.strategy == "facts"
    assert "36 months" in answer.text
    assert answer.citations[0].kind == "fact"


def test_what_nobody_knows_is_not_answered(make_agent: MakeAgent) -> None:
    answer = make_agent().ask("Who won the chess world championship in 1972?")
    assert answer.outcome == "unanswerable"
    assert answer.claims == ()


def test_a_wrong_claim_is_withheld_and_the_right_one_is_shown(make_agent: MakeAgent) -> None:
    draft = (
        "Leave the mixture in the AquaBoil 2 for 45 minutes. [1] "
        "Leave the mixture in the AquaBoil 2 for 20 minutes and rinse it twice. [1]"
    )
    agent = make_agent(generator=ScriptedEngine([draft] * 4))
    answer = agent.ask("How long does the descaling mixture stay in my AquaBoil 2?")
    assert "20 minutes" in answer.text
    assert "45" not in answer.text
    withheld = [v for v in answer.verdicts if v.status != "supported"]
    assert "45" in withheld[0].claim.text


def test_claims_stream_one_at_a_time_before_the_answer(make_agent: MakeAgent) -> None:
    events = list(make_agent().stream("How do I descale my AquaBoil 2?"))
    released = [event for event in events if isinstance(event, Released)]
    assert isinstance(events[-1], Done)
    assert [r.claim for r in released] == list(events[-1].answer.claims)
    assert released[0].citations


def test_a_refund_is_run_after_an_explicit_yes(make_agent: MakeAgent) -> None:
    agent = make_agent()
    asked = agent.ask("I want my money back for order A-10001", customer="C-1001")
    assert asked.outcome == "confirm"
    assert asked.text.startswith("Refund an order (order A-10001). ")
    assert agent.refunded == []
    done = agent.ask("yes please", conversation=asked.conversation, customer="C-1001")
    assert done.outcome == "acted"
    assert "A-10001 is refunded" in done.text
    assert agent.refunded == [("A-10001", "C-1001")]
    again = agent.ask("yes", conversation=asked.conversation, customer="C-1001")
    assert again.outcome != "acted"
    assert len(agent.refunded) == 1


def test_a_no_leaves_everything_as_it_is(make_agent: MakeAgent) -> None:
    agent = make_agent()
    asked = agent.ask("I want my money back for order A-10001", customer="C-1001")
    answer = agent.ask("no", conversation=asked.conversation, customer="C-1001")
    assert "not done anything" in answer.text
    assert agent.refunded == []


def test_another_question_ends_the_waiting_for_a_yes(make_agent: MakeAgent) -> None:
    agent = make_agent()
    asked = agent.ask("I want my money back for order A-10001", customer="C-1001")
    agent.ask("How do I descale my AquaBoil 2?", conversation=asked.conversation)
    agent.ask("yes", conversation=asked.conversation, customer="C-1001")
    assert agent.refunded == []


def test_a_missing_slot_is_asked_for(make_agent: MakeAgent) -> None:
    agent = make_agent()
    asked = agent.ask("I want my money back for my order", customer="C-1001")
    assert asked.outcome == "asked"
    confirm = agent.ask("it is A-10001", conversation=asked.conversation, customer="C-1001")
    assert confirm.outcome == "confirm"


@pytest.mark.parametrize(
    ("order", "rule"), [("A-10002", "Refund window"), ("A-10003", "Own orders only")]
)
def test_a_refusal_names_the_rule(make_agent: MakeAgent, order: str, rule: str) -> None:
    agent = make_agent()
    answer = agent.ask(f"I want my money back for order {order}", customer="C-1001")
    assert answer.outcome == "refused"
    assert rule in answer.text
    assert agent.refunded == []


def test_an_unknown_order_is_refused(make_agent: MakeAgent) -> None:
    answer = make_agent().ask("I want my money back for order A-99999", customer="C-1001")
    assert answer.outcome == "refused"
    assert "A-99999" in answer.text


def test_a_stranger_can_do_nothing(make_agent: MakeAgent) -> None:
    agent = make_agent()
    answer = agent.ask("I want my money back for order A-10001")
    assert answer.outcome == "refused"
    assert agent.refunded == []


def test_a_follow_up_keeps_its_subject(make_agent: MakeAgent) -> None:
    agent = make_agent()
    first = agent.ask("How do I descale my AquaBoil 2?")
    answer = agent.ask("And what is its warranty period?", conversation=first.conversation)
    assert "24 months" in answer.text


def test_an_edited_ontology_is_read_at_the_next_turn(make_agent: MakeAgent, shop: Path) -> None:
    agent = make_agent()
    agent.ask("What is the warranty period of the NetBeam 5?")
    file = shop / "shop.ttl"
    file.write_text(file.read_text().replace(":warrantyMonths 36", ":warrantyMonths 48"))
    assert "48 months" in agent.ask("What is the warranty period of the NetBeam 5?").text


def test_a_broken_save_leaves_the_old_ontology_in_use(make_agent: MakeAgent, shop: Path) -> None:
    agent = make_agent()
    agent.ask("What is the warranty period of the NetBeam 5?")
    (shop / "shop.ttl").write_text("this is no ontology {")
    assert "36 months" in agent.ask("What is the warranty period of the NetBeam 5?").text
    assert "shop.ttl" in agent.reload_error


@pytest.mark.parametrize("question", ["", "   ", "x" * 20_001, "a\x00b", 7])
def test_a_question_that_cannot_be_asked(make_agent: MakeAgent, question: object) -> None:
    with pytest.raises(QuestionError, match="question"):
        make_agent().ask(question)  # type: ignore[arg-type]


def test_the_answer_is_in_the_store_and_the_checkpoint_is_gone(make_agent: MakeAgent) -> None:
    agent = make_agent()
    answer = agent.ask("How do I descale my AquaBoil 2?")
    assert agent.store.answer(answer.turn) == answer
    assert agent.unfinished() == ()


def test_bad_arguments_are_refused(shop: Path) -> None:
    with pytest.raises(ConfigError, match="no name"):
        Agent("no name!", ontology=shop / "shop.ttl")
    with pytest.raises(OntopilotError, match=r"nowhere\.owl"):
        Agent("a", ontology=shop / "nowhere.owl", home=shop / "h").ask("Hello there, kettle?")


def test_what_is_of_a_kind_is_listed(make_agent: MakeAgent, shop: Path) -> None:
    file = shop / "shop.ttl"
    more = ':WaveBeam a owl:NamedIndividual , :Router ; rdfs:label "WaveBeam" .\n'
    file.write_text(file.read_text() + more)
    answer = make_agent().ask("Which routers do you sell?")
    assert answer.plan.strategy == "facts"
    assert "NetBeam 5 is a router" in answer.text
    assert "WaveBeam is a router" in answer.text
    assert all(citation.kind == "fact" for citation in answer.citations)


def test_the_operator_limits_how_long_an_agent_reasons(
    make_agent: MakeAgent, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits: list[object] = []
    load = Ontology.load

    def noted(path: Path, **options: object) -> Ontology:
        limits.append(options["reasoning_seconds"])
        return load(path, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Ontology, "load", noted)
    monkeypatch.setenv("ONTOPILOT_REASONING_SECONDS", "7")
    agent = make_agent()
    agent.ask("What is the warranty period of the NetBeam 5?")
    file = shop / "shop.ttl"
    file.write_text(file.read_text().replace("36", "48"))
    assert "48 months" in agent.ask("What is the warranty period of the NetBeam 5?").text
    assert limits == [7.0, 7.0]


def test_a_limit_that_is_none_is_refused(
    make_agent: MakeAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONTOPILOT_REASONING_SECONDS", "0")
    with pytest.raises(ConfigError, match="ONTOPILOT_REASONING_SECONDS='0'"):
        make_agent()


@pytest.mark.parametrize(
    ("message", "filled"),
    [
        ("Credit me 20 euros for A-10001, it came after ten days", 20.0),
        ("Credit me something for A-10001, it came after ten days", None),
        ("Credit me 30 for A-10001", 30.0),
    ],
)
def test_days_are_no_amount(make_agent: MakeAgent, message: str, filled: float | None) -> None:
    agent = make_agent()

    @agent.action(effect="tiny:Refund", examples=["Credit me something for my order"])
    def credit(order: str, amount: float) -> str:
        return f"{order}: {amount}"

    bound = next(one for one in agent.bound_actions if one.name == "credit")
    intent = Intent(bound, 1.0, {}).fill(message, agent.snapshot.link(message), agent.snapshot)
    assert intent.slots.get("amount") == filled
