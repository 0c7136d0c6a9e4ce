"""Examples from an ontology and documents: true, verified, and split without a leak."""

from pathlib import Path

import pytest

from ontopilot.errors import DataUnfit
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.answer import Claim
from ontopilot.orchestrator.verify import judge
from ontopilot.retrieval.index import KnowledgeIndex
from ontopilot.retrieval.knowledge import Knowledge
from ontopilot.retrieval.passage import EvidenceId
from ontopilot.tune.gather import Gathered, gather
from ontopilot.tune.split import PARTS, leaks
from ontopilot.tune.verified import checked


def test_every_part_has_answers_and_refusals(gathered: Gathered) -> None:
    assert all(len(gathered.parts[part]) > 5 for part in PARTS)
    kinds = {example.kind for part in PARTS for example in gathered.parts[part]}
    assert kinds == {"answer", "refuse", "chain"}


def test_no_thing_document_or_question_is_in_two_parts(gathered: Gathered) -> None:
    assert leaks(gathered.parts) == ()


def test_no_held_out_answer_stands_in_a_source_that_is_learnt_from(gathered: Gathered) -> None:
    learnt = " ".join(s.text for e in gathered.parts["train"] for s in e.sources)
    held = [claim.text for e in gathered.parts["test"] for claim in e.claims]
    assert held
    assert not [text for text in held if text in learnt]


def test_every_target_is_supported_by_what_it_cites(gathered: Gathered, ontology: Ontology) -> None:
    for example in (e for part in PARTS for e in gathered.parts[part]):
        for target in example.claims:
            ids = tuple(EvidenceId(f"e{number}") for number in target.ids)
            verdict = judge(Claim(target.text, ids), evidence=example.evidence(), ontology=ontology)
            assert verdict.status == "supported"


def test_a_target_that_its_source_does_not_say_is_left_out(
    gathered: Gathered, ontology: Ontology
) -> None:
    from dataclasses import replace

    one = next(e for e in gathered.parts["train"] if e.claims)
    wrong = replace(one.claims[0], text="The moon is made of green cheese.")
    assert checked(replace(one, claims=(wrong,)), ontology).fault == "its claim is unsupported"


def test_the_prompt_is_that_of_a_turn(gathered: Gathered) -> None:
    one = next(e for e in gathered.parts["train"] if e.claims)
    system, user = one.messages()
    assert system.content.startswith("You answer customers from numbered sources.")
    assert user.content.startswith("Sources:\n[1] ")
    assert user.content.endswith(f"Question: {one.question}")


def test_the_same_seed_gives_the_same_examples(
    ontology: Ontology, index: KnowledgeIndex, gathered: Gathered
) -> None:
    again = gather(ontology, index, seed=1, most=400, context_tokens=250)
    assert again.parts == gathered.parts


def test_an_ontology_without_individuals_and_documents_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.ttl"
    file.write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "<http://example.org/x> a owl:Ontology .\n<http://example.org/x#A> a owl:Class .\n"
    )
    meaning = Ontology.load(file)
    index = Knowledge().open(encoder=HashEncoder(), ontology=meaning, home=tmp_path / "home")
    with pytest.raises(DataUnfit, match="no individual with a fact and no document"):
        gather(meaning, index, seed=0, most=10, context_tokens=200)
