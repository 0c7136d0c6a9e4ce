"""`ontopilot finetune …`: data, training, measuring and putting into service."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli import releasing
from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import AsJson, prepare
from ontopilot.cli.output import clean, notes, print_json, progress, screen
from ontopilot.cli.training_bar import training_bar

if TYPE_CHECKING:
    from ontopilot.tune.teacher import Rewording

DataFolder = Annotated[Path, typer.Option("--data", help="A folder made by finetune data.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")]
Base = Annotated[str, typer.Option("--base", help="The base: a folder, or a name on the hub.")]


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(help="Make, measure and release adapters.", no_args_is_help=True)
    group.command(epilog="Example: ontopilot finetune data agent.py:support -o data/support")(data)
    group.command(
        epilog="Example: ontopilot finetune train --base models/base --data data/support "
        "-o adapters/new"
    )(train)
    group.command(
        "from-interactions",
        epilog="Example: ontopilot finetune from-interactions agent.py:support --data data/support "
        "-o data/more",
    )(from_interactions)
    group.command(epilog="Example: ontopilot finetune base -o models/base --size weak")(base)
    releasing.register(group)
    return group


def data(
    agent: AgentName,
    *,
    output: Output,
    most: Annotated[int, typer.Option(help="Examples at most.", min=1)] = 4000,
    context: Annotated[int, typer.Option(help="Tokens of evidence in a prompt.", min=50)] = 600,
    teacher: Annotated[str, typer.Option(help="A model that rewords questions.")] = "",
    seed: Annotated[int, typer.Option(help="Chance.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Make examples from an agent's ontology, documents and past interactions.

    Every target is verified before it is kept, and training, validation and test share no thing
    and no document.
    """
    from ontopilot.tune.gather import gather
    from ontopilot.tune.sets import DataSet

    with opened(agent) as told, _rewording(teacher) as reword:
        prepare(told)
        with progress() as shown:
            found = gather(
                told.snapshot,
                told.knowledge_index,
                seed=seed,
                most=most,
                context_tokens=context,
                reword=reword,
                progress=shown,
            )
        about = {
            "agent": told.name,
            "ontology_version": told.snapshot.version,
            "seed": seed,
            "context_tokens": context,
            "teacher": teacher,
            "left_out": dict(found.left_out),
        }
    made = DataSet.write(output, found.parts, about)
    _tell_set(made.folder, made.counts(), found.left_out, as_json)


def _rewording(teacher: str) -> "AbstractContextManager[Rewording | None]":
    from ontopilot.tune.teacher import rewording

    return rewording(teacher) if teacher else nullcontext()


def _tell_set(
    folder: Path, counts: dict[str, dict[str, int]], left_out: Any, as_json: bool
) -> None:
    if as_json:
        print_json({"folder": str(folder), "examples": counts, "left_out": dict(left_out)})
        return
    for part, kinds in counts.items():
        told = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
        screen().print(clean(f"{part}: {told}"))
    for why, count in left_out.items():
        screen().print(clean(f"left out: {count:,} because {why}"), style="dim")


def train(
    *,
    base: Base,
    data: DataFolder,
    output: Output,
    rank: Annotated[int, typer.Option(help="Rank of the adapter.")] = 16,
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 1e-3,
    steps: Annotated[int, typer.Option(help="Steps; 0 for one pass over the data.")] = 0,
    tokens: Annotated[int, typer.Option(help="Tokens of one step.")] = 4096,
    length: Annotated[int, typer.Option(help="Tokens of a row, into which examples go.")] = 1024,
    seed: Annotated[int, typer.Option(help="Chance.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Train a LoRA adapter over a causal language model.

    Run again after an interruption, it goes on from its last checkpoint.
    """
    from ontopilot.tune.adapters import AdapterPlan, train_adapter
    from ontopilot.tune.card import write_card
    from ontopilot.tune.metrics import Metrics
    from ontopilot.tune.plot import write_plot
    from ontopilot.tune.sets import DataSet

    plan = AdapterPlan(rank=rank, rate=rate, steps=steps, tokens=tokens, length=length, seed=seed)
    examples = DataSet.open(data)
    with training_bar() as watch:
        origin = train_adapter(base, examples, output, plan, watch=watch)
    rows = Metrics(output).rows()
    write_card(output, origin, rows, title=output.name)
    write_plot(output / "training.svg", rows)
    if as_json:
        print_json({"adapter": str(output), **origin, "metrics": rows[-2:]})
        return
    screen().print(clean(f'{output}: use it with Model("{base}", adapter="{output}")'))


def from_interactions(
    agent: AgentName,
    *,
    data: DataFolder,
    output: Output,
    as_json: AsJson = False,
) -> None:
    """Add turns that people rated well or corrected to the training part of a data set.

    They are redacted, verified and taken once each; what is about a held-out thing or document
    stays out, so that the test stays a test.
    """
    from ontopilot.tune.continual import from_store, joined
    from ontopilot.tune.sets import DataSet

    before = DataSet.open(data)
    with opened(agent) as told:
        prepare(told)
        learnt = from_store(told.store, told.snapshot)
    parts, left_out = joined(before, learnt)
    about = {"agent": told.name, "before": before.digest(), "left_out": left_out}
    made = DataSet.write(output, parts, about)
    _tell_set(made.folder, made.counts(), left_out, as_json)


def base(
    *,
    output: Output,
    size: Annotated[str, typer.Option(help="tiny, weak or strong.")] = "weak",
    worlds: Annotated[int, typer.Option(help="Invented worlds.", min=1)] = 7000,
    pages: Annotated[
        Path | None, typer.Option(help="A folder of pages with questions, as JSONL.")
    ] = None,
    steps: Annotated[int, typer.Option(help="Steps.", min=1)] = 20000,
    tokens: Annotated[int, typer.Option(help="Tokens of one step.", min=512)] = 4096,
    seed: Annotated[int, typer.Option(help="Chance.")] = 7,
    as_json: AsJson = False,
) -> None:
    """Make a small base model from nothing, on invented worlds and pages.

    Run again after an interruption, it goes on from its last checkpoint.
    """
    from ontopilot.tune.recipe import Kitchen, Recipe

    recipe = Recipe(size=size, worlds=worlds, passes=4, steps=steps, tokens=tokens, seed=seed)
    kitchen = Kitchen(output, recipe)
    notes().print("making the examples and the tokenizer", style="dim")
    kitchen.data(sorted(pages.glob("*.jsonl")) if pages is not None else [])
    with training_bar() as watch:
        made = kitchen.train(watch)
    if as_json:
        print_json({"model": str(made), "exact": kitchen.figures()})
        return
    screen().print(clean(f'{made}: use it with Model("{made}")'))
