"""What the rules found, weighed against a model that reads claim and evidence together."""

from collections.abc import Sequence

from ontopilot.models.pairs import PairReader
from ontopilot.orchestrator.verify.excerpt import excerpt
from ontopilot.orchestrator.verify.finding import Finding
from ontopilot.orchestrator.verify.reading import Reading
from ontopilot.retrieval.passage import Evidence

DOUBT = -1.0
"""Log-odds below which a claim is withheld although the rules let it pass."""

SURE = {"light": 0.0, "plain": 1.5}
"""Log-odds from which a fault that the rules found is let pass, by its weight.

Chosen on the claims of `tests/verification/cases.jsonl` and `everyday_dev.jsonl`.
"""


def weighed(
    fault: Finding | None,
    claim: Reading,
    cited: Sequence[Evidence],
    *,
    question: str,
    reader: PairReader,
) -> Finding | None:
    """The fault that remains of a claim, if any, after it was read with the evidence.

    What a question supposes (`I am a member`) may make a claim hold, so it is read both alone and
    after the question. An amount that the evidence does not have is a fault, whoever reads.
    """
    if fault is not None and fault.weight == "heavy":
        return fault
    evidence = excerpt(claim, cited)
    texts = [claim.text, f"{question} {claim.text}"] if question else [claim.text]
    odds = float(reader.odds([(evidence, text) for text in texts]).max())
    if fault is not None:
        return None if odds >= SURE[fault.weight] else fault
    if odds < DOUBT:
        text = "Read together with the claim, the cited text does not say this."
        return Finding("unsupported", text, 0.5)
    return None
