"""What the rules found, weighed together with a model that reads claim and evidence.

Each tells something of its own, so their log-odds are added, as weights of evidence are (Good
1950). How much a finding tells was counted on claims that have nothing to do with the demo or with
the tests (`training/findings.py`).
"""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from ontopilot.models.encoding.pairs import PairReader
from ontopilot.orchestrator.verify.excerpt import excerpt
from ontopilot.orchestrator.verify.finding import Finding, Findings
from ontopilot.orchestrator.verify.reading import Reading
from ontopilot.retrieval.passage import Evidence

READ = 0.7
"""How much the log-odds of the model count beside those of the rules."""

EVEN = 0.4
"""The sum from which a claim is let pass: to state what is false is worse than to say less.

Both were chosen on the claims of `tests/verification/cases.jsonl` and `everyday_dev.jsonl`.
"""

MOST = 0.7
"""The most that rules can tell for a claim: that they find nothing wrong proves little."""

_FIRM = frozenset({"amount", "bound", "crossed"})
"""Another amount than the evidence has is a fault, whoever reads."""

UNREAD = 0.5
"""Log-odds below which a fault stands when there is no model to read the claim."""


def weighed(
    found: Findings,
    claim: Reading,
    cited: Sequence[Evidence],
    *,
    question: str,
    reader: PairReader | None,
) -> Finding | None:
    """The fault that remains of a claim, if any, after it was read with the evidence.

    What a question supposes (`I am a member`) may make a claim hold, so it is read both alone and
    after the question.
    """
    told = _table()[found.closely].get(found.name, 0.0)
    if found.name in _FIRM:
        return found.fault
    if reader is None:
        return found.fault if told < UNREAD else None
    evidence = excerpt(claim, cited)
    texts = [claim.text, f"{question} {claim.text}"] if question else [claim.text]
    odds = float(reader.odds([(evidence, text) for text in texts]).max())
    if min(told, MOST) + READ * odds >= EVEN:
        return None
    text = "Read together with the claim, the cited text does not say this."
    return found.fault or Finding("doubt", "unsupported", text, 0.5)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, float]]:
    """The log-odds of each finding, by how closely a claim repeats the evidence."""
    file = Path(__file__).with_name("findings.json")
    table: dict[str, dict[str, float]] = json.loads(file.read_text(encoding="utf-8"))
    return table
