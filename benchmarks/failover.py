"""What becomes of concurrent streams when the process of their engine is killed with SIGKILL.

    python benchmarks/failover.py --json

A pool serves the tiny Llama of the tests with vLLM (its CPU build stands in for a GPU) and keeps
OpenVINO ready behind it; with `--engine openvino` OpenVINO serves and starts again by itself. 50
streams begin; once each has shown text, every process of the engine is killed. Counted are streams
that did not end, and whose whole text differs from that of an engine that was never killed: a lost
word or one told twice makes a difference. The delay is the silence from the kill to the next text;
the time of OpenVINO alone is its time to first token for the same requests, continued from the
same words, asked of it at once.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import psutil
from _report import document, quantile, show

from ontopilot.config import load_settings
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model, Pool
from ontopilot.models.engine import Engine
from ontopilot.models.engines import make_engine

TINY = Path(__file__).resolve().parents[1] / "tests/fixtures/tiny_llama"
WORDS = (
    "kettle router toaster fridge lamp oven when how much can return price days warranty".split()
)
STREAMS, TOKENS = 50, 100


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--engine", choices=["vllm", "openvino"], default="vllm")
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    figures = asyncio.run(measure(arguments.engine, arguments.streams, arguments.rounds))
    show(document(figures, packages=("openvino-genai", "httpx")), as_json=arguments.json)
    failed = figures["not_ended"] + figures["lost_or_doubled"]
    return 1 if failed else 0


@dataclass(slots=True)
class Stream:
    """One request, what was shown of its answer, and when."""

    request: GenerationRequest
    text: str = ""
    ended: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    shown: list[str] = field(default_factory=list)
    resumed: float | None = None
    by: str = ""

    async def run(self, pool: Pool) -> None:
        """Read the stream to its end."""
        async for chunk in pool.generate("generator", self.request):
            if chunk.restart:
                self.text = ""
            self.text += chunk.text
            if chunk.text and chunk.degraded and self.resumed is None:
                self.resumed, self.by = time.perf_counter(), chunk.engine
            if chunk.text and self.resumed is None:
                self.shown.append(chunk.text)
            if chunk.text:
                self.begun.set()
            self.ended = chunk.finish is not None


def requests(streams: int) -> list[GenerationRequest]:
    """Distinct prompts to which the model has a long answer."""
    asked = ["Count. " * (2 + at) for at in range(streams)]
    return [GenerationRequest((Message("user", text),), max_tokens=TOKENS) for text in asked]


async def measure(kind: str, streams: int, rounds: int) -> dict[str, Any]:
    """Kill the engine in each round; the worst counts and pooled delays of all rounds."""
    settings = load_settings()
    options = EngineOptions(precision="fp32", kv_cache_mb=128, most_requests=max(64, streams))
    model = Model(f"{kind}:{TINY}", options=options)
    alone = make_engine(replace(model, name=f"openvino:{TINY}"), threads=settings.threads)
    asked = requests(streams)
    expected = await asyncio.gather(*(text_of(alone, request) for request in asked))
    done: list[Stream] = []
    own: list[float] = []
    delays: list[float] = []
    for _ in range(rounds):
        running, killed = await kill_during(model, asked)
        done += running
        broken = [stream for stream in running if stream.resumed is not None]
        delays += [s.resumed - killed for s in running if s.resumed is not None]
        own += await asyncio.gather(*(first_token_s(alone, _continued(s)) for s in broken))
    await alone.aclose()
    added = [delay - alone_s for delay, alone_s in zip(delays, own, strict=True)]
    texts = [stream.text for stream in done]
    return {
        "engine": kind,
        "went_on_with": sorted({stream.by for stream in done if stream.by}),
        "streams": len(done),
        "broken_off": len(delays),
        "not_ended": sum(not stream.ended for stream in done),
        "lost_or_doubled": sum(a != b for a, b in zip(texts, [*expected] * rounds, strict=True)),
        "delay_s": spread(delays),
        "openvino_alone_s": spread(own),
        "added_s": spread(added),
    }


async def kill_during(model: Model, asked: list[GenerationRequest]) -> tuple[list[Stream], float]:
    """Run the streams, kill the engine once all have begun; the streams and the moment."""
    settings = load_settings()
    pool = Pool(generator=model, threads=settings.threads, vllm=settings.vllm)
    await pool.warm()
    victims = [p for p in psutil.Process().children(recursive=True) if _serves(p, model.kind)]
    streams = [Stream(request) for request in asked]
    tasks = [asyncio.create_task(stream.run(pool)) for stream in streams]
    await asyncio.gather(*(stream.begun.wait() for stream in streams))
    for process in victims:
        os.kill(process.pid, signal.SIGKILL)
    killed = time.perf_counter()
    await asyncio.gather(*tasks, return_exceptions=True)
    await pool.aclose()
    return streams, killed


def _serves(process: psutil.Process, kind: str) -> bool:
    """Whether a process belongs to the engine, and not to its keeper or its stand-in."""
    command = " ".join(process.cmdline())
    ours = "openvino.child" in command
    return ours if kind == "openvino" else not ours and "keeper.py" not in command


def _continued(stream: Stream) -> GenerationRequest:
    left = max(1, TOKENS - len(stream.shown))
    return replace(stream.request, begun="".join(stream.shown), max_tokens=left)


async def text_of(engine: Engine, request: GenerationRequest) -> str:
    return "".join([chunk.text async for chunk in engine.generate(request)])


async def first_token_s(engine: Engine, request: GenerationRequest) -> float:
    began = time.perf_counter()
    await anext(engine.generate(request))
    return time.perf_counter() - began


def spread(values: list[float]) -> dict[str, float]:
    """Median, 95th percentile and the worst."""
    if not values:
        return {}
    p50, p95 = quantile(values, 0.5), quantile(values, 0.95)
    return {"p50": round(p50, 3), "p95": round(p95, 3), "max": round(max(values), 3)}


if __name__ == "__main__":
    sys.exit(main())
