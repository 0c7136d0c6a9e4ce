"""Count how much each finding of the rules tells about a claim.

    python training/findings.py --install ontopilot/orchestrator/verify/findings.json

For each kind of finding, and by how closely the claim repeats the evidence, the log of how much
oftener it is found of claims that hold than of claims that do not, of those in `entailment/`.
"""

import argparse
import json
import math
from collections import Counter
from pathlib import Path

from examples import claims
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.verify.judge import findings
from ontopilot.orchestrator.verify.reading import read
from ontopilot.orchestrator.verify.subject import Meanings

ONTOLOGY = Path(__file__).resolve().parents[1] / "examples" / "customer_service" / "shop.owl"
"""Everyday words are linked to some of its terms; nothing in `entailment/` is about the shop."""

SIDES = (True, False)
"""Of claims that hold, and of claims that do not."""


def main() -> int:
    """Count, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--install", type=Path, required=True, help="the file to write")
    arguments = parser.parse_args()
    meanings = Meanings(Ontology.load(ONTOLOGY))
    counts: Counter[tuple[str, str, bool]] = Counter()
    for row in claims():
        found = findings(read(row.claim), [row.evidence], meanings, read(row.question))
        if not found.quoted:
            counts[found.closely, found.name, row.holds] += 1
    total = {holds: sum(n for key, n in counts.items() if key[2] is holds) for holds in SIDES}
    table: dict[str, dict[str, float]] = {}
    for closely, name in sorted({key[:2] for key in counts}):
        hold, fail = ((counts[closely, name, holds] + 1) / total[holds] for holds in SIDES)
        table.setdefault(closely, {})[name] = round(math.log(hold / fail), 2)
    arguments.install.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
