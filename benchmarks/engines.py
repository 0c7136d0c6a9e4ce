"""How many tokens a second engines make on this machine for concurrent streams.

    python benchmarks/engines.py --size 110m --rounds 7 --json

A Llama with random weights is made on the spot. In each round every engine answers as many
distinct prompts at a time as there are streams, and each answer goes on to its full length,
since the model has no token that ends one. The engines take turns, in another order each round,
and a ratio is the median of the ratios within the rounds. Compared are

- `openvino`: our engine behind a `Pool`, as an agent uses it;
- `int8`: the same, asked for weights of 8 bits, which the others here have in 16;
- `raw`: OpenVINO GenAI's pipeline, its steps and prefix cache as ours, driven by hand in here;
- `transformers`: one batch of padded prompts, the number type that is faster here;
- `vllm`: a server of vLLM's CPU build, which answers streamed completions over its socket.

Times to the first token are not told: much of what random weights say are parts of characters,
which our engine holds back. `start_s` are the seconds from a new `openvino` engine to its first
text, its GGUF being there.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _contenders import KINDS, Contender
from _report import SEED, document, show
from _streams import Streams, make_model

from ontopilot.models import EngineOptions, GenerationRequest, Message, Model
from ontopilot.models.engines import make_engine

OURS = ("openvino", "int8")
RIVALS = ("raw", "transformers", "vllm")
STARTS = 5


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--size", choices=["110m", "500m"], default="110m")
    parser.add_argument("--streams", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--prompt-tokens", type=int, default=600)
    parser.add_argument("--new-tokens", type=int, default=64)
    parser.add_argument(
        "--engines", default=",".join(KINDS), help=f"some of {','.join(KINDS)} (all)"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ontopilot-engines-") as folder:
        figures = asyncio.run(measure(Path(folder), arguments))
    packages = ("openvino-genai", "transformers", "torch")
    show(document(figures, packages=packages), as_json=arguments.json)
    return 0


async def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Start every engine once, run the rounds, and close them."""
    model = make_model(folder / "model", arguments.size)
    cache = folder / "cache"
    starts = [await start_s(model, cache) for _ in range(STARTS + 1)][1:]
    streams = Streams(
        model, arguments.streams, arguments.prompt_tokens, arguments.new_tokens, random.Random(SEED)
    )
    contenders: dict[str, Contender] = {}
    try:
        for kind in arguments.engines.split(","):
            contenders[kind] = KINDS[kind](model, cache, folder)
            await contenders[kind].start(streams)
        runs = await rounds(contenders, streams, arguments.rounds)
    finally:
        for contender in contenders.values():
            await contender.close()
    return {
        "model": arguments.size,
        "streams": arguments.streams,
        "prompt_tokens": arguments.prompt_tokens,
        "new_tokens": arguments.new_tokens,
        "rounds": arguments.rounds,
        "start_s": {"median": round(statistics.median(starts), 2), "runs": starts},
        "engines": {kind: summary(found) for kind, found in runs.items()},
        **{
            f"{ours}_against": {
                rival: ratio(runs[ours], runs[rival]) for rival in RIVALS if rival in runs
            }
            for ours in OURS
            if ours in runs
        },
        "about": {k: contender.about for k, contender in contenders.items() if contender.about},
    }


async def rounds(
    contenders: dict[str, Contender], streams: Streams, count: int
) -> dict[str, list[float]]:
    """Every engine once in each round, in an order that turns; the first round is not counted."""
    found: dict[str, list[float]] = {kind: [] for kind in contenders}
    order = list(contenders)
    for number in range(count + 1):
        for kind in order[number % len(order) :] + order[: number % len(order)]:
            speed = await contenders[kind].run(streams)
            print(f"round {number} {kind} {speed:.1f} tokens/s", file=sys.stderr)
            if number:
                found[kind].append(speed)
    return found


def summary(speeds: Sequence[float]) -> dict[str, Any]:
    """The median over the rounds, and what it is the median of."""
    return {
        "tokens_s": round(statistics.median(speeds), 1),
        "runs": [round(speed, 1) for speed in speeds],
    }


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the ratios within the rounds."""
    pairs = zip(ours, theirs, strict=True)
    return round(statistics.median(mine / other for mine, other in pairs), 3)


async def start_s(model: Path, cache: Path) -> float:
    """Seconds from a new engine to its first text."""
    engine = make_engine(Model(f"openvino:{model}", options=EngineOptions(cache=cache)))
    request = GenerationRequest((Message("user", "When can I return the kettle?"),), max_tokens=8)
    began = time.perf_counter()
    stream = engine.generate(request)
    await anext(stream)
    taken = time.perf_counter() - began
    await stream.aclose()
    await engine.aclose()
    return round(taken, 2)


if __name__ == "__main__":
    sys.exit(main())
