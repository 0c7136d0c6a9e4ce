"""`ontopilot eval answers|retrieval`: figures with intervals."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ontopilot.cli.agents import AgentName, opened
from ontopilot.cli.asking import AsJson, prepare
from ontopilot.cli.output import print_json, progress, screen, shortened

if TYPE_CHECKING:
    from rich.table import Table

    from ontopilot.orchestrator.evaluate.score import Price

QuestionFile = Annotated[
    Path, typer.Option("--questions", help="Questions, one JSON object a line.")
]

_SHOWN = {
    "fact_accuracy": "facts stated",
    "forbidden_facts": "forbidden facts stated",
    "citation_precision": "citation precision",
    "citation_support": "citations that carry",
    "citation_recall": "citation recall",
    "unsupported_claims": "unsupported claims",
    "right_refusals": "right refusals",
    "wrong_refusals": "wrong refusals",
    "policy_breaches": "policy breaches",
    "right_actions": "actions recognised",
    "errors": "errors",
    "latency_p50_ms": "latency p50",
    "latency_p95_ms": "latency p95",
    "tokens": "tokens an answer",
    "price": "price an answer",
}
_WORST = 10
_PARTS = "ontology, retrieval, interactions, verify, reasoner"
_SEARCH_PARTS = "dense, lexical, graph, hops, and reranker where there is one"


def build() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(help="Score answers or retrieval.", no_args_is_help=True)
    group.command(
        epilog="Example: ontopilot eval answers agent.py:support --questions questions.jsonl"
    )(answers)
    group.command(
        epilog="Example: ontopilot eval retrieval --corpus c.jsonl --questions q.jsonl --k 2,5,10"
    )(retrieval)
    return group


def answers(
    agent: AgentName,
    questions: QuestionFile,
    *,
    split: Annotated[str | None, typer.Option(help="Only this split: dev or test.")] = None,
    ablate: Annotated[str, typer.Option(help=f"Parts to leave out, with commas: {_PARTS}.")] = "",
    price: Annotated[
        str, typer.Option(help="Price of a million tokens: PROMPT,COMPLETION.")
    ] = "0,0",
    html: Annotated[Path | None, typer.Option(help="Write a report to read to this file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Ask an agent every question of a file and score the answers from the file alone.

    Actions are carried out: use an agent whose data may be changed.
    """
    from ontopilot.orchestrator import ablation
    from ontopilot.orchestrator.evaluate.answers import evaluate_answers
    from ontopilot.orchestrator.evaluate.questions import read_questions
    from ontopilot.orchestrator.evaluate.report import write_report

    parts = ablation.parts(ablate.split(","))
    costs = _price(price)
    asked = read_questions(questions, split=split)
    with opened(agent) as examined:
        prepare(examined)
        with progress() as shown:
            report = evaluate_answers(
                examined, asked, ablate=sorted(parts), price=costs, progress=shown
            )
    if html is not None:
        write_report(html, report, title=f"{report['agent']} on {questions.name}")
    if as_json:
        print_json(report)
        return
    console = screen()
    console.print(_figures(report))
    wrong = [row for row in report["results"] if row["problems"]]
    for row in wrong[:_WORST]:
        console.print(f"\n{row['id']}  {shortened(row['question'], 90)}")
        for problem in row["problems"]:
            console.print(f"  {shortened(problem, 160)}", style="dim")
    if len(wrong) > _WORST:
        console.print(f"\n… and {len(wrong) - _WORST} more with problems; see --json", style="dim")


def retrieval(
    corpus: Annotated[Path, typer.Option(help="Passages {id, title, text}, one a line.")],
    questions: QuestionFile,
    *,
    ontology: Annotated[Path | None, typer.Option(help="Expand questions with it.")] = None,
    reranker: Annotated[
        Path | None, typer.Option(help="Folder of a cross-encoder that orders what is found.")
    ] = None,
    k: Annotated[str, typer.Option(help="Depths, separated by commas.")] = "2,5,10,20",
    ablate: Annotated[
        str, typer.Option(help=f"Parts to leave out in turn, with commas: {_SEARCH_PARTS}.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Recall on a corpus with gold passages."""
    depths = _depths(k)
    from ontopilot.models.encoding.cross import CrossReranker
    from ontopilot.models.pool import Pool
    from ontopilot.ontology.ontology import Ontology
    from ontopilot.orchestrator.evaluate.retrieval import (
        evaluate_retrieval,
        read_corpus,
        read_gold,
    )

    passages, asked = read_corpus(corpus), read_gold(questions)
    meaning = Ontology.load(ontology) if ontology is not None else None
    with progress() as shown:
        report = evaluate_retrieval(
            passages,
            asked,
            ks=depths,
            encoder=Pool().small.encoder,
            ontology=meaning,
            reranker=None if reranker is None else CrossReranker(reranker),
            ablate=[part.strip() for part in ablate.split(",") if part.strip()],
            progress=shown,
        )
    if as_json:
        print_json(report)
        return
    screen().print(_recall(report))


def _price(text: str) -> "Price":
    from ontopilot.orchestrator.evaluate.score import Price

    try:
        prompt, completion = (float(part) for part in text.split(","))
    except ValueError:
        raise typer.BadParameter(
            f"--price is {text!r}: write two numbers, such as 0.5,1.5"
        ) from None
    return Price(prompt, completion)


def _depths(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise typer.BadParameter(f"--k is {text!r}: write numbers above 0, such as 2,5,10")
    return [int(part) for part in parts]


def _figures(report: dict[str, Any]) -> "Table":
    table = _table(
        f"{report['agent']}: {report['questions']} questions", "", "all", *report["kinds"]
    )
    for name, words in _SHOWN.items():
        columns = (report["overall"], *report["kinds"].values())
        table.add_row(words, *(_cell(name, figures[name]) for figures in columns))
    return table


def _cell(name: str, figure: dict[str, Any]) -> str:
    if figure["value"] is None:
        return "–"
    if name.endswith("_ms"):
        return f"{figure['value']:,.0f} ms"
    if name in ("tokens", "price"):
        return f"{figure['value']:,.4g}"
    return f"{figure['value']:.2f} ({figure['low']:.2f}–{figure['high']:.2f})"


def _recall(report: dict[str, Any]) -> "Table":
    title = (
        f"{report['questions']} questions, indexed in {report['index_seconds']:.1f} s, "
        f"{report['ms_per_question']:.1f} ms a question"
    )
    table = _table(title, "", "k", "recall", "all gold")
    for part, found in {"": report, **report.get("ablations", {})}.items():
        for k in found["recall"]:
            name = f"without {part}" if part else "whole"
            table.add_row(name, k, f"{found['recall'][k]:.3f}", f"{found['all_gold'][k]:.3f}")
    return table


def _table(title: str, *columns: str) -> "Table":
    from rich.table import Table

    table = Table(title=title, title_justify="left", box=None, header_style="dim", pad_edge=False)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table
