"""A sweep: every setting of a grid is measured on an engine that was started for it."""

import asyncio
import platform
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path

from ontopilot.errors import ConfigError, ModelError
from ontopilot.models.benching.drive import Load, Prompts, drive
from ontopilot.models.benching.profile import (
    Cell,
    Figures,
    Profile,
    Setting,
    Shape,
    load_profile,
    save_profile,
)
from ontopilot.models.engine import Engine, Housed, Warms
from ontopilot.models.engines import Host, backend_of
from ontopilot.models.files.checkpoint import locate
from ontopilot.models.files.digest import folder_digest
from ontopilot.models.hardware import Machine
from ontopilot.models.measuring.histogram import Histogram
from ontopilot.models.measuring.residence import resident_bytes
from ontopilot.models.spec import Model, Precision

_PACKAGES = ("ontopilot", "openvino-genai", "torch", "transformers", "vllm")

Told = Callable[[Cell, bool], None]
"""Called with each cell, and whether it was measured now rather than before."""


@dataclass(frozen=True, slots=True)
class Grid:
    """What is tried with what. A draft is "" for none, `"ngram"`, or a smaller model."""

    engines: Sequence[str]
    precisions: Sequence[Precision] = ("auto",)
    drafts: Sequence[str] = ("",)
    streams: Sequence[int] = (1, 2, 4, 8)

    def starts(self) -> list[tuple[str, Precision, str]]:
        """Engines as they are started; each then serves all numbers of streams."""
        return list(product(self.engines, self.precisions, self.drafts))


@dataclass(slots=True)
class Sweep:
    """Measures a model over a grid into a file, cell by cell; what is there already is kept."""

    model: Model
    host: Host
    file: Path
    profile: Profile
    told: Told
    rounds: int = 3
    _prompts: Prompts = field(default_factory=Prompts, init=False)

    async def run(self, grid: Grid) -> Profile:
        """Measure what is missing; a setting that fails is noted with its reason.

        Raises:
            ModelError: the file cannot be written.
        """
        for kind, precision, draft in grid.starts():
            settings = [
                Setting(engine=kind, precision=precision, draft=draft, streams=streams)
                for streams in grid.streams
            ]
            versions = installed()
            missing = [s for s in settings if not self.profile.done(s, versions)]
            for cell in self.profile.cells:
                if cell.setting in settings and cell.setting not in missing:
                    self.told(cell, False)
            if missing:
                await self._measure(missing, versions)
        return self.profile

    async def _measure(self, settings: Sequence[Setting], versions: dict[str, str]) -> None:
        """Start an engine and measure settings that differ in the streams alone."""
        first = settings[0]
        options = replace(self.model.options, precision=first.precision, draft=first.draft)
        target = self.model.target
        name = target if first.engine == "remote" else f"{first.engine}:{target}"
        engine: Engine | None = None
        try:
            asked = replace(self.model, name=name, options=options)
            backend = backend_of(asked)
            if first.draft and not backend.speculates:
                raise ConfigError(f"an engine of kind {first.engine!r} does not speculate")
            engine = backend.make(asked, self.host)
            start_s = await self._start(engine)
            for setting in settings:
                figures = await self._figures(engine, setting, start_s)
                self._note(Cell(setting=setting, versions=versions, figures=figures))
        except (ModelError, ConfigError) as error:
            for setting in settings:
                if not self.profile.done(setting, versions):
                    self._note(Cell(setting=setting, versions=versions, failure=str(error)))
        finally:
            if engine is not None:
                await engine.aclose()

    async def _start(self, engine: Engine) -> float:
        """Start an engine and warm it up; the seconds to its first answer."""
        began = time.perf_counter()
        if isinstance(engine, Warms):
            await engine.warm()
        await drive(engine, self._prompts.take(1), new_tokens=1)
        start_s = time.perf_counter() - began
        await self._prompts.fit(engine, self.profile.shape.prompt_tokens)
        return start_s

    async def _figures(self, engine: Engine, setting: Setting, start_s: float) -> Figures:
        """The medians of several rounds, after one that does not count."""
        streams, shape = setting.streams, self.profile.shape
        await drive(engine, self._prompts.take(streams), new_tokens=2)
        before = engine.stats()
        prefills: list[Load] = []
        wholes: list[Load] = []
        for _ in range(self.rounds):
            prefills.append(await drive(engine, self._prompts.take(streams), new_tokens=1))
            new = shape.new_tokens
            wholes.append(await drive(engine, self._prompts.take(streams), new_tokens=new))
        after = engine.stats()
        drafted = after.drafted_tokens - before.drafted_tokens
        accepted = after.accepted_tokens - before.accepted_tokens
        first = _merged([w.first_token for w in wholes])
        between = _merged([w.between_tokens for w in wholes])
        process = engine.process if isinstance(engine, Housed) else None
        return Figures(
            prefill_tokens_per_s=_median(p.usage.prompt_tokens / p.seconds for p in prefills),
            decode_tokens_per_s=_median(w.decode_tokens_per_s * streams for w in wholes),
            output_tokens_per_s=_median(w.usage.completion_tokens / w.seconds for w in wholes),
            first_token_p50_s=first.quantile(0.5),
            first_token_p95_s=first.quantile(0.95),
            between_tokens_p50_s=between.quantile(0.5),
            between_tokens_p95_s=between.quantile(0.95),
            acceptance=accepted / drafted if drafted else None,
            start_s=start_s,
            memory_bytes=0 if process is None else await asyncio.to_thread(resident_bytes, process),
            rounds=self.rounds,
        )

    def _note(self, cell: Cell) -> None:
        self.profile = self.profile.with_cell(cell)
        save_profile(self.profile, self.file)
        self.told(cell, True)


def resumed(model: Model, shape: Shape, machine: Machine, file: Path) -> Profile:
    """The profile in a file, to go on with, or a new one where there is no file.

    Raises:
        ModelNotFound: there is no such model.
        ModelError: the file cannot be read, or is of another machine, model or shape.
    """
    fresh = Profile(
        model=model.target,
        digest=_digest(model),
        machine=machine.fingerprint,
        machine_summary=machine.processor,
        shape=shape,
    )
    if not file.exists():
        return fresh
    kept = load_profile(file, machine)
    for what in ("model", "digest", "shape"):
        if getattr(kept, what) != getattr(fresh, what):
            raise ModelError(
                f"profile {str(file)!r} has the {what} {getattr(kept, what)!r} and not "
                f"{getattr(fresh, what)!r}; measure into another file, or delete it"
            )
    return kept


def installed() -> dict[str, str]:
    """The versions of what a cell depends on."""
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _digest(model: Model) -> str:
    """What tells the weights from others; "" for those of a server elsewhere."""
    if model.kind == "remote":
        return ""
    path = locate(model.target)
    if path.is_dir():
        return folder_digest(path)
    facts = path.stat()
    return f"{facts.st_size:x}-{facts.st_mtime_ns:x}"


def _median(values: Iterable[float]) -> float:
    return float(statistics.median(values))


def _merged(histograms: Iterable[Histogram]) -> Histogram:
    whole = Histogram()
    for histogram in histograms:
        whole.merge(histogram)
    return whole
