"""What our vLLM engine costs: its throughput against `vllm bench serve` on the same running server.

    ONTOPILOT_VLLM=.venv-vllm/bin/python python benchmarks/vllm_overhead.py --json

A Llama of 110M parameters with random weights is served by the engine's own server. In each round
the engine answers 16 prompts of 600 tokens, 8 at a time, 64 new tokens each, and `vllm bench serve`
drives the same server, through the same socket, with as many prompts of the same kind; which of
the two goes first alternates. No prompt is used twice. `ratio` is the median over the rounds of the
engine's tokens per second divided by those of `vllm bench serve` in the same round.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _report import SEED, document, show

from ontopilot.config import load_settings
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model
from ontopilot.models.vllm.command import find_vllm
from ontopilot.models.vllm.engine import VllmEngine

RECIPE = Path(__file__).resolve().parents[1] / "tests/fixtures/random_llama.py"
STREAMS, REQUESTS, PROMPT_TOKENS, NEW_TOKENS = 8, 16, 600, 64
PROMPTS = """
import json, sys
from transformers import AutoTokenizer
from vllm.benchmarks.datasets import RandomDataset
folder, count, length, new, seed = sys.argv[1], *map(int, sys.argv[2:])
made = RandomDataset(random_seed=seed).sample(
    AutoTokenizer.from_pretrained(folder), count, input_len=length, output_len=new
)
print(json.dumps([one.prompt for one in made]))
"""
"""The prompts that `vllm bench serve` makes of a seed."""

THROUGH_THE_SOCKET = """
import sys, aiohttp
place = sys.argv.pop(1)
aiohttp.TCPConnector = lambda limit=100, **_: aiohttp.UnixConnector(place, limit=limit)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--rounds", type=int, default=9, help="pairs of runs")
    parser.add_argument("--size", default="110M", choices=("110M", "500M"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, RECIPE, folder, "--size", arguments.size], check=True)
        figures = asyncio.run(measure(Path(folder), arguments.rounds))
    result = {"size": arguments.size, **figures}
    show(document(result, packages=("httpx",)), as_json=arguments.json)
    return 0


async def measure(folder: Path, rounds: int) -> dict[str, Any]:
    """Rounds of one run of each, in turns, after one that is not counted."""
    settings = load_settings()
    program = find_vllm(settings.vllm, model=str(folder))
    options = EngineOptions(
        most_requests=STREAMS, kv_cache_mb=1024, context_tokens=PROMPT_TOKENS + 256
    )
    engine = VllmEngine(
        Model(f"vllm:{folder}", options=options), program=settings.vllm, threads=settings.threads
    )
    await engine.warm()
    socket = engine.server.socket if engine.server is not None else Path()
    runs: dict[str, list[dict[str, float]]] = {"engine": [], "bench": []}
    try:
        for number in range(rounds + 1):
            seed = SEED + 2 * number
            for name in sorted(runs, reverse=bool(number % 2)):
                if name == "engine":
                    run = await ours(engine, prompts(program[0], folder, seed))
                else:
                    run = bench(program, folder, socket, seed + 1)
                if number:
                    runs[name].append(run)
    finally:
        await engine.aclose()
    return compared(runs)


def compared(runs: dict[str, list[dict[str, float]]]) -> dict[str, Any]:
    """The figures of all rounds."""
    rates = {name: [run["tokens"] / run["seconds"] for run in made] for name, made in runs.items()}
    ratios = [a / b for a, b in zip(rates["engine"], rates["bench"], strict=True)]
    return {
        "ratio": round(statistics.median(ratios), 3),
        "engine_tokens_per_second": round(statistics.median(rates["engine"]), 1),
        "bench_tokens_per_second": round(statistics.median(rates["bench"]), 1),
        "ratios": [round(ratio, 3) for ratio in ratios],
        "tokens": {
            name: [(run["prompt_tokens"], run["tokens"]) for run in made]
            for name, made in runs.items()
        },
    }


def prompts(python: str, folder: Path, seed: int) -> list[str]:
    """Random prompts as vLLM's benchmark makes them."""
    sizes = map(str, (REQUESTS, PROMPT_TOKENS, NEW_TOKENS, seed))
    command = [python, "-c", PROMPTS, str(folder), *sizes]
    made = subprocess.run(command, check=True, capture_output=True, text=True)
    found: list[str] = json.loads(made.stdout.strip().splitlines()[-1])
    return found


async def ours(engine: VllmEngine, texts: list[str]) -> dict[str, float]:
    """The engine answers all prompts, `STREAMS` at a time."""
    places = asyncio.Semaphore(STREAMS)

    async def answer(text: str) -> tuple[int, int]:
        request = GenerationRequest((Message("user", text),), max_tokens=NEW_TOKENS)
        async with places:
            chunks = [chunk async for chunk in engine.generate(request)]
        usage = chunks[-1].usage
        return (usage.prompt_tokens, usage.completion_tokens) if usage is not None else (0, 0)

    began = time.perf_counter()
    used = await asyncio.gather(*(answer(text) for text in texts))
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "prompt_tokens": sum(prompt for prompt, _ in used),
        "tokens": sum(made for _, made in used),
    }


def bench(program: tuple[str, ...], folder: Path, socket: Path, seed: int) -> dict[str, float]:
    """`vllm bench serve` sends as many prompts to the same server."""
    with tempfile.TemporaryDirectory() as results:
        command = [program[0], "-c", THROUGH_THE_SOCKET + program[2], str(socket), "bench", "serve"]
        told = {
            "backend": "openai-chat",
            "base-url": "http://vllm",
            "endpoint": "/v1/chat/completions",
            "model": str(folder),
            "served-model-name": "base",
            "dataset-name": "random",
            "input-len": PROMPT_TOKENS,
            "output-len": NEW_TOKENS,
            "num-prompts": REQUESTS,
            "max-concurrency": STREAMS,
            "temperature": 0,
            "seed": seed,
            "result-dir": results,
            "result-filename": "run.json",
        }
        options = [f"--{name}={value}" for name, value in told.items()]
        ran = subprocess.run(
            [*command, *options, "--save-result", "--disable-tqdm"],
            check=False,
            capture_output=True,
            text=True,
        )
        if ran.returncode:
            raise SystemExit(f"vllm bench serve failed:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
        found = json.loads((Path(results) / "run.json").read_text())
    return {
        "seconds": found["duration"],
        "prompt_tokens": found["total_input_tokens"],
        "tokens": found["total_output_tokens"],
    }


if __name__ == "__main__":
    sys.exit(main())
