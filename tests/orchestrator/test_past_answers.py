"""A past answer that today's ontology or policies contradict is not used as truth."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.policy import Policies
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.past import still_true
from ontopilot.retrieval.knowledge import Knowledge
from ontopilot.retrieval.passage import Evidence, EvidenceId

FALSE = (
    ("How long is the warranty?", "The AquaBoil 2 has a warranty period of 12 months."),
    ("Can I get my money back after 60 days?", "A refund is possible within 90 days of delivery."),
    ("Is the AquaBoil 2 a router?", "The AquaBoil 2 is a router."),
)
TRUE = (
    ("How long is the warranty?", "The AquaBoil 2 has a warranty period of 24 months."),
    ("And for a year or two?", "The AquaBoil 2 has a warranty period of 2 years."),
    ("Can I get my money back?", "A refund is possible within 30 days of delivery."),
    ("Is the AquaBoil 2 a kettle?", "The AquaBoil 2 is a kettle."),
    ("Is it a router?", "The AquaBoil 2 is not a router."),
    ("It hums.", "Tighten the lid; if it hums for 90 days more, write to us."),
)


def kept(shop: Path, answer: str) -> bool:
    ontology = Ontology.load(shop / "shop.ttl")
    policies = Policies.load(shop / "policies.ttl", ontology)
    item = Evidence(EvidenceId("ticket:T-1"), "interaction", answer, 1.0, "")
    return still_true([item], ontology, policies) == (item,)


@pytest.mark.parametrize("answer", [answer for _, answer in FALSE])
def test_what_is_contradicted_is_left_out(shop: Path, answer: str) -> None:
    assert not kept(shop, answer)
    assert not kept(shop, f"Thank you for asking. {answer}")


@pytest.mark.parametrize("answer", [answer for _, answer in TRUE])
def test_what_holds_or_is_not_known_stays(shop: Path, answer: str) -> None:
    assert kept(shop, answer)


def test_documents_are_left_to_their_authors(shop: Path) -> None:
    page = Evidence(EvidenceId("doc:a.md#1"), "passage", FALSE[0][1], 1.0, "")
    assert still_true([page], Ontology.load(shop / "shop.ttl"), None) == (page,)


def test_an_edit_of_the_ontology_takes_a_past_answer_out_of_use(
    shop: Path, make_agent: Callable[..., Agent]
) -> None:
    tickets = shop / "tickets.jsonl"
    row = {"id": "T-1", "question": TRUE[0][0], "answer": TRUE[0][1], "resolution": "resolved"}
    tickets.write_text(json.dumps(row))
    agent = make_agent(knowledge=Knowledge(shop / "docs", interactions=tickets))

    def used() -> bool:
        answer = agent.ask("How long is the warranty of the AquaBoil 2?")
        return any(item.kind == "interaction" for item in agent.store.evidence(answer.turn))

    assert used()
    ontology = shop / "shop.ttl"
    ontology.write_text(ontology.read_text().replace(":warrantyMonths 24", ":warrantyMonths 36"))
    assert not used()


def test_no_refund_is_promised_that_the_policies_refuse(
    shop: Path, make_agent: Callable[..., Agent]
) -> None:
    tickets = shop / "tickets.jsonl"
    rows = [{"id": f"T-{n}", "question": q, "answer": a} for n, (q, a) in enumerate(FALSE)]
    tickets.write_text("\n".join(map(json.dumps, rows)))
    agent = make_agent(knowledge=Knowledge(shop / "docs", interactions=tickets))
    for question, answer in FALSE:
        assert answer not in agent.ask(question).text
