"""How much of a conversation's prompts a prefix cache could hold, and what is left to compute.

    python benchmarks/prompt_prefixes.py --json

Ten turns of one conversation with the example shop. A double takes the place of the generator,
repeats the first sentence of its first source and keeps the requests. Tokens are those of the tiny
Llama of the tests, which has about two for each that a large vocabulary has. `share` counts the
tokens that a prompt begins with as an earlier one did, in blocks of 16; `computed` are the others.
`now` are the prompts as they are, which go on from the conversation, and `alone` the same
questions and sources, each in a prompt of its own, as a reasoner that is no generator gets them.

With `--vllm` the same prompts are put to real vLLM (`ONTOPILOT_VLLM` names it), with the tiny Llama
stretched to a context that holds them; `vllm` is what its own counters say.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _report import document, show
from tokenizers import Tokenizer

from ontopilot import Agent, Knowledge
from ontopilot.models import EngineOptions, GenerationRequest, Model, ScriptedEngine
from ontopilot.models.engines import make_engine
from ontopilot.models.scripted import quote_first_source
from ontopilot.orchestrator.prompts import DRAFT, REASON, STEPS

ROOT = Path(__file__).resolve().parents[1]
SHOP = ROOT / "examples/customer_service"
TOKENIZER = ROOT / "tests/fixtures/tiny_llama/tokenizer.json"
BLOCK = 16
CONTEXT = 32768
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
    parser.add_argument("--vllm", action="store_true", help="put the prompts to real vLLM, too")
    arguments = parser.parse_args()
    show(document(measure(vllm=arguments.vllm), packages=("tokenizers",)), as_json=arguments.json)
    return 0


def measure(*, vllm: bool) -> dict[str, Any]:
    """The shares of the conversation."""
    requests = [request for turn in conversation() for request in turn]
    return {
        **({"vllm": asyncio.run(counted(requests))} if vllm else {}),
        "prompts": len(requests),
        "now": shared([text_of(one) for one in requests]),
        "alone": shared([alone(one) for one in requests]),
    }


def conversation() -> list[list[GenerationRequest]]:
    """The requests of each turn."""
    turns: list[list[GenerationRequest]] = []

    def quote(request: GenerationRequest) -> str:
        turns[-1].append(request)
        return quote_first_source(request)

    with tempfile.TemporaryDirectory() as home:
        os.environ["ONTOPILOT_HOME"] = home
        agent = Agent(
            "support",
            ontology=SHOP / "shop.owl",
            policies=SHOP / "policies.ttl",
            knowledge=Knowledge("docs", interactions="tickets.jsonl", folder=SHOP),
            generator=ScriptedEngine(quote),
        )
        with agent:
            about = None
            for question in TURNS:
                turns.append([])
                about = agent.ask(question, conversation=about).conversation
    return turns


async def counted(requests: Sequence[GenerationRequest]) -> dict[str, Any]:
    """What vLLM counts while it answers the requests one after the other."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(shutil.copytree(TOKENIZER.parent, Path(parent) / "model"))
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        config["max_position_embeddings"] = CONTEXT
        (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
        options = EngineOptions(kv_cache_mb=1024, compiled=False)
        engine = make_engine(
            Model(f"vllm:{folder}", options=options), vllm=Path(os.environ["ONTOPILOT_VLLM"])
        )
        try:
            for request in requests:
                bare = GenerationRequest(request.messages, max_tokens=4)
                async for _ in engine.generate(bare):
                    pass
            stats = engine.stats()
        finally:
            await engine.aclose()
    share = stats.cached_tokens / stats.prompt_tokens
    return {"share": round(share, 3), "tokens": stats.prompt_tokens, "cached": stats.cached_tokens}


def text_of(request: GenerationRequest) -> str:
    """The prompt of a request."""
    return "\n".join(f"{message.role}: {message.content}" for message in request.messages)


def alone(request: GenerationRequest) -> str:
    """The prompt of its question and sources without the conversation."""
    listing = "\n".join(
        f"[{number}] {one.title}: {one.text}" for number, one in enumerate(request.sources, start=1)
    )
    steps = request.messages[-1].content.endswith(STEPS)
    system = (REASON if steps else DRAFT).claims
    return f"system: {system}\nuser: Sources:\n{listing}\n\nQuestion: {request.question}"


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
