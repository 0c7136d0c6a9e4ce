"""How far the cost model and the simulator are off a real engine.

    python benchmarks/plan_errors.py --json

A Llama with random weights is served by OpenVINO. `ontopilot models bench`'s sweep measures it
with one and with four streams; the coefficients fitted to those are all that the rest knows.

- `held_out`: batches of two, six and eight streams, which were not fitted: the larger of estimate
  and actual latency over the smaller, request by request.
- `simulator`: arrivals with the gaps of a slice of a trace, scaled to `--load` of what the engine
  can do, are sent to the engine and to the simulated one. Mean and p95 latency are compared.

To reach: p50 of the q-error 1.3 and p95 2.0; the mean within 15 %, the p95 within 25 %.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from _report import SEED, document, quantile, show
from _streams import Streams, make_model

from ontopilot.models import GenerationRequest, Message, Model
from ontopilot.models.benching.profile import Profile, Shape
from ontopilot.models.benching.sweep import Grid, Sweep, resumed
from ontopilot.models.engine import Engine
from ontopilot.models.engines import Host, make_engine
from ontopilot.models.hardware import inspect_machine
from ontopilot.orchestrator.plan.facts import DeploymentFacts
from ontopilot.orchestrator.plan.seeding import facts_of
from ontopilot.orchestrator.plan.simulate.replica import Job, Replica
from ontopilot.orchestrator.plan.simulate.trace import read_trace

FITTED, HELD_OUT = (1, 4), (2, 6, 8)
TRACE = "AzureLLMInferenceTrace_conv.csv.gz"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--size", choices=["110m", "500m"], default="110m")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--load", type=float, default=0.5)
    parser.add_argument("--prompt-tokens", type=int, default=300)
    parser.add_argument("--new-tokens", type=int, default=48)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ontopilot-plan-") as folder:
        figures = asyncio.run(measure(Path(folder), arguments))
    show(document(figures, packages=("openvino-genai",)), as_json=arguments.json)
    return 0


async def measure(folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Fit, then compare on what was not fitted."""
    weights = make_model(folder / "model", arguments.size)
    model = Model(f"openvino:{weights}")
    shape = Shape(prompt_tokens=arguments.prompt_tokens, new_tokens=arguments.new_tokens)
    file = folder / "profile.json"
    sweep = Sweep(
        model,
        Host(None, None, ""),
        file,
        resumed(model, shape, inspect_machine(), file),
        lambda cell, now: None,
        arguments.rounds,
    )
    profile: Profile = await sweep.run(Grid(["openvino"], streams=FITTED))
    facts = facts_of(profile, engine="openvino", name="small", cores=2)
    engine = make_engine(model)
    try:
        chance = random.Random(SEED)
        await batch(engine, weights, 1, arguments, chance)
        errors = []
        for streams in HELD_OUT:
            for _ in range(arguments.rounds):
                taken = await batch(engine, weights, streams, arguments, chance)
                guess = alone(facts, streams, arguments)
                errors += [max(one / its, its / one) for one, its in zip(taken, guess, strict=True)]
        found = {
            "held_out": {
                "q_error_p50": round(quantile(errors, 0.5), 3),
                "q_error_p95": round(quantile(errors, 0.95), 3),
                "requests": len(errors),
            },
            "facts": {
                name: round(getattr(facts, name), 6)
                for name in ("prefill_s", "step_s", "stream_s", "fixed_s", "start_s")
            },
        }
        trace = arguments.data / "traces" / TRACE
        if trace.is_file():
            found["simulator"] = await replayed(engine, weights, facts, trace, arguments)
        return found
    finally:
        await engine.aclose()


def alone(facts: DeploymentFacts, streams: int, arguments: argparse.Namespace) -> list[float]:
    """The latencies of a batch that comes at once, as the cost model has them."""
    jobs = [Job(arguments.prompt_tokens, arguments.new_tokens, 0.0) for _ in range(streams)]
    return sorted(simulated(facts, jobs))


def simulated(facts: DeploymentFacts, jobs: Sequence[Job]) -> list[float]:
    """The latencies of requests at a simulated engine, in their order."""
    replica = Replica(facts, 0.0)
    for job in jobs:
        replica.push(job, job.arrived)
    replica.advance(1e9)
    return [job.done - job.arrived for job in jobs]


async def batch(
    engine: Engine,
    weights: Path,
    streams: int,
    arguments: argparse.Namespace,
    chance: random.Random,
) -> list[float]:
    """The latencies of a batch of new prompts, in ascending order."""
    prompts = Streams(
        weights, streams, arguments.prompt_tokens, arguments.new_tokens, chance
    ).batch()
    return sorted(
        await asyncio.gather(*(ask(engine, text, arguments.new_tokens) for text in prompts))
    )


async def ask(engine: Engine, prompt: str, new_tokens: int) -> float:
    """Seconds of one request."""
    began = time.perf_counter()
    request = GenerationRequest((Message("user", prompt),), max_tokens=new_tokens)
    async for _ in engine.generate(request):
        pass
    return time.perf_counter() - began


async def replayed(
    engine: Engine,
    weights: Path,
    facts: DeploymentFacts,
    trace: Path,
    arguments: argparse.Namespace,
) -> dict[str, Any]:
    """A slice of a trace at the real engine and at the simulated one."""
    whole = read_trace(trace).slice(0.4, 1.0)
    count = min(arguments.requests, len(whole))
    outputs = np.clip(
        whole.outputs[:count] * arguments.new_tokens // 200, 4, 3 * arguments.new_tokens
    )
    prompts = np.clip(
        whole.prompts[:count] * arguments.prompt_tokens // 1200, 16, 2 * arguments.prompt_tokens
    )
    work = sum(facts.work_s(float(p), float(o)) for p, o in zip(prompts, outputs, strict=True))
    seconds = whole.seconds[:count] * (work / arguments.load / max(whole.seconds[count - 1], 1e-9))
    jobs = [
        Job(int(p), int(o), float(s)) for p, o, s in zip(prompts, outputs, seconds, strict=True)
    ]
    guessed = simulated(facts, jobs)
    chance, began = random.Random(SEED + 1), time.perf_counter()

    async def one(job: Job) -> float:
        text = Streams(weights, 1, job.prompt, job.output, chance).batch()[0]
        await asyncio.sleep(max(0.0, job.arrived - (time.perf_counter() - began)))
        return await ask(engine, text, job.output)

    taken = list(await asyncio.gather(*(one(job) for job in jobs)))
    mean, its_mean = statistics.fmean(taken), statistics.fmean(guessed)
    p95, its_p95 = quantile(taken, 0.95), quantile(guessed, 0.95)
    return {
        "requests": count,
        "load": arguments.load,
        "real_mean_s": round(mean, 3),
        "simulated_mean_s": round(its_mean, 3),
        "mean_off": round(its_mean / mean - 1, 3),
        "real_p95_s": round(p95, 3),
        "simulated_p95_s": round(its_p95, 3),
        "p95_off": round(its_p95 / p95 - 1, 3),
    }


if __name__ == "__main__":
    raise SystemExit(main())
