"""From a measured profile to the coefficients of a deployment."""

from collections.abc import Sequence

import numpy as np

from ontopilot.errors import ConfigError
from ontopilot.models.benching.profile import Cell, Figures, Profile
from ontopilot.orchestrator.plan.facts import DeploymentFacts


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
