"""Whether memory, threads, files or processes grow while a pool serves many requests.

    python benchmarks/soak.py --json

20,000 requests go to the scripted engine and 2,000 to OpenVINO with the tiny Llama of the tests,
16 at a time; every tenth client leaves after the first word. Memory is the anonymous memory of
this process and its children (that of files is left out: whether it counts as a process's own
depends on others), compared between the end of the first quarter and the end.
"""

import argparse
import asyncio
import gc
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import psutil
from _report import document, show

from ontopilot.config import load_settings
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model, Pool, ScriptedEngine
from ontopilot.models.engine import Engine

TINY = Path(__file__).resolve().parents[1] / "tests/fixtures/tiny_llama"
AT_ONCE = 16
MOST_GROWTH = 0.02


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--scripted", type=int, default=20_000, help="requests")
    parser.add_argument("--openvino", type=int, default=2_000, help="requests")
    arguments = parser.parse_args()
    options = EngineOptions(kv_cache_mb=4)  # is full before the first quarter ends
    figures = {
        "scripted": soaked(ScriptedEngine(), arguments.scripted),
        "openvino": soaked(Model(f"openvino:{TINY}", options=options), arguments.openvino),
    }
    show(document(figures, packages=("openvino-genai",)), as_json=arguments.json)
    return 0 if all(figure["growth"] <= MOST_GROWTH for figure in figures.values()) else 1


def soaked(generator: Model | Engine, requests: int) -> dict[str, Any]:
    """Serve the requests with a pool of their own, and what was there before, between and after."""
    before = held()
    began = time.perf_counter()
    between, after = asyncio.run(serve(generator, requests))
    left = held()
    return {
        "requests": requests,
        "seconds": round(time.perf_counter() - began, 1),
        "memory_mb": [round(at["memory"] / 2**20, 1) for at in (between, after)],
        "growth": round(after["memory"] / between["memory"] - 1, 4),
        **{
            kind: {"grown": after[kind] - between[kind], "leaked": left[kind] - before[kind]}
            for kind in ("threads", "files", "processes")
        },
    }


async def serve(generator: Model | Engine, requests: int) -> tuple[dict[str, int], dict[str, int]]:
    """What is held after a quarter of the requests and at the end, while the pool is open."""
    settings = load_settings()
    pool = Pool(generator=generator, threads=settings.threads)
    numbers = iter(range(requests))
    await many(pool, (next(numbers) for _ in range(requests // 4)))
    between = held()
    await many(pool, numbers)
    after = held()
    await pool.aclose()
    return between, after


async def many(pool: Pool, numbers: Iterator[int]) -> None:
    """Serve requests, `AT_ONCE` at a time."""

    async def client() -> None:
        for number in numbers:
            await one(pool, number)

    await asyncio.gather(*(client() for _ in range(AT_ONCE)))


async def one(pool: Pool, number: int) -> None:
    """A request with a prompt of its own; some clients leave early."""
    question = f"When can I return the kettle? It is number {number}."
    request = GenerationRequest((Message("user", question),), max_tokens=24, question=question)
    async with aclosing(pool.generate("generator", request)) as chunks:
        async for chunk in chunks:
            if number % 10 == 0 and chunk.text:
                return


def held() -> dict[str, int]:
    """Memory in bytes, threads, open files and child processes."""
    gc.collect()
    own = psutil.Process()
    children = own.children(recursive=True)
    return {
        "memory": sum(anonymous(process.pid) for process in (own, *children)),
        "threads": threading.active_count(),
        "files": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "processes": len(children),
    }


def anonymous(process: int) -> int:
    """Bytes of a process that are backed by no file."""
    rows = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
    return sum(int(row.split()[1]) << 10 for row in rows if row.startswith("Anonymous:"))


if __name__ == "__main__":
    sys.exit(main())
