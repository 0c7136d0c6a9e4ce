"""What plans of different effort get right of the shop's questions: the outcomes of simulations.

    python benchmarks/plan_outcomes.py --write

Every question that wants an answer is asked of the shop with parts left out: `facts` has the
ontology alone, `bare` the documents without the ontology, `draft` one draft over everything, and
`reason` also the second search. An answer is right when it states every expected fact and nothing
false. With them goes what a planner sees: the strategy that the rules choose, the score of the
first piece of evidence, and how many words the answer has. `--write` puts them where
`ontopilot simulate` reads them.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _report import document, show

from ontopilot.cli.agents import load_agent
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.evaluate.answers import ask_one
from ontopilot.orchestrator.evaluate.questions import Question, read_questions
from ontopilot.orchestrator.evaluate.score import score
from ontopilot.orchestrator.plan.simulate.outcomes import FILE

SHOP = Path(__file__).parents[1] / "examples" / "customer_service"
VARIANTS = {
    "reason": (),
    "draft": ("reasoner",),
    "facts": ("retrieval", "interactions", "reasoner"),
    "bare": ("ontology", "reasoner"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--write", action="store_true", help=f"write {FILE.name}")
    parser.add_argument("--most", type=int, help="only so many questions")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "shop"
        shutil.copytree(SHOP, home, ignore=shutil.ignore_patterns(".ontopilot", "__pycache__"))
        wanted = [q for q in read_questions(home / "questions.jsonl") if q.expect == "answer"]
        wanted = [q for q in wanted if not q.conversation][: arguments.most]
        with load_agent(f"{home / 'agent.py'}:support") as agent:
            agent.prepare()
            rows = measure(agent, wanted)
    if arguments.write:
        text = "".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows)
        FILE.write_text(text, encoding="utf-8")
    shares = {v: round(sum(r["right"][v] for r in rows) / len(rows), 3) for v in VARIANTS}
    figures = {"questions": len(rows), "right": shares}
    show(document(figures, packages=()), as_json=arguments.json)
    return 0


def measure(agent: Agent, questions: Sequence[Question]) -> list[dict[str, Any]]:
    """A row for each question."""
    rows: list[dict[str, Any]] = [
        {"id": q.id, "split": q.split, "right": {}, "passed": {}} for q in questions
    ]
    for variant, left_out in VARIANTS.items():
        agent.ablate(*left_out)
        for question, row in zip(questions, rows, strict=True):
            answer = ask_one(agent, question, None)
            row["right"][variant] = not score(question, answer).problems
            row["passed"][variant] = bool(answer.get("claims"))
            if variant == "reason":
                row.update(seen(agent, answer))
    return rows


def seen(agent: Agent, answer: dict[str, Any]) -> dict[str, Any]:
    """What a planner sees of a question."""
    evidence = agent.store.evidence(answer["turn"])
    return {
        "class": answer["plan"]["strategy"],
        "score": round(evidence[0].score, 4) if evidence else 0.0,
        "words": len(answer["text"].split()),
    }


if __name__ == "__main__":
    raise SystemExit(main())
