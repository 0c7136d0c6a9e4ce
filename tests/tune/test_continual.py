"""What people rated well or corrected becomes examples: redacted, verified and once each."""

from ontopilot.orchestrator.agent import Agent
from ontopilot.tune.continual import from_store, joined
from ontopilot.tune.sets import DataSet

QUESTION = "What is the deposit of Harbour Kings?"
TRUE = "The deposit in euros of Harbour Kings is 10."


def test_a_well_rated_answer_is_learnt_once(agent: Agent) -> None:
    turns = [agent.ask(QUESTION).turn for _ in range(2)]
    for turn in turns:
        agent.store.rate(turn, 5)
    learnt = from_store(agent.store, agent.snapshot)
    assert [example.question for example in learnt.examples] == [QUESTION]
    assert TRUE in learnt.examples[0].answer
    assert learnt.left_out == {"its question was asked before": 1}


def test_a_badly_rated_answer_teaches_nothing_unless_it_is_corrected(agent: Agent) -> None:
    turn = agent.ask(QUESTION).turn
    agent.store.rate(turn, 1)
    assert from_store(agent.store, agent.snapshot).examples == ()
    agent.store.rate(turn, 1, correction=TRUE)
    (example,) = from_store(agent.store, agent.snapshot).examples
    assert [claim.text for claim in example.claims] == [TRUE]


def test_a_correction_that_no_evidence_says_is_left_out(agent: Agent) -> None:
    turn = agent.ask(QUESTION).turn
    agent.store.rate(turn, 2, correction=TRUE.replace("10", "90"))
    learnt = from_store(agent.store, agent.snapshot)
    assert learnt.examples == ()
    assert sum(learnt.left_out.values()) == 1


def test_personal_data_are_redacted(agent: Agent) -> None:
    turn = agent.ask(f"{QUESTION} Write to me at ada.kline@example.org please.").turn
    agent.store.rate(turn, 5)
    (example,) = from_store(agent.store, agent.snapshot).examples
    assert "ada.kline" not in example.question


def test_a_right_refusal_is_learnt_as_one(agent: Agent) -> None:
    turn = agent.ask("How long is a card valid?").turn
    agent.store.rate(turn, 5)
    learnt = from_store(agent.store, agent.snapshot)
    assert [one.kind for one in learnt.examples] == ["refuse"]


def test_what_is_held_out_stays_held_out(agent: Agent, data: DataSet) -> None:
    held = next(e for e in data.part("test") if "thing:" in e.entity and e.kind == "answer")
    turn = agent.ask(held.question).turn
    agent.store.rate(turn, 1, correction=held.claims[0].text)
    learnt = from_store(agent.store, agent.snapshot)
    assert learnt.examples
    parts, left_out = joined(data, learnt)
    assert parts["train"] == data.part("train")
    assert left_out == {"it is about what is held out": 1}
