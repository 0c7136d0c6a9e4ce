"""Past answers beside today's ontology and policies: what these contradict is no evidence."""

from collections.abc import Iterable, Iterator

from ontopilot.ontology.ontology import Ontology
from ontopilot.ontology.policy import Policies
from ontopilot.orchestrator.answer import Claim
from ontopilot.orchestrator.verify.amounts import check_amounts
from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.orchestrator.verify.polarity import check_polarity
from ontopilot.orchestrator.verify.reading import Reading, read
from ontopilot.orchestrator.verify.stated import check_facts
from ontopilot.orchestrator.verify.subject import Meanings
from ontopilot.prose import plain, statements
from ontopilot.retrieval.passage import Evidence

ALIKE = 0.6
"""The share of a statement's concepts that a rule of the policies has, and of the rule's that the
statement has, from which on both are about the same."""


def still_true(
    found: Iterable[Evidence], ontology: Ontology, policies: Policies | None
) -> tuple[Evidence, ...]:
    """The evidence without past interactions of which a statement is contradicted today."""
    rules = () if policies is None else tuple(read(message) for message in policies.messages)
    meanings = Meanings(ontology)
    return tuple(
        item
        for item in found
        if item.kind != "interaction" or not any(_contradictions(item, rules, meanings))
    )


def _contradictions(
    item: Evidence, rules: Iterable[Reading], meanings: Meanings
) -> Iterator[Finding]:
    for statement in statements(item.text):
        reading = read(plain(statement.text))
        fault = check_facts(Claim(reading.text, (item.id,)), reading, meanings)
        if fault is not None:
            yield fault
        yield from (fault for rule in rules if (fault := _against(reading, rule)) is not None)


def _against(said: Reading, rule: Reading) -> Finding | None:
    """Whether a rule says otherwise of the same. Under a condition either may be denied."""
    shared = len(said.concepts & rule.concepts)
    if shared < max(2.0, ALIKE * len(said.concepts), ALIKE * len(rule.concepts)):
        return None
    fault = check_amounts(said, rule)
    if fault is None and not (said.conditions or rule.conditions):
        fault = check_polarity(said, rule)
    return fault if fault is not None and fault.status == "contradicted" else None
