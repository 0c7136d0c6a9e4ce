"""How long a turn of the customer-service example takes, warm, on the extractive engine.

    python benchmarks/turn_latency.py --json

Every question is asked in every round, each time with another greeting, so that nothing that was
worked out for a text is used a second time. Figures are milliseconds.
"""

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from _report import document, quantile, show

from ontopilot.cli.agents import load_agent
from ontopilot.orchestrator.agent import Agent

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "customer_service"
GREETINGS = (
    "Hello.",
    "Hi there.",
    "Good morning.",
    "Good evening.",
    "Hello again.",
    "Dear team.",
    "Hi.",
    "Greetings.",
    "Good day.",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["ONTOPILOT_HOME"] = str(Path(name) / "home")
        example = Path(name) / "example"
        shutil.copytree(EXAMPLE, example, ignore=shutil.ignore_patterns(".ontopilot"))
        with load_agent(f"{example / 'agent.py'}:support") as agent:
            result = measure(agent, example / "questions.jsonl")
    packages = ("langgraph", "faiss-cpu", "bm25s", "openvino", "torch")
    show(document(result, packages=packages), as_json=arguments.json)
    return 0


def measure(agent: Agent, path: Path) -> dict[str, Any]:
    """Medians over rounds, and where the time goes."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    agent.prepare()
    agent.ask("Is anybody there?")
    medians, everything = [], []
    strategies: Counter[str] = Counter()
    steps: defaultdict[str, list[float]] = defaultdict(list)
    for greeting in GREETINGS:
        times = []
        for row in rows:
            began = time.perf_counter()
            answer = agent.ask(f"{greeting} {row['question']}", customer=row.get("customer"))
            times.append((time.perf_counter() - began) * 1000)
            strategies[answer.plan.strategy] += 1
            for step in answer.plan.operators:
                if step.actual_ms is not None:
                    steps[step.name].append(step.actual_ms)
        medians.append(statistics.median(times))
        everything += times
    return {
        "p50_ms": round(statistics.median(medians), 1),
        "p95_ms": round(quantile(everything, 0.95), 1),
        "max_ms": round(max(everything), 1),
        "rounds": [round(value, 1) for value in medians],
        "questions": len(rows),
        "strategies": dict(strategies),
        "steps_p50_ms": {name: round(statistics.median(row), 2) for name, row in steps.items()},
        "engines": [str(role) for role in agent.pool.describe()],
    }


if __name__ == "__main__":
    raise SystemExit(main())
