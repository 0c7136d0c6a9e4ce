"""Variants of a model in other precisions, each measured before one of them may be chosen."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from ontopilot.errors import ModelError
from ontopilot.models.benching.drive import Load, Prompts, drive
from ontopilot.models.engine import Engine, Warms
from ontopilot.models.engines import make_engine
from ontopilot.models.files.gguf import Weights
from ontopilot.models.openvino.converting import convert
from ontopilot.models.spec import Model
from ontopilot.ontology.ontology import Ontology
from ontopilot.tune.example import Example
from ontopilot.tune.gate import GATED, Verdict, compare
from ontopilot.tune.measuring import Drafted, Progress, drafted, figures

PRECISIONS: tuple[Weights, ...] = ("fp16", "int8", "int4")
FILE = "variants.json"
PROMPT_TOKENS, NEW_TOKENS = 300, 64


@dataclass(frozen=True, slots=True)
class Variant:
    """A precision with its size, its speed of one stream and its figures on the test examples."""

    precision: str
    path: str
    bytes: int
    first_token_ms: float
    tokens_per_second: float
    figures: Mapping[str, Any]
    worse: str
    """In what it is worse than the first precision beyond chance, or ""."""


@dataclass(frozen=True, slots=True)
class Variants:
    """What was made and measured, and the fastest that is not worse."""

    all: tuple[Variant, ...]
    chosen: str


async def quantise(
    checkpoint: Path,
    out: Path,
    examples: tuple[Example, ...],
    ontology: Ontology | None,
    *,
    converter: Path | None,
    say: Callable[[str], None],
    progress: Progress,
    threads: int | None = None,
    rounds: int = 7,
) -> Variants:
    """Make OpenVINO variants, measure each, and write `variants.json` beside them.

    Speed is measured in rounds that go over all variants in turn, so that other work on the
    machine slows all of them alike.

    Raises:
        ModelError: the checkpoint cannot be converted.
    """
    made: dict[str, tuple[Path, int]] = {}
    for precision in PRECISIONS:
        done = convert(
            str(checkpoint), out / precision, weights=precision, converter=converter, say=say
        )
        made[precision] = (done.path, done.bytes)
    engines = {
        name: make_engine(Model(f"openvino:{path}"), threads=threads)
        for name, (path, _) in made.items()
    }
    try:
        drafts = {
            name: await drafted(engine, examples, ontology, progress=progress)
            for name, engine in engines.items()
        }
        speeds = await _speeds(engines, rounds)
    finally:
        for engine in engines.values():
            await engine.aclose()
    first = drafts[PRECISIONS[0]]
    found = tuple(
        Variant(
            name,
            str(path.relative_to(out)),
            size,
            *speeds[name],
            figures(drafts[name]),
            _worse(drafts[name], first),
        )
        for name, (path, size) in made.items()
    )
    chosen = max((v for v in found if not v.worse), key=lambda v: v.tokens_per_second).precision
    result = Variants(found, chosen)
    text = json.dumps(asdict(result), indent=2)
    (out / FILE).write_text(f"{text}\n", encoding="utf-8")
    return result


def _worse(variant: tuple[Drafted, ...], first: tuple[Drafted, ...]) -> str:
    verdict: Verdict = compare(variant, first)
    return ", ".join(one.metric for one in verdict.differences if one.worse and one.metric in GATED)


async def _speeds(engines: Mapping[str, Engine], rounds: int) -> dict[str, tuple[float, float]]:
    """Median milliseconds to the first token, and tokens a second after it, of one stream."""
    prompts = Prompts()
    loads: dict[str, list[Load]] = {name: [] for name in engines}
    for engine in engines.values():
        if isinstance(engine, Warms):
            await engine.warm()
    await prompts.fit(next(iter(engines.values())), PROMPT_TOKENS)
    for _ in range(rounds):
        for name, engine in engines.items():
            loads[name].append(await drive(engine, prompts.take(1), new_tokens=NEW_TOKENS))
    return {
        name: (
            1000 * median(load.first_token.quantile(0.5) for load in some),
            median(_rate(load) for load in some),
        )
        for name, some in loads.items()
    }


def _rate(load: Load) -> float:
    """Tokens a second after the first one, or of the whole where a model says but one."""
    return load.decode_tokens_per_s or load.usage.completion_tokens / load.seconds


def chosen(folder: Path) -> Path:
    """The variant that was chosen by measurement.

    Raises:
        ModelError: nothing was measured there.
    """
    file = folder / FILE
    if not file.is_file():
        raise ModelError(
            f"folder {str(folder)!r} has no {FILE}: nothing was measured; run "
            "`ontopilot finetune quantise`"
        )
    return folder / str(json.loads(file.read_text(encoding="utf-8"))["chosen"])
