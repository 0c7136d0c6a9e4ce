"""How much of a conversation's prompts a prefix cache could hold.

    python benchmarks/prompt_prefixes.py --json

Ten turns of one conversation with the example shop; a double that knows nothing takes the place
of the generator and keeps the requests. Tokens are those of the tiny Llama of the tests. `share`
counts the tokens that the prompt begins with as an earlier one did, in blocks of 16. `first` are
the drafts that a turn asks for first, `all` also those after a claim was withheld. The other
figures are of the same prompts with their sources in another order or number: those of the last
turn first, and those of all turns so far in the order in which they came.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _report import document, show
from tokenizers import Tokenizer

from ontopilot import Agent, Knowledge
from ontopilot.models import GenerationRequest, ScriptedEngine, Source

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "examples/customer_service"
TOKENIZER = ROOT / "tests/fixtures/tiny_llama/tokenizer.json"
BLOCK = 16
TURNS = (
    "What is the warranty of the AquaBoil kettle?",
    "How do I descale it?",
    "It leaks at the bottom. What can I do?",
    "Can I still return it?",
    "Who pays for the return?",
    "How long does a refund take?",
    "What does error E24 mean on my dishwasher?",
    "How do I clean its filter?",
    "Can I get a spare part for it?",
    "How long does delivery take?",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    show(document(measure(), packages=("tokenizers",)), as_json=arguments.json)
    return 0


def measure() -> dict[str, Any]:
    """The shares of the conversation."""
    turns = conversation()
    firsts = [requests[0] for requests in turns if requests]
    return {
        "drafts": sum(map(len, turns)),
        "all": shared([text_of(r, r.sources) for requests in turns for r in requests]),
        "first": shared([text_of(r, r.sources) for r in firsts]),
        "last_turn_first": shared(kept_in_order(firsts)),
        "all_so_far": shared(added_up(firsts)),
    }


def conversation() -> list[list[GenerationRequest]]:
    """The requests of each turn."""
    turns: list[list[GenerationRequest]] = []

    def know_nothing(request: GenerationRequest) -> str:
        turns[-1].append(request)
        return "I do not know."

    with tempfile.TemporaryDirectory() as home:
        os.environ["ONTOPILOT_HOME"] = home
        agent = Agent(
            "support",
            ontology=SHOP / "shop.owl",
            policies=SHOP / "policies.ttl",
            knowledge=Knowledge("docs", interactions="tickets.jsonl", folder=SHOP),
            generator=ScriptedEngine(know_nothing),
        )
        with agent:
            about = None
            for question in TURNS:
                turns.append([])
                about = agent.ask(question, conversation=about).conversation
    return turns


def text_of(request: GenerationRequest, sources: Sequence[Source]) -> str:
    """The prompt of a request, with these sources in the place of its own."""
    system, user = (message.content for message in request.messages)
    listing = "\n".join(f"[{n}] {s.title}: {s.text}" for n, s in enumerate(sources, start=1))
    return f"{system}\nSources:\n{listing}\n\nQuestion:{user.rpartition('Question:')[2]}"


def kept_in_order(requests: Sequence[GenerationRequest]) -> list[str]:
    """Prompts whose sources begin with those that the last one had, too."""
    last: list[tuple[str, str]] = []
    texts = []
    for request in requests:
        new = {(source.title, source.text): source for source in request.sources}
        order = [key for key in last if key in new] + [key for key in new if key not in last]
        texts.append(text_of(request, [new[key] for key in order]))
        last = order
    return texts


def added_up(requests: Sequence[GenerationRequest]) -> list[str]:
    """Prompts with the sources of all turns so far."""
    known: dict[tuple[str, str], Source] = {}
    texts = []
    for request in requests:
        for source in request.sources:
            known.setdefault((source.title, source.text), source)
        texts.append(text_of(request, list(known.values())))
    return texts


def shared(texts: Sequence[str]) -> dict[str, Any]:
    """Tokens of prompts, the share that was there before, and how many are left to compute."""
    tokenizer = Tokenizer.from_file(str(TOKENIZER))
    prompts = [tokenizer.encode(text).ids for text in texts]
    there = sum(
        max((common(prompt, earlier) for earlier in prompts[:at]), default=0)
        for at, prompt in enumerate(prompts)
    )
    tokens = sum(map(len, prompts))
    return {"share": round(there / tokens, 3), "tokens": tokens, "computed": tokens - there}


def common(prompt: Sequence[int], earlier: Sequence[int]) -> int:
    """How many tokens two prompts begin with alike, in whole blocks."""
    pairs = zip(prompt, earlier, strict=False)
    alike = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(prompt), len(earlier)))
    return alike // BLOCK * BLOCK


if __name__ == "__main__":
    sys.exit(main())
