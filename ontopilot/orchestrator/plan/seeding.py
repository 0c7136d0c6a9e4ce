"""From a measured profile to the coefficients of a deployment."""

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ontopilot.errors import ConfigError, ModelError
from ontopilot.models.benching.profile import Cell, Figures, Profile, load_profile
from ontopilot.models.hardware import Machine
from ontopilot.models.pool.deployment import Deployment
from ontopilot.orchestrator.plan.facts import DeploymentFacts

_LOG = logging.getLogger(__name__)


def seeds(
    files: Iterable[Path], deployments: Sequence[Deployment], machine: Machine
) -> dict[str, DeploymentFacts]:
    """What profiles tell of deployments, by their names.

    A profile that cannot be used, such as that of another machine, is told in the log; turns
    then teach what it would have.
    """
    found: dict[str, DeploymentFacts] = {}
    for file in files:
        try:
            profile = load_profile(file, machine)
        except ModelError as error:
            _LOG.warning("%s", error)
            continue
        for deployment in deployments:
            model = deployment.model
            if model is None or _place(model.target) != _place(profile.model):
                continue
            options = model.options
            try:
                found[deployment.name] = facts_of(
                    profile,
                    engine=model.kind,
                    name=deployment.name,
                    precision=options.precision,
                    draft=options.draft,
                )
            except ConfigError as error:
                _LOG.warning("%s", error)
    return found


def _place(target: str) -> str:
    """A model's folder in one spelling; a name that is none stays as it is."""
    path = Path(target).expanduser()
    return str(path.resolve()) if path.exists() else target


def facts_of(
    profile: Profile,
    *,
    engine: str,
    name: str,
    precision: str = "auto",
    draft: str = "",
    cores: float = 1.0,
) -> DeploymentFacts:
    """The coefficients that fit what `ontopilot models bench` measured.

    A step of `b` streams takes `step_s + (b - 1) * stream_s`, by least squares of the relative
    error over the numbers of streams. The prefill is the time of one token at the best rate.

    Raises:
        ConfigError: the profile has no figures of this setting.
    """
    cells = [
        (cell.setting.streams, cell.figures)
        for cell in profile.cells
        if cell.figures is not None and _is(cell, engine, precision, draft)
    ]
    if not cells:
        raise ConfigError(
            f"profile of {profile.model!r} has no figures of engine {engine!r}, precision "
            f"{precision!r}, draft {draft!r}; measure them with: ontopilot models bench"
        )
    step_s, stream_s = _step(cells)
    figures = cells[0][1]
    prefill = max(f.prefill_tokens_per_s for _, f in cells)
    accepted = figures.acceptance
    return DeploymentFacts(
        name,
        prefill_s=1 / prefill if prefill > 0 else 0.0,
        step_s=step_s,
        stream_s=stream_s,
        fixed_s=max(0.0, _fixed(cells, profile.shape.prompt_tokens, prefill)),
        tokens_per_step=1.0,
        start_s=figures.start_s,
        slots=max(16, *(streams for streams, _ in cells)),
        cores=cores,
        memory_gb=figures.memory_bytes / 1e9,
        spread=0.15 if accepted is None else 0.3,
    )


def _is(cell: Cell, engine: str, precision: str, draft: str) -> bool:
    setting = cell.setting
    return (setting.engine, setting.precision, setting.draft) == (engine, precision, draft)


def _step(cells: Sequence[tuple[int, Figures]]) -> tuple[float, float]:
    """The time of a step of one stream, and what each further one adds."""
    points = [
        (streams, streams / figures.decode_tokens_per_s)
        for streams, figures in cells
        if figures.decode_tokens_per_s > 0
    ]
    if not points:
        return 0.0, 0.0
    streams = np.asarray([float(b - 1) for b, _ in points])
    seconds = np.asarray([s for _, s in points])
    if len(points) == 1:
        return float(seconds[0]), 0.0
    weights = 1 / seconds
    table = np.stack([np.ones_like(streams), streams], axis=1) * weights[:, None]
    (base, each), *_ = np.linalg.lstsq(table, seconds * weights, rcond=None)
    if each < 0 or base <= 0:
        return float(seconds.mean()), 0.0
    return float(base), float(each)


def _fixed(cells: Sequence[tuple[int, Figures]], prompt: int, prefill: float) -> float:
    """What the first token of a lone stream takes beside its prompt."""
    alone = next((figures for streams, figures in cells if streams == 1), None)
    if alone is None or prefill <= 0:
        return 0.0
    return alone.first_token_p50_s - prompt / prefill
