"""Targets are verified before anything is learnt from them, by what verifies answers."""

from collections.abc import Iterable
from dataclasses import dataclass

from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.answer import Claim
from ontopilot.orchestrator.verify import judge
from ontopilot.retrieval.passage import EvidenceId
from ontopilot.tune.example import Example


@dataclass(frozen=True, slots=True)
class Checked:
    """An example that holds, or what is wrong with it in words."""

    example: Example | None
    fault: str = ""


def checked(example: Example, ontology: Ontology) -> Checked:
    """The example if each of its claims is supported by what it cites."""
    evidence = example.evidence()
    for target in example.claims:
        ids = tuple(EvidenceId(f"e{number}") for number in target.ids)
        verdict = judge(
            Claim(target.text, ids), evidence=evidence, ontology=ontology, question=example.question
        )
        if verdict.status != "supported":
            return Checked(None, f"its claim is {verdict.status}")
    return Checked(example)


def all_checked(
    examples: Iterable[Example], ontology: Ontology
) -> tuple[list[Example], dict[str, int]]:
    """The examples that hold, and why others do not, counted."""
    kept: list[Example] = []
    faults: dict[str, int] = {}
    for example in examples:
        result = checked(example, ontology)
        if result.example is None:
            faults[result.fault] = faults.get(result.fault, 0) + 1
        else:
            kept.append(result.example)
    return kept, faults
