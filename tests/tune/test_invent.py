"""Invented worlds: the same for a seed, answered by their sources, and new for other seeds."""

import pytest

from ontopilot.tune.invent.questions import examples
from ontopilot.tune.invent.worlds import invent

SEEDS = range(60)


def test_a_seed_gives_the_same_world_and_questions() -> None:
    assert invent(5) == invent(5)
    assert examples(5) == examples(5)


def test_worlds_share_no_thing_with_a_name_of_its_own() -> None:
    names = [set(invent(seed).things) for seed in SEEDS]
    own = [{name for name in some if any(c.isupper() for c in name)} for some in names]
    assert sum(map(len, own)) - len(set.union(*own)) <= 2


@pytest.mark.parametrize("seed", range(0, 60, 7))
def test_every_claim_stands_in_the_source_that_it_cites(seed: int) -> None:
    for example in examples(seed):
        for claim in example.claims:
            assert all(claim.text in example.sources[number - 1].text for number in claim.ids)


def test_what_is_refused_is_in_no_source() -> None:
    refused = [e for seed in SEEDS for e in examples(seed) if e.kind == "refuse"]
    assert len(refused) > 20
    for example in refused:
        world = invent(int(example.entity.removeprefix("world-")))
        asked = example.question.lower()
        answers = [
            statement.text
            for statement in world.statements
            if any(question.lower().rstrip("?.") in asked for question in statement.questions)
        ]
        told = " ".join(source.text for source in example.sources)
        assert answers
        assert not all(text in told for text in answers)


def test_chains_of_two_to_four_steps_lead_from_what_is_seen() -> None:
    chains = [e for seed in SEEDS for e in examples(seed) if e.kind == "chain"]
    assert {len(chain.claims) for chain in chains} == {2, 3, 4}
    assert all(len(chain.sources) > len(chain.claims) for chain in chains)
