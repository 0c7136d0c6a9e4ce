"""Drafts are scored claim by claim beside their targets and their sources."""

import json

import pytest

from ontopilot.models.messages import Source
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.tune.example import Example, Kind, Target
from ontopilot.tune.measuring import drafted, figures

SOURCES = (
    Source("1", "The kettle weighs 900 g.", "Kettle"),
    Source("2", "The kettle holds 1.7 litres.", "Kettle"),
)
RIGHT = Target("The kettle weighs 900 g.", (1,))


def example(*claims: Target, kind: Kind = "answer") -> Example:
    return Example(kind, "draft", "How heavy is it?", SOURCES, claims, "kettle", "kettle")


def said(*claims: tuple[str, list[int]]) -> str:
    return json.dumps({"claims": [{"text": text, "ids": ids} for text, ids in claims]})


async def score(line: str, one: Example) -> dict[str, float | None]:
    results = await drafted(ScriptedEngine(line, grammar=True), [one], None)
    return {name: figure["value"] for name, figure in figures(results).items()}


async def test_the_right_claim_counts_in_every_figure() -> None:
    found = await score(said((RIGHT.text, [1])), example(RIGHT))
    assert found["fact_accuracy"] == found["citation_precision"] == found["faithfulness"] == 1
    assert found["right_answers"] == 1
    assert found["right_refusals"] is None


async def test_a_wrong_citation_costs_precision_and_faithfulness_but_not_the_fact() -> None:
    found = await score(said((RIGHT.text, [2])), example(RIGHT))
    assert (found["fact_accuracy"], found["citation_precision"]) == (1, 0)
    assert found["faithfulness"] == 0


async def test_an_invented_number_is_unfaithful() -> None:
    found = await score(said(("The kettle weighs 950 g.", [1])), example(RIGHT))
    assert (found["fact_accuracy"], found["faithfulness"]) == (0, 0)


@pytest.mark.parametrize(("line", "right"), [(said(), 1), (said((RIGHT.text, [1])), 0)])
async def test_a_refusal_is_right_when_nothing_is_claimed(line: str, right: int) -> None:
    assert (await score(line, example(kind="refuse")))["right_refusals"] == right


async def test_a_chain_is_right_only_in_its_order() -> None:
    second = Target("The kettle holds 1.7 litres.", (2,))
    chain = example(RIGHT, second, kind="chain")
    forth = said((RIGHT.text, [1]), (second.text, [2]))
    back = said((second.text, [2]), (RIGHT.text, [1]))
    assert (await score(forth, chain))["chains_right"] == 1
    assert (await score(back, chain))["chains_right"] == 0
