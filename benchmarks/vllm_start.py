"""How long a vLLM server takes to its first token, and how much memory it needs.

    python benchmarks/vllm_start.py --json

The server is that of the `vllm` engine with the tiny Llama of the tests, so what is measured is
vLLM and not the model. `compiled` and `eager` are with `EngineOptions(compiled=…)`; what vLLM
keeps of a compilation in its own cache is there from an earlier start. Memory is the sum of the
proportional sets (PSS) of the server, its children and its keeper after the first answer.
"""

import argparse
import asyncio
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import psutil
from _report import document, show

from ontopilot.config import load_settings
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model
from ontopilot.models.vllm.engine import VllmEngine

TINY = Path(__file__).resolve().parents[1] / "tests/fixtures/tiny_llama"
REQUEST = GenerationRequest((Message("user", "When can I return the kettle?"),), max_tokens=20)
RUNS = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    arguments = parser.parse_args()
    show(document(asyncio.run(measure()), packages=("httpx",)), as_json=arguments.json)
    return 0


async def measure() -> dict[str, Any]:
    """Medians over fresh servers, after one that is not counted."""
    await start(compiled=True)
    result: dict[str, Any] = {}
    for name, compiled in (("compiled", True), ("eager", False)):
        seconds, memory, closing = zip(
            *[await start(compiled=compiled) for _ in range(RUNS)], strict=True
        )
        result[name] = {
            "seconds": statistics.median(seconds),
            "memory_mb": statistics.median(memory),
            "closing_seconds": statistics.median(closing),
            "runs": seconds,
        }
    return result


async def start(*, compiled: bool) -> tuple[float, int, float]:
    """Seconds to the first answer, memory in MB, seconds to close."""
    model = Model(f"vllm:{TINY}", options=EngineOptions(compiled=compiled))
    settings = load_settings()
    engine = VllmEngine(model, program=settings.vllm, threads=settings.threads)
    taken = await timed(engine)
    running = psutil.Process().children(recursive=True)
    memory = round(sum(child.memory_full_info().pss for child in running) / 2**20)
    began = time.perf_counter()
    await engine.aclose()
    return taken, memory, round(time.perf_counter() - began, 2)


async def timed(engine: VllmEngine) -> float:
    """Seconds until the engine has answered."""
    began = time.perf_counter()
    await engine.warm()
    _ = [chunk async for chunk in engine.generate(REQUEST)]
    return round(time.perf_counter() - began, 1)


if __name__ == "__main__":
    sys.exit(main())
