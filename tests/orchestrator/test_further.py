"""A question that goes on: what it asks of the thing that its first part was about."""

from collections.abc import Callable

import pytest

from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.agent import Agent
from ontopilot.retrieval.asked import parts

MakeAgent = Callable[..., Agent]


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("Which part is to blame and how much is a new one?", 2),
        ("what part do i need and how much", 2),
        ("What else do I need, and at what price?", 2),
        ("How much is it?", 1),
        ("It broke. And then?", 1),
    ],
)
def test_a_message_is_cut_where_another_question_begins(message: str, found: int) -> None:
    assert len(parts(message)) == found


QUESTION = "What restarts when its button is held ten seconds, and what is its warranty period?"
DRAFT = "The NetBeam 5 restarts when its button is held for ten seconds. [1]"


def test_the_value_asked_next_is_of_the_thing_that_the_answer_names(
    make_agent: MakeAgent,
) -> None:
    answer = make_agent(generator=ScriptedEngine([DRAFT] * 4)).ask(QUESTION)
    assert "The warranty period of NetBeam 5 is 36 months." in answer.text
    assert answer.citations[-1].kind == "fact"


def test_a_question_with_one_part_gets_nothing_more(make_agent: MakeAgent) -> None:
    agent = make_agent(generator=ScriptedEngine([DRAFT] * 4))
    assert "36 months" not in agent.ask("What restarts when its button is held?").text
