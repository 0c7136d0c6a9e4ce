"""`ontopilot finetune evaluate|promote|rollback|quantise`: measure, and put into service."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, notes, print_json, progress, screen
from ontopilot.config import load_settings

if TYPE_CHECKING:
    from rich.table import Table

    from ontopilot.tune.measuring import Drafted

DataFolder = Annotated[Path, typer.Option("--data", help="A folder made by finetune data.")]
Base = Annotated[str, typer.Option("--base", help="The base: a folder, or a name on the hub.")]
OntologyFile = Annotated[
    Path | None, typer.Option("--ontology", help="Judge claims beside this ontology as well.")
]
Engine = Annotated[str, typer.Option(help="The engine that drafts.")]
ReleaseFolder = Annotated[Path, typer.Option("--releases", help="The folder of released adapters.")]
Examples = Annotated[int, typer.Option(help="Test examples at most; 0 for all.", min=0)]


def register(group: typer.Typer) -> None:
    """Add the commands."""
    group.command(
        epilog="Example: ontopilot finetune evaluate --base models/base --data data/support"
    )(evaluate)
    group.command(
        epilog="Example: ontopilot finetune promote adapters/new --base models/base "
        "--data data/support --releases adapters/support"
    )(promote)
    group.command(epilog="Example: ontopilot finetune rollback --releases adapters/support")(
        rollback
    )
    group.command(
        epilog="Example: ontopilot finetune quantise models/base --data data/support -o models/ov"
    )(quantise)


def evaluate(
    *,
    base: Base,
    data: DataFolder,
    adapter: Annotated[Path | None, typer.Option(help="An adapter of the base.")] = None,
    ontology: OntologyFile = None,
    engine: Engine = "openvino",
    most: Examples = 0,
    as_json: AsJson = False,
) -> None:
    """Score the first drafts of a model on the test examples, before any verification."""
    from ontopilot.tune.measuring import figures

    results = _Bench(base, data, ontology, engine, most).drafts(adapter)
    found = figures(results)
    if as_json:
        print_json({"examples": len(results), "figures": found})
        return
    screen().print(_table(found, f"{len(results)} test examples"))


def promote(
    adapter: Annotated[Path, typer.Argument(help="A folder made by finetune train.")],
    *,
    base: Base,
    data: DataFolder,
    releases: ReleaseFolder,
    ontology: OntologyFile = None,
    engine: Engine = "openvino",
    most: Examples = 0,
    as_json: AsJson = False,
) -> None:
    """Put an adapter into service if it is better than the one there, and nowhere worse.

    Before the first promotion it must be better than its base.
    """
    from ontopilot.models.files.checkpoint import locate
    from ontopilot.tune.adapters import check_base
    from ontopilot.tune.gate import as_document, compare
    from ontopilot.tune.measuring import figures
    from ontopilot.tune.releases import Releases

    check_base(adapter, locate(base))
    found = Releases(releases)
    now = found.current()
    bench = _Bench(base, data, ontology, engine, most)
    candidate, service = bench.drafts(adapter), bench.drafts(now)
    verdict = compare(candidate, service)
    version = ""
    if verdict.passed:
        version = found.promote(adapter, why=verdict.why, figures=figures(candidate)).version
    if as_json:
        print_json({"promoted": version, **as_document(verdict)})
    else:
        told = f"{version} is in service" if version else f"{adapter} is not promoted"
        screen().print(clean(f"{told}: {verdict.why}"))
    if not verdict.passed:
        raise typer.Exit(1)


def rollback(
    *,
    releases: ReleaseFolder,
    why: Annotated[str, typer.Option(help="What to note as the reason.")] = "rolled back by hand",
    as_json: AsJson = False,
) -> None:
    """Put the version before the present one back into service."""
    from ontopilot.tune.releases import Releases

    entry = Releases(releases).roll_back(why=why)
    if as_json:
        print_json(asdict(entry))
        return
    screen().print(clean(f"{entry.version} is in service again"))


def quantise(
    checkpoint: Annotated[Path, typer.Argument(help="A checkpoint with or without an adapter.")],
    *,
    data: DataFolder,
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    ontology: OntologyFile = None,
    most: Examples = 200,
    as_json: AsJson = False,
) -> None:
    """Make 16, 8 and 4 bits of a model for OpenVINO, and measure each before one is chosen."""
    from ontopilot.tune.quantised import quantise as make
    from ontopilot.tune.sets import DataSet

    examples = DataSet(data).part("test")
    settings = load_settings()
    with progress() as shown:
        found = asyncio.run(
            make(
                checkpoint,
                output,
                examples[: most or None],
                _ontology(ontology),
                converter=settings.converter,
                say=lambda line: notes().print(clean(line), style="dim"),
                progress=shown,
                threads=settings.threads,
            )
        )
    if as_json:
        print_json(asdict(found))
        return
    for one in found.all:
        worse = f", worse in {one.worse}" if one.worse else ""
        screen().print(
            f"{one.precision}: {one.bytes / 2**20:.1f} MiB, first token {one.first_token_ms:.0f} "
            f"ms, {one.tokens_per_second:.0f} tokens/s{worse}"
        )
    screen().print(f"chosen: {found.chosen}")


@dataclass(frozen=True, slots=True)
class _Bench:
    """The test examples, what judges claims, and the engine that drafts."""

    base: str
    data: Path
    ontology: Path | None
    engine: str
    most: int

    def drafts(self, adapter: Path | None) -> "tuple[Drafted, ...]":
        """What the base writes with an adapter, or alone."""
        return asyncio.run(_drafts(self, adapter))


async def _drafts(bench: _Bench, adapter: Path | None) -> "tuple[Drafted, ...]":
    from ontopilot.models.engines import make_engine
    from ontopilot.models.spec import Model
    from ontopilot.tune.measuring import drafted
    from ontopilot.tune.sets import DataSet

    examples = DataSet(bench.data).part("test")[: bench.most or None]
    name = bench.base if ":" in bench.base else f"{bench.engine}:{bench.base}"
    settings = load_settings()
    engine = make_engine(Model(name, adapter=adapter), threads=settings.threads, vllm=settings.vllm)
    try:
        with progress() as shown:
            return await drafted(engine, examples, _ontology(bench.ontology), progress=shown)
    finally:
        await engine.aclose()


def _ontology(file: Path | None) -> Any:
    if file is None:
        return None
    from ontopilot.ontology.ontology import Ontology

    return Ontology.load(file)


def _table(found: dict[str, dict[str, float | None]], title: str) -> "Table":
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, header_style="dim", pad_edge=False)
    table.add_column("")
    table.add_column("share", justify="right")
    for name, figure in found.items():
        told = "–"
        if figure["value"] is not None:
            told = f"{figure['value']:.2f} ({figure['low']:.2f}–{figure['high']:.2f})"
        table.add_row(name.replace("_", " "), told)
    return table
