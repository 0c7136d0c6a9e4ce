"""`ontopilot models bench`: how fast a model is here, by engine, precision, streams and draft."""

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, notes, print_json, screen, shortened

if TYPE_CHECKING:
    from ontopilot.models.benching.profile import Cell, Profile, Shape
    from ontopilot.models.benching.sweep import Grid
    from ontopilot.models.spec import Model

_PROFILES = Path("~/.cache/ontopilot/profiles")
_WIDTH = 100


def bench(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A folder, a name on the hub, or KIND:NAME for one engine."
        ),
    ],
    *,
    engines: Annotated[
        str, typer.Option(help="Engines, with commas; by default all that run models here.")
    ] = "",
    precisions: Annotated[str, typer.Option(help="Number formats, with commas.")] = "auto",
    streams: Annotated[str, typer.Option(help="Requests at a time, with commas.")] = "1,2,4,8",
    drafts: Annotated[
        str, typer.Option(help="Speculation, with commas: none, ngram, or a smaller model.")
    ] = "none",
    rounds: Annotated[int, typer.Option(min=1, help="Rounds whose median counts.")] = 3,
    prompt_tokens: Annotated[int, typer.Option(min=1, help="Tokens of a prompt, about.")] = 600,
    new_tokens: Annotated[int, typer.Option(min=2, help="New tokens of an answer.")] = 64,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file of the profile.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Measure a model over a grid of settings and write its profile.

    What is in the file already is kept, so that a sweep that was interrupted goes on. A setting
    that cannot be served is noted with its reason.
    """
    from ontopilot.models.benching.profile import Shape
    from ontopilot.models.benching.sweep import resumed
    from ontopilot.models.engines import check_kind
    from ontopilot.models.hardware import inspect_machine
    from ontopilot.models.spec import parse

    measured = parse(model)
    check_kind(measured)
    grid = _grid(measured, engines, precisions, drafts, streams)
    shape = Shape(prompt_tokens=prompt_tokens, new_tokens=new_tokens)
    file = (_default_file(measured, shape) if output is None else output).expanduser()
    profile = resumed(measured, shape, inspect_machine(), file)
    profile = _sweep(measured, profile, grid, file, rounds)
    if as_json:
        print_json({"file": str(file), **profile.model_dump(mode="json")})
    else:
        _print(profile, file)
    return 0 if any(cell.figures for cell in profile.cells) else 1


def _grid(model: "Model", engines: str, precisions: str, drafts: str, streams: str) -> "Grid":
    from ontopilot.models.benching.sweep import Grid
    from ontopilot.models.engines import BACKENDS, LOCAL_ORDER
    from ontopilot.models.spec import Precision

    kinds = _listed("engines", engines) if engines else [model.kind] if model.kind else LOCAL_ORDER
    formats = _listed("precisions", precisions)
    _check("engines", kinds, tuple(BACKENDS))
    _check("precisions", formats, get_args(Precision))
    counts = _listed("streams", streams)
    if not all(re.fullmatch(r"[1-9][0-9]{0,3}", count) for count in counts):
        raise typer.BadParameter(
            f"--streams is {streams!r}: give numbers from 1 to 9999, such as 1,2,4,8"
        )
    return Grid(
        engines=kinds,
        precisions=formats,  # type: ignore[arg-type]  # checked above
        drafts=["" if draft == "none" else draft for draft in _listed("drafts", drafts)],
        streams=[int(count) for count in counts],
    )


def _listed(option: str, text: str) -> list[str]:
    parts = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    if not parts:
        raise typer.BadParameter(f"--{option} is {text!r}: give at least one")
    return parts


def _check(option: str, given: "list[str] | tuple[str, ...]", known: tuple[str, ...]) -> None:
    strange = [one for one in given if one not in known]
    if strange:
        raise typer.BadParameter(f"--{option} is {strange[0]!r}: use some of {', '.join(known)}")


def _default_file(model: "Model", shape: "Shape") -> Path:
    """A file for each model and shape of requests, so that sweeps of both can go on."""
    title = re.sub(r"[^\w.-]+", "-", model.target).strip("-")[-80:]
    return _PROFILES / f"{title}-{shape.prompt_tokens}-{shape.new_tokens}.json"


def _sweep(model: "Model", profile: "Profile", grid: "Grid", file: Path, rounds: int) -> "Profile":
    from ontopilot.config import load_settings
    from ontopilot.models.benching.sweep import Sweep
    from ontopilot.models.engines import Host

    console = notes()
    settings = load_settings()
    total = len(grid.starts()) * len(grid.streams)
    seen = 0

    def told(cell: "Cell", new: bool) -> None:
        nonlocal seen
        seen += 1
        kept = "" if new else "  (measured before)"
        console.print(f"[{seen}/{total}] {_title(cell)}: {_outcome(cell)}{kept}", style="dim")

    host = Host(settings.threads, settings.vllm)
    return asyncio.run(Sweep(model, host, file, profile, told, rounds).run(grid))


def _title(cell: "Cell") -> str:
    setting = cell.setting
    draft = f" ~{setting.draft}" if setting.draft else ""
    return clean(f"{setting.engine} {setting.precision}{draft} ×{setting.streams}")


def _outcome(cell: "Cell") -> str:
    if cell.figures is None:
        return shortened(cell.failure, _WIDTH)
    return f"{cell.figures.output_tokens_per_s:.0f} tokens/s"


def _print(profile: "Profile", file: Path) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("setting", no_wrap=True)
    for head in ("prefill/s", "decode/s", "output/s", "TTFT p50", "p95", "between", "start", "MB"):
        table.add_column(head, justify="right", no_wrap=True)
    for cell in profile.cells:
        figures = cell.figures
        if figures is None:
            continue
        table.add_row(
            _title(cell),
            f"{figures.prefill_tokens_per_s:.0f}",
            f"{figures.decode_tokens_per_s:.0f}",
            f"{figures.output_tokens_per_s:.0f}",
            f"{figures.first_token_p50_s * 1000:.0f} ms",
            f"{figures.first_token_p95_s * 1000:.0f} ms",
            f"{figures.between_tokens_p50_s * 1000:.1f} ms",
            f"{figures.start_s:.1f} s",
            f"{figures.memory_bytes / 2**20:.0f}" if figures.memory_bytes else "–",
        )
    console = screen()
    console.print(table)
    for cell in profile.cells:
        if cell.failure:
            console.print(f"{_title(cell)}: {clean(cell.failure)}")
    console.print(f"profile: {file}")
