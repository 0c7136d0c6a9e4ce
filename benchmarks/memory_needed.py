"""What engines take in memory beside what `memory_of` tells before they are loaded.

    python benchmarks/memory_needed.py --json

Llamas with random weights of 110 and 500 million numbers (`tests/fixtures/random_llama.py`), eight
requests at a time on each. `taken_mb` is the resident memory of the process that serves and of
those that it started, the most that was seen while it loaded and answered; `ratio` is what was
told by what was taken. vLLM is measured where ONTOPILOT_VLLM names one.
"""

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from _report import document, show
from _streams import make_model

from ontopilot.config import load_settings
from ontopilot.models import EngineOptions, GenerationRequest, Message, Model
from ontopilot.models.engines import make_engine
from ontopilot.models.files.footprint import memory_of
from ontopilot.models.measuring.residence import resident_bytes

SIZES = ("110M", "500M")
PRECISIONS = {"openvino": ("fp16", "fp32"), "transformers": ("fp32", "bf16"), "vllm": ("bf16",)}
EVERY_S = 0.05
MIB = 1 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--engines", default=",".join(PRECISIONS))
    parser.add_argument("--rounds", type=int, default=1, help="starts, of which the most counts")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--serve", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        name, precision, cache = arguments.serve
        asyncio.run(serve(model_of(name, precision, Path(cache))))
        return 0
    figures = measure(arguments.sizes.split(","), arguments.engines.split(","), arguments.rounds)
    result = document(figures, packages=("openvino-genai", "transformers", "torch"))
    show(result, as_json=arguments.json)
    return 0


def measure(sizes: list[str], engines: list[str], rounds: int) -> dict[str, Any]:
    """Told and taken, for each size, engine and precision."""
    figures: dict[str, Any] = {}
    served = [kind for kind in engines if kind != "vllm" or load_settings().vllm is not None]
    with tempfile.TemporaryDirectory() as home:
        for size in sizes:
            folder = make_model(Path(home) / size, size)
            for kind in served:
                for precision in PRECISIONS[kind]:
                    model = model_of(f"{kind}:{folder}", precision, Path(home))
                    taken = max(watched(model) for _ in range(rounds))
                    told = memory_of(model)
                    figures[f"{kind}_{size}_{precision}"] = {
                        "told_mb": round(told / MIB),
                        "taken_mb": round(taken / MIB),
                        "ratio": round(told / taken, 2),
                    }
    return figures


def model_of(name: str, precision: str, cache: Path) -> Model:
    """A model in a precision, its conversions kept in a folder of this run."""
    return Model(name, options=EngineOptions(precision=precision, cache=cache))  # type: ignore[arg-type]


def watched(model: Model) -> int:
    """The most memory that a process took that serves a model, with all that it started."""
    given = (model.name, model.options.precision, str(model.options.cache))
    serving = subprocess.Popen([sys.executable, __file__, "--serve", *given])
    most = 0
    while serving.poll() is None:
        most = max(most, resident_bytes(serving.pid))
        time.sleep(EVERY_S)
    if serving.returncode:
        raise SystemExit(f"{model.label} could not be served; see above")
    return most


async def serve(model: Model) -> None:
    """Answer eight requests at a time."""
    settings = load_settings()
    engine = make_engine(model, threads=settings.threads, vllm=settings.vllm)

    async def ask(number: int) -> None:
        text = f"{number} " + "the kettle leaks " * 100
        request = GenerationRequest((Message("user", text),), max_tokens=32)
        _ = [chunk async for chunk in engine.generate(request)]

    try:
        await asyncio.gather(*(ask(number) for number in range(8)))
    finally:
        await engine.aclose()


if __name__ == "__main__":
    sys.exit(main())
