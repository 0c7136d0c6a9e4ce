"""What the server adds to a turn, many conversations at a time, and memory over many turns.

    python benchmarks/server_load.py --json --turns 20000

The agent is that of `turn_overhead.py`: its models take no time. Server, clients and the peer (the
same agent asked in the process) share one process, so the clients' own work counts against the
server. Single turns go in interleaved rounds; conversations stream all at once.
"""

import argparse
import asyncio
import gc
import socket
import statistics
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import uvicorn
from _report import document, interleaved, show
from turn_overhead import PARTS, PRODUCTS, Instant, quote_three, write_shop

from ontopilot.models.scripted import ScriptedEngine
from ontopilot.orchestrator.agent import Agent
from ontopilot.orchestrator.serve import create_app
from ontopilot.retrieval.knowledge import Knowledge

ROUNDS, CALLS, STREAM_ROUNDS = 9, 10, 3
QUESTIONS = [
    f"How long does it take to change the {part} of my {product}?"
    for product in PRODUCTS
    for part in PARTS
]


@contextmanager
def serving(agent: Agent) -> Iterator[str]:
    """The agent behind a real server on a free port."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        app = create_app({"load": agent}, prepared=True, most_turns=1000, most_waiting=1000)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join()


def body(number: int, *, stream: bool) -> dict[str, Any]:
    """A chat completion request."""
    question = QUESTIONS[number % len(QUESTIONS)]
    said = [{"role": "user", "content": question}]
    return {"model": "load", "messages": said, "stream": stream}


def single(agent: Agent, url: str) -> dict[str, Any]:
    """One turn after the other: over HTTP, and asked in the process."""
    with httpx.Client(base_url=url, timeout=60) as client:

        def over_http(number: int) -> float:
            began = time.perf_counter()
            reply = client.post("/v1/chat/completions", json=body(number, stream=False))
            reply.raise_for_status()
            return time.perf_counter() - began

        def asked(number: int) -> float:
            began = time.perf_counter()
            agent.ask(QUESTIONS[number % len(QUESTIONS)])
            return time.perf_counter() - began

        found = interleaved({"http": over_http, "ask": asked}, rounds=ROUNDS, calls=CALLS)
    http, ask = (statistics.median(found[name]) for name in ("http", "ask"))
    return {
        "http_p50_ms": round(http, 2),
        "ask_p50_ms": round(ask, 2),
        "added_ms": round(http - ask, 2),
    }


async def at_once(count: int, work: Callable[[int], Awaitable[None]]) -> tuple[list[float], int]:
    """Seconds of each of `count` turns that begin together, and how many failed."""
    took: list[float] = []
    errors = 0

    async def one(number: int) -> None:
        nonlocal errors
        began = time.perf_counter()
        try:
            await work(number)
        except Exception:  # noqa: BLE001 - whatever failed is counted
            errors += 1
        took.append(time.perf_counter() - began)

    await asyncio.gather(*(one(number) for number in range(count)))
    return took, errors


async def together(agent: Agent, url: str, count: int) -> dict[str, Any]:
    """Streaming conversations at once, and as many turns in the process."""
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:

        async def streamed(number: int) -> None:
            asked = body(number, stream=True)
            async with client.stream("POST", "/v1/chat/completions", json=asked) as reply:
                reply.raise_for_status()
                lines = [line async for line in reply.aiter_lines()]
            if "data: [DONE]" not in lines or any('"error"' in line for line in lines):
                raise RuntimeError("the stream did not end well")

        async def asked(number: int) -> None:
            await agent.aask(QUESTIONS[number % len(QUESTIONS)])

        rows: dict[str, list[float]] = {"http": [], "ask": []}
        errors = 0
        for _ in range(STREAM_ROUNDS):
            for name, work in (("http", streamed), ("ask", asked)):
                took, failed = await at_once(count, work)
                rows[name].append(statistics.quantiles(took, n=20)[-1] * 1000)
                errors += failed
    http, ask = (statistics.median(rows[name]) for name in ("http", "ask"))
    return {
        "conversations": count,
        "errors": errors,
        "http_p95_ms": round(http, 1),
        "ask_p95_ms": round(ask, 1),
        "added_p95_ms": round(http - ask, 1),
    }


def memory(url: str, turns: int) -> dict[str, Any]:
    """Resident memory of the process in MB, after each tenth of the turns.

    The first tenth fills what is kept for good: caches, pools and the windows of the statistics.
    """
    process, seen = psutil.Process(), []
    began = time.perf_counter()
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in range(turns):
            client.post("/v1/chat/completions", json=body(number, stream=False)).raise_for_status()
            if (number + 1) % max(turns // 10, 1) == 0:
                gc.collect()
                seen.append(round(process.memory_info().rss / 1e6, 1))
    first, last = seen[0], seen[-1]
    return {
        "turns": turns,
        "memory_mb": seen,
        "after_a_tenth_mb": first,
        "at_the_end_mb": last,
        "growth_after_a_tenth": round(last / first - 1, 4),
        "turns_a_second": round(turns / (time.perf_counter() - began), 1),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--turns", type=int, default=2000, help="turns of the memory run")
    parser.add_argument("--conversations", type=int, default=200, help="streams at once")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        result = measure(Path(name), arguments.turns, arguments.conversations)
    show(document(result, packages=("fastapi", "uvicorn", "httpx")), as_json=arguments.json)
    return 0


def measure(folder: Path, turns: int, conversations: int) -> dict[str, Any]:
    """All three parts."""
    write_shop(folder)
    agent = Agent(
        "load",
        ontology=folder / "parts.ttl",
        knowledge=Knowledge(folder / "docs"),
        generator=ScriptedEngine(quote_three),
        encoder=Instant(),
        home=folder / "home",
    )
    with agent:
        agent.prepare()
        for question in QUESTIONS:
            agent.ask(question)
        with serving(agent) as url:
            return {
                "single": single(agent, url),
                "streams": asyncio.run(together(agent, url, conversations)),
                "memory": memory(url, turns),
            }


if __name__ == "__main__":
    raise SystemExit(main())
