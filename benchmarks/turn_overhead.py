"""What a turn costs beside its models: a whole turn against an empty graph of as many nodes.

    python benchmarks/turn_overhead.py --json

The encoder and the generator are doubles that take no time, the knowledge is 60 documents. The
peer is a LangGraph graph whose nodes do nothing, with the same checkpointer and durability, run
on a loop of the same kind; the two take turns, question by question.
"""

import argparse
import itertools
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from _report import SEED, document, interleaved, show
from langgraph.graph import END, START, StateGraph

from ontopilot.models.encoder import Vectors
from ontopilot.models.encoding.hashing import HashEncoder
from ontopilot.models.messages import GenerationRequest
from ontopilot.models.scripted import ScriptedEngine
from ontopilot.models.streaming.loop import LoopThread
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.checkpoint import Checkpoints
from ontopilot.retrieval.knowledge import Knowledge

PARTS = ("filter", "hose", "lid", "cable", "handle", "sensor", "display", "fan", "valve", "lamp")
PRODUCTS = ("AquaBoil 2", "NetBeam 5", "CleanSpin 7", "ToastMate 3", "AirWave 4", "ColdBox 6")
NODES = ("understand", "plan", "retrieve", "draft", "verify", "respond")
ROUNDS, CALLS, WARM_UP = 9, 30, 20

ONTOLOGY = """@prefix : <http://example.org/parts#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<http://example.org/parts> a owl:Ontology .
:Product a owl:Class ; rdfs:label "product" .
:Part a owl:Class ; rdfs:label "part" .
"""


class Instant:
    """Encodes a text that it has met before in no time."""

    def __init__(self) -> None:
        self._hash = HashEncoder()
        self._met: dict[str, Any] = {}
        self.name, self.dimension = self._hash.name, self._hash.dimension

    def encode(self, texts: list[str]) -> Vectors:
        """Encode texts to an array of shape (texts, dimension)."""
        for text in texts:
            if text not in self._met:
                self._met[text] = self._hash.encode([text])[0]
        return np.stack([self._met[text] for text in texts])


class Empty(TypedDict, total=False):
    """The state of the empty graph."""

    attempt: int


class Bare:
    """An empty graph of as many nodes, with the same checkpointer, on a loop of its own."""

    def __init__(self, path: Path, nodes: int) -> None:
        self._loop = LoopThread("bare")
        self._saver: Checkpoints = self._loop.submit(Checkpoints.open(path)).result()
        graph = StateGraph(Empty)
        names = [f"node{number}" for number in range(nodes)]
        for name in names:
            graph.add_node(name, _nothing)
        for before, after in itertools.pairwise([START, *names, END]):
            graph.add_edge(before, after)
        self._graph = graph.compile(checkpointer=self._saver)

    def run(self, number: int) -> float:
        """Run the graph once; seconds."""
        config = {"configurable": {"thread_id": f"bare-{number}"}}
        began = time.perf_counter()
        self._loop.submit(self._graph.ainvoke({}, config, durability="sync")).result()
        return time.perf_counter() - began

    def close(self) -> None:
        """Close the file and the loop."""
        self._loop.submit(self._saver.aclose()).result()
        self._loop.close()


def _nothing(state: Empty) -> Empty:
    return {"attempt": 1}


def write_shop(folder: Path) -> None:
    """An ontology of products and parts, and a document for each pair of them."""
    choose = random.Random(SEED)
    lines = [ONTOLOGY]
    docs = folder / "docs"
    docs.mkdir()
    for number, product in enumerate(PRODUCTS):
        lines.append(f':p{number} a owl:NamedIndividual , :Product ; rdfs:label "{product}" .')
    for number, part in enumerate(PARTS):
        lines.append(f':q{number} a owl:NamedIndividual , :Part ; rdfs:label "{part}" .')
    for product, part in itertools.product(PRODUCTS, PARTS):
        months, minutes = choose.randint(2, 36), choose.randint(2, 90)
        name = f"{product} {part}".lower().replace(" ", "-")
        (docs / f"{name}.md").write_text(
            f"# {product}: {part}\n\nThe {part} of the {product} lasts {months} months. "
            f"Changing the {part} of the {product} takes {minutes} minutes.\n\n"
            f"## Care\n\nClean the {part} of the {product} with a damp cloth.\n",
            encoding="utf-8",
        )
    (folder / "parts.ttl").write_text("\n".join(lines), encoding="utf-8")


def quote_three(request: GenerationRequest) -> str:
    """A draft of three cited sentences, each word for word from a source."""
    return " ".join(
        f"{source.text.strip().splitlines()[-1].split('. ')[0].rstrip('.')}. [{source.id}]"
        for source in request.sources[:3]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = measure(Path(name))
    packages = ("langgraph", "langgraph-checkpoint-sqlite", "sqlalchemy")
    show(document(result, packages=packages), as_json=arguments.json)
    return 0


def measure(folder: Path) -> dict[str, Any]:
    """Medians of the turn and of the empty graph, in milliseconds."""
    write_shop(folder)
    questions = [
        f"How long does it take to change the {part} of my {product}?"
        for product, part in itertools.product(PRODUCTS, PARTS)
    ]
    bare = Bare(folder / "bare.db", len(NODES))
    agent = Agent(
        "overhead",
        ontology=folder / "parts.ttl",
        knowledge=Knowledge(folder / "docs"),
        generator=ScriptedEngine(quote_three),
        encoder=Instant(),
        home=folder / "home",
    )
    with agent:
        agent.prepare()
        answers = [agent.ask(question) for question in questions[:WARM_UP]]
        for number in range(WARM_UP):
            bare.run(-number - 1)

        def turn(number: int) -> float:
            began = time.perf_counter()
            answers.append(agent.ask(questions[number % len(questions)]))
            return time.perf_counter() - began

        medians = interleaved({"turn": turn, "bare": bare.run}, rounds=ROUNDS, calls=CALLS)
        steps = agent.store.typical_ms()
    bare.close()
    turn_ms, bare_ms = (statistics.median(medians[name]) for name in ("turn", "bare"))
    return {
        "p50_ms": round(turn_ms, 2),
        "bare_langgraph_p50_ms": round(bare_ms, 2),
        "overhead_ms": round(turn_ms - bare_ms, 2),
        "rounds": {name: [round(value, 2) for value in row] for name, row in medians.items()},
        "steps_ms": {name: round(value, 2) for name, value in steps.items()},
        "nodes": len(NODES),
        "documents": len(questions),
        "turns": ROUNDS * CALLS,
        "claims_per_turn": statistics.fmean(len(answer.claims) for answer in answers),
        "nodes_per_turn": statistics.fmean(
            sum(step.runs for step in answer.plan.operators) for answer in answers
        ),
    }


if __name__ == "__main__":
    raise SystemExit(main())
