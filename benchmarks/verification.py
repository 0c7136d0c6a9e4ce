"""What verification catches: claims that were changed beside the untouched evidence they cite.

    python benchmarks/verification.py --json

There are three sets: claims about the shop's pages, and claims about other domains: on half of
those (`everyday_dev`) the checker was made, the other half (`everyday_test`) has other domains and
another author. Nobody who wrote them had seen the checker: they are true claims, most of them in
other words, and claims with a number, a negation, an entity, a unit or a condition changed, or with
two facts crossed. Claims that repeat a sentence but for a few words are counted apart from those in
words of their own. `caught` is the share of changed claims that are withheld, `flagged` the share
of true ones.
"""

import argparse
import json
import statistics
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from _report import document, show

from ontopilot import Claim, Evidence
from ontopilot.models.encoding.pairs import PairReader
from ontopilot.models.pool import Pool
from ontopilot.ontology.ontology import Ontology
from ontopilot.orchestrator.verify import judge
from ontopilot.orchestrator.verify.copied import copied
from ontopilot.orchestrator.verify.finding import CLOSE
from ontopilot.orchestrator.verify.reading import read as read_sentence
from ontopilot.orchestrator.verify.units import units

ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "verification"
SETS = {"shop": "cases.jsonl", "dev": "everyday_dev.jsonl", "test": "everyday_test.jsonl"}
ONTOLOGY = ROOT / "examples" / "customer_service" / "shop.owl"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--rules", action="store_true", help="without the model that reads")
    arguments = parser.parse_args()
    reader = None if arguments.rules else Pool().small.reader("entailment")
    figures = {name: measure(read(file), reader) for name, file in SETS.items()}
    show(document(figures, packages=()), as_json=arguments.json)
    return 0


def read(file: str) -> list[dict[str, Any]]:
    """The cases of a file."""
    return [json.loads(line) for line in (CASES / file).read_text(encoding="utf-8").splitlines()]


def measure(cases: list[dict[str, Any]], reader: PairReader | None) -> dict[str, Any]:
    """Shares per kind of change and overall."""
    ontology = Ontology.load(ONTOLOGY)
    withheld: dict[str, list[bool]] = defaultdict(list)
    worded: dict[str, dict[bool, list[bool]]] = defaultdict(lambda: defaultdict(list))
    times = []
    for case in cases:
        began = time.perf_counter()
        found = not supported(case, ontology, reader)
        times.append((time.perf_counter() - began) * 1000)
        withheld[kind(case)].append(found)
        worded[wording(case)][kind(case) in CHANGES].append(found)
    changed = [one for name, found in withheld.items() if name in CHANGES for one in found]
    true = [one for name, found in withheld.items() if name not in CHANGES for one in found]
    return {
        "caught": round(statistics.fmean(changed), 3),
        "flagged": round(statistics.fmean(true), 3),
        "withheld": {name: round(statistics.fmean(found), 3) for name, found in withheld.items()},
        "cases": {name: len(found) for name, found in withheld.items()},
        "wording": {
            name: {
                "caught": round(statistics.fmean(by[True]), 3),
                "flagged": round(statistics.fmean(by[False]), 3),
                "changed": len(by[True]),
                "true": len(by[False]),
            }
            for name, by in worded.items()
        },
        "p50_ms": round(statistics.median(times), 2),
    }


CHANGES = frozenset({"number", "negation", "entity", "unit", "condition", "crossed"})


def kind(case: dict[str, Any]) -> str:
    """How a claim was changed; a true one is verbatim or in other words."""
    if case["mutation"]:
        return str(case["mutation"])
    texts = " ".join(" ".join(item["text"].split()) for item in case["evidence"])
    return "verbatim" if " ".join(case["claim"].split()) in texts else "paraphrase"


def wording(case: dict[str, Any]) -> str:
    """Whether a claim repeats a sentence of the evidence: at least .8 of its words, in order."""
    claim = read_sentence(case["claim"]).text
    told = [
        unit.reading.text
        for item in case["evidence"]
        for unit in units(Evidence("e", item["kind"], item["text"], 1.0, "", title=item["title"]))
    ]
    shares = [copied(claim, sentence).share for sentence in told]
    return "repeats the evidence" if max(shares, default=0.0) >= CLOSE else "its own words"


def supported(case: dict[str, Any], ontology: Ontology, reader: PairReader | None) -> bool:
    """Whether the checker lets a claim pass."""
    evidence = [
        Evidence(item["id"], item["kind"], item["text"], 1.0, "", title=item["title"])
        for item in case["evidence"]
    ]
    claim = Claim(case["claim"], tuple(item.id for item in evidence))
    question = case.get("question", "")
    verdict = judge(claim, evidence=evidence, ontology=ontology, question=question, reader=reader)
    return verdict.status == "supported"


if __name__ == "__main__":
    raise SystemExit(main())
