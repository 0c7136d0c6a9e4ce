"""`ontopilot distill`: what a larger model knows, into a smaller one."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from ontopilot.cli.asking import AsJson
from ontopilot.cli.output import clean, print_json, progress, screen
from ontopilot.cli.training_bar import training_bar
from ontopilot.config import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        epilog="Example: ontopilot distill --teacher models/large --student models/small "
        "--data data/support --ontology support.owl -o adapters/small"
    )(distill)


def distill(
    *,
    teacher: Annotated[str, typer.Option(help="The larger model: a folder, or an engine's name.")],
    student: Annotated[str, typer.Option(help="The smaller model: a folder.")],
    data: Annotated[Path, typer.Option("--data", help="A folder made by finetune data.")],
    ontology: Annotated[Path, typer.Option(help="What the teacher's answers are verified by.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The adapter to make.")],
    engine: Annotated[str, typer.Option(help="The engine of the teacher.")] = "openvino",
    steps: Annotated[int, typer.Option(help="Steps; 0 for one pass over the data.")] = 0,
    rate: Annotated[float, typer.Option(help="Learning rate.")] = 1e-3,
    most: Annotated[int, typer.Option(help="Examples that are taught; 0 for all.", min=0)] = 0,
    logits: Annotated[
        bool, typer.Option(help="Learn the teacher's distributions, too, if tokens agree.")
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Teach a smaller model a larger one's verified answers, and its logits where tokens agree."""
    from ontopilot.models.files.checkpoint import locate
    from ontopilot.tune.adapters import AdapterPlan, train_adapter
    from ontopilot.tune.card import write_card
    from ontopilot.tune.distil import same_tokens, teach
    from ontopilot.tune.metrics import Metrics
    from ontopilot.tune.plot import write_plot
    from ontopilot.tune.sets import DataSet

    name = teacher if ":" in teacher else f"{engine}:{teacher}"
    with progress() as shown:
        learnt = asyncio.run(
            teach(
                name,
                DataSet.open(data),
                ontology,
                output / "data",
                threads=load_settings().threads,
                most=most,
                progress=shown,
            )
        )
    folder = locate(student)
    whole = Path(teacher).expanduser()
    follow = whole if logits and whole.is_dir() and same_tokens(folder, whole) else None
    with training_bar() as watch:
        origin = train_adapter(
            student,
            learnt.data,
            output,
            AdapterPlan(steps=steps, rate=rate),
            watch=watch,
            teacher=follow,
        )
    rows = Metrics(output).rows()
    write_card(output, {**origin, "teacher": teacher}, rows, title=output.name)
    write_plot(output / "training.svg", rows)
    if as_json:
        print_json({"adapter": str(output), "answered": learnt.answered,
                    "left_out": learnt.left_out, "logits": follow is not None})  # fmt: skip
        return
    with_logits = "with its logits" if follow is not None else "without its logits"
    screen().print(
        clean(f"{output}: {learnt.answered} answers of {teacher} were learnt, {with_logits}")
    )
